"""Which images are gone through, and in which order: what the list shows, and what “next” means.

Filters, orders and counts are about images, and every slice of a stack is one. The list shows a stack as one line, as long as one of
its slices is left by the filter; “next” goes through those that are left, slice by slice, and then to the next line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from PySide6.QtCore import QObject, Signal

from app.session import Session
from app.stacks import Stacks
from core import review
from core.errors import KnownError
from core.image_file import natural_key
from core.place import files_apart, name_for_people
from core.review import Entry
from core.store import ReviewRow

CHOSEN_ORDER = "image_order"


class ImageQueue(QObject):
    """The images of the open project, arranged and filtered.

    The image on the screen stays in the list until it is left, so that accepting it does not take it away from under the
    eyes; and predictions that come in while it is looked at move nothing before that.

    Attributes:
        shown: the images that the filter leaves, in the order of the list.
        lines: one of `shown` for each line of the list: an image by itself, or the first of a stack that is left.
        stacks: of the project.
        which, order, words: the filter, the order, and the part of the name that is looked for.

    Signals:
        rearranged: other images are shown, or in another order.
        entry_changed: what is known of the image with this id changed.
    """

    rearranged = Signal()
    entry_changed = Signal(int)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.which, self.order, self.words = review.ALL, review.BY_NAME, ""
        self.shown: list[Entry] = []
        self.lines: list[Entry] = []
        self.stacks = Stacks()
        self._entries: dict[int, Entry] = {}
        self._arranged: list[Entry] = []
        self._places: dict[int, int] = {}
        self._ids: dict[int, None] = {}
        self._stale = False
        session.project_changed.connect(self._begin)
        session.images_changed.connect(self._add)
        session.structure_changed.connect(self._read)
        session.status_changed.connect(self._refresh)
        session.image_changed.connect(self._image_changed)

    def entry(self, image_id: int | None) -> Entry | None:
        """What is known of an image; None without one."""
        return self._entries.get(image_id) if image_id is not None else None

    def slices(self, image_id: int | None) -> list[Entry]:
        """All slices of the stack that an image is in, in their order, whatever the filter leaves; none of an image by itself."""
        return [self._entries[key] for key in self.stacks.ids(image_id)]

    def counts(self) -> dict[str, int]:
        """How many images of the project (each slice is one) have each status, are flagged, and are there at all."""
        return review.count(self._entries.values())

    def show_only(self, which: str) -> None:
        """Choose the filter, one of `core.review.FILTERS`."""
        self.which = which
        self._choose(keep=False)

    def find(self, words: str) -> None:
        """Show only images whose name holds these words."""
        self.words = words
        self._choose(keep=False)

    def sort(self, order: str) -> None:
        """Choose the order, one of `core.review.ORDERS`; the project remembers it."""
        self.order = order
        self._arrange(keep=False)
        store = self._session.store
        if store is not None and not self._session.read_only:
            try:
                store.set_meta(CHOSEN_ORDER, order)
            except KnownError as error:
                self._session.failed.emit(error)

    def step(self, by: int) -> bool:
        """Go to the next (+1) or previous (-1) image that is shown; False at the end."""
        before, after = self.around()
        return _show_first(self._session, after if by > 0 else before)

    def next_open(self) -> bool:
        """Go to the next shown image that nobody has decided on, after the last one again from the first.

        Where all of them are decided on, to the next one that is shown. False where there is none.
        """
        before, after = self.around()
        in_turn = (entry for part in (after, reversed(list(before))) for entry in part)
        is_open = (entry for entry in in_turn if entry.is_open)
        return _show_first(self._session, is_open) or _show_first(self._session, self.around()[1])

    def ahead(self, count: int) -> list[Entry]:
        """The image on the screen and at most `count` that come after it, without those that were rejected."""
        here = self.entry(self._session.image_id)
        after = (entry for entry in self.around()[1] if entry.review.status != review.REJECTED)
        return [*([here] if here is not None else []), *islice(after, count)]

    def around(self) -> tuple[Iterator[Entry], Iterator[Entry]]:
        """What is shown before the current image and after it, the nearest first, wherever it stands itself."""
        place = self._places.get(self._session.image_id or 0, -1)
        ways = self._arranged[: max(0, place)][::-1], self._arranged[place + 1 :]
        before, after = ((entry for entry in way if entry.row.id in self._ids) for way in ways)
        return before, after

    def _begin(self) -> None:
        """Another project, or none, is open."""
        self.which, self.order, self.words = review.ALL, review.BY_NAME, ""
        store = self._session.store
        try:
            kept = store.meta(CHOSEN_ORDER) if store is not None else None
        except KnownError as error:
            self._session.failed.emit(error)
            kept = None
        if kept in review.ORDERS:
            self.order = kept
        self._read()

    def _read(self) -> None:
        """Take over all images with what is known of them for the current structure."""
        self._take({row.image_id: row for row in self._reviews()})

    def _add(self) -> None:
        """Take over other images; of those that were there, the same is known as before.

        Where patients are kept for testing everything is read again: another image may be of one of them.
        """
        if any(entry.review.test for entry in self._entries.values()):
            self._read()
            return
        self._take({image_id: entry.review for image_id, entry in self._entries.items()})

    def _take(self, known: dict[int, ReviewRow]) -> None:
        old, self._entries = self._entries, {}
        rows = self._session.images
        files = files_apart([(row.path, row.frame, row.frames) for row in rows])
        self.stacks.take(rows, files)
        for row, file in zip(rows, files, strict=True):
            name, stack = name_for_people(file, row.frame, row.frames), self.stacks.first(row.id)
            seen = known.get(row.id) or ReviewRow(row.id, "unseen")
            entry = old.get(row.id)
            if entry is None or entry.row != row or entry.name != name or entry.stack != stack:
                entry = Entry(row, name, natural_key(name), seen, stack)
            elif entry.review != seen:
                entry = replace(entry, review=seen)
            self._entries[row.id] = entry
        self._arrange(keep=True, tell=True)

    def _reviews(self, image_id: int | None = None) -> list[ReviewRow]:
        if self._session.store is None:
            return []
        try:
            return self._session.store.reviews(self._session.structure_id, image_id)
        except KnownError as error:
            self._session.failed.emit(error)
            return []

    def _refresh(self, image_id: int) -> None:
        """One image has another status, prediction or flag."""
        old, rows = self._entries.get(image_id), self._reviews(image_id)
        if old is None or not rows:
            return
        entry = replace(old, review=rows[0])
        self._entries[image_id] = entry
        self.stacks.changed(image_id)
        self._stale |= self.order == review.UNCERTAIN_FIRST and entry.review.uncertainty != old.review.uncertainty
        self._arranged[self._places[image_id]] = entry
        self._choose(keep=True)
        self.entry_changed.emit(image_id)

    def _image_changed(self) -> None:
        here = self.entry(self._session.image_id)
        if here is not None and here.stack is not None:
            self.stacks.looked_at[here.stack] = here.row.id
        if self._stale:
            self._arrange(keep=False)
        else:
            self._choose(keep=False)

    def _arrange(self, keep: bool, tell: bool = False) -> None:
        self._stale = False
        seed = self._session.store.project_id if self._session.store is not None else ""
        self._arranged = review.arrange(self._entries.values(), self.order, seed)
        self._places = {entry.row.id: place for place, entry in enumerate(self._arranged)}
        self._choose(keep, tell)

    def _choose(self, keep: bool, tell: bool = False) -> None:
        """Filter; with `keep` the image on the screen stays where it was in sight. Tell it if anything moved, or always."""
        here = self._session.image_id
        chosen = review.choose(self._arranged, self.which, self.words)
        if keep and here in self._ids:
            ids = {entry.row.id for entry in chosen} | {here}
            chosen = [entry for entry in self._arranged if entry.row.id in ids]
        before, self._ids = self._ids, dict.fromkeys(entry.row.id for entry in chosen)  # in their order
        self.shown = self.lines = chosen
        if self.stacks:
            self.lines = [
                entry
                for entry, last in zip(chosen, [None, *chosen], strict=False)
                if entry.stack is None or last is None or last.stack != entry.stack
            ]
        if tell or list(before) != list(self._ids):
            self.rearranged.emit()


def _show_first(session: Session, entries: Iterable[Entry]) -> bool:
    """Show the first of these images; False where there is none."""
    entry = next(iter(entries), None)
    if entry is not None:
        session.select_image(entry.row.id)
    return entry is not None
