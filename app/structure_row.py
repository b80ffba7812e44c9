"""How one structure looks in the list: number, colour, name and area, below it its status and threshold; a lock and an eye."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.icons import pixmap
from app.theme import Theme
from core.store import StructureRow

FACTS_ROLE = int(Qt.ItemDataRole.UserRole) + 1
HEIGHT, MARK, SWATCH, EDGE = 46, 16, 13, 8
BUTTON = 24
TONES = {
    "unseen": "muted",
    "predicted": "information",
    "in_work": "warning",
    "accepted": "success",
    "rejected": "error",
}
"""Status -> name of its colour."""
LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


@dataclass(frozen=True)
class RowFacts:
    """What a row says.

    Attributes:
        row: of the structure.
        number: its place in the list, from 1.
        status: on this image, see core.store; "" without an image.
        words: status in the window's language, and the threshold.
        area: of the mask in words; "" where there is none.
        flagged: whether the image has a flag.
    """

    row: StructureRow
    number: int
    status: str
    words: str
    area: str
    flagged: bool


def eye_place(row: QRect) -> QRect:
    """Where the eye of a row is."""
    return QRect(row.right() - BUTTON - 2, row.top() + (row.height() - BUTTON) // 2, BUTTON, BUTTON)


def lock_place(row: QRect) -> QRect:
    """Where the lock of a row is."""
    return eye_place(row).translated(-BUTTON, 0)


class StructureRowPainter(QStyledItemDelegate):
    """Draws a row from `RowFacts` (FACTS_ROLE)."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._marks: dict[tuple[str, str, float], QPixmap] = {}
        theme.changed.connect(self._marks.clear)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """All rows are alike."""
        return QSize(0, HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one row."""
        facts: RowFacts = index.data(FACTS_ROLE)
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter, area, state)
        upper = QRect(area.left() + EDGE, area.top() + 4, lock_place(area).left() - area.left() - EDGE - 4, 20)
        self._draw_upper(painter, upper, facts, option.font)
        self._draw_lower(painter, upper.translated(0, 20), facts, option.font)
        locked, visible = facts.row.is_locked, facts.row.is_visible
        self._draw_mark(painter, lock_place(area), "lock" if locked else "unlocked", "text" if locked else "muted")
        self._draw_mark(painter, eye_place(area), "visible" if visible else "hidden", "text" if visible else "muted")
        painter.restore()

    def _draw_ground(self, painter: QPainter, area: QRect, state: QStyle.StateFlag) -> None:
        tones = self._theme.tones
        painter.setPen(Qt.PenStyle.NoPen)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setBrush(QColor(tones.hover))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 6, 6)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(tones.accent))
            painter.drawRoundedRect(QRect(area.left() + 1, area.top() + 9, 3, area.height() - 18), 1.5, 1.5)

    def _draw_upper(self, painter: QPainter, place: QRect, facts: RowFacts, font: QFont) -> None:
        tones = self._theme.tones
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(facts.row.colour))
        middle = place.top() + (place.height() - SWATCH) // 2
        painter.drawRoundedRect(QRect(place.left(), middle, SWATCH, SWATCH), 3, 3)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        painter.setPen(QColor(tones.muted))
        painter.drawText(place, RIGHT, facts.area)
        left = place.left() + SWATCH + 8
        if facts.number <= 9:  # those that a key chooses
            painter.drawText(QRect(left, place.top(), 12, place.height()), LEFT, str(facts.number))
        left += 14
        width = place.right() - left - metrics.horizontalAdvance(facts.area) - 8
        painter.setPen(QColor(tones.text if facts.row.is_visible else tones.muted))
        name = metrics.elidedText(facts.row.name, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, place.top(), width, place.height()), LEFT, name)

    def _draw_lower(self, painter: QPainter, place: QRect, facts: RowFacts, font: QFont) -> None:
        if not facts.status:
            return
        left = place.left() + SWATCH + 22
        mark = QRect(left, place.top() + (place.height() - MARK) // 2, MARK, MARK)
        self._draw_mark(painter, mark, f"status-{facts.status}", TONES[facts.status])
        left += MARK + 5
        if facts.flagged:
            self._draw_mark(painter, mark.translated(MARK + 5, 0), "flag", "warning")
            left += MARK + 5
        small = QFont(font)
        small.setPointSizeF(max(7.0, font.pointSizeF() - 1))
        painter.setFont(small)
        painter.setPen(QColor(self._theme.tones.muted))
        width = place.right() - left
        words = QFontMetrics(small).elidedText(facts.words, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, place.top(), width, place.height()), LEFT, words)

    def _draw_mark(self, painter: QPainter, place: QRect, name: str, tone: str) -> None:
        ratio = painter.device().devicePixelRatioF()
        key = (name, tone, ratio)
        if key not in self._marks:
            self._marks[key] = pixmap(name, getattr(self._theme.tones, tone), round(MARK * ratio))
        target = QRect(0, 0, MARK, MARK)
        target.moveCenter(place.center())
        painter.drawPixmap(target, self._marks[key])
