"""What stands in the middle while there is no project, or no image in it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.commands import plain_words
from app.controls import button, label
from app.icons import pixmap


class Welcome(QWidget):
    """A title, a sentence, and buttons for the next step."""

    def __init__(
        self,
        title: str,
        sentence: str,
        steps: list[QAction],
        below: list[QWidget] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Make the page.

        Args:
            title: what is the case.
            sentence: what to do.
            steps: commands offered as buttons, the first as the main one.
            below: what else stands below the buttons.
            parent: the window.
        """
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._pairs: list[tuple[QPushButton, QAction]] = []
        picture = QLabel()
        picture.setPixmap(pixmap("app", "#000000", 72))
        text = label(sentence, "muted")
        text.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addStretch(1)
        for part in (picture, label(title, "title"), text):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(part)
        column.addSpacing(8)
        for place, action in enumerate(steps):
            step = button(plain_words(action.text()), 38, primary=place == 0)
            step.setMinimumWidth(260)
            if place > 0:
                step.setIcon(action.icon())
                action.changed.connect(self._recolour)
                self._pairs.append((step, action))
            step.setToolTip(action.toolTip())
            action.changed.connect(lambda step=step, action=action: step.setToolTip(action.toolTip()))
            step.clicked.connect(action.trigger)
            column.addWidget(step, 0, Qt.AlignmentFlag.AlignCenter)
        for more in below or []:
            column.addSpacing(14)
            column.addWidget(more, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def _recolour(self) -> None:
        for step, action in self._pairs:
            step.setIcon(action.icon())
