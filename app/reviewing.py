"""Deciding on the image on the screen: accept it, reject it, flag it, and go on."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from app.actions import Actions
from app.effort_meter import EffortMeter
from app.flag_dialog import FlagDialog
from app.image_queue import ImageQueue
from app.message_bar import MessageBar
from app.session import Session
from core.errors import KnownError
from core.review import ALL, REJECTED
from core.store import Store


class Reviewing(QObject):
    """What the keys for accepting, rejecting, flagging and stepping do."""

    def __init__(
        self,
        session: Session,
        queue: ImageQueue,
        effort: EffortMeter,
        actions: Actions,
        messages: MessageBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session, self._queue, self._effort = session, queue, effort
        self._actions, self._messages, self._window = actions, messages, window
        actions.connect_all(
            {
                "accept": self.accept_and_next,
                "reject": self.reject_or_take_back,
                "flag": self.ask_flag,
                "previous": lambda: self._step(-1, "first_image"),
                "next": lambda: self._step(1, "last_image"),
            }
        )
        for signal in (session.image_changed, queue.entry_changed, queue.rearranged):
            signal.connect(lambda *_: self._follow())
        self._follow()

    def accept_and_next(self) -> None:
        """Save the mask as accepted and go to the next image that nobody has decided on."""
        accepted = self._session.accept()
        if accepted is None:
            self._messages.say("nothing_to_accept")
        if not accepted:
            return
        self._effort.accepted()
        if self._is_rejected():
            self._write(lambda store, image: store.set_rejected(image, False))
        if not self._session.editing.current_mask().any():
            self._messages.say("accepted_empty")
        counts = self._queue.counts()
        if counts["accepted"] + counts[REJECTED] == counts[ALL]:
            self._messages.say("all_decided" if counts[REJECTED] else "all_accepted")
        for key in ("reopened", "rejected"):
            self._messages.clear(key)
        self._queue.next_open()

    def reject_or_take_back(self) -> None:
        """The image cannot be used, so go to the next one; if it was rejected, it can be used again."""
        row, before = self._session.image_row, self._is_rejected()
        saved = row is not None and self._session.save()
        if row is not None and saved and self._write(lambda store, image: store.set_rejected(image, not before)):
            self._messages.clear("rejected")
            if not before:
                self._messages.say("rejected", image=row.name)
                self._queue.next_open()
        self._follow()

    def ask_flag(self) -> None:
        """Ask for the note of the flag of this image, or take the flag away."""
        entry = self._queue.entry(self._session.image_id)
        if entry is None:
            return
        dialog = FlagDialog(entry.review.flag, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda note: self._write(lambda store, image: store.set_flag(image, note)))
        dialog.open()

    def _step(self, by: int, at_the_end: str) -> None:
        if not self._queue.step(by):
            self._messages.say(at_the_end)

    def _is_rejected(self) -> bool:
        entry = self._queue.entry(self._session.image_id)
        return entry is not None and entry.review.status == REJECTED

    def _write(self, step: Callable[[Store, int], None]) -> bool:
        """Change what the project says of the current image; False when it cannot be written (the message bar says why)."""
        store, image_id = self._session.store, self._session.image_id
        if store is None or image_id is None:
            return False
        try:
            step(store, image_id)
        except KnownError as error:
            self._session.failed.emit(error)
            return False
        self._session.status_changed.emit(image_id)
        return True

    def _follow(self) -> None:
        has_image = self._queue.entry(self._session.image_id) is not None
        for key in ("reject", "flag"):
            self._actions[key].setEnabled(has_image)
        self._actions["reject"].setChecked(self._is_rejected())
