"""A fine-tune run that goes on without a window, followed through the files of its job folder (core.finetune.background)."""

import time
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background, Progress
from app.finetune_process import DIED, Outcome, State
from core.errors import KnownError, WorkerError
from core.finetune.background import PROGRESS, ask, is_worked_on, new_lines
from core.finetune.job import Job
from core.finetune.result import check_result
from core.worker_protocol import (
    CancelledEvent,
    DoneEvent,
    EpochEvent,
    FailedEvent,
    PausedEvent,
    ReadyEvent,
    StageEvent,
    decode_line,
    parse_event,
)

LOOK_MS = 300
LOOKS = 3
"""So often in a row nobody has to be seen at work before a run counts as dead: one look can miss it."""
READY_SECONDS = 120.0
CLOSE_SECONDS = 2.5


class FinetuneFollower(QObject):
    """Reads what a run says, from its beginning; speaks as `app.finetune_process.FinetuneProcess` does.

    Signals:
        staged: a StageEvent, what the run does now.
        epoch_over: an EpochEvent.
        ended: the Outcome, exactly once; none after `leave`.
    """

    staged = Signal(object)
    epoch_over = Signal(object)
    ended = Signal(object)

    def __init__(self, job: Job, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = State.NOT_STARTED
        self._job, self._folder = job, Path(job.folder)
        self._place = 0
        self._missed = 0
        self._ready = False
        self._begun = time.monotonic()
        self._checking: Background | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin to follow; what was said before comes first."""
        self.state = State.RUNNING
        self._begun = time.monotonic()
        self._timer.start()

    def cancel(self) -> None:
        """Ask the run to stop; its ending follows."""
        self._ask("cancel", State.CANCELLING)

    def pause(self) -> None:
        """Ask the run to keep what it has learned and to end; its ending follows."""
        self._ask("pause", State.PAUSING)

    def leave(self) -> None:
        """Follow no longer; the run goes on."""
        self._timer.stop()
        if self._checking is not None:
            self._checking.close()

    def close(self) -> None:
        """End the run and wait until its process is gone."""
        self.cancel()
        self.leave()
        deadline = time.monotonic() + CLOSE_SECONDS
        while is_worked_on(self._folder) and time.monotonic() < deadline:
            time.sleep(0.05)
        self._end(Outcome(State.CANCELLED))

    def _ask(self, verb: str, state: State) -> None:
        try:
            ask(self._folder, verb)
        except OSError:  # the disk is full: the run will hear it the next time
            return
        self.state = state

    def _look(self) -> None:
        alive = is_worked_on(self._folder)  # first: what it said before it ended is there then
        lines, self._place = new_lines(self._folder / PROGRESS, self._place)
        for line in lines:
            self._take(line)
        if not self._timer.isActive() or alive:
            self._missed = 0
            return
        self._missed += 1
        if self._missed < LOOKS:
            return
        if self._ready or time.monotonic() - self._begun > READY_SECONDS:
            if self.state is State.CANCELLING:
                self._end(Outcome(State.CANCELLED))
            else:
                self._end(Outcome(State.DIED, error=WorkerError(*DIED)))

    def _take(self, line: bytes) -> None:
        try:
            event = parse_event(decode_line(line))
        except WorkerError:  # a line of a library
            return
        if isinstance(event, ReadyEvent):
            self._ready = True
        elif isinstance(event, StageEvent):
            self.staged.emit(event)
        elif isinstance(event, EpochEvent):
            self.epoch_over.emit(event)
        elif isinstance(event, FailedEvent):
            self._end(Outcome(State.FAILED, error=event.error()))
        elif isinstance(event, CancelledEvent):
            self._end(Outcome(State.CANCELLED))
        elif isinstance(event, PausedEvent):
            self._end(Outcome(State.PAUSED))
        elif isinstance(event, DoneEvent):
            self._check(event)

    def _check(self, event: DoneEvent) -> None:
        """Nobody watched while it was written: look at the version before it is taken in."""
        self._timer.stop()
        job = self._job

        def check(_progress: Progress) -> None:
            check_result(job, event.result)

        self._checking = Background(check, self)
        self._checking.done.connect(lambda _: self._end(Outcome(State.FINISHED, event.result)))
        self._checking.failed.connect(self._refused)
        self._checking.start()

    def _refused(self, error: KnownError) -> None:
        self._end(Outcome(State.FAILED, error=error))

    def _end(self, outcome: Outcome) -> None:
        self._timer.stop()
        if self.state in (State.RUNNING, State.PAUSING, State.CANCELLING):
            self.state = outcome.state
            self.ended.emit(outcome)
