"""How one image, or one stack, looks in the list: small picture, name, and below it what is known of it."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.icons import pixmap
from app.theme import Theme
from app.thumbnails import Thumbnails
from core.review import Entry

ENTRY_ROLE = int(Qt.ItemDataRole.UserRole) + 1
STATUS_ROLE = int(Qt.ItemDataRole.UserRole) + 2
SLICES_ROLE = int(Qt.ItemDataRole.UserRole) + 3
SHORT_ROLE = int(Qt.ItemDataRole.UserRole) + 4
HEIGHT, PICTURE, MARK, GAP, BEHIND = 54, 44, 16, 9, 3
TONES = {
    "unseen": "muted",
    "predicted": "information",
    "in_work": "warning",
    "accepted": "success",
    "rejected": "error",
}
"""Status -> name of its colour."""


class ImageRow(QStyledItemDelegate):
    """Draws a row from what its roles give.

    An `Entry` (ENTRY_ROLE) and the words of its status (STATUS_ROLE); of a stack also the number of its slices (SLICES_ROLE), and
    how many of them are accepted in figures (SHORT_ROLE), for which there is always room.
    """

    def __init__(self, thumbnails: Thumbnails, theme: Theme) -> None:
        super().__init__(thumbnails)
        self._thumbnails, self._theme = thumbnails, theme
        self._marks: dict[tuple[str, float], QPixmap] = {}
        theme.changed.connect(self._marks.clear)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """All rows are alike."""
        return QSize(0, HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one row."""
        entry: Entry = index.data(ENTRY_ROLE)
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        font: QFont = option.font
        tones = self._theme.tones
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tones.hover))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 6, 6)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(tones.accent))
            painter.drawRoundedRect(QRect(area.left() + 1, area.top() + 10, 3, area.height() - 20), 1.5, 1.5)
        place = QRect(area.left() + 9, area.top() + 5, PICTURE, PICTURE)
        if slices := index.data(SLICES_ROLE):
            place = self._draw_edges(painter, place)
        self._draw_picture(painter, place, entry)
        if slices:
            self._draw_number(painter, place, font, slices)
        left = area.left() + 9 + PICTURE + GAP
        right = area.right() - 6
        signs = (("test-set", "accent", entry.review.test), ("flag", "warning", entry.review.flag is not None))
        for sign, tone, is_there in signs:
            if is_there:
                right -= MARK + 4
                top = area.center().y() - MARK // 2
                painter.drawPixmap(right + 4, top, MARK, MARK, self._mark(painter, sign, tone))
        painter.setFont(font)
        painter.setPen(QColor(tones.muted if entry.review.status == "rejected" else tones.text))
        width = right - left
        words = QFontMetrics(font).elidedText(entry.name, Qt.TextElideMode.ElideMiddle, width)
        upper = QRect(left, area.top() + 6, width, 21)
        painter.drawText(upper, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), words)
        status = entry.review.status
        lower = QRect(left + MARK + 5, area.top() + 27, width - MARK - 5, 20)
        painter.drawPixmap(
            left, lower.center().y() - MARK // 2 + 1, MARK, MARK, self._mark(painter, f"status-{status}", TONES[status])
        )
        small = QFont(font)
        small.setPointSizeF(max(7.0, font.pointSizeF() - 1))
        painter.setFont(small)
        painter.setPen(QColor(tones.muted))
        words, measure = str(index.data(STATUS_ROLE)), QFontMetrics(small)
        if slices and measure.horizontalAdvance(words) > lower.width():
            words = str(index.data(SHORT_ROLE))
        words = measure.elidedText(words, Qt.TextElideMode.ElideRight, lower.width())
        painter.drawText(lower, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), words)
        painter.restore()

    def _draw_edges(self, painter: QPainter, place: QRect) -> QRect:
        """The edges of slices that lie behind; where the first one is."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(self._theme.tones.muted))
        front = place.adjusted(0, 2 * BEHIND, -2 * BEHIND, 0)
        for depth in (2, 1):
            at = front.translated(depth * BEHIND, -depth * BEHIND)
            painter.drawPolyline([at.topLeft(), at.topRight(), at.bottomRight()])
        return front

    def _draw_number(self, painter: QPainter, place: QRect, font: QFont, slices: int) -> None:
        """How many slices, in the corner of the picture."""
        small = QFont(font)
        small.setPointSizeF(max(6.5, font.pointSizeF() - 2))
        text = str(slices)
        width = QFontMetrics(small).horizontalAdvance(text) + 6
        box = QRect(place.right() - width + 1, place.bottom() - 12, width, 13)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tones.panel))
        painter.drawRoundedRect(box, 3, 3)
        painter.setFont(small)
        painter.setPen(QColor(self._theme.tones.text))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)

    def _draw_picture(self, painter: QPainter, place: QRect, entry: Entry) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tones.canvas))
        painter.drawRoundedRect(place, 4, 4)
        picture = self._thumbnails.of(entry.row)
        if picture is None:
            return
        size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(0, 0, max(1, size.width()), max(1, size.height()))
        target.moveCenter(place.center())
        painter.setOpacity(0.4 if entry.review.status == "rejected" else 1.0)
        painter.drawPixmap(target, picture)
        painter.setOpacity(1.0)

    def _mark(self, painter: QPainter, name: str, tone: str) -> QPixmap:
        ratio = painter.device().devicePixelRatioF()
        key = (name, ratio)
        if key not in self._marks:
            self._marks[key] = pixmap(name, getattr(self._theme.tones, tone), round(MARK * ratio))
        return self._marks[key]
