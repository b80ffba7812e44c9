"""Outlines drawn on the picture: polygon, lasso, rectangle; and filling with one click."""

import math
import time

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPainterPath

from app.canvas_tools import CanvasTools, Tool, marking_pens
from app.canvas_view import CanvasView
from app.controls import ENTER
from app.shaping import Shaping

CLOSE_BY = 9.0
"""A press this near the first point of a polygon closes it, in widget pixels."""
APART = 1.5
"""Points of a lasso lie at least so far apart, in widget pixels."""
CORNER = 3.0


class Outline(QObject):
    """Collects the points of an outline in image pixels and paints what it encloses when it is closed.

    Attributes:
        points: of the outline that is being drawn; none when no outline is.

    Signals:
        changed: it looks different now.
    """

    changed = Signal()

    def __init__(self, tools: CanvasTools, shaping: Shaping, view: CanvasView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tools, self._shaping, self._view = tools, shaping, view
        self.points: list[QPointF] = []
        self._adds = True
        self._begun = 0.0
        self._hover: QPointF | None = None
        tools.tool_changed.connect(self.give_up)

    @property
    def is_open(self) -> bool:
        """Whether an outline is being drawn."""
        return bool(self.points)

    def press(self, event: QMouseEvent, adds: bool) -> None:
        """Set a point, or fill; the button of the first point decides whether the outline adds.

        Args:
            event: a press or a double click on the canvas.
            adds: what this button does with this tool.
        """
        point = self._view.to_image(event.position())
        if self._tools.tool is Tool.FLOOD:
            self._shaping.flood(math.floor(point.x()), math.floor(point.y()), adds)
        elif not self.is_open:
            self._adds, self._begun = adds, time.monotonic()
            self.points, self._hover = [point], point
        elif self._tools.tool is Tool.POLYGON:
            if event.type() == QEvent.Type.MouseButtonDblClick or self._closes(point):
                self.close()
            else:
                self.points.append(point)
        self.changed.emit()

    def move(self, point: QPointF) -> None:
        """The pointer is at this point, in image pixels."""
        if not self.is_open:
            return
        self._hover = point
        away = point - self.points[-1]
        if self._tools.tool is Tool.LASSO and math.hypot(away.x(), away.y()) * self._view.scale >= APART:
            self.points.append(point)
        self.changed.emit()

    def release(self) -> None:
        """The mouse button is up: lasso and rectangle are ready."""
        if self.is_open and self._tools.tool in (Tool.LASSO, Tool.RECTANGLE):
            self.points = self._line()
            self.close()

    def close(self) -> None:
        """Paint what the outline encloses; a polygon of fewer than three points goes on."""
        if len(self.points) < 3 and self._tools.tool is Tool.POLYGON:
            return
        points = self.points
        self.give_up()
        self._shaping.paint_outline(self._tools.tool.value, points, self._adds, time.monotonic() - self._begun)

    def give_up(self) -> None:
        """Forget the outline; the mask stays as it is."""
        self.points, self._hover = [], None
        self.changed.emit()

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key is for the outline that is being drawn: Enter closes it, Backspace takes a point back, Esc gives up.

        Args:
            event: a press, or the question whether a shortcut may have it; the latter is answered and nothing is done.
        """
        back = event.key() == Qt.Key.Key_Backspace or event.matches(QKeySequence.StandardKey.Undo)
        if not self.is_open or not (back or event.key() in (*ENTER, Qt.Key.Key_Escape)):
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.give_up()
            elif not back:
                self.close()
            elif self._tools.tool is Tool.POLYGON:
                self.points.pop()
                self.changed.emit()
        return True

    def draw(self, painter: QPainter, view: CanvasView, colour: str) -> None:
        """Draw the outline as it would be closed now.

        Args:
            painter: on the widget, without transform.
            view: of the canvas.
            colour: of the structure, "#rrggbb"; what would be removed is shown dark.
        """
        if not self.is_open:
            return
        line = [view.to_widget(point) for point in self._line()]
        path = QPainterPath(line[0])
        path.setFillRule(Qt.FillRule.WindingFill)
        for point in line[1:]:
            path.lineTo(point)
        inside = QColor(colour) if self._adds else QColor("#000000")
        inside.setAlpha(90)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(path, inside)
        path.closeSubpath()
        for pen in marking_pens(erasing=not self._adds):
            painter.strokePath(path, pen)
        if self._tools.tool is Tool.POLYGON:
            self._draw_corners(painter, view)
        painter.restore()

    def _draw_corners(self, painter: QPainter, view: CanvasView) -> None:
        painter.setPen(QColor("#000000"))
        painter.setBrush(QColor("#ffffff"))
        closes = self._hover is not None and self._closes(self._hover)
        for place, point in enumerate(self.points):
            size = CLOSE_BY - 2 if closes and place == 0 else CORNER
            painter.drawEllipse(view.to_widget(point), size, size)

    def _line(self) -> list[QPointF]:
        """The corners with the pointer as the last."""
        if self._hover is None:
            return self.points
        if self._tools.tool is Tool.RECTANGLE:
            one, other = self.points[0], self._hover
            return [one, QPointF(other.x(), one.y()), other, QPointF(one.x(), other.y())]
        return [*self.points, self._hover]

    def _closes(self, point: QPointF) -> bool:
        away = (point - self.points[0]) * self._view.scale
        return len(self.points) >= 3 and math.hypot(away.x(), away.y()) <= CLOSE_BY
