"""The picture of the effort: what was changed on each accepted image in the order of time, and where a new version began.

The chart library takes most of a second to import, so this module is imported when the dialog is opened.
"""

from collections.abc import Sequence

import pyqtgraph
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.theme import Theme

HEIGHT = 210


class EffortChart(QWidget):
    """A point for each accepted image, a line for the median of each stretch, a dashed line where the version changed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        pyqtgraph.setConfigOption("antialias", True)
        self._theme = theme
        self._plot = pyqtgraph.PlotWidget()
        self.setFixedHeight(HEIGHT)
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.showGrid(y=True, alpha=0.15)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.wheelEvent = lambda event: event.ignore()
        self._borders: list[float] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._plot)

    def show_stretches(self, stretches: Sequence[tuple[str, Sequence[float], float]]) -> None:
        """Draw.

        Args:
            stretches: one after the other in time: name of the version, per cent changed of each image, their median.
        """
        tones = self._theme.tones
        self._plot.clear()
        self._plot.setBackground(tones.panel)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(tones.border)
            axis.setTextPen(tones.muted)
        self._plot.setLabel("left", self.tr("Changed (% of the mask)"), color=tones.muted)
        self._plot.setLabel("bottom", self.tr("Accepted images, in order"), color=tones.muted)
        highest = max((value for _, values, _ in stretches for value in values), default=1.0)
        start, self._borders = 1, []
        for place, (name, values, median) in enumerate(stretches):
            end = start + len(values)
            self._plot.plot(
                list(range(start, end)), list(values), pen=None, symbol="o", symbolSize=7, symbolPen=tones.accent,
                symbolBrush=tones.accent,
            )  # fmt: skip
            self._plot.plot([start - 0.4, end - 0.6], [median, median], pen=pyqtgraph.mkPen(tones.warning, width=2))
            if place:
                self._borders.append(start - 0.5)
                pen = pyqtgraph.mkPen(tones.muted, width=1, style=Qt.PenStyle.DashLine)
                self._plot.addItem(pyqtgraph.InfiniteLine(start - 0.5, angle=90, pen=pen))
            words = pyqtgraph.TextItem(name, color=tones.text, anchor=(0, 0))
            self._plot.addItem(words)
            words.setPos(start - 0.4, highest * 1.22)
            start = end
        self._plot.setXRange(0.5, max(2, start) - 0.5, padding=0.02)
        self._plot.setYRange(0, max(1.0, highest * 1.22), padding=0.02)

    def borders(self) -> list[float]:
        """Where the version changed, on the axis of images."""
        return list(self._borders)
