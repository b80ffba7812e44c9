"""What a press of a key is called, which keys cannot be given away, and what keys and mouse always do."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.language import QT_TRANSLATE_NOOP

MODIFIERS = (
    Qt.Key.Key_Control,
    Qt.Key.Key_Shift,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_unknown,
)
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
RESERVED = (Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Backspace, *ARROWS)
"""Move the keyboard and the crosshair, and give up; a window without them would be a trap."""

TOUR_NEXT, TOUR_BACK, TOUR_END = "Alt+Right", "Alt+Left", "Esc"
"""The keys of the walk through the window."""

FIXED: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        QT_TRANSLATE_NOOP("actions", "Mouse on the picture"),
        (
            (QT_TRANSLATE_NOOP("actions", "Left button"), QT_TRANSLATE_NOOP("actions", "Use the tool in hand")),
            (
                QT_TRANSLATE_NOOP("actions", "Right button"),
                QT_TRANSLATE_NOOP(
                    "actions",
                    "Erase; with an outline, take the inside away; as a click, say that this does not belong to it",
                ),
            ),
            (QT_TRANSLATE_NOOP("actions", "Middle button"), QT_TRANSLATE_NOOP("actions", "Move the picture")),
            (QT_TRANSLATE_NOOP("actions", "Wheel"), QT_TRANSLATE_NOOP("actions", "Zoom at the pointer")),
            (QT_TRANSLATE_NOOP("actions", "Ctrl + wheel"), QT_TRANSLATE_NOOP("actions", "Brush size")),
            (
                QT_TRANSLATE_NOOP("actions", "Shift + wheel"),
                QT_TRANSLATE_NOOP("actions", "Through the slices of a stack"),
            ),
        ),
    ),
    (
        QT_TRANSLATE_NOOP("actions", "Without a mouse"),
        (
            (
                QT_TRANSLATE_NOOP("actions", "Arrow keys"),
                QT_TRANSLATE_NOOP(
                    "actions", "A crosshair on the picture; with Shift it moves by one pixel, with Ctrl by a large step"
                ),
            ),
            (
                QT_TRANSLATE_NOOP("actions", "Space, with the crosshair"),
                QT_TRANSLATE_NOOP(
                    "actions",
                    "The left mouse button; held while the crosshair moves it draws. Shift+Space is the right one",
                ),
            ),
            (
                QT_TRANSLATE_NOOP("actions", "Tab, Shift+Tab"),
                QT_TRANSLATE_NOOP("actions", "To the next part of the window, and back"),
            ),
        ),
    ),
    (
        QT_TRANSLATE_NOOP("actions", "While drawing"),
        (
            (QT_TRANSLATE_NOOP("actions", "Enter"), QT_TRANSLATE_NOOP("actions", "Close an outline")),
            (
                QT_TRANSLATE_NOOP("actions", "Backspace"),
                QT_TRANSLATE_NOOP("actions", "Take the last point of an outline, or the last click, back"),
            ),
            (
                QT_TRANSLATE_NOOP("actions", "Esc"),
                QT_TRANSLATE_NOOP("actions", "Give an outline or a box up; take the crosshair away"),
            ),
        ),
    ),
    (
        QT_TRANSLATE_NOOP("actions", "While the window is shown around"),
        (
            (TOUR_NEXT, QT_TRANSLATE_NOOP("actions", "To the next card")),
            (TOUR_BACK, QT_TRANSLATE_NOOP("actions", "To the card before")),
            (TOUR_END, QT_TRANSLATE_NOOP("actions", "End the tour")),
        ),
    ),
)
"""Titles, and lines of keys or buttons with what they do; these stay as they are."""


def key_of(event: QKeyEvent) -> str | None:
    """The pressed key as QKeySequence writes it; None while only Ctrl, Shift or Alt are down."""
    if event.key() in MODIFIERS or event.key() == 0:
        return None
    modifiers, text = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, event.text()
    if text and text.isprintable() and not text.isalnum() and not text.isspace():
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier  # it took Shift to write this sign; it is not a part of the key
    sequence = QKeySequence(modifiers.value | event.key())
    return sequence.toString(QKeySequence.SequenceFormat.PortableText) or None


def is_free(event: QKeyEvent) -> bool:
    """Whether the pressed key can be given to a command: not those that get around, nor Alt with a letter, which opens a menu."""
    alt = (
        event.modifiers() & Qt.KeyboardModifier.AltModifier
        and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
    )
    opens_menu = bool(alt) and Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z
    return event.key() not in RESERVED and not opens_menu
