"""Predictions, and what became of them: threshold, status and final mask of each structure on each image."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from core.clicks import Clicks
from core.mask import HALF, encode_png, threshold_of
from core.store.blobs import DamagedError, pack, unpack_logits, unpack_mask
from core.store.checksums import SEAL
from core.store.clicked import IN_WORDS
from core.store.database import now, to_json
from core.store.journal import Journal
from core.store.mask_record import MaskRecord
from core.store.rows import STATUSES, ClicksRow, CorrectionRow, Offer, PredictionRow
from core.uncertainty import uncertainty_of


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
            LockedError: the structure is locked.
        """
        offer = offer or Offer(logits[None], (predicted_iou,), 0)
        _check_offer(offer, threshold_step)
        if not np.array_equal(offer.candidates[offer.chosen], logits):
            raise ValueError("the prediction is not the chosen candidate")
        with self.transaction():
            self.refuse_if_locked(structure_id)
            self.execute(
                "DELETE FROM candidates WHERE prediction_id IN"
                " (SELECT id FROM predictions WHERE image_id = ? AND structure_id = ?)",
                (image_id, structure_id),
            )  # nobody can choose among older ones any more
            key = self._insert((image_id, structure_id, version_id, prompt), offer, "", None)
            self.ensure((image_id, structure_id))
            self.execute(
                "UPDATE corrections SET threshold_step = coalesce(?, threshold_step)"
                " WHERE image_id = ? AND structure_id = ? AND cursor = 0 AND status IN ('unseen', 'predicted')",
                (threshold_step, image_id, structure_id),
            )
            self.execute(
                "UPDATE corrections SET prediction_id = ?, uncertainty = ?, changed = ?,"
                " status = CASE status WHEN 'unseen' THEN 'predicted' WHEN 'accepted' THEN 'in_work' ELSE status END"
                " WHERE image_id = ? AND structure_id = ?",
                (key, uncertainty_of(logits), now(), image_id, structure_id),
            )
            self.seal("image_id = ? AND structure_id = ?", (image_id, structure_id))
        self.forget((image_id, structure_id))

    def start_structure_at(self, structure_id: int, threshold_step: int | None) -> None:
        """Choose where new predictions of a structure start; those that nobody has touched yet go there too.

        Args:
            structure_id: of the structure.
            threshold_step: 1..199; None leaves it to the model again, and every image as it is.

        Raises:
            ValueError: no such step.
            StoreError: the project cannot be written.
            LockedError: the structure is locked.
        """
        if threshold_step is not None:
            threshold_of(threshold_step)
        untouched = "structure_id = ? AND cursor = 0 AND status IN ('unseen', 'predicted')"
        with self.transaction():
            self.refuse_if_locked(structure_id)
            self.execute("UPDATE structures SET threshold_step = ? WHERE id = ?", (threshold_step, structure_id))
            self.execute(
                f"UPDATE corrections SET threshold_step = coalesce(?, threshold_step) WHERE {untouched}",
                (threshold_step, structure_id),
            )
            self.seal(untouched, (structure_id,))
            rows = self.query(f"SELECT image_id FROM corrections WHERE {untouched}", (structure_id,))
        for (image_id,) in rows:
            self.forget((image_id, structure_id))

    def save_clicked(
        self,
        image_id: int,
        structure_id: int,
        version_id: str | None,
        prompt: str,
        offer: Offer,
        asked: ClicksRow,
        threshold_step: int | None = None,
    ) -> int | None:
        """Keep what a model answered to clicks; it counts where no newer list of clicks was answered since.

        Args:
            image_id: of the image.
            structure_id: of the structure.
            version_id: of the version that answered, None for the base model.
            prompt: the words it was asked with.
            offer: its masks.
            asked: the clicks that it was asked with, as they were read.
            threshold_step: where the slider starts (1..199) if this is the first prediction and nobody has moved it; None leaves it.

        Returns:
            The id of the prediction; None where nothing was kept: the mask was accepted in the meantime, as it was reviewed.

        Raises:
            ValueError: there are no clicks, or the step or the offer are not as said.
            StoreError: the project cannot be written, or another window changed this image.
        """
        _check_offer(offer, threshold_step)
        if not asked.clicks:
            raise ValueError("an answer to clicks was expected")
        key = (image_id, structure_id)
        with self.step(key):
            if self.correction(*key).status == "accepted":
                return None
            self.execute(
                "UPDATE corrections SET threshold_step = coalesce(?, threshold_step) WHERE image_id = ? AND structure_id = ?"
                " AND NOT EXISTS (SELECT 1 FROM predictions p WHERE p.image_id = corrections.image_id"
                " AND p.structure_id = corrections.structure_id) AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.image_id ="
                " corrections.image_id AND j.structure_id = corrections.structure_id AND kind = 'threshold')",
                (threshold_step, *key),
            )
            marks = to_json(Clicks.from_json(asked.clicks.to_json()).to_json())
            made = self._insert((*key, version_id, prompt), offer, marks, asked.words_id)
            self.settle(key)
        return made

    def prediction(self, image_id: int, structure_id: int) -> PredictionRow | None:
        """The prediction that counts: the newest in words, or the answer to the clicks in force; None if there is none.

        Raises:
            StoreError: it cannot be read.
        """
        return self._counting(image_id, structure_id, "c.prediction_id")

    def prediction_in_words(self, image_id: int, structure_id: int) -> PredictionRow | None:
        """As `prediction`, but where clicks are in force, what stood before the first of them."""
        return self._counting(image_id, structure_id, IN_WORDS)

    def _counting(self, image_id: int, structure_id: int, which: str) -> PredictionRow | None:
        """`which` is a fixed text of this class, never from outside."""
        rows = self.query(
            "SELECT id, version_id, p.prompt, grid, logits, predicted_iou, chosen, answer, parts FROM corrections c"
            f" JOIN predictions p ON p.id = {which} WHERE c.image_id = ? AND c.structure_id = ?",
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

    def _insert(
        self, about: tuple[int, int, str | None, str], offer: Offer, clicks: str, words_id: int | None
    ) -> int | None:
        """Put in a prediction about (image, structure, version, prompt), with its candidates where there is a choice; its id."""
        chosen, iou = offer.candidates[offer.chosen], float(offer.ious[offer.chosen])
        key = self.execute(
            "INSERT INTO predictions (image_id, structure_id, version_id, prompt, grid, logits, predicted_iou, created,"
            " chosen, answer, parts, clicks, words_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *about,
                len(chosen),
                _packed(chosen),
                iou,
                now(),
                offer.chosen,
                offer.answer,
                offer.parts,
                clicks,
                words_id,
            ),
        ).lastrowid
        for place, (logits, guess) in enumerate(zip(offer.candidates, offer.ious, strict=True)):
            if len(offer.ious) > 1:
                self.execute(
                    "INSERT INTO candidates (prediction_id, place, logits, predicted_iou) VALUES (?, ?, ?, ?)",
                    (key, place, _packed(logits), float(guess)),
                )
        return key

    def correction(self, image_id: int, structure_id: int) -> CorrectionRow:
        """State of one structure on one image; that of an untouched one if nothing is stored yet.

        Raises:
            StoreError: it cannot be read, or is not what was stored.
        """
        rows = self.query(
            f"SELECT threshold_step, status, cursor, (SELECT sha256 FROM final_masks f WHERE f.image_id = c.image_id AND"
            f" f.structure_id = c.structure_id), seal IS NULL OR seal = {SEAL} FROM corrections c"
            " WHERE image_id = ? AND structure_id = ?",
            (image_id, structure_id),
        )
        if not rows:
            return CorrectionRow(image_id, structure_id, HALF, "unseen", 0, False, None)
        step, status, cursor, final, is_whole = rows[0]
        if not is_whole:
            raise self.damaged_mask()
        return CorrectionRow(image_id, structure_id, step, status, cursor, cursor > 0, final)

    def mask_record(self, image_id: int, structure_id: int) -> MaskRecord:
        """Everything that is known of one mask, still packed.

        Raises:
            ValueError: there is no such image.
            StoreError: it cannot be read, or the prediction is damaged.
        """
        key = (image_id, structure_id)
        with self.snapshot():
            return MaskRecord(
                self.folder.name, self.size(image_id), self.correction(*key), self.prediction(*key), self.strokes(*key)
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


def _check_offer(offer: Offer, threshold_step: int | None) -> None:
    """Raises ValueError where the candidates are no finite square maps of one size, or the step is none."""
    if threshold_step is not None:
        threshold_of(threshold_step)
    side = offer.candidates.shape[-1]
    if offer.candidates.shape != (len(offer.ious), side, side) or not np.isfinite(offer.candidates).all():
        raise ValueError(f"finite square maps of logits were expected, not {offer.candidates.shape}")
