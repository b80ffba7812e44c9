"""Open, check, migrate and write the database file; every failure becomes one sentence."""

from __future__ import annotations

import datetime
import errno
import json
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, Self

from sqlite_utils import Database

from core.errors import DamagedProject, StoreError
from core.store.connecting import connect as _connect
from core.store.connecting import connect_reading as _connect_reading
from core.store.copying import copy_to
from core.store.presence import OpenFile, Presence
from core.store.schema import APPLICATION_ID, migrations
from core.store.shape import has_foreign_parts, has_our_tables

DATABASE_FILE = "project.sqlite"
FOLDERS = ("images", "versions", "runs", "cache", "log", "backups")
_NOT_OURS = ("Could not decode", "unsupported file format")
_NO_ROOM = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_LITTLE_ROOM = 256 * 1024
"""With fewer free bytes SQLite may not be able to make the files that it needs beside a project."""


def now() -> str:
    """The time in UTC, to the millisecond."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def raise_known(error: sqlite3.Error | OSError, folder: Path) -> NoReturn:
    """Raise what a clinician needs to know of an error of SQLite or of the file system; our own mistakes as they are.

    Args:
        error: what came.
        folder: of the project.

    Raises:
        StoreError: in the sentence that fits.
        sqlite3.Error: the statement itself was wrong.
    """
    project = folder.name
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest says where exactly
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise StoreError(
            "Another program is using the project “{project}”, so this change was not saved.",
            "Close the other window and try again.",
            project=project,
        ) from error
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM) or isinstance(error, PermissionError):
        raise StoreError(
            "The project “{project}” is write-protected, so nothing can be saved in it.",
            "Copy it to a folder in which you may write and open the copy.",
            project=project,
        ) from error
    if code == sqlite3.SQLITE_FULL or (isinstance(error, OSError) and error.errno in _NO_ROOM):
        raise StoreError(
            "The disk is full, so this change was not saved; everything before it is safe.",
            "Make room on the disk and try again.",
        ) from error
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or any(words in str(error) for words in _NOT_OURS):
        raise damaged(project) from error
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL) or isinstance(error, OSError):
        if _is_full(folder):  # SQLite needs room for its files beside the project even to look into it
            raise StoreError(
                "The disk is full, so the project “{project}” can neither be read nor changed; what is in it is safe.",
                "Make room on the disk and try again.",
                project=project,
            ) from error
        raise StoreError(
            "The project “{project}” cannot be reached (its disk or network folder may be gone), so nothing was changed.",
            "Check the connection and try again.",
            project=project,
        ) from error
    raise error


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _LITTLE_ROOM
    except OSError:
        return False


def damaged(project: str) -> DamagedProject:
    """The file is not what this program wrote."""
    return DamagedProject(
        "The project “{project}” is damaged and was not changed.",
        "Open a backup of it; do not delete the damaged file, it may still be repaired.",
        project=project,
    )


def damaged_mask(project: str) -> StoreError:
    """A stored mask or step is not what was stored."""
    return StoreError(
        "A stored mask of the project “{project}” is damaged, so it was not used.",
        "Open the image and save its mask again, or open a backup of the project.",
        project=project,
    )


class ProjectDatabase:
    """One connection to one project; used by the thread that opened it. Others may be open beside it (WAL).

    Attributes:
        folder: of the project, absolute.
        read_only: whether nothing can be written through this connection.
        database: the same connection, as sqlite-utils sees it.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection, read_only: bool) -> None:
        self.folder = folder
        self.read_only = read_only
        self.database = Database(connection, execute_plugins=False)
        self._connection = connection
        self._file = OpenFile(folder / DATABASE_FILE)

    @classmethod
    def create(cls, folder: Path, name: str) -> Self:
        """Make a project in a folder that holds none.

        The file is made aside and renamed: whatever happens, there is a whole project or none.

        Raises:
            StoreError: there is a project already, or the folder cannot be written.
        """
        folder = Path(folder).absolute()
        _refuse_second_project(folder)
        aside = folder / f".{uuid.uuid4().hex}.part"
        try:
            for part in FOLDERS:
                (folder / part).mkdir(parents=True, exist_ok=True)
            connection = _connect(aside, "mode=rwc")
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                migrations.apply(Database(connection, execute_plugins=False))
                connection.execute("INSERT INTO project VALUES ('name', ?), ('created', ?)", (name, now()))
            finally:
                connection.close()
            _refuse_second_project(folder)
            os.rename(aside, folder / DATABASE_FILE)
        except (sqlite3.Error, OSError) as error:
            for left in folder.glob(f"{aside.name}*"):
                left.unlink(missing_ok=True)
            raise _not_made(error, folder) from error
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path, read_only: bool = False) -> Self:
        """Open a project, check it, and bring an older one up to date after a backup.

        Args:
            folder: of the project.
            read_only: for reading only. Works in a write-protected folder, and beside a connection that writes.

        Raises:
            StoreError: not a project, damaged, made by a newer program, or write-protected.
        """
        folder = Path(folder).absolute()
        file = folder / DATABASE_FILE
        if not file.is_file():
            raise StoreError(
                "The folder “{project}” holds no project, so none was opened.",
                "Choose the folder of a project, or make a new one.",
                project=folder.name,
            )
        try:
            connection = _connect_reading(file) if read_only else _connect(file, "mode=rw")
            store = cls(folder, connection, read_only)
            try:
                store._check_readable()
                store._migrate()
                store._check_shape()
            except BaseException:
                connection.close()
                raise
        except (sqlite3.Error, OSError) as error:
            if "unable to open" in str(error) and not (os.access(file, os.W_OK) and os.access(folder, os.W_OK)):
                error = PermissionError(str(error))  # SQLite does not say that this is why
            raise_known(error, folder)
        except (
            TypeError,
            ValueError,
            LookupError,
        ) as error:  # what is read from a damaged file is of any type, and no text
            raise damaged(folder.name) from error
        return store

    def _check_readable(self) -> None:
        try:
            self._check()
        except sqlite3.OperationalError as error:
            if (
                getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) == sqlite3.SQLITE_ERROR
            ):  # a table or column has another name
                raise damaged(self.folder.name) from error
            raise

    def _check(self) -> None:
        if self.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise damaged(self.folder.name)
        if self.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise damaged(self.folder.name)
        if self.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise StoreError(
                "The file in “{project}” belongs to another program, so it was not opened.",
                "Choose the folder of a project of this program.",
                project=self.folder.name,
            )
        if self.execute("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchone()[0]:
            raise _foreign(self.folder.name)
        known = {migration.name for migration in migrations.pending(Database(memory=True, execute_plugins=False))}
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
                # A write-protected project is found out now, not at the first stroke. BEGIN alone does not tell.
                self.execute("BEGIN IMMEDIATE")
                try:
                    self.execute("UPDATE project SET value = value")
                finally:
                    self._connection.rollback()
            return
        if self.read_only:
            raise StoreError(
                "The project “{project}” was made by an older version of this program and must be brought up to date.",
                "Open it in the window once, then try again.",
                project=self.folder.name,
            )
        copy_to(self._connection, self.folder / f"project-before-update-{now().replace(':', '-')}.sqlite")
        try:
            migrations.apply(self.database)
        except sqlite3.OperationalError as error:
            if "duplicate column" in str(error) or "already exists" in str(
                error
            ):  # the record of steps is not that of the tables
                raise damaged(self.folder.name) from error
            raise

    def _check_shape(self) -> None:
        if not has_our_tables(self.database):
            raise damaged(self.folder.name)
        if has_foreign_parts(self.database):
            raise _foreign(self.folder.name)

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Run one statement with bound values."""
        return self._connection.execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; durable when it ends. Raises StoreError when the file cannot be written."""
        if self.read_only:
            raise StoreError(
                "The project “{project}” is only looked at here, so nothing was saved in it.",
                "Close the other window that works on it, or repair it if it is damaged; then open it again.",
                project=self.folder.name,
            )
        try:
            self._keep_file()
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
            raise_known(error, self.folder)

    def _keep_file(self) -> None:
        """Put a file back that was deleted under the program. Raises StoreError where another one lies in its place."""
        presence = self._file.look(self._connection)
        if presence is Presence.SAME:
            return
        file = self.folder / DATABASE_FILE
        if presence is Presence.OTHER:
            kept = self.folder / f"project-kept-{self.project_id[:8]}.sqlite"
            copy_to(self._connection, kept)
            raise StoreError(
                "Another file was put in the place of the project “{project}” while it was open, so this change was not saved;"
                " what was saved before is in “{kept}”.",
                "Close the program and give that file the name “{name}” to go on with it.",
                project=self.folder.name,
                kept=kept.name,
                name=DATABASE_FILE,
            )
        for end in ("-wal", "-shm"):  # of the deleted file: nothing of it may be played into the new one
            file.with_name(file.name + end).unlink(missing_ok=True)
        copy_to(self._connection, file)
        self._connection.close()
        self._connection = _connect(file, "mode=rw")
        self.database, self._file = Database(self._connection, execute_plugins=False), OpenFile(file)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """See the project as it is now until this ends, whatever another connection writes; nothing is to be written."""
        if self._connection.in_transaction:  # which sees one moment already
            yield
            return
        self.query("BEGIN")
        try:
            self.query("SELECT count(*) FROM project")  # the first question fixes the moment
            yield
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()

    def query(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows of a question. Raises StoreError when the file cannot be read."""
        try:
            return self.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise_known(error, self.folder)

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

    @property
    def project_id(self) -> str:
        """What tells this project from every other; a copy has the same."""
        return self.meta("id") or ""

    def close(self) -> None:
        """Close the connection; nothing is left to save."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def to_json(value: Any) -> str:
    """JSON as it is stored."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _foreign(project: str) -> StoreError:
    return StoreError(
        "The project “{project}” holds commands that this program did not write, so it was not opened.",
        "Ask for a fresh copy from where you got it.",
        project=project,
    )


def _refuse_second_project(folder: Path) -> None:
    if (folder / DATABASE_FILE).exists():
        raise StoreError(
            "The folder “{project}” already holds a project, so no new one was made.",
            "Open that project, or choose an empty folder.",
            project=folder.name,
        )


def _not_made(error: sqlite3.Error | OSError, folder: Path) -> StoreError:
    if "full" in str(error).lower() or "no space" in str(error).lower():
        return StoreError("The disk is full, so no project was made.", "Make room on the disk and try again.")
    return StoreError(
        "No project can be made in the folder “{project}” because it cannot be written.",
        "Choose a folder in which you may write.",
        project=folder.name,
    )
