"""The frozen test set: patients whose images no fine-tune ever reads, so that versions can be compared on them at any time."""

from __future__ import annotations

from core.store.database import now
from core.store.reviews import Reviews

IN_TEST_SET = "SELECT id FROM images WHERE patient_key IN (SELECT i.patient_key FROM test_images t JOIN images i ON i.id = t.image_id)"
"""A mark holds for the whole patient: another image of the same person would give the test away."""


class WithTestSet(Reviews):
    """The part of the store that knows what is kept for testing."""

    def test_set(self) -> set[int]:
        """Images of marked patients, those that came later as well."""
        return {image_id for (image_id,) in self.query(IN_TEST_SET)}

    def set_test(self, image_id: int, marked: bool) -> list[int]:
        """Put all images of an image's patient into the test set, or take them out.

        Returns:
            The images of that patient.

        Raises:
            StoreError: the project cannot be written.
        """
        whole = "SELECT id FROM images WHERE patient_key = (SELECT patient_key FROM images WHERE id = ?)"
        with self.transaction():
            self.execute(f"DELETE FROM test_images WHERE image_id IN ({whole})", (image_id,))
            if marked:
                self.execute(f"INSERT INTO test_images SELECT id, ? FROM ({whole})", (now(), image_id))
        return [one for (one,) in self.query(whole, (image_id,))]
