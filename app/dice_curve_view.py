"""Dice against threshold as a small picture, with marked thresholds."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import Theme
from core.dice_curve import Curve
from core.mask import threshold_of

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 190, 40.0, 12.0, 10.0, 36.0
ROWS = 4


@dataclass(frozen=True)
class Mark:
    """A marked threshold.

    Attributes:
        step: 1..199.
        tone: name of the theme's colour.
    """

    step: int
    tone: str


class DiceCurveView(QWidget):
    """Draws one curve over the whole range of thresholds."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._curve: list[float] = []
        self._marks: list[Mark] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Dice at every threshold"))
        theme.changed.connect(self.update)

    def show_curve(self, curve: Curve, marks: list[Mark]) -> None:
        """Draw a curve, (199,) of 0..1, and its marks."""
        self._curve, self._marks = curve.tolist(), marks
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(420, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Hardly any width."""
        return QSize(220, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._curve:
            return
        tones, painter = self._theme.tones, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)
        low, high = _range_of(self._curve)
        self._draw_axes(painter, plot, low, high)

        def place(step: int) -> QPointF:
            across, up = threshold_of(step), (self._curve[step - 1] - low) / (high - low)
            return QPointF(plot.left() + across * plot.width(), plot.bottom() - up * plot.height())

        for mark in self._marks:
            painter.setPen(QPen(QColor(getattr(tones, mark.tone)), 1.2, Qt.PenStyle.DashLine))
            at = place(mark.step)
            painter.drawLine(QPointF(at.x(), plot.bottom()), at)
        painter.setPen(QPen(QColor(tones.text), 2.0))
        painter.drawPolyline(QPolygonF([place(step) for step in range(1, len(self._curve) + 1)]))
        painter.setPen(QPen(QColor(tones.panel), 1.5))
        for mark in self._marks:
            painter.setBrush(QColor(getattr(tones, mark.tone)))
            painter.drawEllipse(place(mark.step), 5, 5)
        painter.end()

    def _draw_axes(self, painter: QPainter, plot: QRectF, low: float, high: float) -> None:
        tones = self._theme.tones
        centre, right = Qt.AlignmentFlag.AlignCenter, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row in range(ROWS + 1):
            y = plot.bottom() - row * plot.height() / ROWS
            painter.setPen(QColor(tones.border))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(tones.muted))
            painter.drawText(QRectF(0, y - 9, LEFT - 6, 18), right, f"{low + row * (high - low) / ROWS:.2f}")
        for tick in (0.1, 0.3, 0.5, 0.7, 0.9):
            x = plot.left() + tick * plot.width()
            painter.drawText(QRectF(x - 20, plot.bottom() + 2, 40, 16), centre, f"{tick:.1f}")
        painter.drawText(QRectF(plot.left(), plot.bottom() + 17, plot.width(), 18), centre, self.tr("Threshold"))


def _range_of(curve: list[float]) -> tuple[float, float]:
    """The range that is drawn: all of the curve, in whole fifths of 0..1."""
    low, high = math.floor(min(curve) * 5) / 5, math.ceil(max(curve) * 5) / 5
    return (low, high) if high > low else (max(0.0, low - 0.2), max(0.2, high))
