"""Whether the model is learning, as the hand feels it: what accepted masks cost, version by version."""

from collections.abc import Sequence
from itertools import groupby
from statistics import median

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.controls import button, label, line
from app.outcome_line import OutcomeLine
from app.session import Session
from app.theme import Theme
from app.versions import Versions
from core import effort
from core.effort import Key, VersionEffort
from core.errors import KnownError
from core.store import EffortRow


def show_effort(session: Session, versions: Versions, theme: Theme, window: QWidget) -> None:
    """Open the dialog for the current structure; the session says what cannot be read."""
    structure = session.structure_row
    if session.store is None or structure is None:
        return
    try:
        rows = session.store.efforts(structure.id)
        names = {row.id: versions.name_of(row.id) for row in versions.rows()}
    except KnownError as error:
        session.failed.emit(error)
        return
    dialog = EffortDialog(structure.name, rows, names, theme, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


class EffortDialog(QDialog):
    """One sentence, a table with one line per version, and all accepted images in the order of time."""

    def __init__(
        self,
        structure: str,
        rows: Sequence[EffortRow],
        names: dict[str, str],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        """Fill the dialog.

        Args:
            structure: its name.
            rows: its accepted masks, in the order of time.
            names: of versions, by their ids.
            theme: the look.
            parent: the window.
        """
        super().__init__(parent)
        self._rows, self._names, self._theme = rows, names, theme
        self.setWindowTitle(self.tr("Effort – {structure}").format(structure=structure))
        self.setMinimumWidth(600)
        self.trend = OutcomeLine(theme)
        close = button(self.tr("Close"), 34)
        close.clicked.connect(self.reject)
        what = label(
            self.tr(
                "Seconds count while you work on the picture; pauses of more than 30 seconds do not. Changed are the pixels in "
                "which the accepted mask differs from the prediction at its threshold."
            ),
            "notice",
        )
        what.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(self.trend)
        if rows:
            column.addLayout(self._table(effort.by_version(rows)))
            column.addWidget(line())
            column.addWidget(self._chart())
        column.addWidget(what)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        column.addLayout(buttons)
        self._say()
        # A dialog starts as high as its texts would be on one line each; the chart would pay for the others.
        self.resize(self.minimumWidth(), column.totalHeightForWidth(self.minimumWidth()))

    def _table(self, versions: list[VersionEffort]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        head = (self.tr("Predicted by"), self.tr("Images"), self.tr("Seconds (median)"), self.tr("Changed (median)"))
        for place, text in enumerate(head):
            grid.addWidget(label(text, "heading"), 0, place, _side(place))
        for number, version in enumerate(versions, 1):
            share = self.tr("{percent} % of the mask").format(percent=_percent(version.share))
            cells = (self._name(version.key), str(version.images), f"{version.seconds:.0f}", share)
            for place, text in enumerate(cells):
                grid.addWidget(label(text, "plain"), number, place, _side(place))
        grid.setColumnStretch(0, 1)
        return grid

    def _chart(self) -> QWidget:
        from app.effort_chart import EffortChart

        self.chart = EffortChart(self._theme)
        stretches = []
        for key, group in groupby(self._rows, lambda row: (row.predicted, row.version_id)):
            values = [100 * effort.share_of(row) for row in group]
            stretches.append((self._name(key), values, median(values)))
        self.chart.show_stretches(stretches)
        return self.chart

    def _name(self, key: Key) -> str:
        predicted, version = key
        if not predicted:
            return self.tr("Drawn by hand")
        return self.tr("Base model") if version is None else self._names.get(version, version)

    def _say(self) -> None:
        found = effort.trend_of(self._rows)
        name = self._name(found.key) if found.key is not None else ""
        percent = round(abs(100 * found.change))
        if found.verdict == effort.FEWER:
            text = self.tr("With {version} you changed {percent} % fewer pixels than before.")
            self.trend.say("success", text.format(version=name, percent=percent))
        elif found.verdict == effort.MORE:
            text = self.tr("With {version} you changed {percent} % more pixels than before.")
            self.trend.say("warning", text.format(version=name, percent=percent))
        elif found.verdict == effort.NOT_SURE:
            text = self.tr("With {version} you changed about as much as before; a difference may be chance.")
            self.trend.say("information", text.format(version=name))
        else:
            text = self.tr(
                "Too few to tell: at least {least} accepted images of the newest model and of those before are needed."
            )
            self.trend.say("information", text.format(least=effort.LEAST))


def _percent(share: float) -> str:
    return f"{100 * share:.1f}" if share < 0.1 else f"{100 * share:.0f}"


def _side(place: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignLeft if place == 0 else Qt.AlignmentFlag.AlignRight
