"""The picture alone, or twice: the mask on the left, and beside it what it is compared with."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QWidget

from app.canvas import Canvas
from app.compare_pane import ComparePane
from app.comparison import Comparison
from app.controls import label
from app.session import Session
from core.errors import KnownError


class SplitView(QWidget):
    """The canvas; with `connect_comparison` also its right half, each below a line that says what it is."""

    def __init__(self, session: Session, canvas: Canvas) -> None:
        super().__init__()
        self._session = session
        self._comparison: Comparison | None = None
        self._left, self._right = QWidget(), QWidget()
        for line in (self._left, self._right):
            line.setObjectName("toolbar")
            line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            line.setFixedHeight(42)
            line.hide()
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("What is shown beside your mask"))
        self.choice.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.ask = QPushButton(self.tr("Predict with it"))
        self.ask.setProperty("role", "choice")
        self.ask.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.ask.setToolTip(
            self.tr("This version has not seen the image yet. Its answer is shown here and changes nothing")
        )
        self.note = label("", "muted")
        left, right = QHBoxLayout(self._left), QHBoxLayout(self._right)
        left.setContentsMargins(12, 4, 8, 4)
        left.addWidget(label(self.tr("Your mask"), "heading"))
        right.setContentsMargins(8, 4, 8, 4)
        right.setSpacing(8)
        right.addWidget(self.choice)
        right.addWidget(self.note)
        right.addWidget(self.ask)
        right.addStretch(1)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2)
        self._grid.setVerticalSpacing(0)
        self._grid.addWidget(self._left, 0, 0)
        self._grid.addWidget(self._right, 0, 1)
        self._grid.addWidget(canvas, 1, 0)
        self._grid.setColumnStretch(0, 1)
        self._grid.setRowStretch(1, 1)
        self._canvas = canvas
        self.pane: ComparePane | None = None

    def connect_comparison(self, comparison: Comparison, switch: QAction) -> None:
        """Let there be a right half.

        Args:
            comparison: what it shows.
            switch: the command that opens and closes it.
        """
        self._comparison = comparison
        self.pane = ComparePane(self._session, self._canvas, comparison)
        self.pane.hide()
        self._grid.addWidget(self.pane, 1, 1)
        self.choice.activated.connect(lambda _: comparison.choose(self.choice.currentData()))
        self.ask.clicked.connect(comparison.ask)
        switch.toggled.connect(comparison.open)
        comparison.changed.connect(self._follow)
        comparison.asking.connect(lambda _: self._follow())
        for signal in (self._session.version_changed, self._session.project_changed):
            signal.connect(self._offer)
        self._offer()

    def _offer(self) -> None:
        """The versions that there are now."""
        if self._comparison is None:
            return
        try:
            choices = self._comparison.choices()
        except KnownError as error:
            self._session.failed.emit(error)
            return
        self.choice.clear()
        for what, words in choices:
            self.choice.addItem(words, what)
        self._follow()

    def _follow(self) -> None:
        comparison = self._comparison
        if comparison is None or self.pane is None:
            return
        is_open = comparison.is_open
        for part in (self._left, self._right, self.pane):
            part.setVisible(is_open)
        self._grid.setColumnStretch(1, 1 if is_open else 0)
        self.choice.setCurrentIndex(max(0, self.choice.findData(comparison.what)))
        asking = comparison.is_asking
        self.ask.setVisible(comparison.is_missing and not asking)
        self.note.setText(self.tr("Predicting …") if asking else "")
        self.note.setVisible(asking)
