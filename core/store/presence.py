"""Whether the file that is open is still the one in the folder: a system lets a program write on into a file that was deleted."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from enum import Enum
from pathlib import Path

_LAST_STEP = "SELECT (SELECT value FROM project WHERE key = 'id'), (SELECT max(id) FROM journal)"


class Presence(Enum):
    """What is in the place of the open file."""

    SAME = "the file itself"
    GONE = "nothing"
    OTHER = "another file"


class OpenFile:
    """Remembers which file was opened."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _identity(file)

    def look(self, connection: sqlite3.Connection) -> Presence:
        """Look into the place of the file; takes microseconds as long as it is the same.

        Args:
            connection: the open one.

        Raises:
            OSError: the folder cannot be reached.
        """
        found = _identity(self._file)
        if found == self._known:
            return Presence.SAME
        if found is None:
            self._file.parent.stat()
            return Presence.GONE
        # Some network folders give a file another number now and then: what counts is what is in it.
        if self._holds_the_same(connection):
            self._known = found
            return Presence.SAME
        return Presence.OTHER

    def _holds_the_same(self, connection: sqlite3.Connection) -> bool:
        try:
            with closing(sqlite3.connect(self._file, isolation_level=None)) as other:
                other.execute("PRAGMA query_only = ON")
                return bool(other.execute(_LAST_STEP).fetchone() == connection.execute(_LAST_STEP).fetchone())
        except sqlite3.Error:
            return False


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(file)
    except FileNotFoundError:
        return None
    return (found.st_dev, found.st_ino)
