"""A length or an area that is set in millimetres where the image says how large its pixels are, and in pixels elsewhere."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDoubleSpinBox

from app.controls import keeps_enter
from app.settings import NUMBERS, Settings

PER_MM = 100
"""What is kept are whole numbers: hundredths of a millimetre, or of a square millimetre."""


class MeasureEdit(QDoubleSpinBox):
    """A number with its unit; both numbers are remembered, that in pixels and that in millimetres.

    Pixels that are not square have no one length, so there it stays with pixels.
    """

    def __init__(self, settings: Settings, name: str, words: str, is_area: bool = False) -> None:
        """Make it; in pixels at first.

        Args:
            settings: that remember it.
            name: of the number in pixels among `NUMBERS`; that in millimetres has " mm" behind it.
            words: for screen readers, and as a tip.
            is_area: whether it is an area.
        """
        super().__init__()
        self._settings, self._name, self._is_area = settings, name, is_area
        self._size = 0.0
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.set_spacing(None)
        self.valueChanged.connect(self._remember)

    def event(self, event: QEvent) -> bool:
        """Keep Enter for this field."""
        return keeps_enter(event) or super().event(event)

    def set_spacing(self, spacing: tuple[float, float] | None) -> None:
        """Another image is shown, with pixels of this size (down, across, in millimetres); None where nobody knows."""
        is_square = spacing is not None and abs(spacing[0] - spacing[1]) <= 0.01 * min(spacing)
        side = spacing[0] if spacing is not None and is_square else 0.0
        self._size = side**2 if self._is_area else side
        _, low, high = NUMBERS[self._name]
        self.blockSignals(True)
        if self._size:
            self.setDecimals(1 if self._is_area else 2)
            self.setRange(low * self._size, high * self._size)
            self.setSingleStep(self._size)
            self.setSuffix(" " + (self.tr("mm²") if self._is_area else self.tr("mm")))
            self.setValue(self._settings.number(f"{self._name} mm") / PER_MM)
        else:
            self.setDecimals(0)
            self.setRange(low, high)
            self.setSingleStep(1)
            self.setSuffix(" " + self.tr("px"))
            self.setValue(self._settings.number(self._name))
        self.blockSignals(False)

    def pixels(self) -> float:
        """The number in pixels, within what is allowed there."""
        _, low, high = NUMBERS[self._name]
        return min(high, max(low, self.value() / self._size if self._size else self.value()))

    def _remember(self, value: float) -> None:
        name, number = (f"{self._name} mm", value * PER_MM) if self._size else (self._name, value)
        _, low, high = NUMBERS[name]
        self._settings.remember(name, min(high, max(low, round(number))))
