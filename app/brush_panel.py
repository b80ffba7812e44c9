"""The form of the brush, and the grey values it may change."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.actions import Actions
from app.canvas_tools import CanvasTools
from app.controls import NumberEdit, label
from app.grey_limit import GreyLimit
from app.settings import Settings
from core.grey import BRIGHTEST, DARKEST


class BrushPanel(QWidget):
    """Round or square; everywhere or only within a range of grey values."""

    def __init__(
        self, tools: CanvasTools, limit: GreyLimit, settings: Settings, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._tools, self._limit, self._settings = tools, limit, settings
        limit.set_range(settings.number("grey low"), settings.number("grey high"))
        self.round, self.square = self._form(self.tr("Round")), self._form(self.tr("Square"))
        group = QButtonGroup(self)
        for button in (self.round, self.square):
            group.addButton(button)
            actions.lend_tip(button, "square")
        self.only = QCheckBox(self.tr("Only grey values"))
        actions.lend_tip(self.only, "grey")
        self.only.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.low = NumberEdit(DARKEST, BRIGHTEST, limit.low, self.tr("Smallest grey value"))
        self.high = NumberEdit(DARKEST, BRIGHTEST, limit.high, self.tr("Largest grey value"))
        for number in (self.low, self.high):
            number.setFixedWidth(66)
            pointing = self.tr("Point at the tissue and take what lies under the brush")
            actions.lend_tip(number, "take_grey", text=pointing)
        self._take, self._keymap = label("", "notice"), actions.keymap
        self._keymap.changed.connect(self._show_key)
        self._show_key()
        self._range = QWidget()
        self._arrange()
        self.square.toggled.connect(tools.set_square)
        self.only.toggled.connect(limit.switch)
        for number in (self.low, self.high):
            number.valueChanged.connect(lambda: limit.set_range(self.low.value(), self.high.value()))
        tools.form_changed.connect(self._follow)
        limit.changed.connect(self._follow)
        self._follow()

    def _form(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setCheckable(True)
        button.setProperty("role", "choice")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setMinimumWidth(78)
        return button

    def _arrange(self) -> None:
        forms = QHBoxLayout()
        forms.setSpacing(6)
        forms.addWidget(label(self.tr("Brush"), "heading"))
        forms.addStretch(1)
        forms.addWidget(self.round)
        forms.addWidget(self.square)
        greys = QHBoxLayout(self._range)
        greys.setContentsMargins(0, 0, 0, 0)
        greys.setSpacing(6)
        greys.addWidget(self.low)
        greys.addWidget(label("–", "muted"))
        greys.addWidget(self.high)
        greys.addSpacing(4)
        greys.addWidget(self._take, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(forms)
        column.addWidget(self.only)
        column.addWidget(self._range)

    def _show_key(self) -> None:
        key = self._keymap.text("take_grey")
        self._take.setText(self.tr("Take with {key}").format(key=key) if key else "")

    def _follow(self) -> None:
        limit = self._limit
        (self.square if self._tools.square else self.round).setChecked(True)
        for widget in (self.only, self.low, self.high):
            widget.blockSignals(True)
        self.only.setChecked(limit.on)
        self._range.setVisible(limit.on)
        self.low.setValue(limit.low)
        self.high.setValue(limit.high)
        for widget in (self.only, self.low, self.high):
            widget.blockSignals(False)
        self._settings.remember("grey low", limit.low)
        self._settings.remember("grey high", limit.high)
