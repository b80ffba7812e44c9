"""The probabilities of the current image as a small picture under the threshold slider, each level where its step is."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.dice_curve import Counts
from core.mask import HALF, STEPS

HEIGHT = 44
HANDLE = 9.0
"""Half of the slider's handle (resources/style/window.qss): where its travel begins and ends."""


class LevelHistogram(QWidget):
    """Bars as high as the logarithm of how many pixels have a level; what belongs to the mask has the structure's colour.

    The bar of level k lies between the places of the steps k and k + 1, so that the slider's handle parts them exactly.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: QPolygonF | None = None
        self._heights = np.zeros(STEPS)
        self._step, self._colour = HALF, QColor()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("How many pixels have which probability"))
        self.setToolTip(
            self.tr(
                "How many pixels the model gives which probability, from 0 at the left to 1 at the right; "
                "the height grows with the logarithm. Coloured is what belongs to the mask before corrections."
            )
        )

    def show_counts(self, counts: Counts | None) -> None:
        """Draw other counts, (200,); None draws none."""
        heights = np.log1p(counts) if counts is not None else np.zeros(STEPS)
        self._heights = heights / max(1e-9, float(heights.max()))
        self._bars = None
        self.update()

    def show_step(self, step: int, colour: str) -> None:
        """Part the bars at another step, 1..199, with the mask's colour (#rrggbb)."""
        self._step, self._colour = step, QColor(colour)
        self.update()

    def place_of(self, step: int) -> float:
        """The widget pixel at which the slider's handle has its middle at a step."""
        return HANDLE + (step - 1) * (self.width() - 2 * HANDLE) / (STEPS - 2)

    def sizeHint(self) -> QSize:
        """As wide as the slider, and low."""
        return QSize(200, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._bars = None

    def paintEvent(self, event: QPaintEvent) -> None:
        palette, painter = self.palette(), QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(palette.color(QPalette.ColorRole.Dark))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self._bars is None:
            self._bars = self._drawn()
        border = self.place_of(self._step)
        rest = palette.color(QPalette.ColorRole.PlaceholderText)
        rest.setAlphaF(0.55)
        for left, right, colour in ((0.0, border, rest), (border, float(self.width()), self._colour)):
            painter.setClipRect(QRectF(left, 0, right - left, self.height()))
            painter.setBrush(colour)
            painter.drawPolygon(self._bars)
        painter.setClipping(False)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.drawLine(round(border), 0, round(border), self.height())
        painter.end()

    def _drawn(self) -> QPolygonF:
        ground, room = float(self.height()), self.height() - 4.0
        line = [QPointF(self.place_of(0), ground)]
        for level, height in enumerate(self._heights.tolist()):
            top = ground - (max(1.0, room * height) if height else 0.0)
            line += [QPointF(self.place_of(level), top), QPointF(self.place_of(level + 1), top)]
        return QPolygonF([*line, QPointF(self.place_of(STEPS), ground)])
