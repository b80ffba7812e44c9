"""Reads the image that comes next while the current one is looked at, so that a large one is there at once."""

from PySide6.QtCore import QObject

from app.image_queue import ImageQueue
from app.image_reader import Wanted
from app.session import Session


class ReadingAhead(QObject):
    """Lets the session's reader read the next image of the list as soon as the current one is shown."""

    def __init__(self, session: Session, queue: ImageQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._queue = session, queue
        session.image_changed.connect(self._go_on)

    def _go_on(self) -> None:
        store, following = self._session.store, self._queue.ahead(1)[1:]
        if store is not None and self._session.image is not None and following:
            self._session.reader.read_ahead(Wanted.of(store, following[0].row))
