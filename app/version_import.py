"""A colleague's version for the open project: checked and copied in a process beside the window, then put into the list."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.language import QT_TRANSLATE_NOOP
from app.session import Session
from app.task_process import End, TaskEnding, TaskProcess
from app.versions import Versions
from app.worker_process import worker_command
from core.errors import KnownError
from core.finetune.keeping import place_for_import, record_import

DIED = (
    QT_TRANSLATE_NOOP(
        "core", "The import stopped unexpectedly, so there is no new version; your versions and labels are safe."
    ),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, close other programs: the memory may be too small."),
)
NOT_STARTED = (
    QT_TRANSLATE_NOOP("core", "The import could not be started; your versions and labels are safe."),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, install the program again."),
)


class VersionImport(QObject):
    """At most one import at a time.

    Signals:
        done: key of the new version; it is in the list and not in use.
        failed: a KnownError; nothing was imported.
    """

    done = Signal(str)
    failed = Signal(object)

    def __init__(self, session: Session, versions: Versions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._versions = session, versions
        self._task: TaskProcess | None = None
        session.project_closing.connect(self.close)

    @property
    def is_running(self) -> bool:
        """Whether a version is being imported."""
        return self._task is not None

    def start(self, source: Path) -> None:
        """Import a version; returns at once.

        Args:
            source: its folder, its weights, or one packed file.
        """
        store = self._session.store
        if store is None or self._task is not None:
            return
        try:
            base = self._versions.base_reference()
        except KnownError as error:
            self.failed.emit(error)
            return
        target = str(place_for_import(store).resolve())
        self._task = TaskProcess(
            worker_command("core.finetune.take_in_worker", str(source), base, target), DIED, NOT_STARTED, self
        )
        self._task.ended.connect(self._ended)
        self._task.start()

    def close(self) -> None:
        """The project or the window is closed: stop, and wait until the process is gone."""
        if self._task is not None:
            self._task.close()

    def _ended(self, ending: TaskEnding) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.deleteLater()
        store = self._session.store
        if ending.error is not None:
            self.failed.emit(ending.error)
        if ending.end is not End.DONE or ending.result is None or store is None:
            return
        try:
            key = record_import(store, ending.result)
        except KnownError as error:
            self.failed.emit(error)
            return
        self._session.version_changed.emit()
        self.done.emit(key)
