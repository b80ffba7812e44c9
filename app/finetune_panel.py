"""The button that teaches the model, and how far the teaching is."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.controls import WordsEdit, button, label
from app.finetune_process import Outcome, State
from app.going_on_offer import GoingOnOffer
from app.icons import icon
from app.messages import text_of_template
from app.origin_choice import OriginChoice
from app.preset_choice import PresetChoice
from app.theme import Theme
from core.amounts import amount
from core.worker_protocol import EpochEvent, StageEvent


class FinetunePanel(QWidget):
    """What will be learned from, the large button, and progress while the model learns.

    Signals:
        start_wanted: the clinician wants a run, with this note and these settings.
        cancel_wanted: the clinician wants the run to stop.
        pause_wanted: the clinician wants the run to be gone on with later.
    """

    start_wanted = Signal(str, dict)
    cancel_wanted = Signal()
    pause_wanted = Signal()

    def __init__(self, theme: Theme, origin: OriginChoice, parent: QWidget | None = None) -> None:
        """Build the panel; `origin` says from where a run begins."""
        super().__init__(parent)
        self._theme, self.origin = theme, origin
        self._running = False
        self._labels, self._reason = 0, ""
        self.labels = label("", "strong")
        self.left_out = label("", "notice")
        self.what = label("", "notice")
        self.preset = PresetChoice()
        self.note = WordsEdit(placeholderText=self.tr("Note for the new version (optional)"), maxLength=200)
        self.note.setAccessibleName(self.tr("Note for the new version"))
        self.start = button(self.tr("Fine-tune on my labels"), 48, primary=True)
        self.why_not = label("", "notice")
        self.last = label("", "notice")
        self.stage = label("", "muted")
        self.bar = QProgressBar(textVisible=False)
        self.bar.setObjectName("thin")
        self.epoch = label("", "notice")
        self.speed = label("", "notice")
        self.pause = button(self.tr("Pause"), 30)
        self.pause.setToolTip(
            self.tr("Stop computing and give the memory back; what was learned is kept, and you can go on later")
        )
        self.cancel = button(self.tr("Cancel"), 30)
        self.offer = GoingOnOffer()
        for text in (
            self.labels,
            self.left_out,
            self.what,
            self.why_not,
            self.last,
            self.stage,
            self.epoch,
            self.speed,
        ):
            text.setWordWrap(True)
        self._progress = QWidget()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(label(self.tr("Learn from my corrections"), "heading"))
        for part in (
            self.labels, self.left_out, self.what, self.offer, self.preset, self.origin, self.note, self.start, self.why_not,
            self.last, self._progress,
        ):  # fmt: skip
            self._column.addWidget(part)
        self._arrange_progress()
        self.start.clicked.connect(self.ask)
        self.cancel.clicked.connect(self.cancel_wanted)
        self.pause.clicked.connect(self.pause_wanted)
        theme.changed.connect(self._recolour)
        self._recolour()
        self.show_labels(0, 0, "")
        self.show_checks(1)
        self._show_running(False)

    def ask(self) -> None:
        """Ask for a run, as the button does."""
        self.start_wanted.emit(self.note.text().strip(), self.preset.settings() | self.origin.settings())

    def show_labels(self, labels: int, patients: int, reason: str, rejected: int = 0, tested: int = 0) -> None:
        """Say what would be learned from.

        Args:
            labels: accepted masks.
            patients: among them.
            reason: why a run cannot start, in the window's language; "" if it can.
            rejected: images that are left out because they cannot be used.
            tested: images that are kept for testing.
        """
        lines = [self.tr("Rejected images, left out: {count}").format(count=rejected)] if rejected else []
        if tested:
            lines.append(self.tr("Images kept for testing, never learned from: {count}").format(count=tested))
        self.left_out.setText("\n".join(lines))
        self.left_out.setVisible(bool(lines))
        text = self.tr("Accepted masks: {labels}, patients: {patients}")
        self.labels.setText(text.format(labels=labels, patients=patients))
        self._labels, self._reason = labels, reason
        self._enable()

    def show_checks(self, rounds: int) -> None:
        """Say how a run on the labels as they are now would be judged: on one part of the patients, or in several rounds."""
        text = self.tr(
            "The model learns only from your accepted masks, on this computer. Some patients are kept aside to check "
            "whether it really became better; only then is the new version used."
        )
        if rounds > 1:
            text = self.tr(
                "The model learns only from your accepted masks, on this computer. With fewer than 30 images it learns "
                "{times} times: {rounds} times each without a part of the patients, who then check whether it really became "
                "better, and once from all of them. Only if it is better is the new version used."
            ).format(times=rounds + 1, rounds=rounds)
        self.what.setText(text)

    def show_started(self) -> None:
        """A run has begun."""
        self.stage.setText(self.tr("Gathering your labels …"))
        self.epoch.setText("")
        self.speed.setText("")
        self.bar.setRange(0, 0)
        self._show_running(True)

    def show_stage(self, event: StageEvent) -> None:
        """Say what the run does now."""
        self.stage.setText(text_of_template(event.text, event.values) + " …")
        done, total = event.values.get("done"), event.values.get("all")
        counted = isinstance(done, int) and isinstance(total, int) and total > 0
        self.bar.setRange(0, int(total) if counted else 0)  # type: ignore[arg-type]
        self.bar.setValue(int(done) if counted else -1)  # type: ignore[arg-type]
        self.epoch.setText("")

    def show_epoch(self, event: EpochEvent) -> None:
        """One epoch is over."""
        self.bar.setRange(0, event.epochs)
        self.bar.setValue(event.epoch)
        words = self.tr("Round {epoch} of {epochs}").format(epoch=event.epoch, epochs=event.epochs)
        self.epoch.setText(" · ".join([words, *self._time(event.seconds_left)]))
        self.speed.setText(" · ".join(self._figures(event)))

    def show_cancelling(self) -> None:
        """The run was asked to stop."""
        self.stage.setText(state_text(State.CANCELLING))
        self.cancel.setEnabled(False)
        self.pause.setEnabled(False)

    def show_pausing(self) -> None:
        """The run was asked to pause; it may still be cancelled."""
        self.stage.setText(state_text(State.PAUSING))
        self.pause.setEnabled(False)

    def show_ended(self, outcome: Outcome) -> None:
        """The run is over; what it brought stands elsewhere."""
        self._show_running(False)
        self.last.setText(state_text(outcome.state))
        self.last.setVisible(outcome.state is not State.PAUSED)  # that is said beside the offer to go on
        if outcome.state is State.FINISHED:
            self.note.clear()

    def show_quiet(self) -> None:
        """Another project is open: nothing is known of a run."""
        self._show_running(False)

    def _arrange_progress(self) -> None:
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.pause)
        last.addWidget(self.cancel)
        column = QVBoxLayout(self._progress)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.stage)
        for part in (self.bar, self.epoch, self.speed):
            column.addWidget(part)
        column.addLayout(last)
        lent = self.tr(
            "Meanwhile the model that predicts lends its memory to the learning: a prediction loads it again first."
        )
        words_of_memory = label(lent, "notice")
        words_of_memory.setWordWrap(True)
        column.addWidget(words_of_memory)

    def _show_running(self, running: bool) -> None:
        self._running = running
        self.last.setVisible(False)
        self._progress.setVisible(running)
        self.note.setEnabled(not running)
        self.preset.setEnabled(not running)
        self.origin.setEnabled(not running)
        self.cancel.setEnabled(running)
        self.pause.setEnabled(running)
        self._enable()

    def _enable(self) -> None:
        self.start.setEnabled(self._labels > 0 and not self._running and not self._reason)
        self.why_not.setText(self._reason)
        self.why_not.setVisible(bool(self._reason) and not self._running)

    def _time(self, seconds: float | None) -> list[str]:
        if seconds is None:
            return []
        if seconds < 60:
            return [self.tr("less than a minute left")]
        return [self.tr("about {minutes} min left").format(minutes=round(seconds / 60))]

    def _figures(self, event: EpochEvent) -> list[str]:
        found = []
        if event.samples_per_second is not None:
            found.append(self.tr("{count:.3g} views per second").format(count=event.samples_per_second))
        if event.memory_bytes is not None:
            found.append(self.tr("memory {amount}").format(amount=amount(event.memory_bytes)))
        return found

    def _recolour(self) -> None:
        self.start.setIcon(icon("finetune", self._theme.tones.on_accent, self._theme.tones.muted))


def state_text(state: State) -> str:
    """The sentence of a run's state in the window's language."""
    return QCoreApplication.translate("finetune", state.value)
