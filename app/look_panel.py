"""How the mask is drawn: inside, edge, doubt, and opacity."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.actions import Actions
from app.canvas import Canvas
from app.controls import label, slider

PARTS = ("show_fill", "show_outline", "show_doubt")


class LookPanel(QWidget):
    """What of the mask is drawn, and a slider for its opacity.

    Signals:
        opacity_changed: 0..1, when the slider was moved.
    """

    opacity_changed = Signal(float)

    def __init__(self, canvas: Canvas, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._number = label("", "muted")
        self.slider = slider(0, 100, 10, self.tr("Opacity of the mask"))
        self.slider.setToolTip(self.tr("Opacity of the mask"))
        texts = (self.tr("Filled"), self.tr("Outline"), self.tr("Uncertainty"))
        self.parts = [self._part(actions, key, text) for key, text in zip(PARTS, texts, strict=True)]
        shown, row = QHBoxLayout(), QHBoxLayout()
        shown.setSpacing(6)
        for part in self.parts:
            shown.addWidget(part, 1)
        row.addWidget(label(self.tr("Look of the mask"), "heading"))
        row.addStretch(1)
        row.addWidget(self._number)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addLayout(shown)
        column.addWidget(self.slider)
        self.slider.setValue(round(100 * canvas.look.opacity))
        self._show()
        self.slider.valueChanged.connect(self._moved)

    def _part(self, actions: Actions, key: str, text: str) -> QPushButton:
        """A button that is down as long as the command of the same name is on."""
        result, action = QPushButton(text), actions[key]
        result.setCheckable(True)
        result.setProperty("role", "choice")
        result.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        actions.lend_tip(result, key)
        result.setChecked(action.isChecked())
        result.clicked.connect(action.trigger)
        action.toggled.connect(result.setChecked)
        return result

    def _moved(self, value: int) -> None:
        self._canvas.look.opacity = value / 100
        self._canvas.refresh_look()
        self._show()
        self.opacity_changed.emit(value / 100)

    def _show(self) -> None:
        self._number.setText(self.tr("opacity {share} %").format(share=self.slider.value()))
