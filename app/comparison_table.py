"""Two models side by side in one measure at a time: over all labels, for each structure and for each patient."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.controls import label
from app.theme import Theme
from core.paired_table import ALL, STRUCTURE, Line, PairedLabel, metrics_of, paired_lines

ROWS_IN_SIGHT, ROW = 9, 30


class ComparisonTable(QWidget):
    """A choice of the measure, and a table. The lines of one kind begin with those that lost most."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._labels: Sequence[PairedLabel] = ()
        self._names = ("", "")
        self.measure = QComboBox()
        self.measure.setAccessibleName(self.tr("Measure"))
        self.measure.setMinimumWidth(260)
        self.what = label("", "notice")
        self.what.setWordWrap(True)
        self.table = QTableWidget(0, 6)
        self.table.setAccessibleName(self.tr("Comparison"))
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(ROW)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.table.setShowGrid(False)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        row = QHBoxLayout()
        row.addWidget(self.measure)
        row.addWidget(self.what, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.table)
        self.measure.currentIndexChanged.connect(self._fill)
        theme.changed.connect(self._fill)

    def show_labels(self, labels: Sequence[PairedLabel], first: str, second: str) -> None:
        """Show another comparison.

        Args:
            labels: of it.
            first: name of the first model.
            second: name of the second model.
        """
        self._labels, self._names = labels, (first, second)
        self.measure.blockSignals(True)
        self.measure.clear()
        for metric in metrics_of(labels):
            self.measure.addItem(self._metrics()[metric][0], metric)
        self.measure.blockSignals(False)
        self._fill()

    def rows(self) -> list[list[str]]:
        """The table as it can be read."""
        found = []
        for row in range(self.table.rowCount()):
            cells = (self.table.item(row, column) for column in range(self.table.columnCount()))
            found.append([cell.text() if cell is not None else "" for cell in cells])
        return found

    def _metrics(self) -> dict[str, tuple[str, str]]:
        return {
            "dice": ("Dice", self.tr("1 is perfect.")),
            "iou": ("IoU", self.tr("Overlap of the masks, divided by what both cover; 1 is perfect.")),
            "hd95": (self.tr("Distance of the edges (px)"), self.tr("95 % of the edge lie nearer; 0 is perfect.")),
            "surface_dice": (self.tr("Edges in the right place"), self.tr("Share of both edges; 1 is perfect.")),
            "centreline_dice": (self.tr("Dice of the centrelines"), self.tr("For thin structures; 1 is perfect.")),
            "pieces": (self.tr("Pieces of a mask"), self.tr("For thin structures.")),
        }

    def _fill(self) -> None:
        metric = self.measure.currentData()
        lines = paired_lines(self._labels, metric) if metric else []
        self.what.setText(self._metrics()[metric][1] if metric else "")
        head = (self.tr("Masks of"), self.tr("Masks"), *self._names, self.tr("Difference"), self.tr("95 % between"))
        for place, text in enumerate(head):
            title = QTableWidgetItem(text)
            title.setTextAlignment(_side(place))
            self.table.setHorizontalHeaderItem(place, title)
        self.table.setRowCount(len(lines))
        self.table.setMinimumHeight(ROW * (min(ROWS_IN_SIGHT, len(lines)) + 1) + 8)
        for row, one in enumerate(lines):
            for place, text in enumerate(self._cells(one, 1 if metric in ("hd95", "pieces") else 3)):
                self.table.setItem(row, place, self._cell(text, place, one, metric))

    def _cells(self, one: Line, digits: int) -> tuple[str, ...]:
        names = {
            ALL: self.tr("All"),
            STRUCTURE: self.tr("Structure {name}").format(name=one.name),
        }
        name = names.get(one.kind) or self.tr("Patient {name}").format(name=one.name)
        low, high = (f"{end:+.{digits}f}" for end in one.interval)
        figures = f"{one.first:.{digits}f}", f"{one.second:.{digits}f}", f"{one.difference:+.{digits}f}"
        sure = f"{low} … {high}" if one.labels > 1 else "–"
        return name, str(one.labels), *figures, sure

    def _cell(self, text: str, place: int, one: Line, metric: str) -> QTableWidgetItem:
        cell = QTableWidgetItem(text)
        cell.setTextAlignment(_side(place))
        low, high = one.interval
        if place == 4 and metric != "pieces" and one.labels > 1 and (low > 0 or high < 0):
            better = (low > 0) != (metric == "hd95")
            cell.setForeground(QColor(self._theme.tones.success if better else self._theme.tones.error))
        if one.kind == ALL:
            font = cell.font()
            font.setBold(True)
            cell.setFont(font)
        return cell


def _side(place: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if place == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
