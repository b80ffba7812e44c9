"""Which images a list shows, and in which order: no image is lost or shown twice, whatever is chosen."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.store.rows import REJECTED as REJECTED
from core.store.rows import STATUSES, ImageRow, ReviewRow

ALL, OPEN, ACCEPTED, FLAGGED, TEST = "all", "open", "accepted", "flagged", "test"
FILTERS = (ALL, OPEN, ACCEPTED, FLAGGED, REJECTED, TEST)
"""Every image; not accepted and not rejected; accepted; with a flag, also where it is accepted; rejected; of the test set."""
BY_NAME, UNCERTAIN_FIRST, SHUFFLED = "name", "uncertain", "shuffled"
ORDERS = (BY_NAME, UNCERTAIN_FIRST, SHUFFLED)
URGENCY = ("in_work", "predicted", "unseen", ACCEPTED, REJECTED)
"""What a stack is, of all that its slices are: work that was begun comes first, what is decided last."""


@dataclass(frozen=True)
class Entry:
    """One image as the list knows it.

    Attributes:
        row: of the image.
        name: of its file.
        place: key of the order by name.
        review: what is known of it.
        stack: id of the first slice of its stack; None of an image by itself.
    """

    row: ImageRow
    name: str
    place: tuple[object, ...]
    review: ReviewRow
    stack: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide on it."""
        return self.review.status not in (ACCEPTED, REJECTED)


def arrange(entries: Iterable[Entry], order: str, seed: str) -> list[Entry]:
    """All entries in an order. The slices of a stack stand side by side in their own order, whatever order is chosen.

    Args:
        entries: in any order.
        order: one of `ORDERS`. By name, the images of one study stand together, where its first name stands, in the order in
            which they were added, which is that in the body (core/series.py) whatever the files are called. By uncertainty,
            those without a prediction come last, by name; a stack stands where its most uncertain slice would.
        seed: of the shuffle. An image keeps its place among the others when more images come.

    Raises:
        ValueError: an unknown order.
    """
    if order not in ORDERS:
        raise ValueError(f"an order is one of {ORDERS}, not {order!r}")
    if order == SHUFFLED:  # one lot for a stack, or those of many slices would come first
        return _together(
            sorted(entries, key=lambda entry: (entry.stack not in (None, entry.row.id), _lot(seed, entry.row.sha256)))
        )
    named = _by_name(list(entries))
    if order == UNCERTAIN_FIRST:
        named.sort(
            key=lambda entry: -1.0 if entry.review.uncertainty is None else entry.review.uncertainty, reverse=True
        )
    return _together(named)


def choose(entries: Sequence[Entry], which: str, words: str = "") -> list[Entry]:
    """The entries that a filter leaves, in their order.

    Args:
        entries: arranged.
        which: one of `FILTERS`.
        words: part of the name, capitals or not; "" is every name.

    Raises:
        ValueError: an unknown filter.
    """
    if which not in FILTERS:
        raise ValueError(f"a filter is one of {FILTERS}, not {which!r}")
    wanted = words.strip().casefold()
    return [entry for entry in entries if _belongs(entry, which) and wanted in entry.name.casefold()]


def state_of_stack(slices: Sequence[Entry]) -> ReviewRow:
    """What is known of a stack at a glance.

    Args:
        slices: all of them.

    Returns:
        The most urgent status (`URGENCY`), the greatest uncertainty, the first flag, and whether a patient of the test set is seen.
    """
    reviews = [entry.review for entry in slices]
    found = {review.status for review in reviews}
    return ReviewRow(
        slices[0].row.id,
        next(status for status in URGENCY if status in found),
        next((review.flag for review in reviews if review.flag is not None), None),
        max((review.uncertainty for review in reviews if review.uncertainty is not None), default=None),
        any(review.test for review in reviews),
    )


def count(entries: Iterable[Entry]) -> dict[str, int]:
    """How many images (each slice is one) have each status, how many are flagged, how many are in the test set, and "all"."""
    counts = dict.fromkeys((ALL, *STATUSES, REJECTED, FLAGGED, TEST), 0)
    for entry in entries:
        counts[ALL] += 1
        counts[entry.review.status] += 1
        counts[FLAGGED] += entry.review.flag is not None
        counts[TEST] += entry.review.test
    return counts


def _belongs(entry: Entry, which: str) -> bool:
    if which == ALL:
        return True
    if which == OPEN:
        return entry.is_open
    if which == TEST:
        return entry.review.test
    return entry.review.flag is not None if which == FLAGGED else entry.review.status == which


def _together(entries: Sequence[Entry]) -> list[Entry]:
    """The same, but every stack as a whole where the first of its slices stands."""
    slices: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.stack is not None:
            slices[entry.stack].append(entry)
    for stack in slices.values():
        stack.sort(key=lambda entry: (entry.row.frame, entry.row.id))
    found: list[Entry] = []
    for entry in entries:
        found += [entry] if entry.stack is None else slices.pop(entry.stack, [])
    return found


def _by_name(entries: Sequence[Entry]) -> list[Entry]:
    first: dict[str, tuple[object, ...]] = {}
    for entry in entries:
        study = entry.row.study_key
        if study:
            first[study] = min(first.get(study, entry.place), entry.place)
    return sorted(
        entries, key=lambda entry: (first.get(entry.row.study_key, entry.place), entry.row.study_key, entry.row.id)
    )


def _lot(seed: str, sha256: str) -> bytes:
    return hashlib.blake2b(f"{seed} {sha256}".encode(), digest_size=8).digest()
