"""Keeping the patient on the screen for testing: no fine-tune reads them, until they are taken out again."""

from PySide6.QtCore import QObject

from app.actions import Actions
from app.image_queue import ImageQueue
from app.session import Session
from core.errors import KnownError


class MarkForTesting(QObject):
    """What the command "test_set" does."""

    def __init__(self, session: Session, queue: ImageQueue, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._queue, self._action = session, queue, actions["test_set"]
        actions.connect_all({"test_set": self.mark_or_take_out})
        for signal in (session.image_changed, queue.entry_changed, queue.rearranged):
            signal.connect(lambda *_: self._follow())
        self._follow()

    def mark_or_take_out(self) -> None:
        """All images of this patient go into the test set, or out of it."""
        session, before = self._session, self._is_marked()
        if session.store is None or session.image_id is None:
            return
        try:
            patient = session.store.set_test(session.image_id, not before)
        except KnownError as error:
            session.failed.emit(error)
            patient = []
        for image_id in patient:
            session.status_changed.emit(image_id)
        self._follow()

    def _is_marked(self) -> bool:
        entry = self._queue.entry(self._session.image_id)
        return entry is not None and entry.review.test

    def _follow(self) -> None:
        self._action.setEnabled(self._queue.entry(self._session.image_id) is not None and not self._session.read_only)
        self._action.setChecked(self._is_marked())
