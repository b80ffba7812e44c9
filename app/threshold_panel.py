"""The threshold: slider, number, how the probabilities lie, the area of the mask, and the thresholds that fit best."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.controls import keeps_enter, label, slider
from app.level_histogram import LevelHistogram
from app.mask_figures import MaskFigures
from app.readout import mm
from app.session import Session
from app.structure_lock import is_locked
from core.dice_curve import best_on
from core.mask import STEPS, threshold_of


class ThresholdEdit(QDoubleSpinBox):
    """The threshold as a number, in its steps; Enter finishes it and does not accept the image."""

    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(3)
        self.setRange(1 / STEPS, 1 - 1 / STEPS)
        self.setSingleStep(1 / STEPS)
        self.setKeyboardTracking(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(92)

    def event(self, event: QEvent) -> bool:
        """Keep Enter for this field."""
        return keeps_enter(event) or super().event(event)


class ThresholdPanel(QWidget):
    """Moves the threshold while it is dragged, and puts it into the journal when it is let go.

    Attributes:
        figures: of the mask on the screen.

    Signals:
        labels_wanted: the clinician asks which threshold fits all accepted masks best.
    """

    labels_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.figures = MaskFigures(session, self)
        self.slider = slider(1, STEPS - 1, 5, self.tr("Threshold"))
        self.number = ThresholdEdit()
        self.number.setAccessibleName(self.tr("Threshold as a number"))
        self.histogram = LevelHistogram()
        self._area = label("", "figure")
        self._share = label("", "muted")
        self.for_image = _choice(self.tr("Best for this image"))
        self.for_image.setToolTip(
            self.tr("Put the threshold where the prediction fits your corrected mask best; correct or accept it first")
        )
        self.for_labels = _choice(self.tr("Best for my labels…"))
        self.for_labels.setToolTip(
            self.tr("See how well every threshold fits all masks of this structure that you have accepted")
        )
        self.note = label("", "notice")
        self.note.setWordWrap(True)
        self._arrange()
        self._connect()
        self._show_prediction()

    def nudge(self, by: int) -> None:
        """Move the threshold by whole steps of 0.005 and put it into the journal."""
        self._session.editing.set_threshold(self._session.editing.step + by, commit=True)

    def take_best(self) -> None:
        """Put the threshold where the pure prediction has the highest Dice with the mask as it is now."""
        dice = self.figures.dice()
        if dice is None:
            return
        step = best_on(dice)
        self._session.editing.set_threshold(step, commit=True)
        if self._session.editing.step == step:
            text = self.tr("At {threshold} the prediction fitted your mask best (Dice {dice}).")
            values = {"threshold": f"{threshold_of(step):.3f}", "dice": f"{dice[step - 1]:.3f}"}
            self._say(text.format(**values))

    def _arrange(self) -> None:
        top, bottom, best = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        top.addWidget(label(self.tr("Threshold"), "heading"))
        top.addStretch(1)
        top.addWidget(self.number)
        bottom.addWidget(self._area)
        bottom.addStretch(1)
        bottom.addWidget(self._share)
        best.setSpacing(6)
        best.addWidget(self.for_image, 1)
        best.addWidget(self.for_labels, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.slider)
        column.addWidget(self.histogram)
        column.addLayout(bottom)
        column.addLayout(best)
        column.addWidget(self.note)

    def _connect(self) -> None:
        session, figures = self._session, self.figures
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderReleased.connect(self._released)
        self.number.valueChanged.connect(self._typed)
        self.for_image.clicked.connect(self.take_best)
        self.for_labels.clicked.connect(self.labels_wanted)
        figures.predicted.connect(self._show_prediction)
        figures.painted.connect(self._show_area)
        session.threshold_changed.connect(self._show_step)
        session.status_changed.connect(self._enable)
        for signal in (session.structure_changed, session.structures_changed):
            signal.connect(self._show_step)
            signal.connect(self._enable)

    def _moved(self, step: int) -> None:
        self._session.editing.set_threshold(step, commit=not self.slider.isSliderDown())

    def _released(self) -> None:
        self._session.editing.set_threshold(self.slider.value(), commit=True)

    def _typed(self, value: float) -> None:
        self._session.editing.set_threshold(round(value * STEPS), commit=True)

    def _show_prediction(self) -> None:
        self.histogram.show_counts(self.figures.counts)
        self._show_step()
        self._enable()

    def _show_step(self) -> None:
        step, row = self._session.editing.step, self._session.structure_row
        for widget in (self.slider, self.number):
            widget.blockSignals(True)
        self.slider.setValue(step)
        self.number.setValue(threshold_of(step))
        for widget in (self.slider, self.number):
            widget.blockSignals(False)
        self.histogram.show_step(step, row.colour if row is not None else "#000000")
        self._say("")
        self._show_area()

    def _show_area(self) -> None:
        pixels, area = self.figures.pixels, self.figures.area
        number = f"{area:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        self._area.setText(self.tr("{area} px").format(area=number) if pixels else "–")
        parts = [f"{100 * area / pixels:.2f} %"] if pixels else []
        spacing = self._session.image.spacing if self._session.image is not None else None
        if parts and spacing is not None:
            parts.insert(0, self.tr("{area} mm²").format(area=mm(area * spacing[0] * spacing[1])))
        self._share.setText("   ".join(parts))
        self._enable()

    def _enable(self) -> None:
        predicted = self._session.editing.has_prediction and not is_locked(self._session)
        for widget in (self.slider, self.number, self.histogram):
            widget.setEnabled(predicted)
        self.for_image.setEnabled(predicted and self.figures.is_corrected)
        self.for_labels.setEnabled(self._session.structure_row is not None and not is_locked(self._session))

    def _say(self, text: str) -> None:
        self.note.setText(text)
        self.note.setVisible(bool(text))


def _choice(text: str) -> QPushButton:
    """A small button that takes the keyboard only by Tab."""
    result = QPushButton(text)
    result.setProperty("role", "choice")
    result.setMinimumHeight(28)
    result.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return result
