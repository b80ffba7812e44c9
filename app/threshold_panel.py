"""The threshold slider with its number and the area of the mask."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QVBoxLayout, QWidget

from app.controls import label, slider
from app.session import Session
from core.mask import STEPS, threshold_of

AREA_AFTER_MS = 80


class ThresholdPanel(QWidget):
    """Moves the threshold while it is dragged, and puts it into the journal when it is let go."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        heading = label(self.tr("Threshold"), "heading")
        self.slider = slider(1, STEPS - 1, 5, self.tr("Threshold"))
        self.slider.setToolTip(
            self.tr("To the left more, to the right less of the prediction belongs to the mask (+ and −)")
        )
        self.number = QDoubleSpinBox()
        self.number.setDecimals(3)
        self.number.setRange(1 / STEPS, 1 - 1 / STEPS)
        self.number.setSingleStep(1 / STEPS)
        self.number.setAccessibleName(self.tr("Threshold as a number"))
        self.number.setKeyboardTracking(False)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.number.setFixedWidth(92)
        self._area = label("", "figure")
        self._share = label("", "muted")
        top = QHBoxLayout()
        top.addWidget(heading)
        top.addStretch(1)
        top.addWidget(self.number)
        bottom = QHBoxLayout()
        bottom.addWidget(self._area)
        bottom.addStretch(1)
        bottom.addWidget(self._share)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.slider)
        column.addLayout(bottom)
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderReleased.connect(self._released)
        self.number.valueChanged.connect(self._typed)
        session.threshold_changed.connect(self._follow)
        self._soon = QTimer(self, singleShot=True, interval=AREA_AFTER_MS)
        self._soon.timeout.connect(self._show_area)
        session.mask_changed.connect(lambda: self._soon.isActive() or self._soon.start())
        session.prediction_changed.connect(self._follow)
        self._follow()

    def nudge(self, by: int) -> None:
        """Move the threshold by whole steps of 0.005 and put it into the journal."""
        self._session.editing.set_threshold(self._session.editing.step + by, commit=True)

    def _moved(self, step: int) -> None:
        self._session.editing.set_threshold(step, commit=not self.slider.isSliderDown())

    def _released(self) -> None:
        self._session.editing.set_threshold(self.slider.value(), commit=True)

    def _typed(self, value: float) -> None:
        self._session.editing.set_threshold(round(value * STEPS), commit=True)

    def _follow(self) -> None:
        editing = self._session.editing
        for widget in (self.slider, self.number):
            widget.blockSignals(True)
            widget.setEnabled(editing.has_prediction)
        self.slider.setValue(editing.step)
        self.number.setValue(threshold_of(editing.step))
        for widget in (self.slider, self.number):
            widget.blockSignals(False)
        self._show_area()

    def _show_area(self) -> None:
        mask = self._session.editing.current_mask()
        area = int(mask.sum())
        number = f"{area:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        self._area.setText(self.tr("{area} px").format(area=number) if mask.size else "–")
        self._share.setText(f"{100 * area / mask.size:.2f} %" if mask.size else "")
