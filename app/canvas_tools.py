"""Brush, eraser and hand: what the mouse does on the canvas."""

from enum import Enum

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

SMALLEST_RADIUS, LARGEST_RADIUS = 0.5, 400.0
GROWTH = 1.2


class Tool(Enum):
    """The tool in hand."""

    BRUSH = "brush"
    ERASER = "eraser"
    PAN = "pan"


class CanvasTools(QObject):
    """Which tool is in hand and how large the brush is.

    Signals:
        tool_changed: another tool is in hand.
        radius_changed: the brush has another radius (image pixels).
    """

    tool_changed = Signal(Tool)
    radius_changed = Signal(float)

    def __init__(self, radius: float = 12.0, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tool = Tool.BRUSH
        self.radius = radius

    def choose(self, tool: Tool) -> None:
        """Take a tool in hand."""
        if tool is not self.tool:
            self.tool = tool
            self.tool_changed.emit(tool)

    def set_radius(self, radius: float) -> None:
        """Change the brush size; image pixels, kept within 0.5..400."""
        radius = min(LARGEST_RADIUS, max(SMALLEST_RADIUS, radius))
        if radius != self.radius:
            self.radius = radius
            self.radius_changed.emit(radius)

    def grow(self, steps: int) -> None:
        """Make the brush larger (steps > 0) or smaller (steps < 0), a fifth per step but at least half a pixel."""
        wanted = self.radius * GROWTH**steps
        if abs(wanted - self.radius) < 0.5:
            wanted = self.radius + (0.5 if steps > 0 else -0.5)
        self.set_radius(round(wanted * 2) / 2)

    def adds(self, event: QMouseEvent) -> bool | None:
        """What a press does: True paints, False erases, None moves the picture."""
        if event.button() == Qt.MouseButton.RightButton:
            return False
        if event.button() == Qt.MouseButton.LeftButton and self.tool is not Tool.PAN:
            return self.tool is Tool.BRUSH
        return None


def cursor_rect(centre: QPointF, radius: float) -> QRectF:
    """The widget pixels the brush circle covers.

    Args:
        centre: widget pixels.
        radius: widget pixels.
    """
    reach = max(radius, 6.0) + 3
    return QRectF(centre.x() - reach, centre.y() - reach, 2 * reach, 2 * reach)


def draw_cursor(painter: QPainter, centre: QPointF, radius: float, erasing: bool) -> None:
    """Draw the brush circle, readable on any ground; dashed while erasing, with a cross when it is tiny.

    Args:
        painter: on the widget, without transform.
        centre: widget pixels.
        radius: widget pixels.
        erasing: whether the next stroke removes.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    light = QPen(QColor("#ffffff"), 1.3, Qt.PenStyle.DashLine if erasing else Qt.PenStyle.SolidLine)
    for pen in (QPen(QColor(0, 0, 0, 170), 3.0), light):
        painter.setPen(pen)
        painter.drawEllipse(centre, radius, radius)
        if radius < 4:
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                painter.drawLine(centre + QPointF(dx, dy) * 4, centre + QPointF(dx, dy) * 7)
