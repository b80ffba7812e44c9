"""The images of the project: small pictures, what is known of each, filter, order, and how much is done.

A stack is one line. What is counted (in the filters, and below the list) is images, each slice of a stack being one.
"""

from collections import Counter

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.controls import label
from app.delete_key import NoDelete
from app.icons import icon
from app.image_queue import ImageQueue
from app.image_row import ENTRY_ROLE, HEIGHT, SHORT_ROLE, SLICES_ROLE, STATUS_ROLE, ImageRow
from app.session import Session
from app.theme import Theme
from app.thumbnails import Thumbnails
from core import review
from core.review import Entry

ID_ROLE = int(Qt.ItemDataRole.UserRole)
Index = QModelIndex | QPersistentModelIndex


class ImageListModel(QAbstractListModel):
    """The lines that the queue shows."""

    def __init__(self, queue: ImageQueue, thumbnails: Thumbnails) -> None:
        super().__init__(queue)
        self._queue = queue
        self._rows: dict[int, int] = {}
        queue.rearranged.connect(self._reset)
        queue.entry_changed.connect(self._changed)
        thumbnails.made.connect(self._changed)
        self._reset()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of lines: a stack is one."""
        return 0 if parent.isValid() else len(self._queue.lines)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Name, words of the status, tip, the entry itself (of a stack one for all of it), how many slices, and row id."""
        line = self._queue.lines[index.row()]
        if role == ID_ROLE:
            return self._queue.stacks.entered(line, self._queue.shown)
        if role == SLICES_ROLE:
            return len(self._queue.stacks.ids(line.row.id))
        if role == SHORT_ROLE:
            slices = self._queue.slices(line.row.id)
            return f"{_accepted(slices)} / {len(slices)}"
        entry = self._queue.stacks.line_of(line, self._queue.slices)
        if role == ENTRY_ROLE:
            return entry
        if role == STATUS_ROLE:
            return self.words_of(entry)
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(entry)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (entry.name, self.words_of(entry), self._flag(entry)) if part)
        return None

    def index_of(self, image_id: int | None) -> QModelIndex:
        """The line of an image; an invalid index where it is not shown."""
        row = self._rows.get(image_id) if image_id is not None else None
        return self.index(row) if row is not None else QModelIndex()

    def words_of(self, entry: Entry) -> str:
        """The status of an image, or how far a stack is; and whether it is kept for testing."""
        words, slices = self._status_words(), self._queue.slices(entry.row.id)
        status = words[entry.review.status]
        if slices:
            accepted = _accepted(slices)
            status = self.tr("{count} slices · {status}").format(count=len(slices), status=status)
            if accepted:
                status = self.tr("{accepted} of {total} accepted").format(accepted=accepted, total=len(slices))
        return f"{status} · {self.tr('Test set')}" if entry.review.test else status

    def _status_words(self) -> dict[str, str]:
        return {
            "unseen": self.tr("Unseen"),
            "predicted": self.tr("Predicted"),
            "in_work": self.tr("In work"),
            "accepted": self.tr("Accepted"),
            "rejected": self.tr("Rejected"),
        }

    def _tip(self, entry: Entry) -> str:
        row, unsure = entry.row, entry.review.uncertainty
        lines = [
            entry.name,
            self.words_of(entry),
            self._states(entry),
            self._flag(entry),
            f"{row.width} × {row.height}",
        ]
        if row.patient_key:
            lines.append(self.tr("Patient: {patient}").format(patient=row.patient_key))
        if unsure is not None:
            lines.append(self.tr("Uncertainty of the model: {percent} %").format(percent=round(100 * unsure)))
        return "\n".join(line for line in lines if line)

    def _states(self, entry: Entry) -> str:
        """How many slices of a stack are what; "" of an image by itself."""
        counts = Counter(one.review.status for one in self._queue.slices(entry.row.id))
        words = self._status_words()
        return " · ".join(f"{words[status]}: {counts[status]}" for status in review.URGENCY if counts[status])

    def _flag(self, entry: Entry) -> str:
        note = entry.review.flag
        if note is None:
            return ""
        return self.tr("Flagged: {note}").format(note=note) if note else self.tr("Flagged")

    def _reset(self) -> None:
        self.beginResetModel()
        stacks = self._queue.stacks
        self._rows = {
            key: place
            for place, line in enumerate(self._queue.lines)
            for key in (stacks.ids(line.row.id) if line.stack is not None else (line.row.id,))
        }
        self.endResetModel()

    def _changed(self, image_id: int) -> None:
        index = self.index_of(image_id)
        if index.isValid():
            self.dataChanged.emit(index, index)


class ImageList(QWidget):
    """The panel at the left: search, filter, order, list, and how much is done."""

    def __init__(self, session: Session, queue: ImageQueue, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._queue, self._theme = session, queue, theme
        thumbnails = Thumbnails(session, self)
        self._model = ImageListModel(queue, thumbnails)
        self.filter = QLineEdit(placeholderText=self.tr("Find by name"), clearButtonEnabled=True)
        self.filter.setAccessibleName(self.tr("Find images by name"))
        self.filter.textChanged.connect(queue.find)
        self._search = self.filter.addAction(
            icon("search", theme.tones.muted), QLineEdit.ActionPosition.LeadingPosition
        )
        self.which, self.order = _choice(self.tr("Which images")), _choice(self.tr("Order of the images"))
        self.which.activated.connect(lambda _: queue.show_only(self.which.currentData()))
        self.order.activated.connect(lambda _: queue.sort(self.order.currentData()))
        for key, text in self._orders().items():
            self.order.addItem(text, key)
        for key in review.FILTERS:
            self.which.addItem("", key)
        self.view = self._make_view(thumbnails)
        self._none = QWidget()
        self.show_all = QPushButton(self.tr("Show all images"))
        self.show_all.clicked.connect(self._show_all)
        self._done = QProgressBar()
        self._done.setObjectName("thin")
        self._done.setTextVisible(False)
        self._progress = label("", "muted")
        self._progress.setWordWrap(True)
        self._arrange()
        session.image_changed.connect(self._follow)
        session.project_changed.connect(self._begin)
        session.images_changed.connect(self._count)
        session.structure_changed.connect(self._count)
        theme.changed.connect(self._recolour)
        queue.entry_changed.connect(self._count)
        self._model.modelReset.connect(self._follow)
        self._begin()

    def shown_ids(self) -> list[int]:
        """Row ids of the images that are shown, in the order of the list."""
        return [entry.row.id for entry in self._queue.shown]

    def progress(self) -> str:
        """The line that says how much is done."""
        return self._progress.text().replace("\u00a0", " ")

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        for part in (self.filter, self.which, self.order):
            column.addWidget(part)
        column.addWidget(self.view, 1)
        column.addWidget(self._none, 1)
        none, text = QVBoxLayout(self._none), label(self.tr("No image matches."), "muted")
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text.setWordWrap(True)
        none.addStretch(1)
        none.addWidget(text)
        none.addWidget(self.show_all)
        none.addStretch(1)
        column.addWidget(self._done)
        column.addWidget(self._progress)

    def _make_view(self, thumbnails: Thumbnails) -> QTableView:
        """A table of one column: unlike a list view it looks at the rows in sight only, however many there are."""
        view = QTableView()
        view.setObjectName("images")
        NoDelete(view)
        for header in (view.horizontalHeader(), view.verticalHeader()):
            header.hide()
        view.horizontalHeader().setStretchLastSection(True)
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        view.verticalHeader().setDefaultSectionSize(HEIGHT)
        view.setShowGrid(False)
        view.setTabKeyNavigation(False)
        view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        view.setMouseTracking(True)
        view.setItemDelegate(ImageRow(thumbnails, self._theme))
        view.setModel(self._model)
        view.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        view.verticalScrollBar().setSingleStep(HEIGHT // 2)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setAccessibleName(self.tr("Images"))
        view.setMinimumSize(QSize(0, 2 * HEIGHT))
        view.selectionModel().currentChanged.connect(self._chosen)
        return view

    def _orders(self) -> dict[str, str]:
        return {
            review.BY_NAME: self.tr("By name"),
            review.UNCERTAIN_FIRST: self.tr("Most uncertain first"),
            review.SHUFFLED: self.tr("Shuffled"),
        }

    def _begin(self) -> None:
        """Another project, or none, is open."""
        self.filter.clear()
        self.which.setCurrentIndex(self.which.findData(self._queue.which))
        self.order.setCurrentIndex(self.order.findData(self._queue.order))
        self._count()

    def _show_all(self) -> None:
        """Take search and filter away."""
        self.filter.clear()
        self._queue.show_only(review.ALL)
        self.which.setCurrentIndex(self.which.findData(review.ALL))
        self.view.setFocus()

    def _chosen(self, index: QModelIndex) -> None:
        image_id = index.data(ID_ROLE)
        if image_id is not None and self._model.index_of(self._session.image_id) != index:
            self._session.select_image(image_id)

    def _follow(self) -> None:
        index = self._model.index_of(self._session.image_id)
        if index.isValid():
            if index != self.view.currentIndex():
                choose = self.view.selectionModel().SelectionFlag.ClearAndSelect
                self.view.selectionModel().setCurrentIndex(index, choose)
            self.view.scrollTo(index)
        none = self._model.rowCount() == 0 and bool(self._session.images)
        self._none.setVisible(none)
        self.view.setVisible(not none)

    def _count(self) -> None:
        counts = self._queue.counts()
        total, accepted = counts[review.ALL], counts[review.ACCEPTED]
        flagged, rejected = counts[review.FLAGGED], counts[review.REJECTED]
        parts = [self.tr("{accepted} of {total} accepted").format(accepted=accepted, total=total)]
        if flagged:
            parts.append(self.tr("{count} flagged").format(count=flagged))
        if rejected:
            parts.append(self.tr("{count} rejected").format(count=rejected))
        whole = [part.replace(" ", "\u00a0") for part in parts]  # a number stays beside its word
        self._progress.setText(" · ".join(whole) if total else self.tr("No images yet"))
        self._done.setMaximum(max(1, total - rejected))
        self._done.setValue(accepted)
        words = {
            review.ALL: self.tr("All ({count})").format(count=total),
            review.OPEN: self.tr("Not accepted yet ({count})").format(count=total - accepted - rejected),
            review.ACCEPTED: self.tr("Accepted ({count})").format(count=accepted),
            review.FLAGGED: self.tr("Flagged ({count})").format(count=flagged),
            review.REJECTED: self.tr("Rejected ({count})").format(count=rejected),
            review.TEST: self.tr("Test set ({count})").format(count=counts[review.TEST]),
        }
        for place in range(self.which.count()):
            self.which.setItemText(place, words[self.which.itemData(place)])

    def _recolour(self) -> None:
        self._search.setIcon(icon("search", self._theme.tones.muted))
        self.view.viewport().update()


def _accepted(entries: list[Entry]) -> int:
    return sum(entry.review.status == "accepted" for entry in entries)


def _choice(name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    box.setMinimumContentsLength(8)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box
