"""One window writes a project: the first to open it. A lock file in the project's folder says so to the others."""

from pathlib import Path

from PySide6.QtCore import QLockFile

LOCK_FILE = ".window.lock"


class ProjectLock:
    """Held as long as the window works on the project. What a killed window left behind is noticed and taken over."""

    def __init__(self, file: QLockFile) -> None:
        self._file = file

    @classmethod
    def take(cls, folder: Path) -> "ProjectLock | None":
        """Take the project for this window; None when another window has it.

        Where no lock file can be made (a write-protected folder) nobody else is kept out: the store says what is wrong.
        """
        file = QLockFile(str(folder / LOCK_FILE))
        file.setStaleLockTime(0)  # however long a window is open, its lock is good as long as it lives
        taken = file.tryLock(0) or file.error() != QLockFile.LockError.LockFailedError
        return cls(file) if taken else None

    def release(self) -> None:
        """Let others have it."""
        self._file.unlock()
