"""A round lens at the pointer that shows what lies under it four times as large, for thin structures."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from app.canvas_view import CanvasView

TIMES = 4.0
RADIUS = 120

Drawing = Callable[[QPainter, CanvasView, QRect], None]


def lens_rect(centre: QPointF) -> QRect:
    """The widget pixels the lens covers."""
    reach = RADIUS + 3
    return QRectF(centre.x() - reach, centre.y() - reach, 2 * reach, 2 * reach).toAlignedRect()


def draw_lens(painter: QPainter, centre: QPointF, view: CanvasView, ground: QColor, draw: Drawing) -> None:
    """Draw the lens.

    Args:
        painter: on the widget, without transform.
        centre: the pointer, widget pixels; what lies there stays there.
        view: of the canvas.
        ground: colour where there is no picture.
        draw: draws the canvas through a view, given the image pixels that are seen.
    """
    glass = QPainterPath()
    glass.addEllipse(centre, RADIUS, RADIUS)
    painter.save()
    painter.setClipPath(glass)
    painter.fillRect(lens_rect(centre), ground)
    enlarged = view.magnified(TIMES, centre)
    draw(painter, enlarged, enlarged.rect_to_image(lens_rect(centre)))
    painter.restore()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for pen in (QPen(QColor(0, 0, 0, 170), 4.0), QPen(QColor("#ffffff"), 1.6)):
        painter.setPen(pen)
        painter.drawPath(glass)
