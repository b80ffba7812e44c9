"""The download of a model in its own process, as the window sees it: one at a time, with exactly one ending each."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from app.language import QT_TRANSLATE_NOOP
from app.worker_process import Ending, How, WorkerProcess, worker_command
from core.errors import KnownError, WorkerError
from core.worker_protocol import CancelledEvent, DoneEvent, FailedEvent, StageEvent

CANCEL_MS = 5_000
CLOSE_MS = 2_500

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
        self._worker: WorkerProcess | None = None
        self._outcome: DoneEvent | FailedEvent | CancelledEvent | None = None
        self._stopping = False
        self.name = ""
        self._patience = QTimer(self, singleShot=True, interval=CANCEL_MS)
        self._patience.timeout.connect(self._kill)

    @property
    def is_running(self) -> bool:
        """Whether a model is being downloaded."""
        return self._worker is not None

    def start(self, name: str) -> None:
        """Begin, or go on with, a model; nothing happens while another one is being downloaded."""
        if self._worker is not None:
            return
        self.name, self._outcome, self._stopping = name, None, False
        self._worker = WorkerProcess([*self._command, name], self)
        self._worker.came.connect(self._take)
        self._worker.ended.connect(self._ended)
        self._worker.start()

    def cancel(self) -> None:
        """Stop; it is ended the hard way if it does not answer in five seconds. What came is kept."""
        if self._worker is not None and not self._stopping:
            self._stopping = True
            self._worker.send({"verb": "cancel"})
            self._patience.start()

    def close(self) -> None:
        """The window goes: stop and wait until the process is gone."""
        self._stopping = True
        if self._worker is not None:
            self._worker.close(CLOSE_MS)

    def _kill(self) -> None:
        if self._worker is not None:
            self._worker.kill()

    def _take(self, event: object) -> None:
        if isinstance(event, StageEvent):
            done, total = event.values.get("done"), event.values.get("total")
            if isinstance(done, int) and isinstance(total, int):
                self.progressed.emit(done, total)
        elif isinstance(event, DoneEvent | FailedEvent | CancelledEvent) and self._worker is not None:
            self._outcome = event
            self._worker.end()

    def _ended(self, ending: Ending) -> None:
        """The one ending: what the worker said, or what its silence means."""
        self._patience.stop()
        outcome, name = self._outcome, self.name
        worker, self._worker, self.name = self._worker, None, ""
        if worker is not None:
            worker.deleteLater()
        if isinstance(outcome, DoneEvent):
            self.finished.emit(name)
        elif isinstance(outcome, FailedEvent):
            self.failed.emit(outcome.error())
        elif self._stopping or isinstance(outcome, CancelledEvent):
            self.cancelled.emit(name)
        else:
            self.failed.emit(self._silence(ending.how))

    def _silence(self, how: How) -> KnownError:
        return WorkerError(*(NOT_STARTED if how in (How.NOT_STARTED, How.MISMATCH) else DIED))
