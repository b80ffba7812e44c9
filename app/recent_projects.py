"""The projects that were open lately: their folders only, the newest first, and which of them are gone."""

import json
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.background import Background, Progress
from app.settings import Settings
from core.store.database import DATABASE_FILE

MOST = 8
NOTE = "recent_projects"


class RecentProjects(QObject):
    """Remembers folders in the user's settings; nothing of what is in them.

    Attributes:
        folders: the newest first.
        gone: those of them that hold no project now; known a moment after `look`.

    Signals:
        changed: others are remembered, or others are gone.
    """

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        """Read what is remembered; a list that cannot be read is empty.

        Args:
            settings: keeps the folders.
            parent: owner.
        """
        super().__init__(parent)
        self._settings = settings
        self._looking: Background | None = None
        self.folders = _read(settings.note(NOTE))
        self.gone: frozenset[Path] = frozenset()

    def look(self) -> None:
        """Find out which folders still hold a project; beside the window, for a share that is away answers late."""
        if self._looking is not None or not self.folders:
            return
        folders = tuple(self.folders)
        self._looking = Background(lambda progress: _gone(folders, progress), self)
        self._looking.done.connect(self._found)
        self._looking.start()

    def close(self) -> None:
        """The window is closed: nobody asks any more."""
        if self._looking is not None:
            self._looking.stop()

    def add(self, folder: Path) -> None:
        """A project was opened or made."""
        folder = folder.absolute()
        self.gone -= {folder}
        self._keep([folder, *(one for one in self.folders if one != folder)][:MOST])

    def remove(self, folder: Path) -> None:
        """Forget one; the project itself stays as it is."""
        self._keep([one for one in self.folders if one != folder])

    def remove_gone(self) -> None:
        """Forget all that are gone."""
        self._keep([one for one in self.folders if one not in self.gone])

    def forget_all(self) -> None:
        """Forget all; the projects themselves stay as they are."""
        self._keep([])

    def _keep(self, folders: list[Path]) -> None:
        self.folders = folders
        self.gone &= frozenset(folders)
        self._settings.keep_note(NOTE, json.dumps([str(folder) for folder in folders]) if folders else "")
        self.changed.emit()

    def _found(self, gone: frozenset[Path]) -> None:
        if self._looking is not None:
            self._looking.deleteLater()
            self._looking = None
        gone &= frozenset(self.folders)
        if gone != self.gone:
            self.gone = gone
            self.changed.emit()


def is_project(folder: Path) -> bool:
    """Whether a folder holds a project; False where it cannot be looked at."""
    try:
        return (folder / DATABASE_FILE).is_file()
    except OSError:
        return False


def _gone(folders: tuple[Path, ...], progress: Progress) -> frozenset[Path]:
    gone = set()
    for place, folder in enumerate(folders):
        progress(place, len(folders), "")
        if not is_project(folder):
            gone.add(folder)
    return frozenset(gone)


def _read(note: str) -> list[Path]:
    try:
        found = json.loads(note)
    except ValueError:
        return []
    if not isinstance(found, list):
        return []
    return [Path(one) for one in dict.fromkeys(one for one in found if isinstance(one, str) and one)][:MOST]
