"""A fine-tune run in its own process: from not started to one of its endings, each with a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.language import QT_TRANSLATE_NOOP
from app.task_process import End, TaskEnding, TaskProcess
from app.worker_process import worker_command
from core.errors import KnownError
from core.worker_protocol import EpochEvent, StageEvent

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


class State(Enum):
    """Where a run is. The value is its sentence (context "finetune")."""

    NOT_STARTED = QT_TRANSLATE_NOOP("finetune", "No fine-tune is running.")
    RUNNING = QT_TRANSLATE_NOOP("finetune", "The model is learning; you can go on working.")
    CANCELLING = QT_TRANSLATE_NOOP("finetune", "The fine-tune is being stopped.")
    PAUSING = QT_TRANSLATE_NOOP("finetune", "The fine-tune is being paused after this step.")
    FINISHED = QT_TRANSLATE_NOOP("finetune", "The fine-tune is finished.")
    CANCELLED = QT_TRANSLATE_NOOP("finetune", "The fine-tune was cancelled; nothing was changed.")
    PAUSED = QT_TRANSLATE_NOOP(
        "finetune", "The fine-tune is paused: it computes nothing and takes no memory until you let it go on."
    )
    LEFT = QT_TRANSLATE_NOOP("finetune", "The fine-tune goes on in the background.")
    FAILED = QT_TRANSLATE_NOOP("finetune", "The fine-tune could not be finished; nothing was changed.")
    DIED = QT_TRANSLATE_NOOP("finetune", "The fine-tune stopped unexpectedly; nothing was changed.")


STATES = {
    End.DONE: State.FINISHED,
    End.CANCELLED: State.CANCELLED,
    End.PAUSED: State.PAUSED,
    End.FAILED: State.FAILED,
    End.DIED: State.DIED,
}


@dataclass(frozen=True)
class Outcome:
    """The ending of a run.

    Attributes:
        state: FINISHED, CANCELLED, PAUSED, FAILED or DIED; LEFT where it goes on without the window.
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
        self._task = TaskProcess([*base, str(folder)], DIED, NOT_STARTED, self)
        self._task.came.connect(self._take)
        self._task.ended.connect(self._task_ended)

    def start(self) -> None:
        """Start the run; returns at once."""
        self.state = State.RUNNING
        self._task.start()

    def cancel(self) -> None:
        """Ask the run to stop; its ending follows."""
        if self.state in (State.RUNNING, State.PAUSING):
            self.state = State.CANCELLING
            self._task.cancel()

    def pause(self) -> None:
        """Ask the run to keep what it has learned and to end; its ending follows, at the latest after the step it is in."""
        if self.state is State.RUNNING:
            self.state = State.PAUSING
            self._task.pause()

    def close(self) -> None:
        """The window goes: end the run and wait until its process is gone."""
        if self.state in (State.RUNNING, State.PAUSING):
            self.state = State.CANCELLING
        self._task.close()

    def _take(self, event: object) -> None:
        if isinstance(event, StageEvent):
            self.staged.emit(event)
        elif isinstance(event, EpochEvent):
            self.epoch_over.emit(event)

    def _task_ended(self, ending: TaskEnding) -> None:
        self.state = STATES[ending.end]
        self.ended.emit(Outcome(self.state, ending.result, ending.error))
