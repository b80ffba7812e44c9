"""Keys of the canvas that do something as long as they are down: move the picture, show a lens, hide the mask, set the tone."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.command import Command
from app.language import QT_TRANSLATE_NOOP

MOVE, MAGNIFY, BLINK, TONE = "hold_move", "hold_magnify", "hold_blink", "hold_tone"

HELD_COMMANDS: tuple[Command, ...] = (
    Command(
        MOVE,
        "held",
        QT_TRANSLATE_NOOP("actions", "Move the picture"),
        QT_TRANSLATE_NOOP("actions", "Held: the mouse drags the picture; so does the middle button"),
        keys=("Space",),
    ),
    Command(
        MAGNIFY,
        "held",
        QT_TRANSLATE_NOOP("actions", "Lens"),
        QT_TRANSLATE_NOOP("actions", "Held: a lens shows four times as large what is under the pointer"),
        keys=("Z",),
    ),
    Command(
        BLINK,
        "held",
        QT_TRANSLATE_NOOP("actions", "Picture without the mask"),
        QT_TRANSLATE_NOOP("actions", "Held: the mask is hidden"),
        keys=("S",),
    ),
    Command(
        TONE,
        "held",
        QT_TRANSLATE_NOOP("actions", "Brightness and contrast"),
        QT_TRANSLATE_NOOP(
            "actions", "Held: dragging sets how the picture is shown; model, masks and files stay as they are"
        ),
        keys=("W",),
    ),
)


class HeldKeys(QObject):
    """Which of these keys are down.

    Signals:
        changed: another one is, or none.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._down: set[str] = set()
        self._meaning: dict[str, str] = {}
        self.bind(lambda command: next(one.keys for one in HELD_COMMANDS if one.key == command))

    def bind(self, keys: Callable[[str], tuple[str, ...]]) -> None:
        """Listen to these keys from now on.

        Args:
            keys: gives the keys of each of HELD_COMMANDS.
        """
        self.release_all()
        self._meaning = {key: command.key for command in HELD_COMMANDS for key in keys(command.key)}

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
        meaning = self._meaning.get(QKeySequence(event.key()).toString(QKeySequence.SequenceFormat.PortableText))
        if meaning is None or event.type() == QEvent.Type.ShortcutOverride:
            return False
        if pressed and event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != Qt.KeyboardModifier.NoModifier:
            return False
        if not event.isAutoRepeat():
            self._set(self._down | {meaning} if pressed else self._down - {meaning})
        return True

    def release_all(self) -> None:
        """The keyboard is elsewhere now: nobody will say when a key goes up."""
        self._set(set())

    def _set(self, down: set[str]) -> None:
        if down != self._down:
            self._down = down
            self.changed.emit()


def stands_alone(key: str) -> bool:
    """Whether a key, as QKeySequence writes it, is one press without Ctrl, Alt or Shift."""
    return QKeySequence(key).count() == 1 and "+" not in key[:-1]
