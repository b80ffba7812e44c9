"""The list of the project's structures: which one is worked on, their order, which are drawn, and which are locked."""

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QListWidget, QListWidgetItem, QToolTip, QWidget

from app.delete_key import NoDelete
from app.mask_figures import MaskFigures
from app.other_masks import OtherMasks
from app.readout import mm
from app.session import Session
from app.structure_order import arrange, lock, show
from app.structure_row import FACTS_ROLE, HEIGHT, RowFacts, StructureRowPainter, eye_place, lock_place
from app.theme import Theme
from core.mask import threshold_of
from core.review import REJECTED
from core.store import StructureRow

MOST_SEEN = 5
"""With more structures the list scrolls."""
ID_ROLE = int(Qt.ItemDataRole.UserRole)


class StructureList(QListWidget):
    """One row for each structure, the uppermost first; a row can be dragged to another place.

    The facts of the current structure come from the mask on the screen, those of the others from the project.
    """

    def __init__(
        self, session: Session, others: OtherMasks, figures: MaskFigures, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._others, self._figures, self._theme = session, others, figures, theme
        self._pressed: int | None = None
        self._from = QPoint()
        self._drop: int | None = None
        self.setObjectName("structures")
        self.setAccessibleName(self.tr("Structures"))
        self.setItemDelegate(StructureRowPainter(theme, self))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        NoDelete(self)
        self.currentRowChanged.connect(self._choose)
        for signal in (session.project_changed, session.structures_changed):
            signal.connect(self.reload)
        session.structure_changed.connect(self._follow)
        for signal in (session.threshold_changed, figures.predicted, figures.painted):
            signal.connect(lambda *_: self._refresh_current())
        session.status_changed.connect(lambda *_: self.refresh())
        session.image_changed.connect(self.refresh)
        others.changed.connect(self.refresh)
        theme.changed.connect(self.viewport().update)
        self.reload()

    def reload(self) -> None:
        """Show the structures of the session in their order."""
        self.blockSignals(True)
        self.clear()
        for row in self._session.structures:
            item = QListWidgetItem(row.name, self)
            item.setData(ID_ROLE, row.id)
        self.blockSignals(False)
        self.setFixedHeight(min(MOST_SEEN, max(1, self.count())) * HEIGHT + 2)
        self.refresh()
        self._follow()

    def refresh(self) -> None:
        """Say again what is known of each on the current image."""
        for place, row in enumerate(self._session.structures[: self.count()]):
            self._tell(place, row)

    def facts(self, structure_id: int) -> RowFacts:
        """What the row of a structure says."""
        return next(
            self.item(place).data(FACTS_ROLE) for place in range(self.count()) if self._id(place) == structure_id
        )

    # What a row says

    def _refresh_current(self) -> None:
        for place, row in enumerate(self._session.structures[: self.count()]):
            if row.id == self._session.structure_id:
                self._tell(place, row)

    def _tell(self, place: int, row: StructureRow) -> None:
        editing = self._session.editing
        is_here = row.id == self._session.structure_id and editing.is_loaded
        state = self._others.states.get(row.id)
        status = editing.status if is_here else state.status if state is not None else "unseen"
        step = editing.step if is_here else state.threshold_step if state is not None else None
        area = self._figures.area if is_here else self._others.area(row.id)
        if self._session.image is None:
            status, step, area = "", None, 0
        elif self._others.rejected:
            status = REJECTED
        words = self._status_words(status)
        if step is not None and status != "unseen":
            words = self.tr("{status} · {threshold}").format(status=words, threshold=f"{threshold_of(step):.3f}")
        facts = RowFacts(row, place + 1, status, words, self._area_words(area), self._others.flagged)
        item = self.item(place)
        if item.data(FACTS_ROLE) != facts:
            item.setData(FACTS_ROLE, facts)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{row.name}, {words}, {facts.area}")

    def _area_words(self, area: int | None) -> str:
        if not area:
            return "…" if area is None else ""
        image = self._session.image
        if image is not None and image.spacing is not None:
            return self.tr("{area} mm²").format(area=mm(area * image.spacing[0] * image.spacing[1]))
        return self.tr("{area} px").format(area=f"{area:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"))

    def _status_words(self, status: str) -> str:
        return {
            "unseen": self.tr("Unseen"),
            "predicted": self.tr("Predicted"),
            "in_work": self.tr("In work"),
            "accepted": self.tr("Accepted"),
            "rejected": self.tr("Rejected"),
        }.get(status, "")

    # What a hand does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of a row, or of its eye or lock."""
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            return
        row, place = self._session.structures[index.row()], event.position().toPoint()
        if eye_place(self.visualRect(index)).contains(place):
            show(self._session, row.id, not row.is_visible)
        elif lock_place(self.visualRect(index)).contains(place):
            lock(self._session, row.id, not row.is_locked)
        else:
            self._pressed, self._from = index.row(), place
            self.setCurrentRow(index.row())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag a row, or show which one is under the pointer."""
        if self._pressed is None:
            super().mouseMoveEvent(event)
            return
        far = (event.position().toPoint() - self._from).manhattanLength() >= QApplication.startDragDistance()
        if far or self._drop is not None:
            y = event.position().y() + self.verticalScrollBar().value()
            self._drop = min(self.count(), max(0, round(y / HEIGHT)))
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of a row: it is where it was dropped."""
        pressed, drop = self._pressed, self._drop
        self._pressed = self._drop = None
        self.viewport().update()
        if pressed is None or drop is None or drop in (pressed, pressed + 1):
            return
        ids = [row.id for row in self._session.structures]
        moved = ids.pop(pressed)
        ids.insert(drop - (drop > pressed), moved)
        arrange(self._session, ids)

    def viewportEvent(self, event: QEvent) -> bool:
        """The tip under the pointer says what the place does."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.indexAt(event.pos())
            QToolTip.showText(event.globalPos(), self.tip(index, event.pos()), self)
            return True
        return super().viewportEvent(event)

    def tip(self, index: QModelIndex, place: QPoint) -> str:
        """What a click at a place of the list does."""
        if not index.isValid():
            return ""
        row, area = self._session.structures[index.row()], self.visualRect(index)
        if eye_place(area).contains(place):
            return self.tr("Hide its masks") if row.is_visible else self.tr("Show its masks")
        if lock_place(area).contains(place):
            return self.tr("Unlock it") if row.is_locked else self.tr("Lock it: nothing changes its masks")
        return self.tr(
            "Click to work on it, drag to move it. The number below is its threshold on this image. "
            "Masks may overlap, and each is kept and exported whole; where one picture has to hold several, the upper one wins."
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows, and where a dragged one would be dropped."""
        super().paintEvent(event)
        if self._drop is not None:
            painter = QPainter(self.viewport())
            painter.setPen(QPen(QColor(self._theme.tones.accent), 2))
            y = min(self.viewport().height() - 1, max(1, self._drop * HEIGHT - self.verticalScrollBar().value()))
            painter.drawLine(4, y, self.viewport().width() - 4, y)
            painter.end()

    def _choose(self, place: int) -> None:
        if place >= 0:
            self._session.select_structure(self._id(place))

    def _follow(self) -> None:
        ids = [row.id for row in self._session.structures]
        here = self._session.structure_id
        self.blockSignals(True)
        self.setCurrentRow(ids.index(here) if here in ids[: self.count()] else -1)
        self.blockSignals(False)
        self.viewport().update()
        self.refresh()

    def _id(self, place: int) -> int:
        return int(self.item(place).data(ID_ROLE))
