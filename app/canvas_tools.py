"""The tools: what the mouse does on the canvas, and how large and of what form the brush is."""

from enum import Enum

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

SMALLEST_RADIUS, LARGEST_RADIUS = 0.5, 400.0
GROWTH = 1.2


class Tool(Enum):
    """The tool in hand."""

    BRUSH = "brush"
    ERASER = "eraser"
    POLYGON = "polygon"
    LASSO = "lasso"
    RECTANGLE = "rectangle"
    FLOOD = "flood"
    CLICK = "click"
    PAN = "pan"


BRUSHES = (Tool.BRUSH, Tool.ERASER)
SHAPES = (Tool.POLYGON, Tool.LASSO, Tool.RECTANGLE, Tool.FLOOD)
"""Tools that change a whole region at once."""


class CanvasTools(QObject):
    """Which tool is in hand, and the brush.

    Attributes:
        tool: in hand.
        radius: of the brush in image pixels; of a square one, half of its side.
        square: whether the brush is square, and not round.

    Signals:
        tool_changed: another tool is in hand.
        radius_changed: the brush has another radius (image pixels).
        form_changed: the brush is square now, or round.
    """

    tool_changed = Signal(Tool)
    radius_changed = Signal(float)
    form_changed = Signal(bool)

    def __init__(self, radius: float = 12.0, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tool = Tool.BRUSH
        self.radius = radius
        self.square = False

    def choose(self, tool: Tool) -> None:
        """Take a tool in hand."""
        if tool is not self.tool:
            self.tool = tool
            self.tool_changed.emit(tool)

    def set_square(self, square: bool) -> None:
        """Take a square brush or a round one."""
        if square != self.square:
            self.square = square
            self.form_changed.emit(square)

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
        """What a press does: True adds, False removes, None moves the picture, as every button does with that tool."""
        if self.tool is Tool.PAN:
            return None
        if event.button() == Qt.MouseButton.RightButton:
            return False
        if event.button() == Qt.MouseButton.LeftButton:
            return self.tool is not Tool.ERASER
        return None


def marking_pens(erasing: bool) -> tuple[QPen, QPen]:
    """Two pens, to be drawn one after the other: a dark edge and a light line, dashed while erasing."""
    light = QPen(QColor("#ffffff"), 1.3, Qt.PenStyle.DashLine if erasing else Qt.PenStyle.SolidLine)
    return QPen(QColor(0, 0, 0, 170), 3.0), light


def cursor_rect(centre: QPointF, reach: QSizeF) -> QRectF:
    """The widget pixels the brush covers.

    Args:
        centre: widget pixels.
        reach: the radius across and down, widget pixels.
    """
    across, down = max(reach.width(), 6.0) + 3, max(reach.height(), 6.0) + 3
    return QRectF(centre.x() - across, centre.y() - down, 2 * across, 2 * down)


def draw_cursor(painter: QPainter, centre: QPointF, reach: QSizeF, erasing: bool, square: bool) -> None:
    """Draw the outline of the brush, readable on any ground; dashed while erasing, with a cross when it is tiny.

    Args:
        painter: on the widget, without transform.
        centre: widget pixels.
        reach: the radius across and down, widget pixels; they differ where the pixels of the image are not square.
        erasing: whether the next stroke removes.
        square: whether the brush is square.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in marking_pens(erasing):
        painter.setPen(pen)
        if square:
            painter.drawRect(QRectF(centre - QPointF(reach.width(), reach.height()), reach * 2))
        else:
            painter.drawEllipse(centre, reach.width(), reach.height())
        if min(reach.width(), reach.height()) < 4:
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                painter.drawLine(centre + QPointF(dx, dy) * 4, centre + QPointF(dx, dy) * 7)
