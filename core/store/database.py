"""Open, check, migrate and write the database file; every failure becomes one sentence."""

from __future__ import annotations

import datetime
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from core.errors import StoreError
from core.store.schema import APPLICATION_ID, migrations

DATABASE_FILE = "project.sqlite"
FOLDERS = ("images", "versions", "runs", "cache", "log")
_BUSY_MS = 3000


def now() -> str:
    """The time in UTC, to the millisecond."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def sentence_for(error: sqlite3.Error | OSError, project: str) -> StoreError:
    """What a clinician needs to know of an error of SQLite or of the file system."""
    text = str(error).lower()
    if "locked" in text or "busy" in text:
        return StoreError(
            "Another program is using the project “{project}”, so this change was not saved.",
            "Close the other window and try again.",
            project=project,
        )
    if "readonly" in text or "read-only" in text or isinstance(error, PermissionError):
        return StoreError(
            "The project “{project}” is write-protected, so nothing can be saved in it.",
            "Copy it to a folder in which you may write and open the copy.",
            project=project,
        )
    if "full" in text or "no space" in text:
        return StoreError(
            "The disk is full, so this change was not saved; everything before it is safe.",
            "Make room on the disk and try again.",
        )
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return StoreError(
            "The project “{project}” is damaged and was not changed.",
            "Open a backup of it; do not delete the damaged file, it may still be repaired.",
            project=project,
        )
    return StoreError(
        "The project “{project}” cannot be reached (its disk or network folder may be gone), so this was not saved.",
        "Check the connection and try again.",
        project=project,
    )


class ProjectDatabase:
    """One connection to one project; used by the thread that opened it."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, read_only: bool) -> None:
        self.folder = folder
        self.read_only = read_only
        self.database = Database(connection)
        self._connection = connection

    @classmethod
    def create(cls, folder: Path, name: str) -> Any:
        """Make a project in a folder that holds none.

        Raises:
            StoreError: there is a project already, or the folder cannot be written.
        """
        folder = Path(folder)
        if (folder / DATABASE_FILE).exists():
            raise StoreError(
                "The folder “{project}” already holds a project, so no new one was made.",
                "Open that project, or choose an empty folder.",
                project=folder.name,
            )
        try:
            for part in FOLDERS:
                (folder / part).mkdir(parents=True, exist_ok=True)
            connection = cls._connect(folder, read_only=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            store = cls(folder, connection, read_only=False)
            migrations.apply(store.database)
            with store.transaction():
                store.execute("INSERT INTO project VALUES ('name', ?), ('created', ?)", (name, now()))
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                "No project can be made in the folder “{project}” because it cannot be written.",
                "Choose a folder in which you may write.",
                project=folder.name,
            ) from error
        return store

    @classmethod
    def open(cls, folder: Path, read_only: bool = False) -> Any:
        """Open a project, check it, and bring an older one up to date after a backup.

        Raises:
            StoreError: not a project, damaged, made by a newer program, or write-protected.
        """
        folder = Path(folder)
        if not (folder / DATABASE_FILE).is_file():
            raise StoreError(
                "The folder “{project}” holds no project, so none was opened.",
                "Choose the folder of a project, or make a new one.",
                project=folder.name,
            )
        try:
            connection = cls._connect(folder, read_only)
            store = cls(folder, connection, read_only)
            try:
                store._check()
                store._migrate()
            except BaseException:
                connection.close()
                raise
        except (sqlite3.Error, OSError) as error:
            raise sentence_for(error, folder.name) from error
        return store

    @staticmethod
    def _connect(folder: Path, read_only: bool) -> sqlite3.Connection:
        file = folder / DATABASE_FILE
        if read_only:
            connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        else:
            connection = sqlite3.connect(file, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        return connection

    def _check(self) -> None:
        if self.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("database disk image is malformed")
        if self.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise StoreError(
                "The file in “{project}” belongs to another program, so it was not opened.",
                "Choose the folder of a project of this program.",
                project=self.folder.name,
            )
        if self.execute("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchone()[0]:
            raise StoreError(
                "The project “{project}” holds commands that this program did not write, so it was not opened.",
                "Ask for a fresh copy from where you got it.",
                project=self.folder.name,
            )
        known = {migration.name for migration in migrations.pending(Database(memory=True))}
        if newer := {migration.name for migration in migrations.applied(self.database)} - known:
            raise StoreError(
                "The project “{project}” was made by a newer version of this program ({step}), so it was not opened.",
                "Install the newer version to work with it; nothing was changed.",
                project=self.folder.name,
                step=sorted(newer)[-1],
            )

    def _migrate(self) -> None:
        if not migrations.pending(self.database):
            if not self.read_only:
                # A write-protected project is found out now, not at the first stroke.
                self.execute("BEGIN IMMEDIATE")
                self.execute("ROLLBACK")
            return
        if self.read_only:
            raise StoreError(
                "The project “{project}” was made by an older version of this program and must be brought up to date.",
                "Open it in the window once, then try again.",
                project=self.folder.name,
            )
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        stamp = now().replace(":", "-")
        shutil.copy2(self.folder / DATABASE_FILE, self.folder / f"project-before-update-{stamp}.sqlite")
        migrations.apply(self.database)

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Run one statement with bound values."""
        return self._connection.execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; durable when it ends. Raises StoreError when the file cannot be written."""
        try:
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.rollback()
                raise
            self.execute("COMMIT")
        except sqlite3.IntegrityError:
            raise
        except (sqlite3.Error, OSError) as error:
            if self._connection.in_transaction:
                self._connection.rollback()
            raise sentence_for(error, self.folder.name) from error

    def query(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows of a question. Raises StoreError when the file cannot be read."""
        try:
            return self.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise sentence_for(error, self.folder.name) from error

    def meta(self, key: str) -> str | None:
        """A named value of the project, None if it was never set."""
        rows = self.query("SELECT value FROM project WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def set_meta(self, key: str, value: str | None) -> None:
        """Set or (None) remove a named value."""
        with self.transaction():
            if value is None:
                self.execute("DELETE FROM project WHERE key = ?", (key,))
            else:
                self.execute("INSERT OR REPLACE INTO project VALUES (?, ?)", (key, value))

    def close(self) -> None:
        """Close the connection; nothing is left to save."""
        self._connection.close()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def to_json(value: Any) -> str:
    """JSON as it is stored."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
