"""The download of a model in its own process, as the window sees it: one at a time, with exactly one ending each."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.language import QT_TRANSLATE_NOOP
from app.task_process import End, TaskEnding, TaskProcess
from app.worker_process import worker_command
from core.worker_protocol import StageEvent

DIED = (
    QT_TRANSLATE_NOOP(
        "core", "The download stopped unexpectedly; what came is kept, and the model in use stays in use."
    ),
    QT_TRANSLATE_NOOP("core", "Start it again: it goes on where it stopped."),
)
NOT_STARTED = (
    QT_TRANSLATE_NOOP("core", "The download could not be started; the model in use stays in use."),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, install the program again."),
)


class ModelDownload(QObject):
    """Downloads models of the hub, one at a time; goes on while the dialog that began it is closed.

    Attributes:
        name: of the model that is being downloaded, "" for none.

    Signals:
        progressed: bytes done and bytes in all (Python's numbers: Qt's are too small for them).
        finished: name of a model that is whole now.
        cancelled: name of a model; what came of it is kept.
        failed: a KnownError.
    """

    progressed = Signal(object, object)
    finished = Signal(str)
    cancelled = Signal(str)
    failed = Signal(object)

    def __init__(self, command: Sequence[str] | None = None, parent: QObject | None = None) -> None:
        """Prepare; nothing is started yet.

        Args:
            command: program and arguments, to which the name is added; the program's own worker when left out.
            parent: owner.
        """
        super().__init__(parent)
        self._command = list(command) if command is not None else worker_command("core.download_worker")
        self._task: TaskProcess | None = None
        self.name = ""

    @property
    def is_running(self) -> bool:
        """Whether a model is being downloaded."""
        return self._task is not None

    def start(self, name: str) -> None:
        """Begin, or go on with, a model; nothing happens while another one is being downloaded."""
        if self._task is not None:
            return
        self.name = name
        self._task = TaskProcess([*self._command, name], DIED, NOT_STARTED, self)
        self._task.came.connect(self._take)
        self._task.ended.connect(self._ended)
        self._task.start()

    def cancel(self) -> None:
        """Stop; what came is kept."""
        if self._task is not None:
            self._task.cancel()

    def close(self) -> None:
        """The window goes: stop and wait until the process is gone."""
        if self._task is not None:
            self._task.close()

    def _take(self, event: object) -> None:
        if isinstance(event, StageEvent):
            done, total = event.values.get("done"), event.values.get("total")
            if isinstance(done, int) and isinstance(total, int):
                self.progressed.emit(done, total)

    def _ended(self, ending: TaskEnding) -> None:
        name, task = self.name, self._task
        self._task, self.name = None, ""
        if task is not None:
            task.deleteLater()
        if ending.end is End.DONE:
            self.finished.emit(name)
        elif ending.end is End.CANCELLED:
            self.cancelled.emit(name)
        else:
            self.failed.emit(ending.error)
