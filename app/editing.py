"""The mask on the screen while it is being corrected: prediction levels, threshold and edit layer.

All mask logic is in core.correction and core.mask; this object adds signals and writes every step to the store.
"""

import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRect, QTimer, Signal

from app.levels import RecentLevels
from app.ready_mask import ReadyMask
from core import mask
from core.correction import EditLayer, Patch
from core.errors import KnownError
from core.grey import Limit
from core.store import JournalStep, PredictionRow, Store

IDLE_SAVE_MS = 1500
DEFAULT_STEP = 100


class Editing(QObject):
    """The correction of one structure on one image.

    Attributes:
        levels: (H, W) uint8 of the prediction that counts, None when nothing is loaded.
        prediction: what the model answered, None where it was not asked.
        recent_levels: those of the predictions shown last.
        ready: the mask that was loaded with its picture and figures, while `prediction_changed` tells of it; None at any other time.
        step: threshold step 1..199.
        status: of the image, see core.store.

    Signals:
        prediction_changed: the levels or the whole edit layer were exchanged; repaint everything.
        threshold_changed: the step 1..199 now shown.
        mask_changed: the edit layer changed inside this rectangle (image pixels).
        status_changed: the status of the image with this id changed.
        saved: the final mask is in the store.
        failed: a KnownError the clinician must read.
    """

    prediction_changed = Signal()
    threshold_changed = Signal(int)
    mask_changed = Signal(QRect)
    status_changed = Signal(int)
    saved = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store: Store | None = None
        self.image_id: int | None = None
        self.structure_id: int | None = None
        self.levels: NDArray[np.uint8] | None = None
        self.has_prediction = False
        self.prediction: PredictionRow | None = None
        self.edits: EditLayer | None = None
        self.step = DEFAULT_STEP
        self.status = "unseen"
        self._committed_step = DEFAULT_STEP
        self._unsaved = False
        self._stroke: dict[str, object] | None = None
        self.recent_levels = RecentLevels()
        self.ready: ReadyMask | None = None
        self._idle = QTimer(self, singleShot=True, interval=IDLE_SAVE_MS)
        self._idle.timeout.connect(self.save)

    def load(self, store: Store, image_id: int, structure_id: int, ready: ReadyMask | None = None) -> None:
        """Take prediction, threshold and edit layer of one image and structure from the store.

        Args:
            store: the open project.
            image_id: row id of the image.
            structure_id: row id of the structure.
            ready: the mask as it was unpacked beside the window; where it is another one now, it is unpacked here.

        Raises:
            StoreError: the project could not be read.
        """
        record = store.mask_record(image_id, structure_id)
        if ready is None or ready.record != record:
            ready = ReadyMask.of(record, self.recent_levels.of(record.prediction, *record.size))
        self._idle.stop()
        self._store, self.image_id, self.structure_id = store, image_id, structure_id
        self.prediction, self.has_prediction = record.prediction, record.prediction is not None
        if record.prediction is not None:
            self.recent_levels.keep(record.prediction, ready.levels)
        self.levels, self.edits = ready.levels, ready.edits
        self.step = self._committed_step = record.correction.threshold_step
        self.status = record.correction.status
        self._unsaved, self._stroke = False, None
        self.ready = ready
        self.prediction_changed.emit()
        self.ready = None  # from the first stroke on it shows what was
        self.threshold_changed.emit(self.step)

    def clear(self) -> None:
        """Let go of the image: nothing is shown and nothing can be painted."""
        self._idle.stop()
        self._store = self.image_id = self.structure_id = None
        self.levels, self.edits, self.prediction, self.has_prediction = None, None, None, False
        self._unsaved, self._stroke, self.status = False, None, "unseen"
        self.prediction_changed.emit()

    @property
    def is_loaded(self) -> bool:
        """Whether there is an image and a structure to correct."""
        return self.edits is not None

    @property
    def is_painting(self) -> bool:
        """Whether a stroke is going on."""
        return self._stroke is not None

    def current_mask(self) -> NDArray[np.bool_]:
        """The mask as it is on the screen: (threshold ∪ added) \\ removed.

        Returns:
            (H, W) bool; (0, 0) when nothing is loaded.
        """
        if self.levels is None or self.edits is None:
            return np.zeros((0, 0), np.bool_)
        return self.edits.final(mask.apply_threshold(self.levels, self.step))

    def set_threshold(self, step: int, commit: bool) -> None:
        """Show the mask at another threshold.

        Args:
            step: 1..199, the threshold is step / 200; clipped to the range.
            commit: True when the slider was released: the change goes into the journal.
        """
        if not self.is_loaded:
            return
        step = min(mask.STEPS - 1, max(1, step))
        if step != self.step:
            self.step = step
            self.threshold_changed.emit(step)
        if commit and step != self._committed_step:
            change = JournalStep(kind="threshold", payload={"before": self._committed_step, "after": step})
            if self.write(change):
                self._committed_step = step
            else:  # what is shown is what is kept
                self.step = self._committed_step
                self.threshold_changed.emit(self.step)

    def begin_stroke(
        self, x: float, y: float, radius: float, add: bool, square: bool = False, limit: Limit | None = None
    ) -> None:
        """Put the brush down.

        Args:
            x: column in image pixels.
            y: row in image pixels.
            radius: brush radius in image pixels.
            add: True paints, False erases.
            square: whether the brush is square.
            limit: the only pixels that the stroke may change; every pixel when left out.
        """
        if self.edits is None:
            return
        self._idle.stop()
        self._stroke = {"tool": "brush" if add else "eraser", "radius": radius, "points": [], "start": time.monotonic()}
        if square:
            self._stroke["square"] = True
        if limit is not None:
            self._stroke["grey"] = [limit.low, limit.high]
        self.edits.begin(add, radius, square, limit.allowed if limit is not None else None)
        self.extend_stroke(x, y)

    def extend_stroke(self, x: float, y: float) -> None:
        """Draw on to the point (x, y) in image pixels; does nothing without begin_stroke."""
        if self.edits is None or self._stroke is None:
            return
        x0, y0, x1, y1 = self.edits.extend(x, y)
        self._stroke["points"].append([round(x, 2), round(y, 2)])  # type: ignore[attr-defined]
        if x1 > x0 and y1 > y0:
            self.mask_changed.emit(QRect(x0, y0, x1 - x0, y1 - y0))

    def end_stroke(self) -> None:
        """Lift the brush: the stroke is durable in the store when this returns."""
        if self.edits is None or self._stroke is None:
            return
        stroke, self._stroke = self._stroke, None
        patch = self.edits.end()
        if patch is None:
            return
        seconds = round(time.monotonic() - float(stroke.pop("start")), 3)  # type: ignore[arg-type]
        if not self.write(JournalStep(kind="stroke", payload={**stroke, "seconds": seconds}, patch=patch)):
            self.edits.revert(patch)
            self.mask_changed.emit(rect_of(patch))

    def undo(self) -> bool:
        """Take back the last step; False when there is none. Nothing happens in the middle of a stroke."""
        return self._move(back=True)

    def redo(self) -> bool:
        """Do the last undone step again; False when there is none. Nothing happens in the middle of a stroke."""
        return self._move(back=False)

    def show_prediction(self) -> None:
        """Show the prediction as the store has it now, under what was painted. Raises StoreError if it cannot be read."""
        if self._store is None or self.levels is None or self.image_id is None or self.structure_id is None:
            return
        self.prediction = self._store.prediction(self.image_id, self.structure_id)
        self.has_prediction = self.prediction is not None
        self.levels = self.recent_levels.of(self.prediction, *self.levels.shape)
        self.prediction_changed.emit()

    def accept(self) -> bool | None:
        """Save the mask as accepted. False when the store refused, None when there is nothing to accept yet."""
        self.end_stroke()
        self.set_threshold(self.step, commit=True)  # the slider may still be held
        if not self.is_loaded or (self.status == "unseen" and not self.has_prediction):
            return None
        return self._save_as("accepted")

    def save(self) -> bool:
        """End a stroke, and save the final mask if it changed; True when nothing is left unsaved."""
        self.end_stroke()
        self.set_threshold(self.step, commit=True)  # the slider may still be held
        return self._save_as(self.status) if self._unsaved else True

    def _save_as(self, status: str) -> bool:
        if self._store is None or self.image_id is None or self.structure_id is None:
            return False
        self._idle.stop()
        try:
            self._store.save_final(self.image_id, self.structure_id, self.current_mask(), status)
        except KnownError as error:
            self.failed.emit(error)
            return False
        self._unsaved = False
        self._set_status(status)
        self.saved.emit()
        return True

    def write(self, step: JournalStep) -> bool:
        """Put a step into the journal; it is durable when this returns. False when the store refused."""
        assert self._store is not None and self.image_id is not None and self.structure_id is not None
        try:
            self._store.append_step(self.image_id, self.structure_id, step)
        except KnownError as error:
            self.failed.emit(error)
            return False
        self.touch()
        return True

    def _move(self, back: bool) -> bool:
        if self._stroke is not None:
            return True
        if self._store is None or self.edits is None:
            return False
        assert self.image_id is not None and self.structure_id is not None
        try:
            step = (self._store.undo if back else self._store.redo)(self.image_id, self.structure_id)
            if step is not None and step.kind in ("candidate", "click"):
                self.show_prediction()
        except KnownError as error:
            self.failed.emit(error)
            return False
        if step is None:
            return False
        if step.kind == "threshold":
            self.step = self._committed_step = int(step.payload["before" if back else "after"])
            self.threshold_changed.emit(self.step)
        elif step.patch is not None:
            (self.edits.revert if back else self.edits.apply)(step.patch)
            self.mask_changed.emit(rect_of(step.patch))
        self.touch()
        return True

    def touch(self) -> None:
        """The mask has changed: it is in work, and saved soon."""
        self._unsaved = True
        self._set_status("in_work")
        self._idle.start()

    def _set_status(self, status: str) -> None:
        if status != self.status:
            self.status = status
            self.status_changed.emit(self.image_id)


def rect_of(patch: Patch) -> QRect:
    """The image pixels a patch covers."""
    height, width = patch.before.shape
    return QRect(patch.x, patch.y, width, height)
