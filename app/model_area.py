"""The second tab: teach the model, see how it learns and what it was worth, choose a version."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.controls import label, line
from app.finetune_panel import FinetunePanel
from app.finetune_process import Outcome, State
from app.messages import text_of_template
from app.origin_choice import OriginChoice
from app.result_panel import ResultPanel
from app.session import Session
from app.theme import Theme
from app.versions import Versions
from app.versions_panel import VersionsPanel
from core.worker_protocol import EpochEvent

if TYPE_CHECKING:
    from app.finetune_chart import FinetuneChart


class ModelArea(QScrollArea):
    """Fine-tune, chart, result and versions, one below the other."""

    def __init__(self, session: Session, versions: Versions, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.finetune = FinetunePanel(theme, OriginChoice(session, versions))
        self.result = ResultPanel(theme)
        self.versions = VersionsPanel(session, versions, theme)
        self.device = label("", "notice")
        self.device.setWordWrap(True)
        self.device.setVisible(False)
        self.curve = QPushButton(self.tr("Show how it learned"))
        self.curve.setCheckable(True)
        self.curve.setProperty("role", "link")
        self.curve.toggled.connect(self._show_curve)
        self._chart: FinetuneChart | None = None
        self._chart_place = QVBoxLayout()
        body = QWidget()
        body.setObjectName("side")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 14, 16, 16)
        column.setSpacing(14)
        column.addWidget(self.finetune)
        column.addWidget(self.result)
        column.addWidget(self.curve)
        column.addLayout(self._chart_place)
        column.addWidget(line())
        column.addWidget(self.versions)
        column.addWidget(self.device)
        column.addStretch(1)
        self.setWidget(body)
        self.show_quiet()

    def chart(self) -> "FinetuneChart":
        """The live chart; made when it is needed for the first time."""
        if self._chart is None:
            from app.finetune_chart import FinetuneChart

            self._chart = FinetuneChart(self._theme)
            self._chart_place.addWidget(self._chart)
        return self._chart

    def show_started(self) -> None:
        """A run has begun; what the last one was worth makes room for it."""
        self.result.setVisible(False)
        self.chart().clear()
        self.show_quiet()
        self.finetune.show_started()

    def show_epoch(self, event: EpochEvent) -> None:
        """One epoch of the run is over."""
        self.chart().add(event)
        self.chart().setVisible(True)
        self.finetune.show_epoch(event)

    def show_ended(self, outcome: Outcome) -> None:
        """The run is over: the chart goes behind a button."""
        self.show_quiet()
        self.finetune.show_ended(outcome)
        self.curve.setVisible(outcome.state is State.FINISHED)

    def show_quiet(self) -> None:
        """Nothing runs, and nothing is shown of an earlier run."""
        self.finetune.show_quiet()
        self.curve.setChecked(False)
        self.curve.setVisible(False)
        if self._chart is not None:
            self._chart.setVisible(False)

    def show_project(self, learning: bool) -> None:
        """Another project is open; a run that goes on in the background is shown already."""
        if not learning:
            self.show_quiet()

    def show_device(self, name: str, reason: str) -> None:
        """Say what computes, and why.

        Args:
            name: of the graphics card, "" for the processor.
            reason: a sentence of core.
        """
        self.device.setText(f"{text_of_template(reason, {})} {name}".strip())
        self.device.setVisible(True)

    def show_versions(self) -> None:
        """Bring the list of versions into sight and take the keyboard there."""
        self.versions.list.setFocus()
        self.ensureWidgetVisible(self.versions, 0, 24)

    def _show_curve(self, on: bool) -> None:
        self.chart().setVisible(on)
        self.curve.setText(self.tr("Hide how it learned") if on else self.tr("Show how it learned"))
