"""One task in a process of its own that is begun once and told apart by its ending: done, failed or cancelled."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.task_process import End, Sentence, TaskEnding, TaskProcess
from core.worker_protocol import ProgressEvent


class SingleTask(QObject):
    """Runs once.

    Signals:
        advanced: a fraction 0..1.
        done: what the worker said at its good end, a dict.
        failed: a KnownError.
        cancelled: it was stopped, as it was wished.
    """

    advanced = Signal(float)
    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(
        self, command: Sequence[str], died: Sentence, not_started: Sentence, parent: QObject | None = None
    ) -> None:
        """Prepare; `start` starts it. The arguments are those of `TaskProcess`."""
        super().__init__(parent)
        self._task = TaskProcess(command, died, not_started, self)
        self._task.came.connect(self._take)
        self._task.ended.connect(self._ended)

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

    def _ended(self, ending: TaskEnding) -> None:
        if ending.end is End.DONE:
            self.done.emit(ending.result)
        elif ending.end is End.CANCELLED:
            self.cancelled.emit()
        else:
            self.failed.emit(ending.error)
