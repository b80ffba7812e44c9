"""Copies of a project's database in case the file is damaged: one for each day on which it was opened, and the way back to one."""

from __future__ import annotations

import datetime
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from core.errors import StoreError
from core.store.copying import copy_to
from core.store.database import DATABASE_FILE, raise_known

FOLDER = "backups"
KEPT = 7
_DAILY = "project-????-??-??.sqlite"
_BEFORE_UPDATE = "project-before-update-*.sqlite"
_ROOM = 64 * 1024 * 1024


def back_up_daily(folder: Path, today: datetime.date, go_on: Callable[[], None] = lambda: None) -> Path | None:
    """Copy the database of a project, unless that was done on this day already; the newest seven copies are kept.

    The copy is that of one moment, whatever another connection writes meanwhile, and is made aside and renamed.

    Args:
        folder: of the project; a file that is damaged is not copied.
        today: the date that the copy is named by.
        go_on: called between parts of the copy; what it raises stops it, and nothing is left.

    Returns:
        The new copy; None if there was one already.

    Raises:
        StoreError: the project cannot be read, or the copy not be written.
    """
    file = folder / FOLDER / f"project-{today.isoformat()}.sqlite"
    if file.exists():
        return None
    try:
        size = (folder / DATABASE_FILE).stat().st_size
        if shutil.disk_usage(folder).free < 2 * size + _ROOM:
            raise StoreError(
                "There is little room on the disk, so no backup of “{project}” was made today; the project itself is safe.",
                "Make room on the disk.",
                project=folder.name,
            )
        file.parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(folder / DATABASE_FILE, isolation_level=None)) as source:
            source.execute("PRAGMA query_only = ON")
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM project").fetchone()  # fixes the moment
            copy_to(source, file, go_on)
        # By name, which says the day; the one just made stays even if the clock was set back.
        older = sorted((one for one in file.parent.glob(_DAILY) if one != file), reverse=True)
        for old in older[KEPT - 1 :]:
            old.unlink()
    except (sqlite3.Error, OSError) as error:
        raise_known(error, folder)
    return file


def newest_backup(folder: Path) -> tuple[Path, datetime.datetime] | None:
    """The newest sound copy of a project's database, and when (local time) it was made; None if there is none."""
    found = [*(folder / FOLDER).glob(_DAILY), *folder.glob(_BEFORE_UPDATE)]
    with suppress(OSError):
        for file in sorted(found, key=lambda one: one.stat().st_mtime, reverse=True):
            if _is_sound(file):
                return file, datetime.datetime.fromtimestamp(file.stat().st_mtime)
    return None


def restore(folder: Path, backup: Path) -> Path:
    """Put a copy into the place of the damaged database, which is kept beside it under another name.

    Args:
        folder: of the project; nobody has it open.
        backup: of `newest_backup`.

    Returns:
        Where the damaged file is now.

    Raises:
        StoreError: the folder cannot be written; the project is as it was.
    """
    stamp = datetime.datetime.now().strftime("%Y-%m-%d-%H%M%S")
    file, kept, aside = folder / DATABASE_FILE, folder / f"project-damaged-{stamp}.sqlite", folder / ".restore.part"
    try:
        shutil.copyfile(backup, aside)
        with open(aside, "r+b") as whole:
            os.fsync(whole.fileno())
        for end in ("", "-wal"):  # what is in the log of the damaged file must not be played into the copy
            if (old := file.with_name(file.name + end)).exists():
                shutil.copyfile(old, kept.with_name(kept.name + end))
        for end in ("-wal", "-shm"):
            file.with_name(file.name + end).unlink(missing_ok=True)
        os.replace(aside, file)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise_known(error, folder)
    return kept


def _is_sound(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as copy:
            copy.execute("PRAGMA trusted_schema = OFF")
            return bool(copy.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False
