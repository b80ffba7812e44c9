"""Carries the mask on the screen through its stack: the model follows it from slice to slice, and each answer is kept as a prediction.

A slice that a person has decided on or worked on stays as it is, also where that happened while the model was on its way. The
model may stop by itself where it is in doubt; what it carried until there holds.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.image_queue import ImageQueue
from app.inference_process import InferenceProcess
from app.prediction import PAINTING_MS, cache_folder
from app.session import Session
from app.settings import Settings
from app.structure_lock import refuses
from app.versions import ModelInUse, Versions
from core.errors import KnownError
from core.mask import HALF
from core.propagate_protocol import MOST_SLICES, DoubtAnswer, SliceAnswer
from core.review import Entry
from core.store import StructureRow

UNTOUCHED = ("unseen", "predicted")


@dataclass(frozen=True)
class Doubt:
    """A slice on which the model stopped by itself: its image, its number in the stack from 1, and why (a sentence of core)."""

    image_id: int
    number: int
    why: str


@dataclass
class Walk:
    """One mask on its way, and what became of it.

    Attributes:
        structure: whose mask it is.
        images: id and number in the stack, from 1, of each slice that was sent.
        wanted: how many slices were asked for.
        carried: how many have a carried mask now.
        left_alone: how many stayed as they are, because somebody had worked on them.
        doubts: at most one for each direction.
        stopped: whether it was ended before its end.
        error: what ended it, None where it ended well.
    """

    structure: StructureRow
    images: list[tuple[int, int]]
    wanted: int
    carried: int = 0
    left_alone: int = 0
    doubts: list[Doubt] = field(default_factory=list)
    stopped: bool = False
    error: KnownError | None = None


class Carrying(QObject):
    """At most one walk at a time.

    Signals:
        advanced: how many slices of how many are behind; (0, n) while the model is loaded.
        ended: the Walk, once for each that began.
        failed: a KnownError the clinician must read: it did not begin.
    """

    advanced = Signal(int, int)
    ended = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        session: Session,
        queue: ImageQueue,
        versions: Versions,
        process: InferenceProcess,
        settings: Settings,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._queue, self._versions = session, queue, versions
        self._process, self._settings = process, settings
        self._walk: Walk | None = None
        self._model: ModelInUse | None = None
        self._load: int | None = None
        self._number: int | None = None
        self._answers: deque[SliceAnswer] = deque()
        self._is_over = False
        process.walked.connect(self._walked)
        process.answered.connect(self._answered)
        process.failed.connect(self._request_failed)
        process.stopped.connect(self._process_stopped)
        session.project_closing.connect(self._forget)

    @property
    def is_running(self) -> bool:
        """Whether a mask is on its way."""
        return self._walk is not None

    def start(self, forward: int, backward: int) -> str:
        """Begin with the mask on the screen.

        Args:
            forward: so many slices onwards at most.
            backward: so many back.

        Returns:
            "" when it begins, or the structure is locked (which is said); else the key of the sentence that says why not.
        """
        session, structure = self._session, self._session.structure_row
        if structure is None:
            return "needs_structure"
        if self.is_running or refuses(session):
            return ""
        mask = session.editing.current_mask()
        if not mask.any():
            return "no_mask_to_carry"
        slices, start = self._reach(forward, backward)
        if len(slices) < 2:
            return "no_slice_there"
        session.save()
        store = session.store
        try:
            self._model = self._versions.in_use()
        except KnownError as error:
            self.failed.emit(error)
            return ""
        assert store is not None
        numbers = {entry.row.id: place for place, entry in enumerate(self._queue.slices(session.image_id), 1)}
        walk = Walk(structure, [(entry.row.id, numbers[entry.row.id]) for entry in slices], len(slices) - 1)
        self._walk, self._is_over, self._load = walk, False, None
        if self._process.model != self._model.reference:
            self._load = self._process.load(self._model.reference, self._settings.device, self._settings.precision)
        self._number = self._process.propagate(
            [str(store.image_path(entry.row).resolve()) for entry in slices],
            start,
            mask,
            structure.prompt,
            len(slices) - 1 - start,
            start,
            cache_folder(session),
        )
        self.advanced.emit(0, walk.wanted)
        return ""

    def stop(self) -> None:
        """End it early; what was carried stays, and the ending follows."""
        if self._walk is not None and self._number is not None:
            self._walk.stopped = True
            self._process.end_walk(self._number)

    def _reach(self, forward: int, backward: int) -> tuple[list[Entry], int]:
        """The slices to send, which are of one size and side by side, and the index of that on the screen."""
        slices, here = self._queue.slices(self._session.image_id), self._session.image_id
        if not slices:
            return [], 0
        place = next(number for number, entry in enumerate(slices) if entry.row.id == here)
        size, most = (slices[place].row.width, slices[place].row.height), MOST_SLICES // 2 - 1
        first = last = place
        while first > max(0, place - min(backward, most)) and _size(slices[first - 1]) == size:
            first -= 1
        while last < min(len(slices) - 1, place + min(forward, most)) and _size(slices[last + 1]) == size:
            last += 1
        return slices[first : last + 1], place - first

    def _walked(self, number: int, answer: SliceAnswer | DoubtAnswer) -> None:
        walk = self._walk
        if walk is None or number != self._number or answer.index >= len(walk.images):
            return
        if isinstance(answer, DoubtAnswer):
            walk.doubts.append(Doubt(*walk.images[answer.index], answer.why))
            return
        self._answers.append(answer)
        self._keep_answers()

    def _keep_answers(self) -> None:
        """Keep what came, but not in the middle of a stroke; then end, if that was all."""
        walk = self._walk
        if walk is None:
            return
        if self._session.editing.is_painting:
            QTimer.singleShot(PAINTING_MS, self, self._keep_answers)
            return
        while self._answers:
            try:
                self._keep(walk, self._answers.popleft())
            except KnownError as error:
                walk.error = error
                self.stop()
                self._end()
                return
            self.advanced.emit(walk.carried + walk.left_alone, walk.wanted)
        if self._is_over:
            self._end()

    def _keep(self, walk: Walk, answer: SliceAnswer) -> None:
        """Raises StoreError if the project cannot be read or written, or the structure was locked meanwhile."""
        store, (image_id, _) = self._session.store, walk.images[answer.index]
        assert store is not None and self._model is not None
        (known,) = store.reviews(walk.structure.id, image_id)
        if known.status not in UNTOUCHED:
            walk.left_alone += 1
            return
        store.refuse_if_locked(walk.structure.id)
        self._session.take_prediction(
            image_id,
            walk.structure.id,
            self._model.version_id,
            walk.structure.prompt,
            answer.logits,
            answer.predicted_iou,
            HALF,  # where the model itself cut the mask that it carried on
        )
        walk.carried += 1

    def _answered(self, number: int, _result: dict[str, Any]) -> None:
        if self._walk is not None and number == self._number:
            self._is_over = True
            self._keep_answers()

    def _request_failed(self, number: int, error: KnownError) -> None:
        if self._walk is None or number not in (self._load, self._number):
            return
        if number == self._load and self._number is not None:
            self._process.drop(self._number)
        self._walk.error, self._is_over = error, True
        self._keep_answers()

    def _process_stopped(self) -> None:
        """Somebody let the model go, and with it the walk."""
        if self._walk is not None:
            self._walk.stopped = self._is_over = True
            self._keep_answers()

    def _end(self) -> None:
        walk, self._walk = self._walk, None
        self._number = self._load = None
        self._answers.clear()
        if walk is not None:
            self.ended.emit(walk)

    def _forget(self) -> None:
        """The project is about to be closed: what is still to come belongs to no other."""
        if self._walk is None:
            return
        self.stop()
        for number in (self._load, self._number):
            if number is not None:
                self._process.drop(number)
        self._answers.clear()
        self._end()


def _size(entry: Entry) -> tuple[int, int]:
    return entry.row.width, entry.row.height
