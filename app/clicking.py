"""The clicks on the mask on the screen: each is a step of the correction, durable at once, that can be taken back like a stroke."""

from PySide6.QtCore import QObject, Signal

from app.session import Session
from core.clicks import Clicks
from core.errors import KnownError
from core.store import ClicksRow, JournalStep

NONE = ClicksRow(Clicks(), None, True)


class Clicking(QObject):
    """Makes clicks and knows which are in force.

    Attributes:
        row: the clicks in force, and whether the model has answered them.

    Signals:
        changed: others may be in force, or were answered.
        made: somebody made, took back or cleared a click.
    """

    changed = Signal()
    made = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.row = NONE
        session.prediction_changed.connect(self._read)

    def add_point(self, x: float, y: float, inside: bool) -> bool:
        """Say that a point (image pixels) belongs to the structure, or does not.

        Returns:
            False where that could not be kept, or was just said: a double click is one.
        """
        before, clicks = self.row.clicks.marks, self.row.clicks.with_point(x, y, inside)
        return before[-1:] != clicks.marks[-1:] and self._put(clicks)

    def add_box(self, x: float, y: float, other_x: float, other_y: float) -> bool:
        """Say that the structure lies within a box, by two opposite corners in image pixels."""
        return self._put(self.row.clicks.with_box(x, y, other_x, other_y))

    def take_back(self) -> bool:
        """Take the last click or box away; False when there is none."""
        return bool(self.row.clicks) and self._put(self.row.clicks.without_last())

    def clear(self) -> bool:
        """Take all of them away; False when there are none."""
        return bool(self.row.clicks) and self._put(Clicks())

    def _put(self, clicks: Clicks) -> bool:
        editing = self._session.editing
        editing.end_stroke()
        if not editing.is_loaded or not editing.write(JournalStep("click", {"clicks": clicks.to_json()})):
            return False
        self.made.emit()
        try:
            if self._shows_what_counts():
                self._read()
            else:
                editing.show_prediction()
        except KnownError as error:
            self._session.failed.emit(error)
        return True

    def _shows_what_counts(self) -> bool:
        """Whether the prediction on the screen is the one that counts now: until the answer comes, and not where it is known."""
        editing, store = self._session.editing, self._session.store
        assert store is not None and editing.image_id is not None and editing.structure_id is not None
        counts = store.prediction(editing.image_id, editing.structure_id)
        return (counts.id if counts else None) == (editing.prediction.id if editing.prediction else None)

    def _read(self) -> None:
        editing, store = self._session.editing, self._session.store
        self.row = NONE
        if store is not None and editing.image_id is not None and editing.structure_id is not None:
            try:
                self.row = store.clicks(editing.image_id, editing.structure_id)
            except KnownError as error:
                self._session.failed.emit(error)
        self.changed.emit()
