"""The structures of a project: their words and colours, their order, which are shown, and which are locked."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Sequence
from typing import Any

from core.errors import LockedError, StoreError
from core.store.database import ProjectDatabase
from core.store.rows import StructureRow
from core.zoom import ZOOMS

_COLUMNS = "id, name, prompt, colour, zoom, threshold_step, is_visible, is_locked"
_CHANGEABLE = ("name", "prompt", "colour", "zoom", "is_visible", "is_locked")


class Structures(ProjectDatabase):
    """The part of the store that knows what is to be outlined."""

    def structures(self) -> list[StructureRow]:
        """All structures in the order of the list; where masks overlap in one picture, the one further up wins."""
        return [_row(*row) for row in self.query(f"SELECT {_COLUMNS} FROM structures ORDER BY place, id")]

    def structure(self, structure_id: int) -> StructureRow:
        """One structure. Raises ValueError if there is none."""
        rows = self.query(f"SELECT {_COLUMNS} FROM structures WHERE id = ?", (structure_id,))
        if not rows:
            raise ValueError(f"there is no structure {structure_id}")
        return _row(*rows[0])

    def add_structure(self, name: str, prompt: str, colour: str, zoom: int = 1) -> StructureRow:
        """Add a structure at the end of the list. Raises StoreError if the name is taken or the project cannot be written."""
        try:
            with self.transaction():
                key = self.execute(
                    "INSERT INTO structures (name, prompt, colour, zoom, place)"
                    " SELECT ?, ?, ?, ?, coalesce(max(place), 0) + 1 FROM structures",
                    (name, prompt, colour, zoom),
                ).lastrowid
        except sqlite3.IntegrityError as error:
            raise _name_taken(name) from error
        assert key is not None
        return StructureRow(key, name, prompt, colour, zoom)

    def update_structure(self, structure_id: int, **changes: Any) -> StructureRow:
        """Change what is given; masks stay as they are.

        Args:
            structure_id: of the structure.
            changes: name, prompt, colour, zoom, is_visible or is_locked, as in `StructureRow`.

        Raises:
            StoreError: the name is taken, or the project cannot be written.
            ValueError: there is no such structure, zoom or change.
        """
        if unknown := set(changes) - set(_CHANGEABLE):
            raise ValueError(f"of a structure, {unknown} cannot be changed here")
        row = dataclasses.replace(self.structure(structure_id), **changes)
        if row.zoom not in ZOOMS:
            raise ValueError(f"a zoom is one of {ZOOMS}, not {row.zoom}")
        columns = ", ".join(f"{column} = ?" for column in _CHANGEABLE)
        try:
            with self.transaction():
                self.execute(
                    f"UPDATE structures SET {columns} WHERE id = ?",
                    (*(getattr(row, column) for column in _CHANGEABLE), row.id),
                )
        except sqlite3.IntegrityError as error:
            raise _name_taken(row.name) from error
        return row

    def arrange_structures(self, ids: Sequence[int]) -> None:
        """Put the structures into this order.

        Args:
            ids: of every structure, each once.

        Raises:
            ValueError: they are others.
            StoreError: the project cannot be written.
        """
        if sorted(ids) != sorted(row.id for row in self.structures()):
            raise ValueError(f"an order names every structure once, not {list(ids)}")
        with self.transaction():
            for place, key in enumerate(ids, 1):
                self.execute("UPDATE structures SET place = ? WHERE id = ?", (place, key))

    def refuse_if_locked(self, structure_id: int) -> None:
        """Raises LockedError where the masks of a structure must stay as they are."""
        rows = self.query("SELECT name FROM structures WHERE id = ? AND is_locked", (structure_id,))
        if rows:
            raise locked(rows[0][0])


def locked(name: str) -> LockedError:
    """What to say where somebody tries to change a locked structure of this name."""
    return LockedError(
        "“{structure}” is locked, so its mask was not changed.",
        "To change it, click on its lock in the list of structures.",
        structure=name,
    )


def _row(*values: Any) -> StructureRow:
    row = StructureRow(*values)
    return dataclasses.replace(row, is_visible=bool(row.is_visible), is_locked=bool(row.is_locked))


def _name_taken(name: str) -> StoreError:
    return StoreError(
        "There already is a structure called “{name}”, so nothing was changed.", "Choose another name.", name=name
    )
