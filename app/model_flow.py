"""Connects what the model does (predict, learn, change versions) with the panels that show it and the sentences said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.finetune_process import Outcome, State
from app.finetuning import Finetuning
from app.giving_way import GivingWay
from app.going_on import GoingOn
from app.inference_process import InferenceProcess
from app.message_bar import MessageBar
from app.messages import text_of_template
from app.model_area import ModelArea
from app.model_choice import ModelChoice
from app.model_download import ModelDownload
from app.prediction import Predictions
from app.preparing_ahead import PreparingAhead
from app.session import Session
from app.settings import Settings
from app.structure_panel import StructurePanel
from app.versions import Versions
from core.errors import KnownError

COUNT_AFTER_MS = 300
CAUSES_GONE = ("WorkerError", "ModelError", "DeviceError")


@dataclass(frozen=True)
class Workers:
    """How the background workers are started: program and arguments; None is the program's own."""

    inference: Sequence[str] | None = None
    finetune: Sequence[str] | None = None
    download: Sequence[str] | None = None


class ModelFlow(QObject):
    """Prediction, fine-tuning and versions of one window.

    Signals:
        learning_changed: whether a fine-tune runs.
    """

    learning_changed = Signal(bool)

    def __init__(
        self,
        session: Session,
        settings: Settings,
        versions: Versions,
        messages: MessageBar,
        workers: Workers,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._settings, self._versions, self._messages = session, settings, versions, messages
        self.process = InferenceProcess(workers.inference, self)
        self.predictions = Predictions(session, versions, self.process, self)
        self.finetuning = Finetuning(session, versions, workers.finetune, self)
        self.ahead = PreparingAhead(session, versions, self.process, self.predictions, self.finetuning, self)
        GivingWay(self.process, self.finetuning, versions, settings, self)
        self.choice = ModelChoice(session, settings, versions, self.process, self)
        self.download = ModelDownload(workers.download, self)
        self.choice.chosen.connect(self._base_chosen)
        self.choice.failed.connect(messages.say_error)
        self.download.finished.connect(lambda name: messages.say("model_downloaded", name=name))
        self.download.failed.connect(messages.say_error)
        self.process.answered.connect(self._show_device)
        settings.changed.connect(self._take_setting)
        self._take_setting("device")
        self._take_setting("next image")
        self._structure: StructurePanel | None = None
        self._area: ModelArea | None = None
        self._soon = QTimer(self, singleShot=True, interval=COUNT_AFTER_MS)
        self._soon.timeout.connect(self._count_labels)

    def connect_structure(self, panel: StructurePanel) -> None:
        """Let the Predict button work, and show there what the model does."""
        self._structure = panel
        predictions = self.predictions
        panel.predict_wanted.connect(self._predict)
        panel.all_wanted.connect(self._predict_all)
        panel.stop_wanted.connect(predictions.stop)
        panel.automatic.setChecked(predictions.automatic)
        panel.automatic_changed.connect(
            lambda on: self._settings.choose("next image", "predicted" if on else "not predicted")
        )
        predictions.busy.connect(panel.show_busy)
        predictions.idle.connect(panel.show_idle)
        predictions.failed.connect(self._messages.say_error)
        predictions.found_none.connect(self._say_found_none)
        predictions.answered.connect(self._clear_causes)

    def connect_area(self, area: ModelArea) -> None:
        """Let the buttons of the model tab work, and show there how the learning goes."""
        self._area = area
        run, panel = self.finetuning, area.finetune
        panel.start_wanted.connect(self.start)
        panel.cancel_wanted.connect(self._cancel)
        run.started.connect(self._started)
        run.staged.connect(panel.show_stage)
        run.epoch_over.connect(area.show_epoch)
        run.ended.connect(self._ended)
        run.failed.connect(self._messages.say_error)
        run.interrupted.connect(lambda: self._messages.say("finetune_interrupted"))
        GoingOn(self._session, run, panel, self)
        area.versions.activate_wanted.connect(self._activate)
        area.versions.back_wanted.connect(self._go_back)
        session = self._session
        session.version_changed.connect(self._show_last)
        session.project_changed.connect(lambda: area.show_project(run.is_running))
        session.project_changed.connect(self._show_last)
        for signal in (session.project_changed, session.images_changed, session.status_changed):
            signal.connect(lambda *_: self._soon.start())

    def start(self, note: str = "", settings: dict[str, Any] | None = None) -> None:
        """Begin a fine-tune, or say why not.

        Args:
            note: a line of the clinician's.
            settings: of `Finetuning.start`, where they differ from the usual.
        """
        reason = self._count_labels()
        if self.finetuning.is_running:
            self._messages.say("finetune_running")
        elif reason:
            self._messages.say("finetune_not_yet", reason=reason)
        else:
            chosen = {"device": self._settings.device, "cluster": self._settings.cluster, **(settings or {})}
            self.finetuning.start(note, **chosen)

    def close(self) -> None:
        """End the workers and wait for them."""
        self.download.close()
        self.finetuning.close()
        self.predictions.close()

    def _base_chosen(self, _reference: str) -> None:
        self._messages.clear("ModelError")
        self._say_in_use()

    def _show_device(self, _number: int, result: dict[str, Any]) -> None:
        if self._area is not None and "device_reason" in result:
            self._area.show_device(str(result.get("device_name", "")), str(result["device_reason"]))

    def _take_setting(self, name: str) -> None:
        if name in ("device", "precision"):
            self.predictions.compute(self._settings.device, self._settings.precision)
        elif name == "next image":
            self.predictions.automatic = self._settings["next image"] == "predicted"

    def _predict(self, words: str) -> None:
        key = self.predictions.want(words)
        if key:
            self._messages.say(key)

    def _predict_all(self) -> None:
        key = self.predictions.want_all()
        if key:
            self._messages.say(key)

    def _say_found_none(self, names: list[str]) -> None:
        self._messages.say("found_none", names=", ".join(names))

    def _clear_causes(self) -> None:
        for name in (*CAUSES_GONE, "found_none"):
            self._messages.clear(name)

    def _count_labels(self) -> str:
        """Show what would be learned from; returns why nothing can be, in words."""
        labels, patients, template = self.finetuning.labels()
        reason = text_of_template(template, {"least": self.finetuning.least}) if template else ""
        if self._area is not None:
            self._area.finetune.show_labels(labels, patients, reason, *self.finetuning.left_out())
            self._area.finetune.show_checks(self.finetuning.checks())
            self._area.finetune.preset.show_expected(self.finetuning.expected(labels))
        return reason

    def _cancel(self) -> None:
        self.finetuning.cancel()
        if self._area is not None and self.finetuning.is_running:
            self._area.finetune.show_cancelling()

    def _started(self) -> None:
        for name in ("FinetuneError", "WorkerError"):
            self._messages.clear(name)
        self.learning_changed.emit(True)
        if self._area is not None:
            self._area.show_started()

    def _ended(self, outcome: Outcome) -> None:
        self.learning_changed.emit(False)
        if self._area is not None:
            self._area.show_ended(outcome)
        self._show_last()
        if outcome.state is State.CANCELLED:
            self._messages.say("finetune_cancelled")
        if outcome.state is not State.FINISHED or outcome.result is None:
            return
        key = "finetune_better" if outcome.result.get("accepted") else "finetune_not_better"
        try:
            rows = self._versions.rows()
            self._messages.say(key, name=self._versions.name_of(rows[-1].id if rows else None))
        except KnownError as error:
            self._messages.say_error(error)

    def _show_last(self) -> None:
        """Show what the newest version was worth, unless another one is being learned."""
        if self._area is None or self.finetuning.is_running:
            return
        try:
            rows, active = self._versions.rows(), self._versions.active_id()
            name = self._versions.name_of(rows[-1].id) if rows else ""
        except KnownError as error:
            self._messages.say_error(error)
            return
        if rows:
            self._area.result.show_version(name, rows[-1], rows[-1].id == active)
        else:
            self._area.result.setVisible(False)

    def _activate(self, version_id: str | None) -> None:
        if self._versions.activate(version_id):
            self._say_in_use()

    def _go_back(self) -> None:
        if self._versions.go_back():
            self._say_in_use()

    def _say_in_use(self) -> None:
        for key in ("finetune_better", "finetune_not_better", "version_not_better", "version_in_use"):
            self._messages.clear(key)
        try:
            active = self._versions.active_id()
            row = next((row for row in self._versions.rows() if row.id == active), None)
            name = self._versions.name_of(active)
        except KnownError as error:
            self._messages.say_error(error)
            return
        figures = row.figures if row is not None else {}
        if row is None or figures.get("accepted", True):
            self._messages.say("version_in_use", name=name)
        else:
            before, after = (f"{figures.get(key) or 0:.3f}" for key in ("base_at_best", "tuned_at_best"))
            self._messages.say("version_not_better", name=name, before=before, after=after)
