"""The model's versions: which one is in use, what each was worth, and the way back."""

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidgetItem, QVBoxLayout, QWidget

from app.controls import Choices, button, label
from app.icons import icon
from app.session import Session
from app.theme import Theme
from app.versions import Versions, reason_of
from core.errors import KnownError
from core.store import VersionRow

ROW = 46
MOST_ROWS = 6


class VersionsPanel(QWidget):
    """A list with the base model first, and two buttons.

    Signals:
        activate_wanted: the clinician wants this version in use (None: the base model).
        back_wanted: the clinician wants the model that was in use before.
        export_wanted: the clinician wants to give this version to others.
        closer_wanted: the clinician wants to see all figures of this version.
        compare_wanted: the clinician wants to compare this version (None: the base model) with another one.
        details_wanted: the clinician wants to see all of this version, to note something, or to delete it.
        import_wanted: the clinician wants to take in a colleague's version.
    """

    activate_wanted = Signal(object)
    back_wanted = Signal()
    export_wanted = Signal(str)
    closer_wanted = Signal(str)
    compare_wanted = Signal(object)
    details_wanted = Signal(str)
    import_wanted = Signal()

    def __init__(self, session: Session, versions: Versions, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self.versions, self._theme = session, versions, theme
        self._rows: dict[str | None, VersionRow] = {}
        self._active: str | None = None
        self._base_name = ""
        self.list = Choices()
        self.list.setIconSize(QSize(20, 20))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Versions"))
        self.details = label("", "notice")
        self.details.setWordWrap(True)
        self.use = button(self.tr("Use this version"), 32)
        self.back = button("", 32)
        self.export = button(self.tr("Export…"), 32)
        self.export.setToolTip(self.tr("Write this version for others: as a whole model, or what was learned alone"))
        self.closer = button(self.tr("A closer look…"), 32)
        self.closer.setToolTip(self.tr("All figures, for each structure and each patient, and where it does worst"))
        self.compare = button(self.tr("Compare…"), 32)
        self.compare.setToolTip(self.tr("Compare two versions on accepted masks or on the test set"))
        self.about = button(self.tr("About…"), 32)
        self.about.setToolTip(
            self.tr("Where this version comes from and what it takes on the disk; change its note, or delete it")
        )
        self.take_in = button(self.tr("Import…"), 32)
        self.take_in.setToolTip(self.tr("Take in a version that a colleague has exported for the same base model"))
        self._arrange()
        self.list.currentItemChanged.connect(self._follow_choice)
        self.list.itemActivated.connect(self._use)
        self.use.clicked.connect(self._use)
        self.back.clicked.connect(self.back_wanted)
        self.export.clicked.connect(self._export)
        self.closer.clicked.connect(lambda: self.closer_wanted.emit(self.chosen() or ""))
        self.compare.clicked.connect(lambda: self.compare_wanted.emit(self.chosen()))
        self.about.clicked.connect(self._about)
        self.take_in.clicked.connect(self.import_wanted)
        session.version_changed.connect(self.reload)
        session.project_changed.connect(self.reload)
        theme.changed.connect(self.reload)
        self.reload()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(label(self.tr("Versions of the model"), "heading"))
        column.addWidget(self.list)
        column.addWidget(self.details)
        for first, second in ((self.use, self.export), (self.closer, self.compare), (self.about, self.take_in)):
            row = QHBoxLayout()
            row.setSpacing(6)
            row.addWidget(first, 1)
            row.addWidget(second, 0 if second is self.export else 1)
            column.addLayout(row)
        column.addWidget(self.back)

    def reload(self) -> None:
        """Show the versions of the open project, the one in use chosen."""
        try:
            rows, self._active = self.versions.rows(), self.versions.active_id()
            names = [self.versions.name_of(key) for key in (None, *(row.id for row in rows))]
            self._base_name = self.versions.base_name()
            can_go_back, earlier = self.versions.can_go_back(), self.versions.name_of(self.versions.earlier())
        except KnownError as error:
            self._session.failed.emit(error)
            return
        self._rows = {row.id: row for row in rows}
        self.list.blockSignals(True)
        self.list.clear()
        for key, name in zip((None, *self._rows), names, strict=True):
            self.list.addItem(self._item(key, name))
            if key == self._active:
                self.list.setCurrentRow(self.list.count() - 1)
        self.list.blockSignals(False)
        self.list.setFixedHeight(ROW * min(MOST_ROWS, self.list.count()) + 4)
        if self.back.hasFocus() and not can_go_back:
            self.list.setFocus()
        self.back.setVisible(can_go_back)
        self.back.setText(self.tr("Go back to: {name}").format(name=earlier))
        self.back.setIcon(icon("undo", self._theme.tones.text))
        self._follow_choice()

    def chosen(self) -> str | None:
        """The version chosen in the list; None for the base model."""
        item = self.list.currentItem()
        return item.data(Qt.ItemDataRole.UserRole) if item is not None else None

    def texts(self) -> list[str]:
        """The rows as they can be read."""
        return [self.list.item(place).text() for place in range(self.list.count())]

    def _item(self, key: str | None, name: str) -> QListWidgetItem:
        first, second = [name], [self.tr("In use")] if key == self._active else []
        if key is None:
            first.append(self._base_name)
        else:
            row = self._rows[key]
            before, after = (row.figures.get(figure) for figure in ("base_at_best", "tuned_at_best"))
            if isinstance(before, int | float) and isinstance(after, int | float):
                first.append(f"Dice {before:.3f} → {after:.3f}")
            second.append(_date(row.created))
            learned = row.figures.get("learned_from")
            if isinstance(learned, int):
                second.append(self.tr("{count} masks").format(count=learned))
        item = QListWidgetItem("\n".join(" · ".join(line) for line in (first, second) if line))
        item.setToolTip(item.text())
        item.setData(Qt.ItemDataRole.UserRole, key)
        item.setSizeHint(QSize(0, ROW))
        tones = self._theme.tones
        picture = ("status-accepted", tones.success) if key == self._active else ("versions", tones.muted)
        item.setIcon(icon(*picture))
        return item

    def _follow_choice(self) -> None:
        key = self.chosen()
        row = self._rows.get(key) if key is not None else None
        newest = row is not None and key == next(reversed(self._rows))
        parts = ["" if newest else reason_of(row.figures), row.note] if row is not None else []
        self.details.setText("\n".join(part for part in parts if part))
        self.details.setVisible(bool(self.details.text()))
        self.export.setEnabled(row is not None)
        self.closer.setEnabled(row is not None)
        self.compare.setEnabled(bool(self._rows))
        self.about.setEnabled(row is not None)
        self.take_in.setEnabled(self._session.store is not None and not self._session.read_only)
        self.use.setEnabled(self._session.store is not None and key != self._active)

    def _export(self) -> None:
        key = self.chosen()
        if key is not None:
            self.export_wanted.emit(key)

    def _about(self) -> None:
        key = self.chosen()
        if key is not None:
            self.details_wanted.emit(key)

    def _use(self) -> None:
        if self.use.isEnabled():
            self.activate_wanted.emit(self.chosen())


def _date(created: str) -> str:
    """Day and time of a time of the store (ISO, UTC), in local time and the window's language."""
    time = QDateTime.fromString(created[:19] + "Z", Qt.DateFormat.ISODate).toLocalTime()
    return QLocale().toString(time, QCoreApplication.translate("VersionsPanel", "d MMM, HH:mm"))
