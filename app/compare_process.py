"""Comparing two versions in its own process: three endings, each with a sentence."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.language import QT_TRANSLATE_NOOP
from app.task_process import End, TaskEnding, TaskProcess
from app.worker_process import worker_command
from core.worker_protocol import ProgressEvent

DIED = (
    QT_TRANSLATE_NOOP("core", "The comparison stopped unexpectedly, so there are no figures; nothing was changed."),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, close other programs: the memory may be too small."),
)
NOT_STARTED = (
    QT_TRANSLATE_NOOP("core", "The comparison could not be started; nothing was changed."),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, install the program again."),
)


class CompareProcess(QObject):
    """Compares once.

    Signals:
        advanced: a fraction 0..1.
        done: what `core.finetune.compare_versions` found, a dict.
        failed: a KnownError.
        cancelled: it was stopped, as it was wished.
    """

    advanced = Signal(float)
    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(
        self, project: Path, references: tuple[str, str], which: str, device: str, parent: QObject | None = None
    ) -> None:
        """Prepare; `start` starts it.

        Args:
            project: folder of the project; it is only read.
            references: of both models.
            which: one of the sets of labels of `core.paired_table`.
            device: "auto", "cpu" or "cuda".
            parent: owner.
        """
        super().__init__(parent)
        command = worker_command("core.finetune.compare_worker", str(project), *references, which, device)
        self._task = TaskProcess(command, DIED, NOT_STARTED, self)
        self._task.came.connect(self._take)
        self._task.ended.connect(self._task_ended)

    def start(self) -> None:
        """Start; returns at once."""
        self._task.start()

    def cancel(self) -> None:
        """Ask it to stop; its ending follows."""
        self._task.cancel()

    def close(self) -> None:
        """The window goes: stop, and wait until the process is gone."""
        self._task.close()

    def _take(self, event: object) -> None:
        if isinstance(event, ProgressEvent) and event.fraction is not None:
            self.advanced.emit(event.fraction)

    def _task_ended(self, ending: TaskEnding) -> None:
        if ending.end is End.DONE:
            self.done.emit(ending.result)
        elif ending.end is End.CANCELLED:
            self.cancelled.emit()
        else:
            self.failed.emit(ending.error)
