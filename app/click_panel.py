"""How many clicks say what the structure is, and a button that takes them away."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.actions import Actions
from app.clicking import Clicking
from app.controls import button, label


class ClickPanel(QWidget):
    """A quiet line, there only while there are clicks."""

    def __init__(self, clicking: Clicking, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clicking = clicking
        self._asking = ""
        self.words = label("", "muted")
        self.words.setWordWrap(True)
        self.clear = button(self.tr("Clear clicks"), 28)
        self.clear.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        actions.lend_tip(self.clear, "clear_clicks")
        self.clear.clicked.connect(actions["clear_clicks"].trigger)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 1)
        row.addWidget(self.clear)
        clicking.changed.connect(self._show)
        self._show()

    def show_asking(self, words: str) -> None:
        """Say that the model is asked; "" when its answer is there."""
        self._asking = words
        self._show()

    def _show(self) -> None:
        row = self._clicking.row
        count = len(row.clicks.points)
        counted = self.tr("Clicks: {count}").format(count=count)
        if row.clicks.box is not None:
            counted = self.tr("Clicks: {count}, and a box").format(count=count) if count else self.tr("A box")
        waits = self.tr("{clicks}. The model has not answered them yet.").format(clicks=counted)
        self.words.setText(self._asking or (counted if row.answered else waits))
        self.setVisible(bool(row.clicks))
