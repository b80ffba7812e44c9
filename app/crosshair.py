"""Work on the picture without a mouse: the arrow keys move a crosshair, and Space is the mouse button there."""

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.canvas import Canvas
from app.key_press import ARROWS
from app.session import Session

WAYS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
BY_TAB = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
STEP, LARGE_STEP = 8.0, 48.0
"""How far one press goes, in pixels of the screen, but always at least one pixel of the image."""
ARM, GAP = 21, 5
EDGE = 24
"""The crosshair stays so far inside the widget; the picture moves instead."""


class Crosshair(QObject):
    """Hands the canvas the same events as a mouse, so that every tool works with it.

    Attributes:
        at: its place in image pixels, in the middle of one; None while it is not shown.
    """

    def __init__(self, canvas: Canvas, session: Session) -> None:
        super().__init__(canvas)
        self._canvas, self._session = canvas, session
        self._mark = _Mark(canvas)
        self.at: QPointF | None = None
        self._pressed: Qt.MouseButton | None = None
        self._sending = False
        canvas.installEventFilter(self)
        canvas.view_changed.connect(self._place_mark)
        session.image_changed.connect(self.hide)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that are for the crosshair; a mouse that moves takes it away."""
        if self._sending:
            return False
        if isinstance(event, QKeyEvent):
            return self._take(event)
        if isinstance(event, QFocusEvent) and event.gotFocus() and event.reason() in BY_TAB and self.at is None:
            self._begin()  # so that one sees where the keyboard is
        moved = event.type() in (QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress)
        if self.at is not None and (moved or event.type() in (QEvent.Type.FocusOut, QEvent.Type.Wheel)):
            self.hide()
        return False

    def hide(self) -> None:
        """Take it away; what was being drawn is finished."""
        if self.at is None:
            return
        self._release()
        self.at = None
        self._mark.hide()
        self._send(QEvent(QEvent.Type.Leave))

    def _take(self, event: QKeyEvent) -> bool:
        """Whether a key is for the crosshair; the question whether a shortcut may have it is answered as well."""
        pressed = event.type() == QEvent.Type.KeyPress
        if event.type() == QEvent.Type.KeyRelease:
            if event.key() != Qt.Key.Key_Space or self._pressed is None:
                return False
            if not event.isAutoRepeat():
                self._release()
            return True
        if not self._is_for(event):
            return False
        event.accept()
        if pressed and event.key() in ARROWS:
            self._step(event)
        elif pressed and event.key() == Qt.Key.Key_Escape:
            self.hide()
        elif pressed and not event.isAutoRepeat():
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._press(Qt.MouseButton.RightButton if shift else Qt.MouseButton.LeftButton)
        return True

    def _is_for(self, event: QKeyEvent) -> bool:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
        if event.key() in ARROWS:
            return self._session.image is not None and modifiers in (Qt.KeyboardModifier.NoModifier, shift, control)
        if self.at is None:
            return False
        if event.key() == Qt.Key.Key_Escape:
            return not self._canvas.outline.is_open and self._pressed is None
        return event.key() == Qt.Key.Key_Space and modifiers in (Qt.KeyboardModifier.NoModifier, shift)

    def _step(self, event: QKeyEvent) -> None:
        canvas = self._canvas
        if self.at is None:
            self._begin()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._move(event.key(), 1)
        else:
            large = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            self._move(event.key(), max(1, round((LARGE_STEP if large else STEP) / canvas.view.scale)))

    def _begin(self) -> None:
        """Show it where the mouse is, else in the middle of what is seen."""
        canvas = self._canvas
        middle = canvas.view.to_image(QPointF(canvas.rect().center()))
        self._go_to(canvas.pointer if canvas.pointer is not None else middle)

    def _move(self, key: int, pixels: int) -> None:
        across, down = WAYS[Qt.Key(key)]
        if self.at is not None:
            self._go_to(self.at + QPointF(across * pixels, down * pixels))

    def _go_to(self, wanted: QPointF) -> None:
        """Be on the pixel that is nearest to a place in image pixels, and see to it that it is in sight."""
        canvas, image = self._canvas, self._session.image
        if image is None:
            return
        self.at = QPointF(
            min(max(int(wanted.x()), 0), image.width - 1) + 0.5, min(max(int(wanted.y()), 0), image.height - 1) + 0.5
        )
        seen = canvas.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        place = canvas.view.to_widget(self.at)
        inside = QPointF(min(max(place.x(), seen.left()), seen.right()), min(max(place.y(), seen.top()), seen.bottom()))
        if inside != place and not canvas.view.fitted:
            canvas.view.pan(inside - place)
            canvas.update()
            canvas.view_changed.emit()
        self._mouse(QEvent.Type.MouseMove, Qt.MouseButton.NoButton)
        self._place_mark()

    def _press(self, button: Qt.MouseButton) -> None:
        if self._pressed is None:
            self._pressed = button
            self._mouse(QEvent.Type.MouseButtonPress, button)

    def _release(self) -> None:
        if self._pressed is not None:
            button, self._pressed = self._pressed, None
            self._mouse(QEvent.Type.MouseButtonRelease, button)

    def _mouse(self, kind: QEvent.Type, button: Qt.MouseButton) -> None:
        if self.at is None:
            return
        place = self._canvas.view.to_widget(self.at)
        held = self._pressed if self._pressed is not None else Qt.MouseButton.NoButton
        everywhere = self._canvas.mapToGlobal(place)
        self._send(QMouseEvent(kind, place, everywhere, button, held, Qt.KeyboardModifier.NoModifier))

    def _send(self, event: QEvent) -> None:
        self._sending = True
        try:
            QCoreApplication.sendEvent(self._canvas, event)
        finally:
            self._sending = False

    def _place_mark(self) -> None:
        if self.at is not None:
            self._mark.centre_on(self._canvas.view.to_widget(self.at))


class _Mark(QWidget):
    """Two crossed lines with a gap, white on black, so that they are seen on every picture."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(2 * ARM + 1, 2 * ARM + 1)
        self.hide()

    def centre_on(self, place: QPointF) -> None:
        """Lie around a place of the canvas, in widget pixels."""
        self.move(place.toPoint() - self.rect().center())
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box: QRect = self.rect()
        middle = box.center()
        for colour, width in (("#000000", 5), ("#ffffff", 2)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawLine(0, middle.y(), middle.x() - GAP, middle.y())
            painter.drawLine(middle.x() + GAP, middle.y(), box.right(), middle.y())
            painter.drawLine(middle.x(), 0, middle.x(), middle.y() - GAP)
            painter.drawLine(middle.x(), middle.y() + GAP, middle.x(), box.bottom())
        painter.end()
