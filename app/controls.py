"""Sliders, labels and buttons in the style of the house."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
TITLE_BAR = 40
"""More or less, in pixels, with the frame."""


class WordsEdit(QLineEdit):
    """A line of words; Enter finishes it and does not accept the image."""

    def event(self, event: QEvent) -> bool:
        """Keep Enter for this field."""
        return keeps_enter(event) or super().event(event)


class NumberEdit(QSpinBox):
    """A whole number with a unit; Enter finishes it and does not accept the image."""

    def __init__(self, low: int, high: int, value: int, name: str, unit: str = "") -> None:
        """Make it.

        Args:
            low: smallest value.
            high: largest value.
            value: at first.
            name: for screen readers.
            unit: is shown after the number.
        """
        super().__init__()
        self.setRange(low, high)
        self.setValue(value)
        self.setAccessibleName(name)
        self.setSuffix(f" {unit}" if unit else "")
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def event(self, event: QEvent) -> bool:
        """Keep Enter for this field."""
        return keeps_enter(event) or super().event(event)


class Choices(QListWidget):
    """A list in which Enter chooses, and does not accept the image."""

    def event(self, event: QEvent) -> bool:
        """Keep Enter for this list."""
        return keeps_enter(event) or super().event(event)


def keeps_enter(event: QEvent) -> bool:
    """Claim the Enter key before the window's shortcut takes it; False for every other event."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent) or event.key() not in ENTER:
        return False
    event.accept()
    return True


def label(text: str, role: str) -> QLabel:
    """A label.

    Args:
        text: its words.
        role: "heading", "title", "figure", "muted" or "notice" (see resources/style/window.qss).
    """
    result = QLabel(text)
    result.setProperty("role", role)
    return result


def slider(low: int, high: int, page: int, name: str) -> QSlider:
    """A horizontal slider that takes the keyboard only by Tab.

    Args:
        low: smallest value.
        high: largest value.
        page: a large step.
        name: for screen readers.
    """
    result = QSlider(Qt.Orientation.Horizontal)
    result.setRange(low, high)
    result.setPageStep(page)
    result.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    result.setAccessibleName(name)
    return result


def tool_button(tip: str = "", size: int = 20) -> QToolButton:
    """A flat button with an icon.

    Args:
        tip: what it does, also for screen readers.
        size: of the icon in pixels.
    """
    result = QToolButton()
    result.setIconSize(QSize(size, size))
    result.setToolTip(tip)
    result.setAccessibleName(tip)
    return result


def button(text: str, height: int, primary: bool = False) -> QPushButton:
    """A large button with room for an icon.

    Args:
        text: its words.
        height: in pixels.
        primary: whether it is the main step here.
    """
    result = QPushButton(text)
    result.setIconSize(QSize(20, 20))
    result.setMinimumHeight(height)
    if primary:
        result.setProperty("role", "primary")
    return result


def line() -> QFrame:
    """A thin line between two parts of a panel."""
    result = QFrame()
    result.setObjectName("separator")
    return result


def resize_on_screen(window: QWidget, width: int, height: int) -> None:
    """Give a window its size in pixels, but no more height than its screen has below the title bar."""
    window.resize(width, min(height, window.screen().availableSize().height() - TITLE_BAR))
