"""What mask files hold, before anybody has said what of it is the structure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.integer]
ALL: frozenset[int] = frozenset()
NOISY = 32
"""More different values than this are no labels but shades: a mask that was packed with losses, or no mask at all."""


@dataclass(frozen=True)
class FoundMask:
    """One picture of a mask file.

    Attributes:
        stem: base name of the image that it may belong to; "" where `instance` says it.
        frame: which frame of that image, from 0.
        name: for people.
        read: (H, W) of whole numbers: grey values, places in a palette, or numbers of labels; raises InputError where damaged.
            Takes the labels that are wanted, or none for all: where labels overlap, another one is not to hide them.
        instance: DICOM's own name of the image (SOP instance), "" where the file does not say it.
        holds: numbers of the labels that the file speaks of here; none where it has no labels.
    """

    stem: str
    frame: int
    name: str
    read: Callable[[frozenset[int]], Values] = field(repr=False)
    instance: str = ""
    holds: frozenset[int] = frozenset()


@dataclass(frozen=True)
class FoundMasks:
    """Masks of one kind that are read in one way.

    Attributes:
        masks: one for each picture.
        labels: names of the numbers where the files give them (a category, a segment); none for grey values.
        is_palette: whether numbers are places in a palette.
        is_lossy: whether the files are packed so that values are not kept exactly (JPEG).
        refused: names of files that hold no mask, with the reason in words.
    """

    masks: tuple[FoundMask, ...]
    labels: Mapping[int, str] = field(default_factory=dict)
    is_palette: bool = False
    is_lossy: bool = False
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """What of the values is the structure.

    Attributes:
        values: these; empty where `above` counts.
        above: every value above this one, where `values` is empty.
        is_inverted: whether it is all the rest instead.
    """

    values: frozenset[int] = frozenset()
    above: int = 0
    is_inverted: bool = False

    def of(self, found: FoundMask) -> npt.NDArray[np.bool_]:
        """(H, W) bool of one mask. Raises InputError where it is damaged."""
        return self.mask(found.read(self.values))

    def says_something_of(self, found: FoundMask) -> bool:
        """False where a file has labels and speaks of none of those here: that it is not there would be a guess."""
        return not found.holds or bool(found.holds & self.values)

    def mask(self, values: Values) -> npt.NDArray[np.bool_]:
        """(H, W) of whole numbers -> (H, W) bool."""
        inside = np.isin(values, list(self.values)) if self.values else values > self.above
        return np.asarray(~inside if self.is_inverted else inside, dtype=np.bool_)


@dataclass(frozen=True)
class Question:
    """What has to be asked of a person before anything is written.

    Attributes:
        counts: pixels of every value in all masks together; of noisy ones the values nearest to 32 steps of grey.
        kinds: what is unusual, any of "inverted", "one_bit", "palette", "levels", "noisy", "labels"; none where it is plain.
        proposal: what would be taken; only a proposal where `kinds` says something.
    """

    counts: dict[int, int]
    kinds: tuple[str, ...]
    proposal: Rule


def question_of(found: FoundMasks) -> Question:
    """Look through all masks. Raises InputError where one is damaged."""
    counts: dict[int, int] = {}
    border_inside = border = 0
    for one in found.masks:
        values = one.read(ALL)
        for value, count in zip(*np.unique(values, return_counts=True), strict=True):
            counts[int(value)] = counts.get(int(value), 0) + int(count)
        edge = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
        border += edge.size
        border_inside += int(np.count_nonzero(edge > max(counts) // 2))
    kinds: list[str] = []
    present = set(counts)
    if found.labels:
        kinds.append("labels")
    elif len(present) > NOISY or (found.is_lossy and not present <= {0, 255}):
        kinds.append("noisy")
    elif found.is_palette:
        kinds.append("palette")
    elif len(present) > 2 or (len(present) == 2 and 0 not in present):
        kinds.append("levels")
    elif not present <= {0, 255}:
        kinds.append("one_bit" if present <= {0, 1} else "levels")
    if not found.labels and border and border_inside > border // 2:
        kinds.append("inverted")
    return Question(dict(sorted(counts.items())), tuple(kinds), _proposal(kinds, counts, found))


def _proposal(kinds: list[str], counts: dict[int, int], found: FoundMasks) -> Rule:
    if "noisy" in kinds:
        return Rule(above=127, is_inverted="inverted" in kinds)
    inverted = "inverted" in kinds
    if found.labels:
        return Rule(frozenset([min(found.labels)]))
    values = frozenset(value for value in counts if value) or frozenset([255])
    return Rule(values, is_inverted=inverted)
