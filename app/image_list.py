"""The images of the project with their status, and a filter by name."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, QSortFilterProxyModel, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLineEdit, QListView, QProgressBar, QVBoxLayout, QWidget

from app.controls import label
from app.icons import icon
from app.session import Session
from app.theme import Theme

ID_ROLE = int(Qt.ItemDataRole.UserRole)
ROW_HEIGHT = 34
STATUSES = ("unseen", "predicted", "in_work", "accepted")
Index = QModelIndex | QPersistentModelIndex


class ImageListModel(QAbstractListModel):
    """Rows of the session's images, with the status for the current structure."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(session)
        self._session, self._theme = session, theme
        self._statuses: dict[int, str] = {}
        self._icons: dict[str, QIcon] = {}
        session.project_changed.connect(self.reload)
        session.images_changed.connect(self.reload)
        session.structure_changed.connect(self._refresh)
        session.status_changed.connect(self._refresh)
        theme.changed.connect(self._recolour)
        self._recolour()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of images."""
        return 0 if parent.isValid() else len(self._session.images)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Name, status icon, tip and row id."""
        row = self._session.images[index.row()]
        status = self._statuses.get(row.id, "unseen")
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icons[status]
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = [row.name, self.status_text(status), f"{row.width} × {row.height}"]
            if row.patient_key:
                lines.append(self.tr("Patient: {patient}").format(patient=row.patient_key))
            return "\n".join(lines)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.name}, {self.status_text(status)}"
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, ROW_HEIGHT)
        return row.id if role == ID_ROLE else None

    def reload(self) -> None:
        """Take over other rows."""
        self.beginResetModel()
        self._statuses = self._session.statuses()
        self.endResetModel()

    def counts(self) -> dict[str, int]:
        """How many images have each status."""
        every = [self._statuses.get(row.id, "unseen") for row in self._session.images]
        return {status: every.count(status) for status in STATUSES}

    def status_text(self, status: str) -> str:
        """A status in words."""
        return {
            "unseen": self.tr("Not seen yet"),
            "predicted": self.tr("Predicted"),
            "in_work": self.tr("In work"),
            "accepted": self.tr("Accepted"),
        }[status]

    def _refresh(self) -> None:
        self._statuses = self._session.statuses()
        self._all_changed()

    def _recolour(self) -> None:
        tones = self._theme.tones
        colours = dict(zip(STATUSES, (tones.muted, tones.information, tones.warning, tones.success), strict=True))
        self._icons = {status: icon(f"status-{status}", colour) for status, colour in colours.items()}
        self._all_changed()

    def _all_changed(self) -> None:
        if self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))


class ImageList(QWidget):
    """The panel at the left: filter, list, and how much is done."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._theme = session, theme
        self._model = ImageListModel(session, theme)
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self._model)
        self._shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.filter = QLineEdit(placeholderText=self.tr("Find by name"), clearButtonEnabled=True)
        self.filter.setAccessibleName(self.tr("Find images by name"))
        self.filter.textChanged.connect(self._shown.setFilterFixedString)
        glass = icon("search", theme.tones.muted)
        self._search = self.filter.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self.view = QListView()
        self.view.setUniformItemSizes(True)
        self.view.setIconSize(QSize(20, 20))
        self.view.setModel(self._shown)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.view.setAccessibleName(self.tr("Images"))
        self.view.selectionModel().currentChanged.connect(self._chosen)
        self._done = QProgressBar()
        self._done.setObjectName("thin")
        self._done.setTextVisible(False)
        self._progress = label("", "muted")
        self._progress.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        column.addWidget(self.filter)
        column.addWidget(self.view, 1)
        column.addWidget(self._done)
        column.addWidget(self._progress)
        session.image_changed.connect(self._follow)
        theme.changed.connect(lambda: self._search.setIcon(icon("search", theme.tones.muted)))
        for signal in (self._model.dataChanged, self._model.modelReset):
            signal.connect(self._count)
        self._model.modelReset.connect(self._follow)
        self._count()

    def shown_ids(self) -> list[int]:
        """Row ids of the images that the filter leaves, in the order of the list."""
        return [int(self._shown.index(row, 0).data(ID_ROLE)) for row in range(self._shown.rowCount())]

    def _chosen(self, index: QModelIndex) -> None:
        image_id = index.data(ID_ROLE)
        if image_id is not None and image_id != self._session.image_id:
            self._session.select_image(image_id)

    def _follow(self) -> None:
        ids = [row.id for row in self._session.images]
        if self._session.image_id in ids:
            index = self._shown.mapFromSource(self._model.index(ids.index(self._session.image_id)))
            if index != self.view.currentIndex():
                self.view.selectionModel().setCurrentIndex(
                    index, self.view.selectionModel().SelectionFlag.ClearAndSelect
                )
            self.view.scrollTo(index)

    def _count(self) -> None:
        counts = self._model.counts()
        total = sum(counts.values())
        text = self.tr("{accepted} of {total} accepted").format(accepted=counts["accepted"], total=total)
        self._progress.setText(text if total else self.tr("No images yet"))
        self._done.setMaximum(max(1, total))
        self._done.setValue(counts["accepted"])
