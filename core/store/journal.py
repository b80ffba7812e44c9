"""The journal: every step a clinician took on a mask, in order, durable, never deleted. Undo and redo move a cursor in it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.correction import Patch
from core.errors import StoreError
from core.mask import HALF, threshold_of
from core.store.blobs import DamagedError, pack, unpack_layer
from core.store.checksums import SEAL, STEP_COLUMNS, check_step, step_checksum
from core.store.clicked import ClickedPredictions
from core.store.database import damaged_mask, now, to_json
from core.store.mask_record import PackedStroke, unpack_edits
from core.store.rows import JournalStep

KINDS = ("stroke", "threshold", "candidate", "click")


class Journal(ClickedPredictions):
    """The part of the store that a stroke goes through."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, read_only: bool) -> None:
        super().__init__(folder, connection, read_only)
        self._known: dict[tuple[int, int], tuple[Any, ...]] = {}

    def append_step(self, image_id: int, structure_id: int, step: JournalStep) -> None:
        """Write a step; it is on the disk when this returns. Steps undone before are marked abandoned, never deleted.

        Raises:
            ValueError: a stroke without patch or outside the image, a threshold outside 1..199, a candidate that there is
                not, clicks that are none, an unknown kind.
            StoreError: the project cannot be written, or another window changed this image since its edit layer was
                read; nothing of the step is stored.
            LockedError: the structure is locked.
        """
        if step.kind not in KINDS or (step.kind == "stroke") != (step.patch is not None):
            raise ValueError(f"no step of the journal: {step.kind}")
        threshold = None
        if step.kind == "threshold":
            threshold_of(int(step.payload["before"]))
            threshold_of(threshold := int(step.payload["after"]))
        key, place = (image_id, structure_id), self._place(image_id, step.patch)
        with self.step(key):
            self.refuse_if_locked(structure_id)
            self.ensure(key)
            cursor = self._cursor(key)
            payload = self.click_payload(key, step.payload) if step.kind == "click" else step.payload
            self.execute(
                "UPDATE journal SET abandoned = 1 WHERE image_id = ? AND structure_id = ? AND abandoned = 0"
                " AND position > ?",
                (*key, cursor),
            )
            values = (*key, cursor + 1, step.kind, to_json(payload), *place[:4])
            self.execute(
                "INSERT INTO journal (image_id, structure_id, position, kind, payload, x, y, width, height, before,"
                " after, created, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, *place[4:], now(), step_checksum(*values)),
            )
            self._move(key, cursor + 1, threshold)
            if step.kind == "candidate" and not self._choose(key, step, "after"):
                raise ValueError("there is no such candidate to choose")
            if step.kind == "click":
                self.settle(key)

    def undo(self, image_id: int, structure_id: int) -> JournalStep | None:
        """Take back the last step that counts and return it; None if there is none. Raises StoreError, LockedError."""
        return self._step_cursor((image_id, structure_id), back=True)

    def redo(self, image_id: int, structure_id: int) -> JournalStep | None:
        """Count the last undone step again and return it; None if there is none. Raises StoreError, LockedError."""
        return self._step_cursor((image_id, structure_id), back=False)

    def strokes(self, image_id: int, structure_id: int) -> tuple[PackedStroke, ...]:
        """The strokes that count, in their order; what they did to the edit layer is still packed.

        Raises:
            StoreError: the journal cannot be read, or a step of it is damaged or missing.
        """
        key = (image_id, structure_id)
        with self.snapshot():
            self._known[key] = self._state(key)
            rows = self._rows(key, "position <= c.cursor", "after")
            if len(rows) != self._cursor(key):
                raise self.damaged_mask()
        strokes = []
        for checksum, *values, after in rows:
            _check(checksum, values, self.folder.name)
            if values[3] == "stroke":
                strokes.append((*values[5:], after))
        return tuple(strokes)

    def edit_layer(self, image_id: int, structure_id: int) -> npt.NDArray[np.uint8]:
        """The edit layer (H, W) uint8, rebuilt from the steps that count.

        Raises:
            ValueError: there is no such image.
            StoreError: the journal cannot be read.
        """
        size = self.size(image_id)
        return unpack_edits(self.strokes(image_id, structure_id), size, self.folder.name).layer

    def journal(self, image_id: int, structure_id: int) -> list[JournalStep]:
        """Every step ever taken, the abandoned ones too, in the order in which they were taken: the audit trail."""
        return [self._read(row) for row in self._rows((image_id, structure_id), "1")]

    def size(self, image_id: int) -> tuple[int, int]:
        """Height and width of an image. Raises ValueError if there is none."""
        rows = self.query("SELECT height, width FROM images WHERE id = ?", (image_id,))
        if not rows:
            raise ValueError(f"there is no image {image_id}")
        return int(rows[0][0]), int(rows[0][1])

    def ensure(self, key: tuple[int, int]) -> None:
        """Let there be a correction for (image, structure); part of a transaction."""
        self.execute(
            "INSERT OR IGNORE INTO corrections (image_id, structure_id, threshold_step, status, changed)"
            " VALUES (?, ?, ?, 'unseen', ?)",
            (*key, HALF, now()),
        )

    def seal(self, which: str, values: tuple[int, ...]) -> None:
        """Give corrections that were changed their checksum again; part of a transaction. `which` is a fixed text of the store."""
        self.execute(f"UPDATE corrections SET seal = {SEAL} WHERE {which}", values)

    @contextmanager
    def step(self, key: tuple[int, int]) -> Iterator[None]:
        """A transaction on one mask, refused where a second window changed it: what is on this screen is not that mask.

        Known is how it was when its edit layer was last read, or when this connection last changed it.

        Raises:
            StoreError: so it is, or the project cannot be written.
        """
        with self.transaction():
            before = self._state(key)
            if self._known.get(key, before) != before:
                raise StoreError(
                    "Another window changed this image in the project “{project}”, so this change was not saved.",
                    "Close the other window; go to another image and come back to see what was changed.",
                    project=self.folder.name,
                )
            yield
            self.seal("image_id = ? AND structure_id = ?", key)
            after = self._state(key)
        self._known[key] = after

    def forget(self, key: tuple[int, int]) -> None:
        """Somebody will read the edit layer again before the next step."""
        self._known.pop(key, None)

    def _state(self, key: tuple[int, int]) -> tuple[Any, ...]:
        """What a second window would change: place in the journal, threshold, prediction, last step."""
        rows = self.query(
            "SELECT cursor, threshold_step, prediction_id, (SELECT max(id) FROM journal j WHERE j.image_id = c.image_id"
            " AND j.structure_id = c.structure_id) FROM corrections c WHERE image_id = ? AND structure_id = ?",
            key,
        )
        return rows[0] if rows else (0, HALF, None, None)

    def _place(self, image_id: int, patch: Patch | None) -> tuple[Any, ...]:
        """The columns of a patch. Raises ValueError if it does not lie in the image."""
        if patch is None:
            return (None,) * 6
        height, width = patch.after.shape
        image_height, image_width = self.size(image_id)
        if not 0 < width <= image_width - patch.x or not 0 < height <= image_height - patch.y:
            raise ValueError(f"a patch {width}×{height} at {patch.x}, {patch.y} does not lie in the image")
        return (patch.x, patch.y, width, height, pack(patch.before), pack(patch.after))

    def _cursor(self, key: tuple[int, int]) -> int:
        return int(self._state(key)[0])

    def _move(self, key: tuple[int, int], cursor: int, threshold_step: int | None) -> None:
        self.execute(
            "UPDATE corrections SET cursor = ?, threshold_step = coalesce(?, threshold_step), status = 'in_work',"
            " changed = ? WHERE image_id = ? AND structure_id = ?",
            (cursor, threshold_step, now(), *key),
        )

    def _step_cursor(self, key: tuple[int, int], back: bool) -> JournalStep | None:
        with self.step(key):
            self.refuse_if_locked(key[1])
            found = self._rows(key, "position = c.cursor" if back else "position = c.cursor + 1")
            if not found:
                return None
            step = self._read(found[0])
            threshold = step.payload["before" if back else "after"] if step.kind == "threshold" else None
            self._move(key, self._cursor(key) + (-1 if back else 1), threshold)
            if step.kind == "candidate":
                self._choose(key, step, "before" if back else "after")
            elif step.kind == "click":
                self.settle(key)
        return step

    def _choose(self, key: tuple[int, int], step: JournalStep, which: str) -> bool:
        """Let another candidate be the prediction; False where its prediction was replaced by a newer one since."""
        prediction, place = int(step.payload["prediction"]), int(step.payload[which])
        chosen = self.execute(
            "UPDATE predictions SET chosen = c.place, logits = c.logits, predicted_iou = c.predicted_iou FROM candidates c"
            " WHERE c.prediction_id = predictions.id AND image_id = ? AND structure_id = ? AND predictions.id = ? AND c.place = ?",
            (*key, prediction, place),
        ).rowcount
        if chosen:
            self.note_uncertainty(key, prediction)
        return bool(chosen)

    def _rows(
        self,
        key: tuple[int, int],
        which: str,
        columns: str = "before, after",
    ) -> list[tuple[Any, ...]]:
        """Checksum, the values it is made of, and more columns of the journal; `which` and `columns` are never from outside."""
        live = "" if which == "1" else " AND abandoned = 0"
        return self.query(
            f"SELECT checksum, {STEP_COLUMNS}, {columns} FROM journal j JOIN corrections c USING (image_id, structure_id)"
            f" WHERE image_id = ? AND structure_id = ? AND {which}{live} ORDER BY j.id",
            key,
        )

    def _read(self, row: tuple[Any, ...]) -> JournalStep:
        checksum, *values, before, after = row
        _check(checksum, values, self.folder.name)
        kind, payload, x, y, width, height = values[3:]
        try:
            if kind != "stroke":
                return JournalStep(kind, json.loads(payload))
            patch = Patch(x, y, unpack_layer(before, height, width), unpack_layer(after, height, width))
            return JournalStep(kind, json.loads(payload), patch)
        except (DamagedError, ValueError, TypeError) as error:
            raise self.damaged_mask() from error


def _check(checksum: int | None, values: list[Any], project: str) -> None:
    """Raises StoreError where a step is not what was stored."""
    try:
        check_step(checksum, *values)
    except DamagedError as error:
        raise damaged_mask(project) from error
