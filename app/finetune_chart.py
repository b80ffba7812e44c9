"""The live picture of a fine-tune: the loss that falls, and Dice on images kept aside beside the line to beat.

The chart library takes most of a second to import, so this module is imported when the first run is shown.
"""

import pyqtgraph
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.controls import label
from app.theme import Theme
from core.worker_protocol import EpochEvent

HEIGHT = 116


class FinetuneChart(QWidget):
    """Two small charts over the same epochs."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        pyqtgraph.setConfigOption("antialias", True)
        self._theme = theme
        self._loss: list[tuple[int, float]] = []
        self._dice: list[tuple[int, float]] = []
        self._base: float | None = None
        self._loss_plot, self._dice_plot = (_plot() for _ in range(2))
        self._loss_line = self._loss_plot.plot()
        self._dice_line = self._dice_plot.plot(symbol="o", symbolSize=5)
        self._base_line = pyqtgraph.InfiniteLine(angle=0, movable=False)
        self._base_line.setVisible(False)
        self._dice_plot.addItem(self._base_line)
        self._dice_plot.setXLink(self._loss_plot)
        self._base_label = label("", "notice")
        self._base_label.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(label(self.tr("Error while learning (it should fall)"), "notice"))
        column.addWidget(self._loss_plot)
        column.addSpacing(4)
        column.addWidget(label(self.tr("Dice on images kept aside (it should rise)"), "notice"))
        column.addWidget(self._dice_plot)
        column.addWidget(self._base_label)
        theme.changed.connect(self._recolour)
        self._recolour()

    def clear(self) -> None:
        """Begin a new run."""
        self._loss, self._dice, self._base = [], [], None
        self._base_line.setVisible(False)
        self._base_label.setText("")
        self._draw()

    def add(self, event: EpochEvent) -> None:
        """Draw one more epoch; the first one of another round begins the lines anew."""
        if self._loss and event.epoch <= self._loss[-1][0]:
            self._loss, self._dice = [], []
        self._loss.append((event.epoch, event.loss))
        if event.validation_dice is not None:
            self._dice.append((event.epoch, event.validation_dice))
        if event.base_dice is not None and self._base is None:
            self._base = event.base_dice
            self._base_line.setPos(event.base_dice)
            self._base_line.setVisible(True)
            text = self.tr("Dashed: the model before, at its best threshold ({dice:.3f}).")
            self._base_label.setText(text.format(dice=event.base_dice))
        for plot in (self._loss_plot, self._dice_plot):
            plot.setXRange(1, max(2, event.epochs), padding=0.02)
        self._draw()

    def points(self) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
        """What is drawn: (epoch, loss) and (epoch, Dice)."""
        return list(self._loss), list(self._dice)

    def _draw(self) -> None:
        self._loss_line.setData([x for x, _ in self._loss], [y for _, y in self._loss])
        self._dice_line.setData([x for x, _ in self._dice], [y for _, y in self._dice])
        seen = [y for _, y in self._dice] + ([self._base] if self._base is not None else [])
        if seen:
            low, high = min(seen), max(seen)
            room = max(0.02, (high - low) * 0.15)
            self._dice_plot.setYRange(max(0.0, low - room), min(1.0, high + room), padding=0)

    def _recolour(self) -> None:
        tones = self._theme.tones
        for plot in (self._loss_plot, self._dice_plot):
            plot.setBackground(tones.panel)
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(tones.border)
                axis.setTextPen(tones.muted)
        self._loss_line.setPen(pyqtgraph.mkPen(tones.warning, width=2))
        self._dice_line.setPen(pyqtgraph.mkPen(tones.accent, width=2))
        self._dice_line.setSymbolBrush(tones.accent)
        self._dice_line.setSymbolPen(tones.accent)
        self._base_line.setPen(pyqtgraph.mkPen(tones.muted, width=1.5, style=Qt.PenStyle.DashLine))


def _plot() -> pyqtgraph.PlotWidget:
    """A plot that only shows: no mouse, no menu."""
    plot = pyqtgraph.PlotWidget()
    plot.setFixedHeight(HEIGHT)
    plot.setMouseEnabled(x=False, y=False)
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.showGrid(y=True, alpha=0.15)
    plot.getAxis("left").setWidth(40)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.wheelEvent = lambda event: event.ignore()  # the panel scrolls, not the chart
    return plot
