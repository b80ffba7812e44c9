"""Probability levels of the predictions shown last: enlarging a map to a large image takes longer than a window may wait."""

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from core import mask
from core.store import PredictionRow

MOST_PIXELS = 64_000_000
"""What is remembered, over all levels: four images of 4096 × 4096, at a byte a pixel."""

Key = tuple[int, int, int, int]


class RecentLevels:
    """Remembers levels by prediction, chosen mask and size; those of one project only."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, NDArray[np.uint8]] = OrderedDict()

    def of(self, prediction: PredictionRow | None, height: int, width: int) -> NDArray[np.uint8]:
        """(height, width) uint8, 0..199; all 0 where nothing was predicted. Not to be written to."""
        if prediction is None:
            return levels_of(None, height, width)
        key = (prediction.id, prediction.chosen, height, width)
        if key not in self._known:
            self.keep(prediction, levels_of(prediction, height, width))
        self._known.move_to_end(key)
        return self._known[key]

    def keep(self, prediction: PredictionRow, levels: NDArray[np.uint8]) -> None:
        """Remember levels (H, W) uint8 that were computed beside the window."""
        self._known[(prediction.id, prediction.chosen, *levels.shape)] = levels
        while len(self._known) > 1 and sum(one.size for one in self._known.values()) > MOST_PIXELS:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """Another project may be opened: its predictions have the same numbers."""
        self._known.clear()


def levels_of(prediction: PredictionRow | None, height: int, width: int) -> NDArray[np.uint8]:
    """(height, width) uint8, 0..199, of a prediction; all 0 without one."""
    if prediction is None:
        return np.zeros((height, width), np.uint8)
    return mask.probability_levels(prediction.logits, height, width)
