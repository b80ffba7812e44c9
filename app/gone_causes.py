"""Takes the card of an error away once its cause is gone."""

from PySide6.QtCore import QObject

from app.message_bar import MessageBar
from app.messages import text_of_error
from app.session import Session
from app.structure_lock import is_locked
from core.errors import KnownError, StoreError


class GoneCauses(QObject):
    """A project can be written again; another image than the one that cannot be read is shown; a structure is unlocked."""

    def __init__(self, session: Session, messages: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._messages = session, messages
        self._not_written = ""
        session.failed.connect(self._remember)
        session.editing.saved.connect(self._saved)
        session.image_changed.connect(self._image_changed)
        session.structure_changed.connect(self._structures_changed)
        session.structures_changed.connect(self._structures_changed)

    def _remember(self, error: KnownError) -> None:
        if isinstance(error, StoreError):
            self._not_written = text_of_error(error)

    def _saved(self) -> None:
        if self._not_written in self._messages.texts():  # a sentence of another project stays
            self._messages.clear("StoreError")
        self._not_written = ""

    def _image_changed(self) -> None:
        self._messages.clear("reopened")
        if self._session.image is not None:
            self._messages.clear("ImageError")

    def _structures_changed(self) -> None:
        if not is_locked(self._session):
            self._messages.clear("LockedError")
