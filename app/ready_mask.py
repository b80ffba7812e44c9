"""All that a mask needs to be shown, made where there is time for it: at 16 megapixels it takes longer than a window may wait."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.levels import levels_of
from app.overlay import Overlay
from core.correction import EditLayer
from core.level_counts import LevelCounts
from core.store import MaskRecord


@dataclass(frozen=True)
class ReadyMask:
    """A mask as it lies in the project, unpacked.

    Attributes:
        record: what it was made of.
        levels: (H, W) uint8, 0..199, of the prediction; all 0 without one.
        edits: the edit layer.
        overlay: the picture over levels and edit layer.
        counts: the figures of levels and edit layer.
    """

    record: MaskRecord
    levels: NDArray[np.uint8]
    edits: EditLayer
    overlay: Overlay
    counts: LevelCounts

    @classmethod
    def of(cls, record: MaskRecord, levels: NDArray[np.uint8] | None = None) -> "ReadyMask":
        """Unpack a mask; needs neither the window nor the project.

        Args:
            record: of the mask.
            levels: those of its prediction, where they are known already.

        Raises:
            StoreError: it is damaged.
        """
        levels = levels if levels is not None else levels_of(record.prediction, *record.size)
        edits = record.edits()
        return cls(record, levels, edits, Overlay(levels, edits.layer), LevelCounts(levels, edits.layer))
