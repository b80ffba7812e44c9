"""Del in a list. A hand there means a row of the list, not the mask that the same key would clear."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget


class NoDelete(QObject):
    """Lets Del do nothing while a list has the keyboard."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Del before any command gets it."""
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Delete or event.modifiers():
            return False
        event.accept()
        return True
