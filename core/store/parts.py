"""All structures of one image at a glance, and what other versions answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.store.blobs import DamagedError, unpack_logits
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
