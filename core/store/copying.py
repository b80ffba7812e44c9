"""A whole copy of an open database, whatever is written meanwhile."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

_PAGES_AT_ONCE = 2048


def copy_to(source: sqlite3.Connection, file: Path, go_on: Callable[[], None] = lambda: None) -> None:
    """Write a whole copy of a database, of what is still in its write-ahead log too, made aside and renamed.

    Raises:
        sqlite3.Error, OSError: it could not be written; nothing is left of it.
    """
    aside = file.with_suffix(".part")
    try:
        aside.unlink(missing_ok=True)  # one that was cut off
        with closing(sqlite3.connect(aside, isolation_level=None)) as copy:
            source.backup(copy, pages=_PAGES_AT_ONCE, progress=lambda *_: go_on())
        os.replace(aside, file)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
