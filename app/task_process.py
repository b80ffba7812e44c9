"""A process with one task (core.task_worker), as the window sees it: started once, and exactly one ending with its sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.language import QT_TRANSLATE_NOOP
from app.worker_process import Ending, How, WorkerProcess
from core.errors import KnownError, WorkerError
from core.worker_protocol import CancelledEvent, DoneEvent, FailedEvent, PausedEvent

CANCEL_MS = 5_000
CLOSE_MS = 2_500

MISMATCH = (
    QT_TRANSLATE_NOOP(
        "core", "The window and its background worker belong to two different installations, so nothing was started."
    ),
    QT_TRANSLATE_NOOP("core", "Close the program and install it again; your labels are safe."),
)

Sentence = tuple[str, str]
"""What happened and what to do: English, context "core"."""


class End(Enum):
    """How a task came to its end."""

    DONE = "done"
    CANCELLED = "cancelled"
    PAUSED = "paused"
    FAILED = "failed"
    DIED = "died"


@dataclass(frozen=True)
class TaskEnding:
    """The ending of a task.

    Attributes:
        end: of which kind.
        result: what the worker said at its good end; None otherwise.
        error: what the clinician must read; None where there is nothing wrong.
    """

    end: End
    result: dict[str, Any] | None = None
    error: KnownError | None = None


class TaskProcess(QObject):
    """One run of one task.

    Signals:
        came: an event of the worker that is no ending.
        ended: the TaskEnding, exactly once.
    """

    came = Signal(object)
    ended = Signal(object)

    def __init__(
        self, command: Sequence[str], died: Sentence, not_started: Sentence, parent: QObject | None = None
    ) -> None:
        """Prepare; `start` starts it.

        Args:
            command: program and arguments.
            died: said when the process ends without a word.
            not_started: said when it cannot be started.
            parent: owner.
        """
        super().__init__(parent)
        self._silence = {How.NOT_STARTED: not_started, How.MISMATCH: MISMATCH}
        self._died = died
        self._ending: TaskEnding | None = None
        self._stopping = False
        self._worker = WorkerProcess(command, self)
        self._worker.came.connect(self._take)
        self._worker.ended.connect(self._process_ended)
        self._patience = QTimer(self, singleShot=True, interval=CANCEL_MS)
        self._patience.timeout.connect(self._worker.kill)

    def start(self) -> None:
        """Start; returns at once."""
        self._worker.start()

    def cancel(self) -> None:
        """Ask it to stop; it is ended the hard way if it does not answer in five seconds. Its ending follows."""
        if not self._stopping:
            self._stopping = True
            self._worker.send({"verb": "cancel"})
            self._patience.start()

    def pause(self) -> None:
        """Ask it to put aside what it has and to end; its ending follows, as soon as it can."""
        self._worker.send({"verb": "pause"})

    def close(self) -> None:
        """The window goes: end it and wait until its process is gone."""
        self._stopping = True
        self._worker.close(CLOSE_MS)

    def _take(self, event: object) -> None:
        if isinstance(event, DoneEvent):
            self._ending = TaskEnding(End.DONE, event.result)
        elif isinstance(event, FailedEvent):
            self._ending = TaskEnding(End.FAILED, error=event.error())
        elif isinstance(event, CancelledEvent):
            self._ending = TaskEnding(End.CANCELLED)
        elif isinstance(event, PausedEvent):
            self._ending = TaskEnding(End.PAUSED)
        else:
            self.came.emit(event)
            return
        self._worker.end()  # nothing comes after it

    def _process_ended(self, ending: Ending) -> None:
        """The one ending: what the worker said, or what its silence means."""
        self._patience.stop()
        told = self._ending
        if told is None and self._stopping:
            told = TaskEnding(End.CANCELLED)
        if told is None:
            words = self._silence.get(ending.how, self._died)
            told = TaskEnding(End.DIED if words is self._died else End.FAILED, error=WorkerError(*words))
        self.ended.emit(told)
