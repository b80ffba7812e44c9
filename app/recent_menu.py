"""The menu of the projects that were open lately."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.recent_projects import RecentProjects


class RecentMenu(QObject):
    """Fills a menu, with those that are gone in grey.

    Signals:
        wanted: open this folder.
    """

    wanted = Signal(Path)

    def __init__(self, recent: RecentProjects, file: QMenu, before: QAction) -> None:
        """Put the menu into another one.

        Args:
            recent: the projects.
            file: the menu that holds this one.
            before: what stands below.
        """
        super().__init__(file)
        self._recent = recent
        self.menu = QMenu(self.tr("Open &recent"), file)
        self.menu.setToolTipsVisible(True)
        file.insertMenu(before, self.menu)
        file.aboutToShow.connect(recent.look)
        recent.changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        self.menu.clear()
        self.menu.menuAction().setEnabled(bool(self._recent.folders))
        for place, folder in enumerate(self._recent.folders, start=1):
            gone = folder in self._recent.gone
            name = folder.name.replace("&", "&&")
            text = self.tr("{project} – not there any more").format(project=name) if gone else name
            action = self.menu.addAction(f"&{place}  {text}")
            action.setToolTip(str(folder))
            action.setEnabled(not gone)
            action.triggered.connect(lambda _checked=False, folder=folder: self.wanted.emit(folder))
        self.menu.addSeparator()
        remove = self.menu.addAction(self.tr("&Remove those that are not there any more"))
        remove.setEnabled(bool(self._recent.gone))
        remove.triggered.connect(self._recent.remove_gone)
        self.menu.addAction(self.tr("&Forget all")).triggered.connect(self._recent.forget_all)
