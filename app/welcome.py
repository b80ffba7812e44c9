"""What stands in the middle while there is no project, or no image in it."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.icons import pixmap


class Welcome(QWidget):
    """A title, a sentence, and buttons for the next step."""

    def __init__(self, title: str, sentence: str, steps: list[QAction], parent: QWidget | None = None) -> None:
        """Make the page.

        Args:
            title: what is the case.
            sentence: what to do.
            steps: commands offered as buttons, the first as the main one.
            parent: the window.
        """
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._pairs: list[tuple[QPushButton, QAction]] = []
        picture = QLabel()
        picture.setPixmap(pixmap("app", "#000000", 72))
        heading = QLabel(title)
        heading.setProperty("role", "title")
        text = QLabel(sentence)
        text.setProperty("role", "muted")
        text.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addStretch(1)
        for label in (picture, heading, text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(8)
        for place, action in enumerate(steps):
            button = QPushButton(action.text().replace("&", ""), iconSize=QSize(20, 20))
            button.setMinimumSize(260, 38)
            if place == 0:
                button.setProperty("role", "primary")
            else:
                button.setIcon(action.icon())
                action.changed.connect(self._recolour)
                self._pairs.append((button, action))
            button.clicked.connect(action.trigger)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)

    def _recolour(self) -> None:
        for button, action in self._pairs:
            button.setIcon(action.icon())
