"""Keys of the canvas that do something as long as they are down: Space moves, Z is a lens, S hides the mask, W sets the tone."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

MOVE, MAGNIFY, BLINK, TONE = Qt.Key.Key_Space, Qt.Key.Key_Z, Qt.Key.Key_S, Qt.Key.Key_W


class HeldKeys(QObject):
    """Which of these keys are down.

    Signals:
        changed: another one is, or none.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._down: set[int] = set()

    @property
    def moves(self) -> bool:
        """Whether dragging moves the picture."""
        return MOVE in self._down

    @property
    def magnifies(self) -> bool:
        """Whether the lens is shown."""
        return MAGNIFY in self._down

    @property
    def blinks(self) -> bool:
        """Whether the mask is hidden for the moment."""
        return BLINK in self._down

    @property
    def tones(self) -> bool:
        """Whether dragging makes the picture brighter, or richer in contrast."""
        return TONE in self._down

    def take(self, event: QKeyEvent) -> bool:
        """Note a key that goes down, alone, or up; False where it is none of these, or part of a shortcut."""
        pressed = event.type() == QEvent.Type.KeyPress
        if event.key() not in (MOVE, MAGNIFY, BLINK, TONE) or event.type() == QEvent.Type.ShortcutOverride:
            return False
        if pressed and event.modifiers() != Qt.KeyboardModifier.NoModifier:
            return False
        if not event.isAutoRepeat():
            self._set(self._down | {event.key()} if pressed else self._down - {event.key()})
        return True

    def release_all(self) -> None:
        """The keyboard is elsewhere now: nobody will say when a key goes up."""
        self._set(set())

    def _set(self, down: set[int]) -> None:
        if down != self._down:
            self._down = down
            self.changed.emit()
