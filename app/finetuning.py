"""Fine-tuning from the button to the new version: freeze the labels, run the worker, record the ending in the project."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.background import Background, Progress
from app.finetune_process import FinetuneProcess, Outcome, State
from app.language import QT_TRANSLATE_NOOP
from app.session import Session
from app.versions import Versions
from core.errors import KnownError
from core.finetune.estimate import from_earlier, rounds_for
from core.finetune.freeze import LEAST_LABELS, begin, enough_labels, finish, freeze_labels
from core.finetune.job import Job
from core.finetune.presets import PRESETS, QUICK
from core.store import Store
from core.worker_protocol import StageEvent

UNCOUNTED = "The labels of this project cannot be counted now."
LOADING = QT_TRANSLATE_NOOP("core", "Loading the model")
OUTCOMES = {State.FINISHED: "done", State.CANCELLED: "cancelled", State.FAILED: "failed", State.DIED: "died"}


class Finetuning(QObject):
    """At most one run at a time, of the open project.

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
        self._process: FinetuneProcess | None = None
        self._job: Job | None = None
        self._given_up = False
        session.project_closing.connect(self.close)
        session.project_changed.connect(self._close_old_runs)

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
        self._job = job
        self._process = FinetuneProcess(Path(job.folder), self._command, self)
        self._process.staged.connect(self.staged)
        self._process.epoch_over.connect(self.epoch_over)
        self._process.ended.connect(self._process_ended)
        self._process.start()
        self.staged.emit(StageEvent(LOADING))

    def _process_ended(self, outcome: Outcome) -> None:
        process, job, store = self._process, self._job, self._session.store
        self._process = self._job = None
        assert process is not None and job is not None
        process.deleteLater()
        if store is None:
            return
        try:
            before = self._versions.active_id()
            finish(store, job, OUTCOMES[outcome.state], outcome.result)
            self._versions.remember(before)
        except KnownError as error:
            outcome = Outcome(State.FAILED, error=error)
        if outcome.error is not None:
            self.failed.emit(outcome.error)
        self._session.version_changed.emit()
        self.ended.emit(outcome)

    def _close_old_runs(self) -> None:
        """Runs that never ended, because the program was ended the hard way, are recorded as such."""
        store = self._session.store
        if store is None or self._session.read_only:
            return
        try:
            open_runs = [run for run in store.runs() if run.outcome == "running"]
            for run in open_runs:
                store.finish_run(run.id, "died")
        except KnownError as error:
            self.failed.emit(error)
            return
        if open_runs:
            self.interrupted.emit()
