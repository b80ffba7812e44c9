"""A fine-tune run in its own process: from not started to one of four endings, each with a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.language import QT_TRANSLATE_NOOP
from app.worker_process import Ending, How, WorkerProcess, worker_command
from core.errors import KnownError, WorkerError
from core.worker_protocol import CancelledEvent, DoneEvent, EpochEvent, FailedEvent, StageEvent

CANCEL_MS = 5_000
CLOSE_MS = 2_500

DIED = (
    QT_TRANSLATE_NOOP(
        "core",
        "The fine-tune stopped unexpectedly, so there is no new version; your labels are safe, nothing was changed.",
    ),
    QT_TRANSLATE_NOOP(
        "core", "Start it again. If it happens again, close other programs: the memory may be too small for it."
    ),
)
NOT_STARTED = (
    QT_TRANSLATE_NOOP("core", "The fine-tune could not be started; your labels are safe and nothing was changed."),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, install the program again."),
)
MISMATCH = (
    QT_TRANSLATE_NOOP(
        "core",
        "The window and its background worker belong to two different installations, so the fine-tune was not started.",
    ),
    QT_TRANSLATE_NOOP("core", "Close the program and install it again; your labels are safe."),
)


class State(Enum):
    """Where a run is. The value is its sentence (context "finetune")."""

    NOT_STARTED = QT_TRANSLATE_NOOP("finetune", "No fine-tune is running.")
    RUNNING = QT_TRANSLATE_NOOP("finetune", "The model is learning; you can go on working.")
    CANCELLING = QT_TRANSLATE_NOOP("finetune", "The fine-tune is being stopped.")
    FINISHED = QT_TRANSLATE_NOOP("finetune", "The fine-tune is finished.")
    CANCELLED = QT_TRANSLATE_NOOP("finetune", "The fine-tune was cancelled; nothing was changed.")
    FAILED = QT_TRANSLATE_NOOP("finetune", "The fine-tune could not be finished; nothing was changed.")
    DIED = QT_TRANSLATE_NOOP("finetune", "The fine-tune stopped unexpectedly; nothing was changed.")


@dataclass(frozen=True)
class Outcome:
    """The ending of a run.

    Attributes:
        state: FINISHED, CANCELLED, FAILED or DIED.
        result: what the worker said at its good end; None otherwise.
        error: what the clinician must read; None where there is nothing wrong.
    """

    state: State
    result: dict[str, Any] | None = None
    error: KnownError | None = None


class FinetuneProcess(QObject):
    """One run over one job folder.

    Signals:
        staged: a StageEvent, what the run does now.
        epoch_over: an EpochEvent.
        ended: the Outcome, exactly once.
    """

    staged = Signal(object)
    epoch_over = Signal(object)
    ended = Signal(object)

    def __init__(self, folder: Path, command: Sequence[str] | None = None, parent: QObject | None = None) -> None:
        """Prepare a run.

        Args:
            folder: of the job.
            command: program and arguments, to which the folder is added; the program's own worker when left out.
            parent: owner.
        """
        super().__init__(parent)
        self.state = State.NOT_STARTED
        base = list(command) if command is not None else worker_command("core.finetune.worker")
        self._worker = WorkerProcess([*base, str(folder)], self)
        self._worker.came.connect(self._take)
        self._worker.ended.connect(self._process_ended)
        self._outcome: Outcome | None = None
        self._patience = QTimer(self, singleShot=True, interval=CANCEL_MS)
        self._patience.timeout.connect(self._worker.kill)

    def start(self) -> None:
        """Start the run; returns at once."""
        self.state = State.RUNNING
        self._worker.start()

    def cancel(self) -> None:
        """Ask the run to stop; it is ended the hard way if it does not answer in five seconds."""
        if self.state is State.RUNNING:
            self.state = State.CANCELLING
            self._worker.send({"verb": "cancel"})
            self._patience.start()

    def close(self) -> None:
        """The window goes: end the run and wait until its process is gone."""
        if self.state is State.RUNNING:
            self.state = State.CANCELLING
        self._worker.close(CLOSE_MS)

    def _take(self, event: object) -> None:
        if isinstance(event, StageEvent):
            self.staged.emit(event)
        elif isinstance(event, EpochEvent):
            self.epoch_over.emit(event)
        elif self._outcome is None and isinstance(event, DoneEvent):
            self._outcome = Outcome(State.FINISHED, event.result)
        elif self._outcome is None and isinstance(event, FailedEvent):
            self._outcome = Outcome(State.FAILED, error=event.error())
        elif self._outcome is None and isinstance(event, CancelledEvent):
            self._outcome = Outcome(State.CANCELLED)
        if self._outcome is not None:
            self._worker.end()

    def _process_ended(self, ending: Ending) -> None:
        """The one ending: what the worker said, or what its silence means."""
        self._patience.stop()
        outcome = self._outcome
        if outcome is None and self.state is State.CANCELLING:
            outcome = Outcome(State.CANCELLED)
        if outcome is None:
            words = {How.NOT_STARTED: NOT_STARTED, How.MISMATCH: MISMATCH}.get(ending.how, DIED)
            state = State.DIED if words is DIED else State.FAILED
            outcome = Outcome(state, error=WorkerError(*words))
        self.state = outcome.state
        self.ended.emit(outcome)
