"""The picture with the mask over it: zoom, pan, paint. It draws what the session says and passes strokes on."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from app.canvas_tools import BRUSHES, SHAPES, CanvasTools, Tool, cursor_rect, draw_cursor
from app.canvas_view import CanvasView
from app.click_tool import ClickTool
from app.clicking import Clicking
from app.held_keys import HeldKeys
from app.magnifier import draw_lens, lens_rect
from app.other_masks import OtherMasks
from app.other_overlay import OtherOverlay
from app.outline import Outline
from app.overlay import Look, Overlay
from app.picture import Picture
from app.picture_tone import PictureTone
from app.session import Session
from app.shaping import Shaping
from app.structure_lock import is_locked, refuses

WHEEL_NOTCH = 120
ZOOM_PER_NOTCH = 1.2


class Canvas(QWidget):
    """Shows the current image and its mask.

    Attributes:
        view: where the image lies.
        picture: the image as it is drawn, None without one.

    Signals:
        view_changed: zoom or position changed.
        look_changed: threshold, colour or opacity of the mask are others.
        slices_turned: the wheel asks for so many slices onwards; negative ones go back.
        pointed: the mouse is over this image pixel (column, row), or over none (-1, -1).
    """

    view_changed = Signal()
    look_changed = Signal()
    slices_turned = Signal(int)
    pointed = Signal(int, int)

    def __init__(
        self,
        session: Session,
        tools: CanvasTools,
        shaping: Shaping,
        clicking: Clicking,
        held: HeldKeys,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 200)
        self._session, self._tools, self._limit = session, tools, shaping.limit
        self.view = CanvasView()
        self.outline = Outline(tools, shaping, self.view, self)
        self.clicks = ClickTool(session, tools, clicking, self.view, self)
        self.look = Look()
        self.tone = PictureTone(session, self)
        self.others = OtherMasks(session, self)
        self._other_overlay = OtherOverlay(session, self.others, self)
        self.picture: Picture | None = None
        self._overlay: Overlay | None = None
        self._mouse: QPointF | None = None
        self._grab: QPointF | None = None
        self._painting = False
        self._button = Qt.MouseButton.NoButton
        self._turned = 0
        self._held = held
        self._held.changed.connect(self._set_cursor)
        self.outline.changed.connect(self.update)
        self.tone.changed.connect(self.update)
        self.others.changed.connect(self.update)
        self.clicks.changed.connect(self.update)
        session.image_changed.connect(self._show_image)
        session.prediction_changed.connect(self._show_prediction)
        session.threshold_changed.connect(self.refresh_look)
        session.mask_changed.connect(self._show_patch)
        session.structure_changed.connect(self.outline.give_up)
        session.structure_changed.connect(self.refresh_look)
        session.structure_changed.connect(self._set_cursor)
        session.structures_changed.connect(self.refresh_look)
        session.structures_changed.connect(self._set_cursor)
        tools.radius_changed.connect(self.update)
        tools.form_changed.connect(self.update)
        tools.tool_changed.connect(self._set_cursor)
        self._set_cursor()

    def fit(self) -> None:
        """Show the whole image."""
        self.view.fit()
        self._view_moved()

    def zoom_to(self, scale: float, at: QPointF | None = None) -> None:
        """Show one image pixel as `scale` widget pixels; `at` (widget pixels) stays where it is."""
        self.view.zoom_to(scale, at)
        self._view_moved()

    def refresh_look(self) -> None:
        """Draw again with the threshold, colour and opacity of now."""
        row = self._session.structure_row
        if self._overlay is not None and row is not None:
            self.look.colour = row.colour
            look = replace(self.look, visible=self.look.visible and row.is_visible)
            self._overlay.set_look(self._session.editing.step, look)
        self.update()
        self.look_changed.emit()

    def shown_mask(self) -> NDArray[np.bool_]:
        """The mask as drawn, (H, W) bool; (0, 0) when there is none."""
        return self._overlay.mask() if self._overlay is not None else np.zeros((0, 0), np.bool_)

    @property
    def pointer(self) -> QPointF | None:
        """Where the mouse is, in image pixels; None while it is elsewhere."""
        return self.view.to_image(self._mouse) if self._mouse is not None else None

    # Following the session

    def _show_image(self) -> None:
        image = self._session.image
        self._overlay = None
        self._painting = False
        self.outline.give_up()
        self.picture = Picture(self._session.reader.sizes_of(image)) if image is not None else None
        if self.picture is not None and image is not None:
            self.view.set_image(self.picture.size, image.spacing)
        self._set_cursor()
        self._view_moved()

    def _show_prediction(self) -> None:
        editing = self._session.editing
        self._overlay = None
        if editing.levels is not None and editing.edits is not None:
            made = editing.ready
            self._overlay = made.overlay if made is not None else Overlay(editing.levels, editing.edits.layer)
        self._set_cursor()
        self.refresh_look()

    def _show_patch(self, area: QRect) -> None:
        if self._overlay is not None:
            self._overlay.refresh(area)
            margin = 6 + int(2 * self.view.scale) if self.look.outline else 2
            self.update(self.view.rect_to_widget(area, margin))
            if self._held.magnifies and self._mouse is not None:
                self.update(lens_rect(self._mouse))

    # Painting the widget

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().color(QPalette.ColorRole.Dark))
        self._draw(painter, self.view, self.view.rect_to_image(event.rect()))
        if self._mouse is not None and self._held.magnifies:
            draw_lens(painter, self._mouse, self.view, self.palette().color(QPalette.ColorRole.Dark), self._draw)
        painter.end()

    def _draw(self, painter: QPainter, view: CanvasView, exposed: QRect) -> None:
        if self.picture is not None and not exposed.isEmpty():
            self.picture.draw(painter, view, exposed, self.tone.tone)
            if not self._held.blinks:
                self._other_overlay.draw(painter, view, exposed, self.look)
                if self._overlay is not None:
                    self._overlay.draw(painter, view, exposed)
        self.outline.draw(painter, view, self.look.colour)
        self.clicks.draw(painter, view)
        if self._mouse is not None and self._draws_cursor():
            erasing = self._tools.tool is Tool.ERASER
            draw_cursor(painter, self._mouse, view.reach(self._tools.radius), erasing, self._tools.square)

    # Mouse and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (
            event.button() != self._button and event.buttons() & self._button
        ):  # a second button changes nothing of what the first one does
            return
        self._button, adds = event.button(), self._tools.adds(event)
        if self._held.tones and not self._painting:
            self.tone.begin_drag(event.position())
        elif event.button() == Qt.MouseButton.MiddleButton or self._held.moves or adds is None:
            self._grab = event.position()
        elif self._session.editing.is_loaded and refuses(self._session):
            pass
        elif self._session.editing.is_loaded and self._tools.tool in SHAPES:
            self.outline.press(event, adds)
        elif self._session.editing.is_loaded and self._tools.tool is Tool.CLICK:
            self.clicks.press(event, adds)
        elif self._session.editing.is_loaded and not self._painting:
            point = self.view.to_image(event.position())
            self._painting = True
            tools, limit = self._tools, self._limit.now()
            self._session.editing.begin_stroke(point.x(), point.y(), tools.radius, adds, tools.square, limit)
        self._set_cursor(anew=False)  # what a button changed of the picture is drawn already

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        before, self._mouse = self._mouse, event.position()
        point = self.view.to_image(event.position())
        if self.tone.drag_to(event.position()):
            pass
        elif self._grab is not None:
            self.view.pan(event.position() - self._grab)
            self._grab = event.position()
            self._view_moved()
        elif self._painting:
            self._session.editing.extend_stroke(point.x(), point.y())
        else:
            self.outline.move(point)
            self.clicks.move(point)
        self._repaint_cursor(before)
        self._repaint_cursor(self._mouse)
        image = self._session.image
        inside = image is not None and 0 <= point.x() < image.width and 0 <= point.y() < image.height
        self.pointed.emit(*((int(point.x()), int(point.y())) if inside else (-1, -1)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != self._button:
            return
        self._button = Qt.MouseButton.NoButton
        if self.tone.end_drag():
            pass
        elif self._painting:
            self._painting = False
            self._session.editing.end_stroke()
        elif self._grab is None:
            self.outline.release()
            self.clicks.release()
        self._grab = None
        self._set_cursor(anew=False)  # what a button changed of the picture is drawn already

    def wheelEvent(self, event: QWheelEvent) -> None:
        shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
        turned = event.angleDelta().y() / WHEEL_NOTCH
        if event.modifiers() & (shift | control):
            with_shift = bool(event.modifiers() & shift)
            sideways = event.angleDelta().x() if with_shift else 0  # so some systems turn it
            self._turned += event.angleDelta().y() or sideways
            notches = int(self._turned / WHEEL_NOTCH)  # a touchpad turns by small parts of a notch
            self._turned -= notches * WHEEL_NOTCH
            if notches and with_shift:
                self.slices_turned.emit(-notches)
            elif notches:
                self._tools.grow(notches)
        elif turned and self.picture is not None:
            self.zoom_to(self.view.scale * ZOOM_PER_NOTCH**turned, event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Enter, leave and resize; everything else as usual."""
        if isinstance(event, QEnterEvent):
            self._mouse = event.position()
            if not isinstance(self.window().focusWidget(), QLineEdit):
                self.setFocus(Qt.FocusReason.MouseFocusReason)
        elif event.type() == QEvent.Type.Leave:
            self._mouse = None
            self.clicks.leave()
            self.pointed.emit(-1, -1)
            self.update()
        elif isinstance(event, QResizeEvent):
            self.view.set_widget(event.size())
            self._view_moved()
        elif event.type() == QEvent.Type.FocusOut:
            self._held.release_all()
        elif isinstance(event, QKeyEvent) and (
            self.outline.takes(event) or self.clicks.takes(event) or self._held.take(event)
        ):
            return True
        return super().event(event)

    def _draws_cursor(self) -> bool:
        away = self._grab is not None or self._held.moves or self._held.tones or is_locked(self._session)
        return self._session.editing.is_loaded and not away and self._tools.tool in BRUSHES

    def _repaint_cursor(self, centre: QPointF | None) -> None:
        if centre is not None:
            self.update(cursor_rect(centre, self.view.reach(self._tools.radius)).toAlignedRect())
            if self._held.magnifies:
                self.update(lens_rect(centre))

    def _set_cursor(self, *, anew: bool = True) -> None:
        """The pointer's shape for what a press would do now, and all drawn anew; else that only where the shape is another one."""
        shape = _shape(self._grab is not None, self._held, self._tools.tool, self._session)
        if anew or shape != self.cursor().shape():
            self.setCursor(shape)
            self.update()

    def _view_moved(self) -> None:
        self.update()
        self.view_changed.emit()


def _shape(moving: bool, held: HeldKeys, tool: Tool, session: Session) -> Qt.CursorShape:
    """Of the pointer, for what a press would do."""
    if moving:
        return Qt.CursorShape.ClosedHandCursor
    if held.tones:
        return Qt.CursorShape.SizeAllCursor
    if not session.editing.is_loaded:
        return Qt.CursorShape.ArrowCursor
    if held.moves or tool is Tool.PAN:
        return Qt.CursorShape.OpenHandCursor
    if is_locked(session):
        return Qt.CursorShape.ForbiddenCursor
    return Qt.CursorShape.CrossCursor if tool in (*SHAPES, Tool.CLICK) else Qt.CursorShape.BlankCursor
