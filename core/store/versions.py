"""Fine-tuned versions and the runs that made them, as the project keeps them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.store.database import now, to_json
from core.store.rows import RunRow, VersionRow
from core.store.test_set import WithTestSet

ACTIVE = "active_version"


class Versions(WithTestSet):
    """The part of the store that a fine-tune ends in."""

    def add_version(self, version: VersionRow) -> None:
        """Record a version. Its folder must exist already: a row never points at half a version."""
        with self.transaction():
            self.execute(
                "INSERT INTO versions (id, parent_id, base_id, folder, created, figures, note) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (version.id, version.parent_id, version.base_id, self.stored_path(Path(version.folder)), version.created,
                 to_json(version.figures), version.note),
            )  # fmt: skip

    def versions(self, removed: bool = False) -> list[VersionRow]:
        """The versions in the order in which they came, which numbers them; with `removed` those too whose files were deleted."""
        rows = self.query(
            "SELECT id, parent_id, base_id, folder, created, figures, note, removed FROM versions ORDER BY rowid"
        )
        return [
            VersionRow(key, parent, base, folder, created, json.loads(figures), note, gone)
            for key, parent, base, folder, created, figures, note, gone in rows
            if removed or gone is None
        ]

    def note_version(self, version_id: str, note: str) -> None:
        """Write another note to a version."""
        with self.transaction():
            self.execute("UPDATE versions SET note = ? WHERE id = ?", (note, version_id))

    def remove_version(self, version_id: str) -> None:
        """A version's files are deleted; the row stays, for the predictions that it made. Raises ValueError for the active one."""
        if version_id == self.meta(ACTIVE):
            raise ValueError("the version in use cannot be removed")
        with self.transaction():
            self.execute("UPDATE versions SET removed = ? WHERE id = ?", (now(), version_id))

    def version_folder(self, version: VersionRow) -> Path:
        """Where the files of a version are."""
        path = Path(version.folder)
        return path if path.is_absolute() else self.folder / path

    def active_version(self) -> VersionRow | None:
        """The version that predicts at present, None for the base model."""
        wanted = self.meta(ACTIVE)
        return next((version for version in self.versions() if version.id == wanted), None)

    def activate(self, version_id: str | None) -> None:
        """Let a version predict from now on; None goes back to the base model."""
        if version_id is not None and version_id not in {version.id for version in self.versions()}:
            raise ValueError(f"there is no version {version_id!r}")
        self.set_meta(ACTIVE, version_id)

    def add_run(self, run_id: str, folder: str, structure_id: int | None = None) -> None:
        """Record that a fine-tune has begun."""
        with self.transaction():
            self.execute(
                "INSERT INTO runs (id, folder, structure_id, outcome, figures, started) VALUES (?, ?, ?, 'running', '{}', ?)",
                (run_id, self.stored_path(Path(folder)), structure_id, now()),
            )

    def finish_run(
        self, run_id: str, outcome: str, figures: dict[str, Any] | None = None, version_id: str | None = None
    ) -> None:
        """Record how a fine-tune ended."""
        with self.transaction():
            self.execute(
                "UPDATE runs SET outcome = ?, figures = ?, version_id = ?, ended = ? WHERE id = ?",
                (outcome, to_json(figures or {}), version_id, now(), run_id),
            )

    def reopen_run(self, run_id: str) -> None:
        """Record that a fine-tune that was cut off goes on."""
        with self.transaction():
            self.execute("UPDATE runs SET outcome = 'running', ended = NULL WHERE id = ?", (run_id,))

    def runs(self) -> list[RunRow]:
        """All fine-tune runs, the oldest first."""
        rows = self.query(
            "SELECT id, folder, structure_id, version_id, outcome, figures, started, ended FROM runs ORDER BY started, id"
        )
        return [
            RunRow(key, folder, structure, version, outcome, json.loads(figures), started, ended)
            for key, folder, structure, version, outcome, figures, started, ended in rows
        ]

    def stored_path(self, path: Path) -> str:
        """How the project writes a path down: inside its folder relative to it, elsewhere as it is."""
        if not path.is_absolute():
            return path.as_posix()
        try:
            return path.resolve().relative_to(self.folder.resolve()).as_posix()
        except ValueError:
            return str(path)
