"""Writing a version for others, in its own process: three endings, each with a sentence."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.language import QT_TRANSLATE_NOOP
from app.worker_process import Ending, WorkerProcess, worker_command
from core.errors import KnownError, WorkerError
from core.worker_protocol import CancelledEvent, DoneEvent, FailedEvent, ProgressEvent

CANCEL_MS = 10_000

DIED = (
    QT_TRANSLATE_NOOP(
        "core", "The writing of the model stopped unexpectedly, so it is not there; your versions and labels are safe."
    ),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, close other programs: the memory may be too small."),
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
        self._worker = WorkerProcess(command, self)
        self._worker.came.connect(self._take)
        self._worker.ended.connect(self._process_ended)
        self._outcome: DoneEvent | FailedEvent | CancelledEvent | None = None
        self._stopping = False
        self._patience = QTimer(self, singleShot=True, interval=CANCEL_MS)
        self._patience.timeout.connect(self._worker.kill)

    def start(self) -> None:
        """Start; returns at once."""
        self._worker.start()

    def cancel(self) -> None:
        """Ask it to stop and to leave nothing behind; its ending follows."""
        self._stopping = True
        self._worker.send({"verb": "cancel"})
        self._patience.start()

    def close(self) -> None:
        """The window goes: stop, and wait until the process is gone."""
        self._stopping = True
        self._worker.close()

    def _take(self, event: object) -> None:
        if isinstance(event, ProgressEvent) and event.fraction is not None:
            self.advanced.emit(event.fraction)
        elif isinstance(event, DoneEvent | FailedEvent | CancelledEvent) and self._outcome is None:
            self._outcome = event
            self._worker.end()

    def _process_ended(self, _ending: Ending) -> None:
        self._patience.stop()
        if isinstance(self._outcome, DoneEvent):
            self.done.emit()
        elif isinstance(self._outcome, CancelledEvent) or (self._outcome is None and self._stopping):
            self.cancelled.emit()
        else:
            error: KnownError = WorkerError(*DIED)
            self.failed.emit(self._outcome.error() if isinstance(self._outcome, FailedEvent) else error)
