"""The masks of all structures of the image on the screen, put together beside the window.

A pixel of `bits` holds one bit for each structure. Only masks that have changed since the last look are put together again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background, Progress
from app.session import Session
from core.errors import KnownError, StoreError
from core.review import REJECTED
from core.store import MaskRecord, MaskState, Store

MOST = 16
"""So many structures of one image are drawn beside the current one: those furthest up in the list."""
AFTER_MS = 30

Bits = NDArray[np.unsignedinteger[Any]]


@dataclass
class Gathered:
    """The masks of one image.

    Attributes:
        bits: (H, W) uint8 or uint16: bit `slots[structure]` is set where the structure's mask is; None before one was gathered.
        slots: structure -> number of its bit.
        areas: structure -> pixels of its mask.
        stamps: structure -> which mask that was.
    """

    bits: Bits | None = None
    slots: dict[int, int] = field(default_factory=dict)
    areas: dict[int, int] = field(default_factory=dict)
    stamps: dict[int, object] = field(default_factory=dict)


class OtherMasks(QObject):
    """Follows the session.

    Attributes:
        states: structure -> what is known of it on the current image; none for one that nobody has begun.
        flagged, rejected: whether the image is.
        gathered: masks that were put together. Its mask of the current structure may be an old one: that is drawn elsewhere.

    Signals:
        changed: other masks were gathered, or more is known of them.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.states: dict[int, MaskState] = {}
        self.flagged = self.rejected = False
        self.gathered = Gathered()
        self._image: int | None = None
        self._work: Background | None = None
        self._left: list[Background] = []
        self._soon = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._soon.timeout.connect(self._look)
        for signal in (session.structure_changed, session.structures_changed, session.status_changed):
            signal.connect(lambda *_: self._soon.start())
        session.image_changed.connect(self._begin)
        session.project_closing.connect(self.close)

    @property
    def is_gathering(self) -> bool:
        """Whether masks are being put together, or soon will be."""
        return self._work is not None or self._soon.isActive()

    def area(self, structure_id: int) -> int | None:
        """Pixels of a mask that is not the current one; None as long as that is not known."""
        return self.gathered.areas.get(structure_id) if structure_id in self.states else 0

    def close(self) -> None:
        """Give up what is being put together, and wait until that is over."""
        self._soon.stop()
        self._give_up()
        for work in self._left:
            work.close()
        self._sweep()

    def _begin(self) -> None:
        """Another image is on the screen."""
        self._give_up()
        self.states, self.gathered, self._image = {}, Gathered(), self._session.image_id
        self._look()

    def _give_up(self) -> None:
        if self._work is not None:
            self._work.stop()
            self._left.append(self._work)
            self._work = None
        self._sweep()

    def _sweep(self) -> None:
        for work in [one for one in self._left if not one.is_running]:
            self._left.remove(work)
            work.deleteLater()

    def _look(self) -> None:
        """See what is known, and put together what has changed."""
        session, store = self._session, self._session.store
        self._soon.stop()
        if store is None or session.image is None or session.image_id is None or session.image_id != self._image:
            return
        try:
            self.states = {state.structure_id: state for state in store.mask_states(session.image_id)}
            review = store.reviews(None, session.image_id)[0]
            self.flagged, self.rejected = review.flag is not None, review.status == REJECTED
            if self._work is None:
                wanted = list(self._stale())
                parts = {state: _record(store, session.image_id, state.structure_id) for state in wanted}
                if parts:
                    self._gather(parts, (session.image.height, session.image.width))
        except KnownError as error:
            session.failed.emit(error)
        self.changed.emit()

    def _stale(self) -> Iterable[MaskState]:
        for row in self._session.structures[: MOST + 1]:
            state = self.states.get(row.id)
            is_current = row.id == self._session.structure_id
            if state is not None and not is_current and self.gathered.stamps.get(row.id) != state.stamp:
                yield state

    def _gather(self, parts: dict[MaskState, MaskRecord | None], size: tuple[int, int]) -> None:
        before, slots = self.gathered, dict(self.gathered.slots)
        for state in parts:
            free = next((bit for bit in range(MOST) if bit not in slots.values()), None)
            if state.structure_id not in slots and free is not None:
                slots[state.structure_id] = free
        few = max(slots.values(), default=0) < 8
        kind: type[np.unsignedinteger[Any]] = np.uint8 if few else np.uint16
        work = Background(lambda progress: gather(before, slots, parts, size, kind, progress), self)
        self._work = work
        work.done.connect(self._take)
        work.failed.connect(self._failed)
        work.start()

    def _take(self, found: Gathered) -> None:
        self.gathered = found
        self._over()
        self.changed.emit()
        self._soon.start()  # something may have changed meanwhile

    def _failed(self, error: KnownError) -> None:
        self._over()
        self._session.failed.emit(error)

    def _over(self) -> None:
        if self._work is not None:
            self._work.deleteLater()
            self._work = None


def _record(store: Store, image_id: int, structure_id: int) -> MaskRecord | None:
    try:
        return store.mask_record(image_id, structure_id)
    except StoreError:  # who opens it is told
        return None


def gather(
    before: Gathered,
    slots: dict[int, int],
    parts: dict[MaskState, MaskRecord | None],
    size: tuple[int, int],
    kind: type[np.unsignedinteger[Any]],
    progress: Progress,
) -> Gathered:
    """Put masks together; what was there before is copied and not changed.

    Args:
        before: of the same image.
        slots: structure -> number of its bit, of those before and of the new ones.
        parts: what the masks are made of. One that is damaged (None) counts as empty: who opens it is told.
        size: height and width of the image.
        kind: of the pixels of `bits`, with enough bits.
        progress: is called after each; ends the work where it is not wanted any more.
    """
    bits: Bits = np.zeros(size, kind) if before.bits is None else before.bits.astype(kind)
    areas, stamps = dict(before.areas), dict(before.stamps)
    for number, (state, part) in enumerate(parts.items()):
        key = state.structure_id
        try:
            mask = part.worked()[1] if part is not None else np.zeros(size, np.bool_)
        except StoreError:
            mask = np.zeros(size, np.bool_)
        areas[key], stamps[key] = int(np.count_nonzero(mask)), state.stamp
        if key in slots:
            bit = kind(1 << slots[key])
            bits &= ~bit
            bits |= mask.astype(kind) * bit
        progress(number + 1, len(parts), "")
    return Gathered(bits, slots, areas, stamps)
