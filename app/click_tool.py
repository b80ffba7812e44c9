"""The click tool on the picture: a click says what belongs to the structure and what does not, a drag is a box around it."""

import math

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF

from app.canvas_tools import CanvasTools, Tool, marking_pens
from app.canvas_view import CanvasView
from app.clicking import Clicking
from app.session import Session

DRAG_FROM = 6.0
"""A press that moves so far, in widget pixels, is a box."""
RADIUS = 8.0
BELONGS, DOES_NOT = "#0072B2", "#D55E00"
"""Blue and vermilion of Okabe and Ito (Color Universal Design, 2008); a sign says the same."""


class ClickTool(QObject):
    """Turns presses and drags into clicks and boxes, and draws them.

    Attributes:
        preview: outline of what a click here would give, in image pixels; empty for none.

    Signals:
        changed: it looks different now.
        hovered: the pointer is at this point (image pixels) with nothing pressed; None where a click would do nothing.
    """

    changed = Signal()
    hovered = Signal(object)

    def __init__(
        self, session: Session, tools: CanvasTools, clicking: Clicking, view: CanvasView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._tools, self._clicking, self._view = session, tools, clicking, view
        self.preview: list[QPolygonF] = []
        self._start: QPointF | None = None
        self._end = QPointF()
        self._inside = True
        clicking.changed.connect(self.changed)
        tools.tool_changed.connect(self.leave)

    @property
    def is_in_hand(self) -> bool:
        """Whether this is the tool in hand."""
        return self._tools.tool is Tool.CLICK

    def press(self, event: QMouseEvent, inside: bool) -> None:
        """A button goes down on the picture: the left one says that the point belongs to the structure."""
        point = self._view.to_image(event.position())
        if self._start is None and self._is_on_image(point):
            self._start = self._end = point
            self._inside = inside
            self.hovered.emit(None)

    def move(self, point: QPointF) -> None:
        """The pointer is at this point, in image pixels."""
        if self._start is not None:
            self._end = point
            self.changed.emit()
        elif self.is_in_hand:
            self.hovered.emit(point if self._is_on_image(point) and self._session.editing.is_loaded else None)

    def release(self) -> None:
        """The button is up: what was pressed becomes a click or a box."""
        if self._start is None:
            return
        start, is_box = self._start, self._is_box()
        end = self._on_image(self._end)
        self._start = None
        if not is_box:
            self._clicking.add_point(start.x(), start.y(), self._inside)
        elif end.x() != start.x() and end.y() != start.y():
            self._clicking.add_box(start.x(), start.y(), end.x(), end.y())
        self.changed.emit()

    def leave(self) -> None:
        """The pointer left, or another tool is in hand: nothing is pressed and nothing is shown ahead."""
        self._start = None
        self.hovered.emit(None)
        self.changed.emit()

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key is for this tool: Backspace takes the last click back, Esc gives up a box that is being drawn.

        Args:
            event: a press, or the question whether a shortcut may have it; the latter is answered and nothing is done.
        """
        drawing = self._start is not None and event.key() == Qt.Key.Key_Escape
        back = event.key() == Qt.Key.Key_Backspace and bool(self._clicking.row.clicks)
        if not self.is_in_hand or not (drawing or back):
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            if drawing:
                self.leave()
            else:
                self._clicking.take_back()
        return True

    def draw(self, painter: QPainter, view: CanvasView) -> None:
        """Draw clicks, box and preview while this tool is in hand; paler where the model has not answered yet.

        Args:
            painter: on the widget, without transform.
            view: of the canvas.
        """
        if not self.is_in_hand:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_preview(painter, view)
        row = self._clicking.row
        if row.clicks.box is not None:
            left, top, right, bottom = row.clicks.box
            _draw_box(painter, QRectF(view.to_widget(QPointF(left, top)), view.to_widget(QPointF(right, bottom))))
        if self._start is not None and self._is_box():
            corners = view.to_widget(self._start), view.to_widget(self._on_image(self._end))
            _draw_box(painter, QRectF(*corners).normalized())
        for place, (x, y, inside) in enumerate(row.clicks.points, start=1):
            waits = not row.answered and place == len(row.clicks.points)
            _draw_point(painter, view.to_widget(QPointF(x, y)), bool(inside), waits)
        painter.restore()

    def _draw_preview(self, painter: QPainter, view: CanvasView) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor(0, 0, 0, 150), 2.4), (QColor("#ffffff"), 1.0)):
            painter.setPen(QPen(colour, width))
            for line in self.preview:
                painter.drawPolygon(view.transform().map(line))

    def _is_box(self) -> bool:
        if self._start is None or not self._inside:
            return False
        away = (self._end - self._start) * self._view.scale
        return math.hypot(away.x(), away.y()) >= DRAG_FROM

    def _is_on_image(self, point: QPointF) -> bool:
        image = self._session.image
        return image is not None and 0 <= point.x() < image.width and 0 <= point.y() < image.height

    def _on_image(self, point: QPointF) -> QPointF:
        """The point, or that on the edge of the image that is nearest to it."""
        image = self._session.image
        if image is None:
            return point
        return QPointF(min(image.width, max(0.0, point.x())), min(image.height, max(0.0, point.y())))


def _draw_box(painter: QPainter, box: QRectF) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    edge, _ = marking_pens(erasing=False)
    for pen in (edge, QPen(QColor("#ffffff"), 2.0), QPen(QColor(BELONGS), 1.6, Qt.PenStyle.DashLine)):
        painter.setPen(pen)
        painter.drawRect(box)


def _draw_point(painter: QPainter, centre: QPointF, inside: bool, waits: bool) -> None:
    """A disc with a plus or a minus; a ring with the sign in colour where the model has not answered yet."""
    tone, white = QColor(BELONGS if inside else DOES_NOT), QColor("#ffffff")
    painter.setPen(QPen(QColor(0, 0, 0, 170), 1.0))
    painter.setBrush(white)
    painter.drawEllipse(centre, RADIUS + 1.5, RADIUS + 1.5)
    painter.setPen(QPen(tone, 1.5, Qt.PenStyle.DotLine if waits else Qt.PenStyle.SolidLine))
    painter.setBrush(white if waits else tone)
    painter.drawEllipse(centre, RADIUS - 0.5, RADIUS - 0.5)
    painter.setPen(QPen(tone if waits else white, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    arm = RADIUS - 3.5
    painter.drawLine(centre - QPointF(arm, 0), centre + QPointF(arm, 0))
    if inside:
        painter.drawLine(centre - QPointF(0, arm), centre + QPointF(0, arm))
