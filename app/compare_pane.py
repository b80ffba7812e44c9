"""The right half of the picture: the same image at the same place, with something else over it, or nothing."""

import dataclasses

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.canvas import WHEEL_NOTCH, ZOOM_PER_NOTCH, Canvas
from app.canvas_tools import marking_pens
from app.comparison import DOUBT, Comparison
from app.overlay import Overlay
from app.session import Session

CROSS = 9


class ComparePane(QWidget):
    """Follows the canvas; moving or zooming here moves and zooms both."""

    def __init__(self, session: Session, canvas: Canvas, comparison: Comparison) -> None:
        super().__init__()
        self._session, self._canvas, self._comparison = session, canvas, comparison
        self._overlay: Overlay | None = None
        self._grab: QPointF | None = None
        self._mark: QPoint | None = None
        self.setMinimumSize(120, 200)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        canvas.view_changed.connect(self.update)
        canvas.tone.changed.connect(self.update)
        canvas.pointed.connect(self._point)
        canvas.look_changed.connect(self._recolour)
        comparison.changed.connect(self._take)

    def _take(self) -> None:
        levels = self._comparison.levels
        nothing = np.broadcast_to(np.uint8(0), levels.shape) if levels is not None else None
        self._overlay = Overlay(levels, nothing) if levels is not None and nothing is not None else None
        self._recolour()

    def _recolour(self) -> None:
        row = self._session.structure_row
        if self._overlay is not None and row is not None:
            doubt = self._comparison.what == DOUBT
            look = dataclasses.replace(
                self._canvas.look, visible=True, doubt=doubt, outline=not doubt, fill=True, colour=row.colour
            )
            self._overlay.set_look(self._session.editing.step, look)
        self.update()

    def _point(self, x: int, y: int) -> None:
        """Mark the pixel that the pointer is over on the left."""
        before, self._mark = self._mark, QPoint(x, y) if x >= 0 else None
        for mark in (before, self._mark):
            if mark is not None:
                place = self._place(mark).toPoint()
                reach = CROSS + 4
                self.update(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)

    def _place(self, mark: QPoint) -> QPointF:
        return self._canvas.view.to_widget(QPointF(mark) + QPointF(0.5, 0.5))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, what is compared, and where the pointer is on the left."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().color(QPalette.ColorRole.Dark))
        picture, view = self._canvas.picture, self._canvas.view
        exposed = view.rect_to_image(event.rect())
        if picture is not None and not exposed.isEmpty():
            picture.draw(painter, view, exposed, self._canvas.tone.tone)
            if self._overlay is not None:
                self._overlay.draw(painter, view, exposed)
        if self._mark is not None:
            middle = self._place(self._mark)
            for pen in marking_pens(erasing=False):
                painter.setPen(pen)
                painter.drawLine(middle - QPointF(CROSS, 0), middle + QPointF(CROSS, 0))
                painter.drawLine(middle - QPointF(0, CROSS), middle + QPointF(0, CROSS))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        self._grab = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move both halves."""
        if self._grab is not None:
            by, self._grab = event.position() - self._grab, event.position()
            self._canvas.view.pan(by)
            self._canvas.zoom_to(self._canvas.view.scale)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the picture."""
        self._grab = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom both halves at the pointer."""
        turned = event.angleDelta().y() / WHEEL_NOTCH
        if turned and self._canvas.picture is not None:
            self._canvas.zoom_to(self._canvas.view.scale * ZOOM_PER_NOTCH**turned, event.position())
        event.accept()
