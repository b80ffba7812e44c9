"""How the mask is drawn: opacity, inside and edge."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.canvas import Canvas
from app.controls import label, slider


class LookPanel(QWidget):
    """A slider for the opacity of the mask.

    Signals:
        opacity_changed: 0..1, when the slider was moved.
    """

    opacity_changed = Signal(float)

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        heading = label(self.tr("Opacity of the mask"), "heading")
        self._number = label("", "muted")
        self.slider = slider(0, 100, 10, self.tr("Opacity of the mask"))
        row = QHBoxLayout()
        row.addWidget(heading)
        row.addStretch(1)
        row.addWidget(self._number)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.slider)
        self.slider.setValue(round(100 * canvas.look.opacity))
        self._show()
        self.slider.valueChanged.connect(self._moved)

    def _moved(self, value: int) -> None:
        self._canvas.look.opacity = value / 100
        self._canvas.refresh_look()
        self._show()
        self.opacity_changed.emit(value / 100)

    def _show(self) -> None:
        self._number.setText(f"{self.slider.value()} %")
