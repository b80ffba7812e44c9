"""Whether a database is one that this program wrote: every table and index of it, and nothing else."""

from __future__ import annotations

import re

from sqlite_utils import Database

from core.store.schema import migrations

_OF_SQLITE = ("sqlite_", "_sqlite_migrations")


def has_our_tables(database: Database) -> bool:
    """Every table is there with its columns: a file can be sound for SQLite and still not be whole."""
    found, wanted = _columns(database), _columns(_fresh())
    return all(found.get(table) == columns for table, columns in wanted.items())


def has_foreign_parts(database: Database) -> bool:
    """Anything in the file that does things by itself or that this program did not write in just these words.

    Triggers, views, virtual tables, and tables, columns or indexes with expressions of somebody else.
    """
    return not _parts(database) <= _parts(_fresh())


def _fresh() -> Database:
    database = Database(memory=True, execute_plugins=False)
    migrations.apply(database)
    return database


def _columns(database: Database) -> dict[str, list[str]]:
    return {table.name: [column.name for column in table.columns] for table in database.tables}


def _parts(database: Database) -> set[tuple[str, str, str, str]]:
    rows = database.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master").fetchall()
    return {
        (kind, name, table, re.sub(r"\s+", " ", sql))
        for kind, name, table, sql in rows
        if kind not in ("table", "index") or not name.startswith(_OF_SQLITE)
    }
