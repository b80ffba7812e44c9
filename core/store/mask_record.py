"""What the store knows of one mask, still packed: read in a moment, and unpacked wherever there is time for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.correction import EditLayer, Patch
from core.mask import apply_threshold, probability_levels
from core.store.blobs import unpack_layer
from core.store.database import damaged_mask
from core.store.rows import CorrectionRow, PredictionRow

PackedStroke = tuple[int, int, int, int, bytes]
"""Left edge, top edge, width and height in image pixels, and what the edit layer holds there after the stroke."""


@dataclass(frozen=True)
class MaskRecord:
    """One structure on one image, as it lies in the project. Two are equal where they show the same.

    Attributes:
        project: name of the project, for sentences.
        size: height and width of the image in pixels.
        correction: threshold and status.
        prediction: the one that counts, None without one.
        strokes: those that count, in their order.
    """

    project: str
    size: tuple[int, int]
    correction: CorrectionRow
    prediction: PredictionRow | None
    strokes: tuple[PackedStroke, ...]

    @property
    def pixels(self) -> int:
        """How many the image has."""
        return self.size[0] * self.size[1]

    def edits(self) -> EditLayer:
        """The edit layer, rebuilt from the strokes; needs no connection to the project.

        Raises:
            StoreError: a stroke is damaged.
        """
        return unpack_edits(self.strokes, self.size, self.project)

    def worked(self) -> tuple[EditLayer, npt.NDArray[np.bool_]]:
        """The edit layer, and the mask (H, W) bool as it stands: (threshold ∪ added) \\ removed, accepted or not.

        Raises:
            StoreError: a stroke is damaged.
        """
        edits, inside = self.edits(), np.zeros(self.size, np.bool_)
        if self.prediction is not None:
            inside = apply_threshold(
                probability_levels(self.prediction.logits, *self.size), self.correction.threshold_step
            )
        return edits, edits.final(inside)


def unpack_edits(strokes: Iterable[PackedStroke], size: tuple[int, int], project: str) -> EditLayer:
    """The edit layer that strokes make.

    Args:
        strokes: in their order.
        size: height and width of the image in pixels.
        project: its name.

    Raises:
        StoreError: a stroke is damaged.
    """
    edits = EditLayer(*size)
    for x, y, width, height, after in strokes:
        try:
            content = unpack_layer(after, height, width)
            edits.apply(Patch(x, y, content, content))
        except (ValueError, TypeError) as error:
            raise damaged_mask(project) from error
    return edits
