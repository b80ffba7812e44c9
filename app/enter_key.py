"""Enter presses the button that has the keyboard, and does not accept the image behind its back."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.controls import ENTER


class EnterPresses(QObject):
    """Listens to what a button of the window leaves to the window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claim Enter before the window's shortcut takes it, then press."""
        if not isinstance(event, QKeyEvent) or event.key() not in ENTER or not isinstance(watched, QWidget):
            return False
        button = watched.focusWidget()
        if not isinstance(button, QAbstractButton):
            return False
        if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            button.click()
        event.accept()
        return event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
