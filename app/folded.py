"""A part of a dialog that is folded away until somebody wants it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget


class Folded(QWidget):
    """A line with an arrow that shows and hides what is below it.

    Signals:
        opened: what is below is shown.
    """

    opened = Signal()

    def __init__(self, title: str, content: QWidget) -> None:
        """Fold it away.

        Args:
            title: of the line.
            content: below it.
        """
        super().__init__()
        self.content = content
        self.arrow = QToolButton()
        self.arrow.setText(title)
        self.arrow.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.arrow.clicked.connect(lambda: self.fold(self.content.isHidden()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.arrow)
        column.addWidget(content)
        self.fold(False)

    def fold(self, is_open: bool) -> None:
        """Show or hide what is below the line."""
        self.arrow.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self.content.setVisible(is_open)
        refit(self)
        if is_open:
            self.opened.emit()


def refit(part: QWidget) -> None:
    """Let the dialog around a part become as large as it now needs to be."""
    top = part.window()
    if top is not part and top.isVisible():
        above: QWidget | None = part
        while above is not None:  # each layout is to forget the size that it knew, from the inside out
            if (layout := above.layout()) is not None:
                layout.invalidate()
                layout.activate()
            above = above.parentWidget() if above is not top else None
        top.resize(top.width(), max(top.sizeHint().height(), top.heightForWidth(top.width())))
