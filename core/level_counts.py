"""Area of a mask, and how well its prediction fits it, at every threshold without looking at the pixels again."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.correction import ADDED, REMOVED, UNTOUCHED
from core.dice_curve import Counts, Curve, counts_of, curves_of
from core.mask import STEPS

_LAYERS = 3


class LevelCounts:
    """How many pixels of each level are untouched, added and removed.

    One look at all pixels when a prediction is shown, then only at those that a stroke changed.

    Attributes:
        counts: (3, 200) int64; row: value of the edit layer, column: level.
    """

    def __init__(self, levels: npt.NDArray[np.uint8], layer: npt.NDArray[np.uint8]) -> None:
        """Count.

        Args:
            levels: (H, W) uint8, 0..199, of the prediction.
            layer: (H, W) uint8 of 0, 1, 2 (`core.correction`). Both are kept and read again by `refresh`.

        Raises:
            ValueError: the two differ in size.
        """
        if levels.shape != layer.shape:
            raise ValueError(f"levels {levels.shape} and edit layer {layer.shape} differ in size")
        self._levels, self._layer = levels, layer
        self._counted = np.zeros_like(layer)
        self.counts = np.zeros((_LAYERS, STEPS), np.int64)
        self.counts[UNTOUCHED] = counts_of(levels)
        self.refresh(*cv2.boundingRect(layer))

    def refresh(self, x: int, y: int, width: int, height: int) -> None:
        """Take over a rectangle of the edit layer that has changed (image pixels)."""
        place = np.s_[y : y + height, x : x + width]
        before, after, levels = self._counted[place], self._layer[place], self._levels[place]
        for value in (ADDED, REMOVED):
            more = counts_of(levels, after == value) - counts_of(levels, before == value)
            self.counts[value] += more
            self.counts[UNTOUCHED] -= more
        before[...] = after

    @property
    def everywhere(self) -> Counts:
        """Of all pixels, painted over or not."""
        return np.asarray(self.counts.sum(axis=0))

    @property
    def is_edited(self) -> bool:
        """Whether any pixel was added or removed."""
        return bool(self.counts[UNTOUCHED].sum() < self.counts.sum())

    def area(self, step: int) -> int:
        """Pixels of the mask, (threshold ∪ added) \\ removed, at a step 1..199."""
        return int(self.counts[UNTOUCHED, step:].sum() + self.counts[ADDED].sum())

    def dice(self, step: int) -> Curve:
        """Dice of the pure prediction at every threshold against the mask as it is at one step, 1..199."""
        inside = self.counts[ADDED].copy()
        inside[step:] += self.counts[UNTOUCHED, step:]
        return curves_of(self.everywhere, inside)[0]
