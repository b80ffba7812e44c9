"""Fine-tuning from the button to the new version: freeze the labels, run the worker, record the ending in the project."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from app.background import Background, Progress
from app.finetune_follower import FinetuneFollower
from app.finetune_process import FinetuneProcess, Outcome, State
from app.interrupted_run import InterruptedRun, folder_of, reopen
from app.language import QT_TRANSLATE_NOOP
from app.session import Session
from app.versions import Versions
from app.worker_process import start_detached, worker_command
from core.errors import KnownError
from core.finetune.background import begin_background, clear_background, runs_in_background
from core.finetune.estimate import from_earlier, rounds_for
from core.finetune.freeze import LEAST_LABELS, begin, enough_labels, finish, freeze_labels
from core.finetune.job import Job
from core.finetune.presets import PRESETS, QUICK
from core.finetune.reached import forget
from core.store import Store
from core.worker_protocol import StageEvent

UNCOUNTED = "The labels of this project cannot be counted now."
LOADING = QT_TRANSLATE_NOOP("core", "Loading the model")
LEAVE_MS = 6_000
"""How long a run may take to put aside what it has before it is started again without the window."""
OUTCOMES = {
    State.FINISHED: "done",
    State.CANCELLED: "cancelled",
    State.PAUSED: "paused",
    State.FAILED: "failed",
    State.DIED: "died",
}


class Finetuning(QObject):
    """At most one run at a time, of the open project.

    Attributes:
        on_cluster: the run, or the last one, learns on another computer; it cannot be paused there.

    Signals:
        started: the labels are being gathered.
        staged, epoch_over: StageEvent and EpochEvent of the worker.
        ended: the Outcome of the run; versions and project are up to date.
        failed: a KnownError the clinician must read.
        interrupted: the project was opened and its last run had never ended.
    """

    started = Signal()
    staged = Signal(object)
    epoch_over = Signal(object)
    ended = Signal(object)
    failed = Signal(object)
    interrupted = Signal()

    def __init__(
        self,
        session: Session,
        versions: Versions,
        command: Sequence[str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Prepare.

        Args:
            session: whose project is learned from.
            versions: told when another version is in use.
            command: of the worker; the program's own when left out.
            parent: owner.
        """
        super().__init__(parent)
        self._session, self._versions, self._command = session, versions, command
        self._freezing: Background | None = None
        self._process: FinetuneProcess | FinetuneFollower | None = None
        self._job: Job | None = None
        self._given_up = self._leaving = self.on_cluster = False
        session.project_closing.connect(self.close)
        session.project_changed.connect(self._find_old_runs)

    @property
    def is_running(self) -> bool:
        """Whether a run goes on, from gathering the labels to its ending."""
        return self._freezing is not None or self._process is not None

    def labels(self) -> tuple[int, int, str]:
        """Accepted labels, patients among them, and an English template (context "core", {least}) why a run cannot start."""
        if self._session.store is None:
            return 0, 0, ""
        try:
            return enough_labels(self._session.store)
        except KnownError as error:
            self.failed.emit(error)
            return 0, 0, UNCOUNTED

    def expected(self, labels: int) -> dict[str, float | None]:
        """Preset -> seconds that it is likely to take on so many labels; None where no run of the kind ended here yet."""
        store = self._session.store
        if store is None:
            return {}
        try:
            figures = [run.figures for run in store.runs()]
            model = Path(self._versions.base_reference()).name
        except KnownError:  # what counts the labels says it
            return {}
        return {key: from_earlier(figures, key, model, labels, self.checks()) for key in PRESETS}

    def left_out(self) -> tuple[int, int]:
        """Images that nothing is learned from: those that were rejected, and those of the test set."""
        store = self._session.store
        try:
            return (len(store.rejected()), len(store.test_set())) if store is not None else (0, 0)
        except KnownError as error:
            self.failed.emit(error)
            return 0, 0

    def checks(self) -> int:
        """In how many rounds a run on the labels as they are now would be judged; 1 with enough images."""
        store = self._session.store
        try:
            return rounds_for(store.count_accepted()[1]) if store is not None else 1
        except KnownError:  # what counts the labels says it
            return 1

    @property
    def least(self) -> int:
        """Labels without which no run can start."""
        return LEAST_LABELS

    def start(self, note: str = "", preset: str = QUICK, **settings: Any) -> None:
        """Begin a run on the labels as they are now.

        Args:
            note: a line of the clinician's, kept with the version.
            preset: what learns.
            settings: of `freeze_labels`, where they differ from the usual.
        """
        store, folder = self._session.store, self._session.folder
        if self.is_running or store is None or folder is None or not self._session.save():
            return
        try:
            model, used = self._versions.base_reference(), self._versions.in_use()
        except KnownError as error:
            self.failed.emit(error)
            return

        in_use = used.reference if used.version_id is not None else None
        chosen = {"preset": preset, **PRESETS[preset].settings, **settings}

        def freeze(_progress: Progress) -> Job:
            with Store.open(folder, read_only=True) as labels:
                job: Job = freeze_labels(labels, model=model, in_use=in_use, note=note, **chosen)
                return job

        self._given_up = False
        self._freezing = Background(freeze, self)
        self._freezing.done.connect(self._frozen)
        self._freezing.failed.connect(self._not_frozen)
        self.started.emit()
        self._freezing.start()

    def cancel(self) -> None:
        """Stop the run; its ending follows."""
        self._given_up = True
        if self._process is not None:
            self._process.cancel()

    def pause(self) -> None:
        """Stop the run so that it can be gone on with; its ending follows."""
        if self._process is not None:
            self._process.pause()

    @property
    def can_be_left(self) -> bool:
        """Whether the run can go on without the window: its labels are gathered."""
        return self._process is not None

    def leave(self) -> None:
        """Let the run go on without the window, from where it is now; it is found again when the project is opened."""
        process = self._process
        if isinstance(process, FinetuneFollower):
            process.leave()
            self._let_go(process, Outcome(State.LEFT))
        elif process is not None:
            self._leaving = True
            loop = QEventLoop()
            process.ended.connect(loop.quit)
            process.pause()
            QTimer.singleShot(LEAVE_MS, loop, loop.quit)
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
            if self._process is process:
                process.close()  # the hard way: it goes on from its last round

    def go_on(self, run: InterruptedRun) -> None:
        """Go on with a run that was paused or cut off."""
        store = self._session.store
        if store is None or self.is_running:
            return
        try:
            reopen(store, run)
        except KnownError as error:
            self.failed.emit(error)
            return
        self.started.emit()
        self._launch(run.job)

    def close(self) -> None:
        """The project or the window is closed: end the run, and record it in the project while it can be written."""
        if self._freezing is not None:
            self._freezing.close()
            self._freezing = None
            self.ended.emit(Outcome(State.CANCELLED))
        if self._process is not None:
            self._process.close()

    def _not_frozen(self, error: KnownError) -> None:
        self._freezing = None
        self.failed.emit(error)
        self.ended.emit(Outcome(State.FAILED, error=error))

    def _frozen(self, job: Job) -> None:
        self._freezing = None
        store = self._session.store
        if self._given_up or store is None:
            shutil.rmtree(job.folder, ignore_errors=True)
            self.ended.emit(Outcome(State.CANCELLED))
            return
        try:
            begin(store, job)
        except KnownError as error:
            self._not_frozen(error)
            return
        self._launch(job)

    def _launch(self, job: Job, in_background: bool = False) -> None:
        """Start a run, or follow one that goes on already."""
        self._job, self._leaving, self.on_cluster = job, False, bool(job.cluster)
        if in_background:
            self._process = FinetuneFollower(job, self)
        else:
            self._process = FinetuneProcess(Path(job.folder), self._command, self)
        self._process.staged.connect(self.staged)
        self._process.epoch_over.connect(self.epoch_over)
        self._process.ended.connect(self._process_ended)
        self._process.start()
        self.staged.emit(StageEvent(LOADING))

    def _process_ended(self, outcome: Outcome) -> None:
        process, job, store = self._process, self._job, self._session.store
        assert process is not None and job is not None
        if self._leaving and outcome.state in (State.PAUSED, State.CANCELLED) and start_alone(job, self._command):
            self._let_go(process, Outcome(State.LEFT))
            return
        folder = Path(job.folder)
        if store is not None:
            try:
                before = self._versions.active_id()
                finish(store, job, OUTCOMES[outcome.state], outcome.result)
                self._versions.remember(before)
                clear_background(folder)
                if outcome.state is State.CANCELLED:
                    forget(folder)
            except KnownError as error:
                outcome = Outcome(State.FAILED, error=error)
            if outcome.error is not None:
                self.failed.emit(outcome.error)
        self._let_go(process, outcome)

    def _let_go(self, process: FinetuneProcess | FinetuneFollower, outcome: Outcome) -> None:
        self._process = self._job = None
        process.deleteLater()
        if self._session.store is not None:
            self._session.version_changed.emit()
            self.ended.emit(outcome)

    def _find_old_runs(self) -> None:
        """A run that goes on without a window is followed; one that never ended was cut off with the program."""
        store = self._session.store
        if store is None or self._session.read_only:
            return
        try:
            open_runs = [run for run in store.runs() if run.outcome == "running"]
            alone = [run for run in open_runs if runs_in_background(folder_of(store, run))][-1:]
            for run in open_runs:
                if run not in alone:
                    store.finish_run(run.id, "died")
            jobs = [Job.read(folder_of(store, run)) for run in alone]
        except KnownError as error:
            self.failed.emit(error)
            return
        for job in jobs:
            self.started.emit()
            self._launch(job, in_background=True)
        if len(open_runs) > len(alone):
            self.interrupted.emit()


def start_alone(job: Job, command: Sequence[str] | None) -> bool:
    """Start a run that outlives the window, where it was put aside; False if that fails."""
    base = command if command is not None else worker_command("core.finetune.worker")
    try:
        begin_background(Path(job.folder))
    except OSError:  # the disk is full
        return False
    return start_detached([*base, job.folder, "--background"])
