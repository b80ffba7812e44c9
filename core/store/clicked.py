"""Clicks on a mask, and which prediction counts because of them.

A step of the journal of the kind "click" holds the whole list of clicks after it, and the prediction in words that they correct;
the model's answer is kept beside the words' with the list that it was asked with. So undo shows the answer before without asking,
a kill between click and answer loses neither, and a new prediction in words leaves no click in force.
"""

from __future__ import annotations

import json

from core.clicks import Clicks
from core.errors import StoreError
from core.store.blobs import DamagedError, unpack_logits
from core.store.checksums import STEP_COLUMNS, check_step
from core.store.database import damaged_mask, to_json
from core.store.rows import ClicksRow
from core.store.structures import Structures
from core.uncertainty import uncertainty_of

Key = tuple[int, int]
"""Image and structure."""
IN_WORDS = "(SELECT CASE WHEN clicks = '' THEN id ELSE words_id END FROM predictions WHERE id = c.prediction_id)"
"""Of a correction c the prediction that counts; where it answers clicks, the one in words that they correct, NULL for none."""


class ClickedPredictions(Structures):
    """The part of the store that knows which prediction counts."""

    def clicks(self, image_id: int, structure_id: int) -> ClicksRow:
        """The clicks in force on one structure of an image. Raises StoreError if they cannot be read."""
        key = (image_id, structure_id)
        words = self._words(key)
        lists = self._lists(key, words)
        made = lists[0] if lists else Clicks()
        return ClicksRow(made, words, not made or self._answer(key, words, made) is not None)

    def settle(self, key: Key) -> None:
        """Let the newest list of clicks that was answered say which prediction counts; part of a transaction."""
        words = self._words(key)
        counts = words
        for made in self._lists(key, words):
            found = self._answer(key, words, made) if made else words
            if found is not None or not made:
                counts = found
                break
        self.execute("UPDATE corrections SET prediction_id = ? WHERE image_id = ? AND structure_id = ?", (counts, *key))
        if counts is not None:
            self.note_uncertainty(key, counts)

    def note_uncertainty(self, key: Key, prediction: int) -> None:
        """Keep how unsure the prediction that counts now is; part of a transaction."""
        grid, blob = self.query("SELECT grid, logits FROM predictions WHERE id = ?", (prediction,))[0]
        try:
            unsure = uncertainty_of(unpack_logits(blob, grid))
        except DamagedError:  # whoever reads the mask is told
            unsure = None
        self.execute("UPDATE corrections SET uncertainty = ? WHERE image_id = ? AND structure_id = ?", (unsure, *key))

    def click_payload(self, key: Key, payload: dict[str, object]) -> dict[str, object]:
        """What a step of the kind "click" holds: its list, checked, and the prediction in words that stands now.

        Raises:
            ValueError: it is no list of clicks.
        """
        return {"clicks": Clicks.from_json(payload.get("clicks")).to_json(), "words": self._words(key)}

    def damaged_mask(self) -> StoreError:
        """What to say where a stored mask or step is not what was stored."""
        return damaged_mask(self.folder.name)

    def _words(self, key: Key) -> int | None:
        """The newest prediction in words alone."""
        found = self.query(
            "SELECT max(id) FROM predictions WHERE image_id = ? AND structure_id = ? AND clicks = ''", key
        )
        return found[0][0] if found else None

    def _answer(self, key: Key, words: int | None, made: Clicks) -> int | None:
        """The newest answer to these clicks."""
        found = self.query(
            "SELECT max(id) FROM predictions WHERE image_id = ? AND structure_id = ? AND words_id IS ? AND clicks = ?",
            (*key, words, to_json(made.to_json())),
        )
        return found[0][0] if found else None

    def _lists(self, key: Key, words: int | None) -> list[Clicks]:
        """The lists of clicks since the prediction in words, the newest first, of the steps that count."""
        rows = self.query(
            f"SELECT checksum, {STEP_COLUMNS} FROM journal j JOIN corrections c USING (image_id, structure_id) WHERE image_id = ?"
            " AND structure_id = ? AND kind = 'click' AND abandoned = 0 AND position <= c.cursor ORDER BY position DESC",
            key,
        )
        try:
            for checksum, *values in rows:
                check_step(checksum, *values)
            payloads = [json.loads(payload) for _, _, _, _, _, payload, *_ in rows]
            return [Clicks.from_json(one["clicks"]) for one in payloads if one["words"] == words]
        except (ValueError, TypeError, KeyError) as error:
            raise self.damaged_mask() from error
