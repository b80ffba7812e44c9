"""What a correction costs: the seconds a person works on an image, and the pixels in which it differs from the prediction."""

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from app.session import Session
from core.errors import KnownError
from core.mask import apply_threshold
from core.store import PredictionRow

LONGEST_PAUSE = 30.0
"""A longer pause in seconds was spent on something else."""
LEAST_SECONDS = 0.5
ACTIVITY = {
    QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.Wheel,
    QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride, QEvent.Type.TabletMove,
}  # fmt: skip


class EffortMeter(QObject):
    """Counts from when an image is shown until it is left, by what mouse and keys do on the picture.

    What was counted goes into the project whenever the mask is saved or left; with a new prediction the count begins anew.
    """

    def __init__(
        self,
        session: Session,
        picture: QWidget,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to count.

        Args:
            session: whose images are worked on.
            picture: on which mouse and keys count.
            parent: owner.
            clock: seconds, from any moment on.
        """
        super().__init__(parent)
        self._session, self._clock = session, clock
        self._mask: tuple[int | None, int | None] = (None, None)
        self._predicted: int | None = None
        self._seconds, self._last = 0.0, clock()
        picture.installEventFilter(self)
        for signal in (session.threshold_changed, session.mask_changed):
            signal.connect(lambda *_: self._tick())
        session.editing.saved.connect(self._keep)
        session.prediction_changed.connect(self._shown)
        session.project_closing.connect(self._keep)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See what the hand does; nothing is held back."""
        if event.type() in ACTIVITY:
            self._tick()
        return False

    def accepted(self) -> None:
        """The mask on the screen was accepted: keep what it cost."""
        store, editing = self._session.store, self._session.editing
        if store is None or editing.levels is None:
            return
        self._tick()
        mask = editing.current_mask()
        levels = editing.recent_levels.of(
            self._in_words(), *mask.shape
        )  # all of it is work where nothing was predicted
        changed = int(np.count_nonzero(mask != apply_threshold(levels, editing.step)))
        area, seconds = int(np.count_nonzero(mask)), self._seconds
        self._seconds = 0.0
        self._write(lambda image, structure: store.note_effort(image, structure, seconds, changed, area))

    def _tick(self) -> None:
        """Something was done: the time since the last thing counts, unless it was a long pause."""
        now = self._clock()
        if now - self._last <= LONGEST_PAUSE:
            self._seconds += now - self._last
        self._last = now

    def _shown(self) -> None:
        """Another image, structure or prediction is on the screen. Waiting for the prediction of this image was no work.

        An answer to clicks is no other prediction: clicking is work on the one in words.
        """
        editing, words = self._session.editing, self._in_words()
        mask, predicted = (editing.image_id, editing.structure_id), words.id if words is not None else None
        if mask == self._mask and predicted == self._predicted:
            return
        if mask != self._mask:
            self._keep()
        self._mask, self._predicted = mask, predicted
        self._seconds, self._last = 0.0, self._clock()

    def _in_words(self) -> PredictionRow | None:
        """What the model answered to the words alone; None where nothing was predicted, or it cannot be read."""
        store, editing = self._session.store, self._session.editing
        if store is None or editing.prediction is None or editing.image_id is None or editing.structure_id is None:
            return None
        try:
            return store.prediction_in_words(editing.image_id, editing.structure_id)
        except KnownError:
            return None  # who shows the mask is told

    def _keep(self) -> None:
        if self._seconds >= LEAST_SECONDS and self._session.store is not None and not self._session.read_only:
            store, seconds = self._session.store, self._seconds
            self._seconds = 0.0
            self._write(lambda image, structure: store.add_seconds(image, structure, seconds))

    def _write(self, step: Callable[[int, int], object]) -> None:
        image, structure = self._mask
        if image is None or structure is None:
            return
        try:
            step(image, structure)
        except KnownError as error:
            self._session.failed.emit(error)
