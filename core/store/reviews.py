"""What a person says of an image as a whole (it cannot be used; a flag with a note), and what each correction cost."""

from __future__ import annotations

from typing import Any

from core.store.clicked import IN_WORDS
from core.store.database import now
from core.store.parts import Parts
from core.store.rows import REJECTED, EffortRow, ReviewRow


class Reviews(Parts):
    """The part of the store that the list of images reads."""

    def reviews(self, structure_id: int | None, image_id: int | None = None) -> list[ReviewRow]:
        """What is known of every image, or of one, for one structure (None: before there is one).

        No mask and no prediction is read: ten thousand images take some hundredths of a second.

        Returns:
            In the order in which the images were added.
        """
        rows = self.query(
            f"SELECT i.id, CASE WHEN r.rejected THEN '{REJECTED}' ELSE coalesce(c.status, 'unseen') END, r.flag, c.uncertainty,"
            " i.patient_key IN (SELECT m.patient_key FROM test_images t JOIN images m ON m.id = t.image_id)"
            " FROM images i LEFT JOIN corrections c ON c.image_id = i.id AND c.structure_id = ?"
            " LEFT JOIN reviews r ON r.image_id = i.id WHERE ? IS NULL OR i.id = ? ORDER BY i.id",
            (structure_id, image_id, image_id),
        )
        return [ReviewRow(image, status, flag, unsure, bool(test)) for image, status, flag, unsure, test in rows]

    def statuses(self, structure_id: int) -> dict[int, str]:
        """Status of every image for one structure; `REJECTED` where the image cannot be used."""
        return {row.image_id: row.status for row in self.reviews(structure_id)}

    def rejected(self) -> set[int]:
        """Images that cannot be used: not exported, not learned from, not asked again."""
        return {image_id for (image_id,) in self.query("SELECT image_id FROM reviews WHERE rejected")}

    def count_accepted(self) -> tuple[int, int, int]:
        """How many masks can be learned from, on how many images, of how many patients.

        They are accepted; none is of an image that was rejected or belongs to the test set.
        """
        rows = self.query(
            "SELECT count(*), count(DISTINCT c.image_id), count(DISTINCT i.patient_key) FROM corrections c"
            " JOIN final_masks USING (image_id, structure_id) JOIN images i ON i.id = c.image_id WHERE c.status = 'accepted'"
            " AND c.image_id NOT IN (SELECT image_id FROM reviews WHERE rejected)"
            " AND i.patient_key NOT IN (SELECT m.patient_key FROM test_images t JOIN images m ON m.id = t.image_id)"
        )
        labels, images, patients = rows[0]
        return int(labels), int(images), int(patients)

    def set_rejected(self, image_id: int, rejected: bool) -> None:
        """Say whether an image cannot be used; its masks stay as they are. Raises StoreError."""
        self._say(image_id, "rejected", int(rejected))

    def set_flag(self, image_id: int, note: str | None) -> None:
        """Flag an image with a note ("" without words), or (None) take the flag away. Raises StoreError."""
        self._say(image_id, "flag", note)

    def add_seconds(self, image_id: int, structure_id: int, seconds: float) -> None:
        """Somebody worked so long on what the model predicted there; nothing where there is no correction yet.

        Raises:
            StoreError: the project cannot be written.
        """
        with self.transaction():
            self._spend((image_id, structure_id), seconds)

    def note_effort(self, image_id: int, structure_id: int, seconds: float, changed_px: int, mask_px: int) -> None:
        """Keep what an accepted mask cost, beside the prediction in words that it was made of.

        Args:
            image_id: of the image.
            structure_id: of the structure.
            seconds: worked on it since they were last added.
            changed_px: pixels that differ from that prediction at the threshold of the mask.
            mask_px: pixels of the mask.

        Raises:
            StoreError: the project cannot be written.
        """
        with self.transaction():
            self._spend((image_id, structure_id), seconds)
            self.execute(
                "UPDATE efforts SET changed_px = ?, mask_px = ?, accepted = ? FROM corrections c"
                " WHERE efforts.image_id = ? AND efforts.structure_id = ? AND c.image_id = efforts.image_id"
                f" AND c.structure_id = efforts.structure_id AND efforts.prediction_id IS {IN_WORDS}",
                (changed_px, mask_px, now(), image_id, structure_id),
            )

    def efforts(self, structure_id: int) -> list[EffortRow]:
        """What every accepted mask of a structure cost, in the order in which they were accepted."""
        rows = self.query(
            "SELECT e.image_id, p.version_id, e.prediction_id IS NOT NULL, seconds, changed_px, mask_px, accepted FROM efforts e"
            " LEFT JOIN predictions p ON p.id = e.prediction_id WHERE e.structure_id = ? AND accepted IS NOT NULL"
            " ORDER BY accepted, e.id",
            (structure_id,),
        )
        return [EffortRow(image, version, bool(predicted), *rest) for image, version, predicted, *rest in rows]

    def _spend(self, key: tuple[int, int], seconds: float) -> None:
        self.execute(
            "INSERT INTO efforts (image_id, structure_id, prediction_id, seconds)"
            f" SELECT image_id, structure_id, {IN_WORDS}, ? FROM corrections c WHERE image_id = ? AND structure_id = ?"
            " ON CONFLICT (image_id, structure_id, coalesce(prediction_id, 0)) DO UPDATE SET seconds = seconds + excluded.seconds",
            (float(seconds), *key),
        )

    def _say(self, image_id: int, column: str, value: Any) -> None:
        """`column` is a fixed text of this class, never from outside."""
        with self.transaction():
            self.execute(
                f"INSERT INTO reviews (image_id, {column}, changed) VALUES (?, ?, ?)"
                f" ON CONFLICT (image_id) DO UPDATE SET {column} = excluded.{column}, changed = excluded.changed",
                (image_id, value, now()),
            )
