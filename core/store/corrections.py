"""Predictions, and what became of them: threshold, status and final mask of each structure on each image."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from core.mask import HALF, encode_png, threshold_of
from core.store.blobs import DamagedError, pack, unpack_logits, unpack_mask
from core.store.database import now
from core.store.journal import Journal
from core.store.rows import STATUSES, CorrectionRow, Offer, PredictionRow


class Corrections(Journal):
    """The part of the store that a mask goes through."""

    def save_prediction(
        self,
        image_id: int,
        structure_id: int,
        version_id: str | None,
        prompt: str,
        logits: npt.NDArray[np.floating],
        predicted_iou: float,
        threshold_step: int | None = None,
        offer: Offer | None = None,
    ) -> None:
        """Keep what a model answered; the newest is the one that counts, the older ones stay (without their other candidates).

        An accepted mask has to be looked at again: what was accepted was made of another prediction.

        Args:
            image_id: of the image.
            structure_id: of the structure.
            version_id: of the version that answered, None for the base model.
            prompt: the words it was asked with.
            logits: (g, g) float, finite.
            predicted_iou: 0..1.
            threshold_step: where the slider starts (1..199) as long as nobody has touched this image; None leaves it.
            offer: what the model offered; `logits` and `predicted_iou` are its chosen candidate.

        Raises:
            ValueError: the logits, the step or the offer are not as said.
            StoreError: the project cannot be written.
        """
        if logits.ndim != 2 or logits.shape[0] != logits.shape[1] or not np.isfinite(logits).all():
            raise ValueError(f"a finite square map of logits was expected, not {logits.shape}")
        if threshold_step is not None:
            threshold_of(threshold_step)
        offer = offer or Offer(logits[None], (predicted_iou,), 0)
        candidates = list(zip(offer.candidates, offer.ious, strict=True))
        if not all(one.shape == logits.shape and np.isfinite(one).all() for one, _ in candidates):
            raise ValueError("a candidate is no map like the others")
        if not np.array_equal(offer.candidates[offer.chosen], logits):
            raise ValueError("the prediction is not the chosen candidate")
        with self.transaction():
            row = self.execute(
                "INSERT INTO predictions (image_id, structure_id, version_id, prompt, grid, logits, predicted_iou,"
                " created, chosen, answer, parts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (image_id, structure_id, version_id, prompt, len(logits), _packed(logits),
                 float(predicted_iou), now(), offer.chosen, offer.answer, offer.parts),
            )  # fmt: skip
            self._keep_candidates((image_id, structure_id), row.lastrowid, candidates)
            self.ensure((image_id, structure_id))
            self.execute(
                "UPDATE corrections SET threshold_step = coalesce(?, threshold_step)"
                " WHERE image_id = ? AND structure_id = ? AND cursor = 0 AND status IN ('unseen', 'predicted')",
                (threshold_step, image_id, structure_id),
            )
            self.execute(
                "UPDATE corrections SET prediction_id = ?, changed = ?,"
                " status = CASE status WHEN 'unseen' THEN 'predicted' WHEN 'accepted' THEN 'in_work' ELSE status END"
                " WHERE image_id = ? AND structure_id = ?",
                (row.lastrowid, now(), image_id, structure_id),
            )
        self.forget((image_id, structure_id))

    def start_structure_at(self, structure_id: int, threshold_step: int | None) -> None:
        """Choose where new predictions of a structure start; those that nobody has touched yet go there too.

        Args:
            structure_id: of the structure.
            threshold_step: 1..199; None leaves it to the model again, and every image as it is.

        Raises:
            ValueError: no such step.
            StoreError: the project cannot be written.
        """
        if threshold_step is not None:
            threshold_of(threshold_step)
        untouched = "structure_id = ? AND cursor = 0 AND status IN ('unseen', 'predicted')"
        with self.transaction():
            self.execute("UPDATE structures SET threshold_step = ? WHERE id = ?", (threshold_step, structure_id))
            self.execute(
                f"UPDATE corrections SET threshold_step = coalesce(?, threshold_step) WHERE {untouched}",
                (threshold_step, structure_id),
            )
            rows = self.query(f"SELECT image_id FROM corrections WHERE {untouched}", (structure_id,))
        for (image_id,) in rows:
            self.forget((image_id, structure_id))

    def prediction(self, image_id: int, structure_id: int) -> PredictionRow | None:
        """The newest prediction, None if there is none. Raises StoreError if it cannot be read."""
        rows = self.query(
            "SELECT id, version_id, prompt, grid, logits, predicted_iou, chosen, answer, parts FROM predictions"
            " WHERE image_id = ? AND structure_id = ? ORDER BY id DESC LIMIT 1",
            (image_id, structure_id),
        )
        if not rows:
            return None
        key, version, prompt, grid, blob, iou, *choice = rows[0]
        try:
            logits = unpack_logits(blob, grid)
        except DamagedError as error:
            raise self.damaged_mask() from error
        ious = self.query("SELECT predicted_iou FROM candidates WHERE prediction_id = ? ORDER BY place", (key,))
        guesses = tuple(guess for (guess,) in ious)
        return PredictionRow(key, image_id, structure_id, version, prompt, logits, iou, guesses, *choice)

    def _keep_candidates(
        self, key: tuple[int, int], prediction_id: int | None, candidates: list[tuple[npt.NDArray[np.floating], float]]
    ) -> None:
        """Keep the candidates of a new prediction where there is a choice; nobody can choose among older ones any more."""
        self.execute(
            "DELETE FROM candidates WHERE prediction_id IN"
            " (SELECT id FROM predictions WHERE image_id = ? AND structure_id = ?)",
            key,
        )
        for place, (logits, iou) in enumerate(candidates if len(candidates) > 1 else []):
            self.execute(
                "INSERT INTO candidates (prediction_id, place, logits, predicted_iou) VALUES (?, ?, ?, ?)",
                (prediction_id, place, _packed(logits), float(iou)),
            )

    def correction(self, image_id: int, structure_id: int) -> CorrectionRow:
        """State of one structure on one image; that of an untouched one if nothing is stored yet."""
        rows = self.query(
            "SELECT threshold_step, status, c.cursor, f.sha256 FROM corrections c"
            " LEFT JOIN final_masks f USING (image_id, structure_id) WHERE image_id = ? AND structure_id = ?",
            (image_id, structure_id),
        )
        if not rows:
            return CorrectionRow(image_id, structure_id, HALF, "unseen", 0, False, None)
        step, status, cursor, final = rows[0]
        return CorrectionRow(image_id, structure_id, step, status, cursor, cursor > 0, final)

    def statuses(self, structure_id: int) -> dict[int, str]:
        """Status of every image for one structure."""
        return dict(
            self.query(
                "SELECT images.id, coalesce(corrections.status, 'unseen') FROM images LEFT JOIN corrections"
                " ON corrections.image_id = images.id AND corrections.structure_id = ? ORDER BY images.id",
                (structure_id,),
            )
        )

    def save_final(self, image_id: int, structure_id: int, mask: npt.NDArray[np.bool_], status: str) -> None:
        """Store the final mask as a lossless PNG, with a status.

        Args:
            image_id: of the image.
            structure_id: of the structure.
            mask: (H, W) bool in the image's size.
            status: one of `STATUSES`.

        Raises:
            ValueError: another size or an unknown status.
            StoreError: the project cannot be written, or another window changed this image.
        """
        if mask.shape != self.size(image_id) or status not in STATUSES:
            raise ValueError(f"mask {mask.shape} or status {status!r} does not belong to image {image_id}")
        png = encode_png(mask, bits=1)
        with self.step((image_id, structure_id)):
            self.ensure((image_id, structure_id))
            self.execute(
                "INSERT OR REPLACE INTO final_masks SELECT image_id, structure_id, ?, ?, cursor FROM corrections"
                " WHERE image_id = ? AND structure_id = ?",
                (png, hashlib.sha256(png).hexdigest(), image_id, structure_id),
            )
            self.execute(
                "UPDATE corrections SET status = ?, changed = ? WHERE image_id = ? AND structure_id = ?",
                (status, now(), image_id, structure_id),
            )

    def final_mask(self, image_id: int, structure_id: int) -> npt.NDArray[np.bool_] | None:
        """The stored final mask (H, W) bool, None if there is none. Raises StoreError if it is damaged."""
        rows = self.query(
            "SELECT png, sha256 FROM final_masks WHERE image_id = ? AND structure_id = ?", (image_id, structure_id)
        )
        return self.read_mask(rows[0][0], rows[0][1], self.size(image_id)) if rows else None

    def read_mask(self, png: bytes, sha256: str, size: tuple[int, int]) -> npt.NDArray[np.bool_]:
        """A stored mask of the size (height, width) bool. Raises StoreError if it is damaged."""
        try:
            mask = unpack_mask(png, sha256)
        except DamagedError as error:
            raise self.damaged_mask() from error
        if mask.shape != size:
            raise self.damaged_mask()
        return mask


def _packed(logits: npt.NDArray[np.floating]) -> bytes:
    """(g, g) float, finite -> packed half precision."""
    return pack(np.clip(logits, -60000, 60000).astype("<f2"))
