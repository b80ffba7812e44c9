"""Which labels are learned from and which are only compared on: whole patients, never a part of one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import FinetuneError
from core.finetune.job import Example

SHARE_HELD_OUT = 0.25
LEAST_LEARNED, LEAST_HELD_OUT = 2, 2
LEAST_LABELS = LEAST_LEARNED + LEAST_HELD_OUT


@dataclass(frozen=True)
class Split:
    """A division of labels.

    Attributes:
        learned: the run trains on these and chooses thresholds on them.
        held_out: the run only compares on these.
        by: "patient", "image" (all labels are of one patient, so its images had to be divided) or "list" (given).
    """

    learned: tuple[Example, ...]
    held_out: tuple[Example, ...]
    by: str

    @property
    def held_out_groups(self) -> int:
        """Patients that are compared on."""
        return len({example.group for example in self.held_out})


def split(examples: Sequence[Example], seed: int) -> Split:
    """Divide labels; the same seed gives the same division.

    Labels marked "test" are held out as they are. Otherwise about a quarter of the images is held out, patient by
    patient. Copies of one image (by hash) count as one patient wherever their names put them, so that no picture is on
    both sides.

    Raises:
        FinetuneError: too few labels to learn from one part and compare on another.
    """
    named = tuple(example for example in examples if example.split == "test")
    rest = tuple(example for example in examples if example.split != "test")
    if named:
        seen = {example.image_sha256 for example in named} | {example.group for example in named}
        rest = tuple(e for e in rest if e.image_sha256 not in seen and e.group not in seen)
        if not rest:
            raise _too_few(len(examples))
        return Split(rest, named, "list")
    if len({example.image_sha256 for example in rest}) < LEAST_LABELS:
        raise _too_few(len(rest))
    patients = patients_of(rest)
    for by in ("patient", "image"):
        sets = gather(rest, patients if by == "patient" else [example.image_sha256 for example in rest])
        held_out = _choose(sets, seed)
        if held_out:
            return Split(
                tuple(example for key, group in sets.items() if key not in held_out for example in group),
                tuple(example for key, group in sets.items() if key in held_out for example in group),
                by,
            )
    raise _too_few(len(rest))


def patients_of(examples: Sequence[Example]) -> list[str]:
    """Key of the patient of each example, where one picture under two patients' names joins them."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for example in examples:
        parent[root("p" + example.group)] = root("i" + example.image_sha256)
    return [root("p" + example.group) for example in examples]


def gather(examples: Sequence[Example], keys: Sequence[str]) -> dict[str, list[Example]]:
    """Key -> the labels that have it, in their order."""
    sets: dict[str, list[Example]] = {}
    for key, example in zip(keys, examples, strict=True):
        sets.setdefault(key, []).append(example)
    return sets


def _choose(sets: dict[str, list[Example]], seed: int) -> set[str]:
    """Keys to hold out: in random order as long as enough is left to learn from. Empty if it cannot be done.

    The order hangs on each patient alone: with more labels most patients stay on the side where they were, so that versions of
    one project can be compared on patients from which none of them learned.
    """
    images = {key: len({example.image_sha256 for example in group}) for key, group in sets.items()}
    total = sum(images.values())
    wanted = max(LEAST_HELD_OUT, round(total * SHARE_HELD_OUT))
    order = sorted(sets, key=lambda key: lot(seed, min(example.group for example in sets[key]), key))
    chosen: set[str] = set()
    count = 0
    for key in order:
        if count >= wanted:
            break
        left = total - count - images[key]
        if left >= max(LEAST_LEARNED, count + images[key]):
            chosen.add(key)
            count += images[key]
    return chosen if count >= LEAST_HELD_OUT else set()


def lot(seed: int, patient: str, key: str) -> tuple[str, str]:
    """A random place that does not change when other patients come; `key` tells the images of one patient apart."""
    drawn = hashlib.sha256(f"{seed} {patient}".encode("utf-8", errors="surrogateescape")).hexdigest()
    return drawn, hashlib.sha256(f"{seed} {key}".encode("utf-8", errors="surrogateescape")).hexdigest()


def _too_few(count: int) -> FinetuneError:
    return FinetuneError(
        "There are too few accepted labels ({count}) to learn from some and compare on others, so nothing was started.",
        "Accept at least {least} images, if possible of several patients.",
        count=count,
        least=LEAST_LABELS,
    )
