"""Open a database file as every part of the store wants it: durable, with foreign keys, trusting nothing that the file says."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

_BUSY_MS = 3000


def connect(file: Path, how: str) -> sqlite3.Connection:
    """`how` is the query of an SQLite URI, for example mode=ro."""
    path = os.fsencode(file.as_posix())
    place = quote(path if path.startswith(b"/") else b"/" + path, safe="/:")
    connection = sqlite3.connect(f"file://{place}?{how}", uri=True, isolation_level=None)
    try:
        for pragma in (f"busy_timeout = {_BUSY_MS}", "foreign_keys = ON", "synchronous = FULL", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("SELECT count(*) FROM sqlite_master")  # the first look into the file
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_reading(file: Path) -> sqlite3.Connection:
    """Open for reading, where the folder cannot be written too.

    SQLite wants to make files beside a database in WAL mode, unless it is told that nobody will change it. That may only be
    said where all of it is in the database file: where no strokes are left in the log beside it.
    """
    try:
        return connect(file, "mode=ro")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            raise
        log = file.with_name(file.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise
        return connect(file, "mode=ro&immutable=1")
