"""All structures of one image at a glance, and what their masks are made of, so that they can be put together beside the window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.correction import EditLayer, Patch
from core.mask import HALF, apply_threshold, probability_levels
from core.store.blobs import DamagedError, unpack_layer, unpack_logits
from core.store.corrections import Corrections


@dataclass(frozen=True)
class MaskState:
    """What is known of one structure on one image without looking at a pixel.

    Attributes:
        structure_id: of the structure.
        status: of the mask, one of `STATUSES`.
        threshold_step: 1..199.
        stamp: another one wherever the mask may be another one.
    """

    structure_id: int
    status: str
    threshold_step: int
    stamp: tuple[int | None, ...]


@dataclass(frozen=True)
class MaskParts:
    """What the mask of one structure on one image is made of, packed as it is stored; needs no project to be put together.

    Attributes:
        height, width: of the image in pixels.
        threshold_step: 1..199.
        grid: side of the logits, 0 without a prediction.
        logits: packed; empty without a prediction.
        strokes: x, y, height, width and packed content of each, in their order.
    """

    height: int
    width: int
    threshold_step: int
    grid: int
    logits: bytes
    strokes: tuple[tuple[int, int, int, int, bytes], ...]

    def mask(self) -> npt.NDArray[np.bool_]:
        """(threshold ∪ added) \\ removed, (height, width) bool. Raises ValueError if what is stored is damaged."""
        thresholded = np.zeros((self.height, self.width), np.bool_)
        if self.grid:
            logits = unpack_logits(self.logits, self.grid)
            thresholded = apply_threshold(probability_levels(logits, self.height, self.width), self.threshold_step)
        if not self.strokes:
            return thresholded
        layer = EditLayer(self.height, self.width)
        for x, y, height, width, packed in self.strokes:
            content = unpack_layer(packed, height, width)
            layer.apply(Patch(x, y, content, content))
        return layer.final(thresholded)


class Parts(Corrections):
    """The part of the store that sees all structures of an image."""

    def mask_states(self, image_id: int) -> list[MaskState]:
        """Of every structure that was predicted or painted on an image. Raises StoreError if it cannot be read."""
        rows = self.query(
            "SELECT c.structure_id, c.status, c.threshold_step, c.cursor, c.prediction_id, p.chosen,"
            " (SELECT max(id) FROM journal j WHERE j.image_id = c.image_id AND j.structure_id = c.structure_id)"
            " FROM corrections c LEFT JOIN predictions p ON p.id = c.prediction_id WHERE c.image_id = ?",
            (image_id,),
        )
        return [MaskState(structure, status, step, (step, *rest)) for structure, status, step, *rest in rows]

    def mask_parts(self, image_id: int, structure_id: int) -> MaskParts:
        """What a mask is made of as it is now.

        Raises:
            ValueError: there is no such image.
            StoreError: it cannot be read.
        """
        key = (image_id, structure_id)
        height, width = self.size(image_id)
        with self.snapshot():
            found = self.query(
                "SELECT c.threshold_step, coalesce(grid, 0), coalesce(logits, x'') FROM corrections c"
                " LEFT JOIN predictions p ON p.id = c.prediction_id WHERE c.image_id = ? AND c.structure_id = ?",
                key,
            )
            rows = self._rows(key, "position <= c.cursor AND kind = 'stroke'", "x, y, j.height, j.width, after")
        step, grid, logits = found[0] if found else (HALF, 0, b"")
        return MaskParts(height, width, step, grid, logits, tuple(rows))

    def logits_of_version(
        self, image_id: int, structure_id: int, version_id: str | None, prompt: str
    ) -> npt.NDArray[np.float16] | None:
        """What a version answered to these words alone, the last time it was asked.

        Args:
            image_id: of the image.
            structure_id: of the structure.
            version_id: of the version, None for the base model.
            prompt: the words.

        Returns:
            (g, g) float16; None where it was never asked.

        Raises:
            StoreError: it cannot be read.
        """
        rows = self.query(
            "SELECT grid, logits FROM predictions WHERE image_id = ? AND structure_id = ? AND version_id IS ?"
            " AND prompt = ? AND clicks = '' ORDER BY id DESC LIMIT 1",
            (image_id, structure_id, version_id, prompt),
        )
        try:
            return unpack_logits(rows[0][1], rows[0][0]) if rows else None
        except DamagedError as error:
            raise self.damaged_mask() from error
