"""Predictions, corrections and the journal of every step a clinician took."""

from __future__ import annotations

import hashlib
import json
import zlib

import numpy as np
import numpy.typing as npt

from core.correction import EditLayer, Patch
from core.errors import StoreError
from core.mask import HALF, decode_png, encode_png, threshold_of
from core.store.database import ProjectDatabase, now, to_json
from core.store.rows import STATUSES, CorrectionRow, JournalStep, PredictionRow

_MAX_LAYER = 400_000_000


class Corrections(ProjectDatabase):
    """The part of the store that a stroke goes through."""

    def save_prediction(
        self,
        image_id: int,
        structure_id: int,
        version_id: str | None,
        prompt: str,
        logits: npt.NDArray[np.floating],
        predicted_iou: float,
        threshold_step: int | None = None,
    ) -> None:
        """Keep what a model answered; the newest is the one that counts, the older ones stay.

        An accepted mask has to be looked at again: what was accepted was made of another prediction.

        Args:
            image_id: of the image.
            structure_id: of the structure.
            version_id: of the version that answered, None for the base model.
            prompt: the words it was asked with.
            logits: (g, g) float, finite.
            predicted_iou: 0..1.
            threshold_step: where the slider starts (1..199) as long as nobody has touched this image; None leaves it.

        Raises:
            ValueError: the logits or the step are not as said.
            StoreError: the project cannot be written.
        """
        if logits.ndim != 2 or logits.shape[0] != logits.shape[1] or not np.isfinite(logits).all():
            raise ValueError(f"a finite square map of logits was expected, not {logits.shape}")
        if threshold_step is not None:
            threshold_of(threshold_step)
        half = np.clip(logits, -60000, 60000).astype("<f2")
        with self.transaction():
            row = self.execute(
                "INSERT INTO predictions (image_id, structure_id, version_id, prompt, grid, logits, predicted_iou,"
                " created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (image_id, structure_id, version_id, prompt, len(half), zlib.compress(half.tobytes(), 1),
                 float(predicted_iou), now()),
            )  # fmt: skip
            self._ensure(image_id, structure_id)
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

    def prediction(self, image_id: int, structure_id: int) -> PredictionRow | None:
        """The newest prediction, None if there is none. Raises StoreError if it cannot be read."""
        rows = self.query(
            "SELECT id, version_id, prompt, grid, logits, predicted_iou FROM predictions"
            " WHERE image_id = ? AND structure_id = ? ORDER BY id DESC LIMIT 1",
            (image_id, structure_id),
        )
        if not rows:
            return None
        key, version, prompt, grid, blob, iou = rows[0]
        logits = np.frombuffer(self._unpack(blob, grid * grid * 2), "<f2").reshape(grid, grid).astype(np.float16)
        return PredictionRow(key, image_id, structure_id, version, prompt, logits, iou)

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

    def append_step(self, image_id: int, structure_id: int, step: JournalStep) -> None:
        """Write a step; it is on the disk when this returns. Steps undone before are marked abandoned, never deleted.

        Raises:
            ValueError: a stroke without patch, a threshold outside 1..199, an unknown kind.
            StoreError: the project cannot be written; nothing of the step is stored.
        """
        if step.kind not in ("stroke", "threshold") or (step.kind == "stroke") != (step.patch is not None):
            raise ValueError(f"no step of the journal: {step.kind}")
        if step.kind == "threshold":
            threshold_of(int(step.payload["before"]))
            threshold_of(int(step.payload["after"]))
        patch, place = step.patch, (None,) * 6
        if patch is not None:
            height, width = patch.before.shape
            packed = (zlib.compress(patch.before.tobytes(), 1), zlib.compress(patch.after.tobytes(), 1))
            place = (patch.x, patch.y, width, height, *packed)  # type: ignore[assignment]
        key = (image_id, structure_id)
        with self.transaction():
            self._ensure(*key)
            cursor = self.execute(
                "SELECT cursor FROM corrections WHERE image_id = ? AND structure_id = ?", key
            ).fetchone()[0]
            self.execute(
                "UPDATE journal SET abandoned = 1 WHERE image_id = ? AND structure_id = ? AND abandoned = 0"
                " AND position > ?",
                (*key, cursor),
            )
            self.execute(
                "INSERT INTO journal (image_id, structure_id, position, kind, payload, x, y, width, height, before,"
                " after, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*key, cursor + 1, step.kind, to_json(step.payload), *place, now()),
            )
            self._move(key, cursor + 1, int(step.payload["after"]) if step.kind == "threshold" else None)

    def undo(self, image_id: int, structure_id: int) -> JournalStep | None:
        """Take back the last step that counts and return it; None if there is none. Raises StoreError."""
        return self._step_cursor((image_id, structure_id), back=True)

    def redo(self, image_id: int, structure_id: int) -> JournalStep | None:
        """Count the last undone step again and return it; None if there is none. Raises StoreError."""
        return self._step_cursor((image_id, structure_id), back=False)

    def edit_layer(self, image_id: int, structure_id: int) -> npt.NDArray[np.uint8]:
        """The edit layer (H, W) uint8, rebuilt from the steps that count.

        Raises:
            StoreError: the journal cannot be read.
        """
        size = self.query("SELECT height, width FROM images WHERE id = ?", (image_id,))
        if not size:
            raise ValueError(f"there is no image {image_id}")
        layer = EditLayer(*size[0])
        for step in self._steps((image_id, structure_id), "position <= c.cursor"):
            if step.patch is not None:
                layer.apply(step.patch)
        return layer.layer

    def journal(self, image_id: int, structure_id: int) -> list[JournalStep]:
        """Every step ever taken, the abandoned ones too, in the order in which they were taken: the audit trail."""
        return self._steps((image_id, structure_id), "1", abandoned=True)

    def save_final(self, image_id: int, structure_id: int, mask: npt.NDArray[np.bool_], status: str) -> None:
        """Store the final mask as a lossless PNG, with a status.

        Args:
            image_id: of the image.
            structure_id: of the structure.
            mask: (H, W) bool in the image's size.
            status: one of `STATUSES`.

        Raises:
            ValueError: another size or an unknown status.
            StoreError: the project cannot be written.
        """
        size = self.query("SELECT height, width FROM images WHERE id = ?", (image_id,))
        if not size or mask.shape != tuple(size[0]) or status not in STATUSES:
            raise ValueError(f"mask {mask.shape} or status {status!r} does not belong to image {image_id}")
        png = encode_png(mask)
        with self.transaction():
            self._ensure(image_id, structure_id)
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
        return self._decode(*rows[0]) if rows else None

    def _decode(self, png: bytes, sha256: str) -> npt.NDArray[np.bool_]:
        if hashlib.sha256(png).hexdigest() != sha256:
            raise self._damaged()
        try:
            return decode_png(png)
        except ValueError as error:
            raise self._damaged() from error

    def _damaged(self) -> StoreError:
        return StoreError(
            "A stored mask of the project “{project}” is damaged, so it was not used.",
            "Open the image and save its mask again, or open a backup of the project.",
            project=self.folder.name,
        )

    def _unpack(self, blob: bytes, size: int) -> bytes:
        if not 0 < size <= _MAX_LAYER:
            raise self._damaged()
        try:
            content = zlib.decompressobj().decompress(blob, size + 1)
        except zlib.error as error:
            raise self._damaged() from error
        if len(content) != size:
            raise self._damaged()
        return content

    def _ensure(self, image_id: int, structure_id: int) -> None:
        self.execute(
            "INSERT OR IGNORE INTO corrections (image_id, structure_id, threshold_step, status, changed)"
            " VALUES (?, ?, ?, 'unseen', ?)",
            (image_id, structure_id, HALF, now()),
        )

    def _move(self, key: tuple[int, int], cursor: int, threshold_step: int | None) -> None:
        self.execute(
            "UPDATE corrections SET cursor = ?, threshold_step = coalesce(?, threshold_step), status = 'in_work',"
            " changed = ? WHERE image_id = ? AND structure_id = ?",
            (cursor, threshold_step, now(), *key),
        )

    def _step_cursor(self, key: tuple[int, int], back: bool) -> JournalStep | None:
        with self.transaction():
            found = self._steps(key, "position = c.cursor" if back else "position = c.cursor + 1")
            if not found:
                return None
            step = found[0]
            cursor = self.execute(
                "SELECT cursor FROM corrections WHERE image_id = ? AND structure_id = ?", key
            ).fetchone()[0]
            value = step.payload["before" if back else "after"] if step.kind == "threshold" else None
            self._move(key, cursor - 1 if back else cursor + 1, value)
        return step

    def _steps(self, key: tuple[int, int], which: str, abandoned: bool = False) -> list[JournalStep]:
        """`which` is one of the fixed conditions written above, never text from outside."""
        live = "" if abandoned else " AND abandoned = 0"
        rows = self.query(
            "SELECT kind, payload, x, y, journal.width, journal.height, before, after FROM journal"
            " JOIN corrections c USING (image_id, structure_id)"
            f" WHERE image_id = ? AND structure_id = ? AND {which}{live} ORDER BY journal.id",
            key,
        )
        steps = []
        for kind, payload, x, y, width, height, before, after in rows:
            patch = None
            if x is not None:
                maps = [
                    np.frombuffer(self._unpack(blob, width * height), np.uint8).reshape(height, width)
                    for blob in (before, after)
                ]
                patch = Patch(x, y, *maps)
            steps.append(JournalStep(kind, json.loads(payload), patch))
        return steps
