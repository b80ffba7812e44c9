"""A slider whose groove shows what is known of every slice: taller and in its own colour, the further the work on it is."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QSlider, QToolTip

from app.image_row import TONES
from app.theme import Theme
from core.review import URGENCY

HANDLE, NOTCH = 8, 120
TALL = {"unseen": 4, "rejected": 4, "predicted": 8, "in_work": 10, "accepted": 14}
"""Status -> height of its mark: the colours alone would tell nothing to an eye that does not see them."""
APART = 4
"""Slices that have so many pixels stand apart from each other."""


class SliceSlider(QSlider):
    """Chooses a slice, from 0."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = theme
        self._statuses: tuple[str, ...] = ()
        self._groove: QPixmap | None = None
        self._turned = 0
        self.words: dict[str, str] = {}
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(120, 28)
        theme.changed.connect(self._redraw)

    def show_statuses(self, statuses: Sequence[str]) -> None:
        """What is known of each slice, in their order."""
        if tuple(statuses) != self._statuses:
            self._statuses = tuple(statuses)
            self._redraw()

    def place_of(self, slice_: int) -> float:
        """Where a slice, from 0, is on the slider: its middle, in widget pixels."""
        return HANDLE / 2 + self._step() * slice_

    def slice_at(self, x: float) -> int:
        """The slice nearest to a place in widget pixels."""
        step = self._step()
        return min(self.maximum(), max(0, round((x - HANDLE / 2) / step))) if step > 0 else 0

    def event(self, event: QEvent) -> bool:
        """Say of the slice under the pointer what it is."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._statuses:
            found = self.slice_at(event.pos().x())
            text = f"{found + 1} / {len(self._statuses)}: {self.words.get(self._statuses[found], '')}"
            QToolTip.showText(event.globalPos(), f"{text}\n{self.toolTip()}", self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the slice that is clicked on, and follow the hand."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self.slice_at(event.position().x()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand."""
        if self.isSliderDown():
            self.setValue(self.slice_at(event.position().x()))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The hand lets go."""
        self.setSliderDown(False)
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Down is onwards, as on the picture."""
        self._turned -= event.angleDelta().y()
        notches = int(self._turned / NOTCH)
        self._turned -= notches * NOTCH
        self.setValue(self.value() + notches)
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._groove is None or self._groove.deviceIndependentSize().toSize() != self.size():
            self._groove = QPixmap(self.size() * ratio)
            self._groove.setDevicePixelRatio(ratio)
            self._groove.fill(Qt.GlobalColor.transparent)
            self._draw_marks(self._groove)
        tones, middle = self._theme.tones, self.place_of(self.value())
        painter = QPainter(self)
        painter.drawPixmap(QPoint(0, 0), self._groove)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tones.panel))
        painter.setBrush(QColor(tones.accent if self.hasFocus() or self.underMouse() else tones.text))
        painter.drawRoundedRect(QRectF(middle - HANDLE / 2, self.height() / 2 - 12, HANDLE, 24), 3, 3)
        painter.end()

    def _draw_marks(self, onto: QPixmap) -> None:
        """Each slice from its edge to the next one's; where several share a pixel, the most urgent is seen."""
        painter, step = QPainter(onto), self._step()
        gap = 1 if step >= APART else 0
        for status in reversed(URGENCY):
            colour = QColor(getattr(self._theme.tones, "border" if status == "unseen" else TONES[status]))
            top = (self.height() - TALL[status]) // 2
            for number, found in enumerate(self._statuses):
                if found == status:
                    left, right = (round(self.place_of(number) + half) for half in (-step / 2, step / 2))
                    painter.fillRect(left, top, max(1, right - left - gap), TALL[status], colour)
        painter.end()

    def _step(self) -> float:
        return (self.width() - HANDLE) / max(1, self.maximum())

    def _redraw(self) -> None:
        self._groove = None
        self.update()
