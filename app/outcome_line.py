"""The line in which a dialog says what came of it: a picture for how it went, and words that can be copied."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.controls import label
from app.icons import pixmap
from app.theme import Theme

PICTURES = {"information": "info"}
"""Level -> icon, where its name is another one."""


class OutcomeLine(QWidget):
    """Hidden until something is said."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = label("", "muted")
        self._words = label("", "plain")
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        self.hide()

    def text(self) -> str:
        """What is said now."""
        return self._words.text()

    def say(self, level: str, text: str) -> None:
        """Say something.

        Args:
            level: "information", "success", "warning" or "error".
            text: its words; "" hides the line.
        """
        self._words.setText(text)
        self.setVisible(bool(text))
        if text:
            self._icon.setPixmap(pixmap(PICTURES.get(level, level), getattr(self._theme.tones, level), 22))
