"""The ways out of a damaged project that has no backup, or a poor one: repair it, or look at a copy of what can be read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.store.backup import FOLDER, newest_backup, restore
from core.store.database import DATABASE_FILE, FOLDERS, raise_known
from core.store.mending import Mended, mend
from core.store.salvage import salvage
from core.store.store import Store

READABLE = "readable"
"""Folder, in that of the backups, of the copy that is only looked at."""


@dataclass(frozen=True)
class Rescued:
    """A project of what could be read.

    Attributes:
        folder: of the project; that of the damaged one if it was repaired.
        masks: what became of them.
        lost: how many rows are known to be gone.
    """

    folder: Path
    masks: Mended
    lost: int


def repair(folder: Path, note: str, go_on: Callable[[], None] = lambda: None) -> Rescued:
    """Put what can be read into the place of a damaged database, which is kept beside it under another name.

    Args:
        folder: of the project; nobody has it open.
        note: of the flag that damaged images get.
        go_on: called now and then; what it raises stops it, and the project is as it was.

    Raises:
        DamagedProject: nothing of it can be read.
        StoreError: the folder cannot be written; the project is as it was.
    """
    copy = _readable(folder, note, go_on)
    try:
        restore(folder, copy.folder / DATABASE_FILE)
    finally:
        shutil.rmtree(copy.folder, ignore_errors=True)
    return Rescued(folder, copy.masks, copy.lost)


def look(folder: Path, note: str, go_on: Callable[[], None] = lambda: None) -> Rescued:
    """Make a copy of what can be read, that is to be opened for looking and exporting only; the project stays as it is.

    Its images are those of the project, where they lie.

    Raises:
        As `repair`.
    """
    found = _readable(folder, note, go_on)
    with Store.open(found.folder) as copy, copy.transaction():
        for table, column in (("images", "path"), ("versions", "folder")):
            for key, path in copy.query(f"SELECT id, {column} FROM {table}"):
                copy.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (str(folder / path), key))
    return found


def _readable(folder: Path, note: str, go_on: Callable[[], None]) -> Rescued:
    place = folder / FOLDER / READABLE / folder.name
    try:
        shutil.rmtree(place, ignore_errors=True)
        for part in FOLDERS:
            (place / part).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise_known(error, folder)
    try:
        backup = newest_backup(folder)
        found = salvage(folder, place / DATABASE_FILE, backup[0] if backup else None, lambda _: go_on())
        with Store.open(place) as copy:
            masks = mend(copy, note, found.rebuilt, lambda *_: go_on())
            copy.execute("PRAGMA journal_mode = WAL")
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return Rescued(place, masks, found.lost)
