"""A few figures between 0 and 1 as bars with their names and numbers, so that they can be compared at a glance."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import Theme

TEXT_ROW, BAR_ROW, GAP = 18.0, 10.0, 9.0


@dataclass(frozen=True)
class Figure:
    """One bar.

    Attributes:
        name: what it is.
        value: 0..1.
        tone: name of the theme's colour.
    """

    name: str
    value: float
    tone: str


class FigureBars(QWidget):
    """Draws figures one below the other."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._figures: list[Figure] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_figures(self, figures: list[Figure]) -> None:
        """Draw other figures."""
        self._figures = figures
        self.setAccessibleName(", ".join(self.texts()))
        self.updateGeometry()
        self.update()

    def texts(self) -> list[str]:
        """Names and numbers as they can be read."""
        return [f"{figure.name}: {figure.value:.3f}" for figure in self._figures]

    def sizeHint(self) -> QSize:
        """As wide as there is room, as high as its bars."""
        return QSize(200, round(len(self._figures) * (TEXT_ROW + BAR_ROW + GAP)))

    def minimumSizeHint(self) -> QSize:
        """The same height, and hardly any width."""
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        tones = self._theme.tones
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetricsF(self.font())
        top = 0.0
        for figure in self._figures:
            number = f"{figure.value:.3f}"
            room = self.width() - metrics.horizontalAdvance(number) - 10
            line = QRectF(0, top, self.width(), TEXT_ROW)
            painter.setPen(QColor(tones.text))
            name = metrics.elidedText(figure.name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
            bar = QRectF(0, top + TEXT_ROW + 2, self.width(), BAR_ROW - 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tones.hover))
            painter.drawRoundedRect(bar, 4, 4)
            bar.setWidth(max(4.0, bar.width() * min(1.0, max(0.0, figure.value))))
            painter.setBrush(QColor(getattr(tones, figure.tone)))
            painter.drawRoundedRect(bar, 4, 4)
            top += TEXT_ROW + BAR_ROW + GAP
        painter.end()
