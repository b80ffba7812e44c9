"""Reads the image that comes next, and its mask, while the current one is looked at, so that a large one is there at once.

In a stack that is the slice in the direction in which somebody goes. Of a file of many frames, one alone is kept unpacked: as long as
it is gone through, no other such file is read.
"""

from PySide6.QtCore import QObject, QTimer

from app.image_queue import ImageQueue
from app.image_reader import AT_ONCE, Wanted
from app.session import Session
from core.errors import KnownError
from core.store import ImageRow

PAINTED_AFTER_MS = 50
"""So much later nothing of the image that is shown is left to paint. Threads that begin before take the processor from it."""


class ReadingAhead(QObject):
    """Lets the session's readers read the next image of the list as soon as the current one is on the screen."""

    def __init__(self, session: Session, queue: ImageQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._queue = session, queue
        self._next: ImageRow | None = None
        self._here: int | None = None
        self._soon = QTimer(self, singleShot=True, interval=PAINTED_AFTER_MS)
        self._soon.timeout.connect(self._read)
        session.image_changed.connect(self._go_on)
        session.prediction_changed.connect(self._go_on_with_mask)
        session.status_changed.connect(self._look_again)

    def _go_on(self) -> None:
        before, self._here = self._here, self._session.image_id
        self._next = self._following(before) if self._session.image is not None else None
        self._soon.start()

    def _following(self, before: int | None) -> ImageRow | None:
        """What is likely to come next.

        Args:
            before: the image that was on the screen until now.
        """
        here, slices = self._session.image_row, self._queue.stacks.ids(self._here)
        if self._here in slices and before in slices:
            place = slices.index(self._here)
            if slices.index(before) > place > 0:
                entry = self._queue.entry(slices[place - 1])
                return entry.row if entry is not None else None
        following = [entry.row for entry in self._queue.ahead(1)[1:]]
        if not following or here is None:
            return None
        is_other_file = following[0].frames > 1 and following[0].path != here.path
        return None if here.frames > 1 and is_other_file else following[0]

    def _go_on_with_mask(self) -> None:
        """While the image of now is still being read, its mask; once that is on the screen, the next one."""
        if self._session.is_reading:
            self._read_mask(self._session.image_row)
        else:
            self._soon.start()

    def _read(self) -> None:
        session, store = self._session, self._session.store
        if store is not None and self._next is not None:
            session.reader.read_ahead(Wanted.of(store, self._next))
            if session.editing.is_loaded:
                self._read_mask(self._next)

    def _read_mask(self, row: ImageRow | None) -> None:
        session = self._session
        if session.store is None or session.structure_id is None or row is None or row.width * row.height <= AT_ONCE:
            return
        try:
            session.masks.read_ahead(session.store.mask_record(row.id, session.structure_id))
        except KnownError:
            return  # who opens the image will be told

    def _look_again(self, image_id: int) -> None:
        """The next image may have another prediction now."""
        if self._next is not None and self._next.id == image_id:
            self._soon.start()
