"""Take out of a damaged database every row that can still be read, into a new file. The damaged one is only read.

Only rows come over, never the shape: the new file has the tables that this program makes, whatever the damaged one says.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from core.errors import DamagedProject
from core.mask import HALF
from core.store.checksums import SEAL
from core.store.connecting import connect, connect_reading
from core.store.database import DATABASE_FILE, damaged, now, raise_known
from core.store.schema import APPLICATION_ID, migrations

TABLES = (
    "project", "images", "structures", "versions", "predictions", "candidates", "corrections", "final_masks", "journal",
    "reviews", "efforts", "runs", "test_images",
)  # fmt: skip
_WITHOUT_ROWID = {"project": ("key",), "corrections": ("image_id", "structure_id")}
_MOST_PROBED = 20_000
_AT_ONCE = 200
_KINDS = {"INTEGER": (int,), "TEXT": (str,), "BLOB": (bytes,), "REAL": (int, float)}
_UNREADABLE = (sqlite3.Error, OverflowError)

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Salvaged:
    """What came over.

    Attributes:
        rows: how many rows were read.
        lost: how many are known to have been there and are gone: unreadable, of a wrong kind, or belonging to one that is gone.
        rebuilt: (image, structure) of masks whose own row was lost and that were put together from their steps.
    """

    rows: int
    lost: int
    rebuilt: tuple[tuple[int, int], ...]


def salvage(
    folder: Path, target: Path, backup: Path | None = None, go_on: Callable[[int], None] = lambda count: None
) -> Salvaged:
    """Write what can be read of a project's damaged database into a new one.

    Args:
        folder: of the damaged project.
        target: the new file; must not exist.
        backup: a sound copy from before; images and structures that masks belong to are looked up there if they are lost.
        go_on: is told how many rows were read; what it raises stops it, and nothing is left.

    Raises:
        DamagedProject: so little can be read that there is no image in it.
        StoreError: the new file cannot be written.
    """
    try:
        with closing(connect_reading(folder / DATABASE_FILE)) as source:
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            with closing(_new(target)) as made:
                found = _copy(source, made, backup, go_on)
                if not made.execute("SELECT count(*) FROM images").fetchone()[0]:
                    raise damaged(folder.name)
                made.execute("INSERT OR IGNORE INTO project VALUES ('name', ?)", (folder.name,))
                made.execute("INSERT OR IGNORE INTO project VALUES ('id', ?)", (uuid.uuid4().hex,))
        return found
    except BaseException as error:
        for left in target.parent.glob(f"{target.name}*"):
            left.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error | OSError):
            raise_known(error, folder)
        raise


def can_be_salvaged(folder: Path) -> bool:
    """Whether there is anything to salvage: at least one image can be read."""
    try:
        with closing(connect_reading(folder / DATABASE_FILE)) as source:
            return next(_keys(source, "images", [], []), None) is not None
    except (*_UNREADABLE, OSError, DamagedProject):
        return False


def _new(target: Path) -> sqlite3.Connection:
    made = connect(target, "mode=rwc")
    try:
        made.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations.apply(Database(made, execute_plugins=False))
        made.execute("DELETE FROM project")  # its identity is that of the damaged one
        made.execute("PRAGMA foreign_keys = OFF")  # rows come in the order in which they can be read
        made.execute("PRAGMA synchronous = OFF")
    except BaseException:
        made.close()
        raise
    return made


def _copy(
    source: sqlite3.Connection, made: sqlite3.Connection, backup: Path | None, go_on: Callable[[int], None]
) -> Salvaged:
    rows = lost = 0
    made.execute("BEGIN")
    for table in TABLES:
        kinds = _kinds(made, table)
        here = _kinds(source, table)
        columns = [name for name in kinds if name in here]
        images, structures = _ids(made, "images"), _ids(made, "structures")
        statement = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        for key, is_there in _keys(source, table, images, structures) if columns else ():
            row = _row(source, table, columns, key)
            if row is None or not all(_fits(value, kinds[name]) for value, name in zip(row, columns, strict=True)):
                lost += is_there or row is not None
                continue
            try:
                added = made.execute(statement, row).rowcount
            except sqlite3.IntegrityError:  # a value that this program never wrote
                added = 0
            rows, lost = rows + added, lost + (1 - added)
            if rows % _AT_ONCE == 0:
                go_on(rows)
    _add_parents(made, backup)
    rebuilt = _rebuild(made)
    lost += _remove_orphans(made)
    made.execute("COMMIT")
    return Salvaged(rows, int(lost), rebuilt)


def _kinds(database: sqlite3.Connection, table: str) -> dict[str, str]:
    """Columns of a table with their kinds; none where they cannot be read."""
    try:
        return {str(row[1]): str(row[2]) for row in database.execute(f"PRAGMA table_info({table})").fetchall()}
    except _UNREADABLE:
        return {}


def _ids(made: sqlite3.Connection, table: str) -> list[int]:
    return [key for (key,) in made.execute(f"SELECT id FROM {table} ORDER BY id")]


def _keys(
    source: sqlite3.Connection, table: str, images: list[int], structures: list[int]
) -> Iterator[tuple[Key, bool]]:
    """Keys of rows, and whether they are known to be there: from the front and from the back as far as that goes; then of those that
    may be between.
    """
    columns = _WITHOUT_ROWID.get(table, ("rowid",))
    seen: set[Key] = set()
    ends: list[Key | None] = []
    for direction in ("ASC", "DESC"):
        end: Key | None = None
        order = ", ".join(f"{column} {direction}" for column in columns)
        try:
            for key in source.execute(f"SELECT {', '.join(columns)} FROM {table} NOT INDEXED ORDER BY {order}"):
                if key in seen:  # both ways have met, or the tree leads in a circle
                    return
                seen.add(end := key)
                yield key, True
        except _UNREADABLE:
            ends.append(end)
            continue
        return
    if table == "corrections":
        yield from ((key, False) for key in product(images, structures) if key not in seen)
    elif columns == ("rowid",):
        low = int(ends[0][0]) if ends[0] is not None else 0
        high = int(ends[1][0]) if ends[1] is not None else low + _MOST_PROBED
        yield from (((key,), False) for key in range(low + 1, min(high, low + _MOST_PROBED)))


def _row(source: sqlite3.Connection, table: str, columns: list[str], key: Key) -> Key | None:
    names = _WITHOUT_ROWID.get(table, ("rowid",))
    which = " AND ".join(f"{name} = ?" for name in names)
    try:
        found: Key | None = source.execute(
            f"SELECT {', '.join(columns)} FROM {table} NOT INDEXED WHERE {which}", key
        ).fetchone()
    except _UNREADABLE:
        return None
    return found


def _fits(value: Any, kind: str) -> bool:
    return value is None or isinstance(value, _KINDS.get(kind, (object,)))


def _add_parents(made: sqlite3.Connection, backup: Path | None) -> None:
    """Images and structures that masks belong to and that could not be read: from the backup; a structure also from its words."""
    if backup is not None:
        with closing(connect(backup, "mode=ro&immutable=1")) as before:  # nothing is to be left beside it
            for table, key in (("images", "image_id"), ("structures", "structure_id")):
                columns = [name for name in _kinds(made, table) if name in _kinds(before, table)]
                for row in before.execute(f"SELECT {', '.join(columns)} FROM {table}"):
                    made.execute(
                        f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) SELECT {', '.join('?' * len(columns))} WHERE"
                        f" EXISTS (SELECT 1 FROM journal WHERE {key} = ?1 UNION ALL SELECT 1 FROM final_masks WHERE {key} = ?1"
                        f" UNION ALL SELECT 1 FROM predictions WHERE {key} = ?1)",
                        row,
                    )
    made.execute(
        "INSERT OR IGNORE INTO structures (id, name, prompt, colour, place)"
        " SELECT structure_id, prompt || ' (' || structure_id || ')', prompt, '#56B4E9', structure_id FROM predictions"
        " WHERE structure_id NOT IN (SELECT id FROM structures) GROUP BY structure_id HAVING id = max(id)"
    )


def _rebuild(made: sqlite3.Connection) -> tuple[tuple[int, int], ...]:
    """Give steps and masks whose correction was lost one of their own."""
    wanted = made.execute(
        "SELECT image_id, structure_id FROM journal UNION SELECT image_id, structure_id FROM final_masks"
        " EXCEPT SELECT image_id, structure_id FROM corrections"
    ).fetchall()
    for key in wanted:
        made.execute(
            "INSERT INTO corrections (image_id, structure_id, threshold_step, status, cursor, prediction_id, changed)"
            " SELECT ?, ?, ?, 'in_work', (SELECT coalesce(max(position), 0) FROM journal WHERE image_id = ? AND structure_id = ?"
            " AND abandoned = 0), (SELECT max(id) FROM predictions WHERE image_id = ? AND structure_id = ? AND clicks = ''), ?",
            (*key, HALF, *key, *key, now()),
        )
        made.execute(f"UPDATE corrections SET seal = {SEAL} WHERE image_id = ? AND structure_id = ?", key)
    return tuple(wanted)


def _remove_orphans(made: sqlite3.Connection) -> int:
    """Take out rows that belong to one that is gone; how many those were."""
    gone = 0
    while found := made.execute("PRAGMA foreign_key_check").fetchall():
        for table, rowid, parent, _ in found:
            if parent == "predictions" and table in ("corrections", "predictions", "efforts"):
                column = "words_id" if table == "predictions" else "prediction_id"
                made.execute(f"UPDATE {table} SET {column} = NULL WHERE {column} NOT IN (SELECT id FROM predictions)")
            elif parent == "versions":
                made.execute(f"UPDATE {table} SET version_id = NULL WHERE version_id NOT IN (SELECT id FROM versions)")
            elif rowid is None:  # a table without numbers for its rows
                gone += made.execute(
                    "DELETE FROM corrections WHERE image_id NOT IN (SELECT id FROM images)"
                    " OR structure_id NOT IN (SELECT id FROM structures)"
                ).rowcount
            else:
                gone += made.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,)).rowcount
    return gone
