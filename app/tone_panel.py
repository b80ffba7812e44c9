"""How bright the picture is: gamma, and the window where there are more values than a screen can show."""

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.controls import label, slider
from app.held_keys import TONE
from app.keymap import Keymap
from app.picture_tone import PictureTone
from core.tone import MOST_GAMMA
from core.window_presets import CT_PRESETS, WindowPreset

MOST = 100
IN_A_ROW = 3


class TonePanel(QWidget):
    """A slider for brightness, presets of the window, and what the window is now."""

    def __init__(self, tone: PictureTone, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone, self._keymap = tone, keymap
        self.slider = slider(-MOST, MOST, 10, self.tr("Brightness of the picture"))
        self.first = self._preset(
            self.tr("As it is"), self.tr("As the file asks for it, or else its whole range; brightness in the middle")
        )
        self.whole = self._preset(self.tr("All values"), self.tr("From the least value of the picture to the greatest"))
        self.middle = self._preset(
            self.tr("Middle 98 %"), self.tr("Leave out the darkest and the brightest hundredth of the pixels")
        )
        self.readings = [self._reading(preset, text) for preset, text in zip(CT_PRESETS, self._names(), strict=True)]
        self._window = label("", "muted")
        top, presets = QHBoxLayout(), QHBoxLayout()
        top.addWidget(label(self.tr("Brightness of the picture"), "heading"))
        top.addStretch(1)
        top.addWidget(self._window)
        presets.setSpacing(6)
        presets.addWidget(self.first, 1)
        presets.addWidget(self.whole, 1)
        presets.addWidget(self.middle, 1)
        readings = QGridLayout()
        readings.setSpacing(6)
        for place, button in enumerate(self.readings):
            readings.addWidget(button, place // IN_A_ROW, place % IN_A_ROW)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.slider)
        column.addLayout(presets)
        column.addLayout(readings)
        self.slider.valueChanged.connect(lambda value: tone.set_gamma(MOST_GAMMA ** (-value / MOST)))
        self.first.clicked.connect(tone.show_first)
        self.whole.clicked.connect(tone.show_whole)
        self.middle.clicked.connect(tone.show_middle)
        tone.changed.connect(self._follow)
        keymap.changed.connect(self._name_key)
        self._name_key()
        self._follow()

    def _name_key(self) -> None:
        tip, key = self.tr("Only how it is shown: model, masks and files stay as they are."), self._keymap.text(TONE)
        drag = self.tr("Or hold {key} and drag on the picture.").format(key=key)
        self.slider.setToolTip(f"{tip} {drag}" if key else tip)

    def _names(self) -> tuple[str, ...]:
        return self.tr("Brain"), self.tr("Lung"), self.tr("Bone"), self.tr("Abdomen"), self.tr("Mediastinum")

    def _reading(self, preset: WindowPreset, text: str) -> QPushButton:
        """A window in which a CT is usually read."""
        tip = self.tr("Level {level} HU, width {width} HU").format(level=f"{preset.level:g}", width=f"{preset.width:g}")
        button = self._preset(text, tip)
        button.setCheckable(True)
        button.clicked.connect(lambda: self._tone.set_window(*preset.ends))
        return button

    def _preset(self, text: str, tip: str) -> QPushButton:
        result = QPushButton(text)
        result.setProperty("role", "choice")
        result.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        result.setToolTip(tip)
        return result

    def _follow(self) -> None:
        tone = self._tone
        self.slider.blockSignals(True)
        self.slider.setValue(round(-MOST * math.log(tone.gamma, MOST_GAMMA)))
        self.slider.blockSignals(False)
        low, high = tone.window
        self._window.setText(f"{low:.5g} – {high:.5g}" if tone.has_window else "")
        self.middle.setVisible(tone.has_window)
        self.whole.setVisible(tone.has_own_window)
        for preset, button in zip(CT_PRESETS, self.readings, strict=True):
            button.setVisible(tone.is_hounsfield)
            button.setChecked(tone.window == preset.ends)
        self.first.setEnabled(tone.tone is not None)
