"""The projects that were open lately, on the first page of the window."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.controls import label, tool_button
from app.icons import icon
from app.recent_projects import RecentProjects
from app.theme import Theme

SHOWN = 4
WIDTH = 460


class RecentList(QWidget):
    """A line for each of the newest: its name, where it is, and a button that forgets it. Hidden without any.

    Signals:
        wanted: open this folder.
    """

    wanted = Signal(Path)

    def __init__(self, recent: RecentProjects, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recent, self._theme = recent, theme
        self.setFixedWidth(WIDTH)
        self.openers: list[QPushButton] = []
        self.removers: list[QToolButton] = []
        self.forget = QPushButton(self.tr("Forget all"))
        self.forget.setProperty("role", "link")
        self.forget.setToolTip(self.tr("Forget which projects were open; the projects themselves stay"))
        self.forget.clicked.connect(recent.forget_all)
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(8)
        self._rows.setVerticalSpacing(2)
        self._rows.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label(self.tr("Opened lately"), "heading"))
        column.addLayout(self._rows)
        column.addWidget(self.forget, 0, Qt.AlignmentFlag.AlignLeft)
        recent.changed.connect(self._fill)
        theme.changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.openers, self.removers = [], []
        for row, folder in enumerate(self._recent.folders[:SHOWN]):
            self._add(row, folder, folder in self._recent.gone)
        self.setVisible(bool(self._recent.folders))

    def _add(self, row: int, folder: Path, gone: bool) -> None:
        opener = QPushButton(self._cut(folder.name, 180).replace("&", "&&"))
        opener.setProperty("role", "link")
        opener.setEnabled(not gone)
        opener.setToolTip(self.tr("Not there any more: {folder}").format(folder=folder) if gone else str(folder))
        opener.clicked.connect(lambda: self.wanted.emit(folder))
        where = label("", "notice")
        where.setText(self.tr("not there any more") if gone else self._cut(str(folder.parent), 220))
        where.setToolTip(str(folder))
        remover = tool_button(self.tr("Forget {project}").format(project=folder.name), 14)
        remover.setIcon(icon("close", self._theme.tones.muted))
        remover.clicked.connect(lambda: self._recent.remove(folder))
        for column, part in enumerate((opener, where, remover)):
            self._rows.addWidget(part, row, column)
        self.openers.append(opener)
        self.removers.append(remover)

    def _cut(self, text: str, width: int) -> str:
        """A text that is not wider than this, with its middle left out where it would be."""
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width)
