"""Bring every mask of a salvaged project into a state that can be opened, and say which are not what they were."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import KnownError
from core.store.blobs import DamagedError, unpack_layer, unpack_logits
from core.store.checksums import STEP_COLUMNS, check_step
from core.store.rows import JournalStep
from core.store.store import Store

TOOL = "repair"

Key = tuple[int, int]


@dataclass(frozen=True)
class Mended:
    """What became of the masks.

    Attributes:
        whole: how many are as they were.
        damaged: names of the images on which a mask lost strokes, its threshold or its prediction; each is flagged.
    """

    whole: int
    damaged: tuple[str, ...]


def mend(
    store: Store, note: str, suspected: Iterable[Key] = (), go_on: Callable[[int, int], None] = lambda done, all_: None
) -> Mended:
    """Read every mask; of one that cannot be read keep its steps up to the first that is damaged.

    A stored final mask that is sound stays as it is: it becomes one step on top of those that are left.

    Args:
        store: a salvaged project.
        note: of the flag that damaged images get.
        suspected: masks that are known to be incomplete.
        go_on: is told how many of how many masks were read.

    Raises:
        StoreError: the project cannot be written.
    """
    locked = [row.id for row in store.structures() if row.is_locked]
    for structure in locked:
        store.update_structure(structure, is_locked=False)
    names = {row.id: row.name for row in store.images()}
    keys = store.query("SELECT image_id, structure_id FROM corrections ORDER BY image_id, structure_id")
    suspects, bad, whole = set(suspected), dict[int, str](), 0
    for done, key in enumerate(keys):
        go_on(done, len(keys))
        if (key not in suspects and _is_whole(store, key)) or _keep_final(store, key):
            whole += 1
        else:
            bad[key[0]] = names[key[0]]
    for structure in locked:
        store.update_structure(structure, is_locked=True)
    flags = {row.image_id: row.flag for row in store.reviews(None)}
    for image in bad:
        store.set_flag(image, "; ".join(part for part in (flags.get(image), note) if part))
    return Mended(whole, tuple(bad.values()))


def _is_whole(store: Store, key: Key) -> bool:
    try:
        store.mask_record(*key).worked()
        store.journal(*key)
        store.clicks(*key)
        return store.final_mask(*key) is not None or store.correction(*key).status != "accepted"
    except (KnownError, ValueError, TypeError):
        return False


def _keep_final(store: Store, key: Key) -> bool:
    """Cut the journal back to what is sound; True if the mask itself is all the same what it was, because its final one is."""
    final, was = (
        _final(store, key),
        store.query(
            "SELECT c.status, f.cursor >= c.cursor FROM corrections c LEFT JOIN final_masks f USING (image_id, structure_id)"
            " WHERE image_id = ? AND structure_id = ?",
            key,
        )[0],
    )
    _cut_back(store, key)
    if final is None or not (was[0] == "accepted" or was[1]):
        return False
    layer, seen = store.mask_record(*key).worked()
    patch = layer.become(seen, final)
    if patch is not None:
        store.append_step(*key, JournalStep("stroke", {"tool": TOOL}, patch))
    store.save_final(*key, final, "accepted" if was[0] == "accepted" else "in_work")
    return True


def _final(store: Store, key: Key) -> npt.NDArray[np.bool_] | None:
    try:
        return store.final_mask(*key)
    except KnownError:
        return None


def _cut_back(store: Store, key: Key) -> None:
    """Keep the steps before the first that is damaged or missing, and a prediction that can be read."""
    rows = store.query(
        f"SELECT j.id, abandoned, checksum, {STEP_COLUMNS}, before, after FROM journal j WHERE image_id = ? AND structure_id = ?"
        " ORDER BY j.id",
        key,
    )
    sound = [row for row in rows if _is_sound(row, store.size(key[0]))]
    live = sorted((row[5], row[0]) for row in sound if row[1] == 0)
    kept = [step for place, (position, step) in enumerate(live, 1) if position == place]
    (cursor, prediction) = store.query(
        "SELECT cursor, prediction_id FROM corrections WHERE image_id = ? AND structure_id = ?", key
    )[0]
    here = "image_id = ? AND structure_id = ?"
    with store.transaction():
        for row in rows:
            if row not in sound:
                store.execute("DELETE FROM journal WHERE id = ?", (row[0],))
            elif row[1] == 0 and row[0] not in kept:
                store.execute("UPDATE journal SET abandoned = 1 WHERE id = ?", (row[0],))
        store.execute(f"DELETE FROM final_masks WHERE {here}", key)
        readable = prediction if prediction is not None and _is_readable(store, prediction) else None
        store.execute(
            f"UPDATE corrections SET cursor = ?, prediction_id = ?, status = 'in_work' WHERE {here}",
            (cursor if 0 <= cursor <= len(kept) else len(kept), readable, *key),
        )
        store.seal(here, key)
    store.forget(key)


def _is_sound(row: tuple[Any, ...], size: tuple[int, int]) -> bool:
    """Whether a step is what was stored: id, abandoned, checksum, the values it is made of, before, after."""
    checksum, values, before, after = row[2], row[3:12], row[12], row[13]
    kind, x, y, width, height = values[3], *values[5:]
    try:
        check_step(checksum, *values)
        if kind == "stroke":
            unpack_layer(before, height, width)
            unpack_layer(after, height, width)
            return bool(0 <= x <= size[1] - width and 0 <= y <= size[0] - height)
    except (DamagedError, TypeError):
        return False
    return True


def _is_readable(store: Store, prediction: int) -> bool:
    grid, blob = store.query("SELECT grid, logits FROM predictions WHERE id = ?", (prediction,))[0]
    try:
        unpack_logits(blob, grid)
    except (DamagedError, TypeError):
        return False
    return True
