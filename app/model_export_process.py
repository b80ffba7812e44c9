"""Writing a version for others, in its own process: three endings, each with a sentence."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.language import QT_TRANSLATE_NOOP
from app.task_process import End, TaskEnding, TaskProcess
from app.worker_process import worker_command
from core.worker_protocol import ProgressEvent

DIED = (
    QT_TRANSLATE_NOOP(
        "core", "The writing of the model stopped unexpectedly, so it is not there; your versions and labels are safe."
    ),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, close other programs: the memory may be too small."),
)
NOT_STARTED = (
    QT_TRANSLATE_NOOP("core", "The writing of the model could not be started; your versions and labels are safe."),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, install the program again."),
)


class ModelExportProcess(QObject):
    """Writes one version once.

    Signals:
        advanced: a fraction 0..1.
        done: it is written and was read again.
        failed: a KnownError; nothing is there.
        cancelled: nothing is there, as it was wished.
    """

    advanced = Signal(float)
    done = Signal()
    failed = Signal(object)
    cancelled = Signal()

    def __init__(
        self,
        version: Path,
        target: Path,
        adapter_only: bool,
        parent: QObject | None = None,
    ) -> None:
        """Prepare; `start` starts it.

        Args:
            version: folder of the version.
            target: folder that is made; must not exist, or be empty.
            adapter_only: only what was trained; otherwise the whole model.
            parent: owner.
        """
        super().__init__(parent)
        kind = "adapter" if adapter_only else "whole"
        command = worker_command("core.finetune.give_away_worker", str(version), str(target), kind)
        self._task = TaskProcess(command, DIED, NOT_STARTED, self)
        self._task.came.connect(self._take)
        self._task.ended.connect(self._task_ended)

    def start(self) -> None:
        """Start; returns at once."""
        self._task.start()

    def cancel(self) -> None:
        """Ask it to stop and to leave nothing behind; its ending follows."""
        self._task.cancel()

    def close(self) -> None:
        """The window goes: stop, and wait until the process is gone."""
        self._task.close()

    def _take(self, event: object) -> None:
        if isinstance(event, ProgressEvent) and event.fraction is not None:
            self.advanced.emit(event.fraction)

    def _task_ended(self, ending: TaskEnding) -> None:
        if ending.end is End.DONE:
            self.done.emit()
        elif ending.end is End.CANCELLED:
            self.cancelled.emit()
        else:
            self.failed.emit(ending.error)
