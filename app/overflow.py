"""A row of buttons in which the less needed ones give way where there is no room; what they do stays in a menu at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget


@dataclass(frozen=True)
class Part:
    """Widgets of a row that give way together.

    Attributes:
        widgets: of the row.
        actions: what they do, for the menu; none where they only show something.
    """

    widgets: tuple[QWidget, ...]
    actions: tuple[QAction, ...] = ()


class Overflow:
    """Decides what of a row is shown.

    Attributes:
        away: the parts that have no room now, the first that went first.
    """

    def __init__(self, row: QHBoxLayout, more: QToolButton, parts: Sequence[Part]) -> None:
        """Prepare; `fit` is to be called with every width.

        Args:
            row: holds all of it.
            more: the button of the menu, at the end of the row; hidden while everything has room.
            parts: that may give way, those that are needed least first.
        """
        self._row, self._more, self._parts = row, more, parts
        self._menu = QMenu(more)
        more.setMenu(self._menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.hide()
        self.away: tuple[Part, ...] = ()

    @property
    def least_width(self) -> int:
        """What the row needs when everything gave way that may."""
        return self._width(self._parts)

    def fit(self, width: int) -> None:
        """Show what has room in so many pixels."""
        count = next((n for n in range(len(self._parts)) if self._width(self._parts[:n]) <= width), len(self._parts))
        away = tuple(self._parts[:count])
        if away == self.away:
            return
        self.away = away
        for part in self._parts:
            for widget in part.widgets:
                widget.setVisible(part not in away)
        self._menu.clear()
        for part in away:
            self._menu.addActions(list(part.actions))
        self._more.setVisible(bool(away))

    def _width(self, away: Sequence[Part]) -> int:
        """Of the row without these parts."""
        gone = {widget for part in away for widget in part.widgets} | (set() if away else {self._more})
        margins = self._row.contentsMargins()
        width = margins.left() + margins.right()
        for place in range(self._row.count()):
            item = self._row.itemAt(place)
            widget = item.widget() if item is not None else None
            if widget is None:
                width += item.minimumSize().width() if item is not None else 0
            elif widget not in gone:
                width += (widget.minimumWidth() or widget.minimumSizeHint().width()) + self._row.spacing()
        return width
