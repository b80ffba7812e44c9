"""The versions of a project beside learning: their size, a colleague's taken down, one deleted. Works without torch."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import StoreError
from core.store.rows import VersionRow
from core.store.store import Store

KEPT_FIGURES = ("accepted", "reason", "best_step", "preset", "seed")


def place_for_import(store: Store) -> Path:
    """A folder for a version that is taken in; it does not exist yet."""
    return store.folder / "versions" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"


def record_import(store: Store, record: Mapping[str, Any]) -> str:
    """Put a version that was taken in (`core.finetune.take_in`) into the list; it is not put in use.

    Args:
        store: the open project.
        record: its version.json, with "folder".

    Returns:
        Its key.

    Raises:
        StoreError: the project cannot be written.
    """
    folder = Path(str(record["folder"]))
    found = record.get("figures")
    figures = {**(found if isinstance(found, dict) else {}), "imported": True}
    figures |= {name: record[name] for name in KEPT_FIGURES if name in record}
    figures.setdefault("tuned_step", record.get("best_step"))
    created = datetime.now(UTC).isoformat(timespec="seconds")
    note = str(record.get("note") or "")
    store.add_version(
        VersionRow(folder.name, None, str(record.get("base_id", "")), str(folder), created, figures, note)
    )
    return folder.name


def delete_version(store: Store, version_id: str) -> None:
    """Delete the files of a version that is not in use; predictions and masks that it made stay.

    Raises:
        StoreError: it is in use, or the project cannot be written.
    """
    row = next(row for row in store.versions() if row.id == version_id)
    active = store.active_version()
    if active is not None and active.id == version_id:
        raise StoreError(
            "This version is in use, so it was not deleted.", "Use another version or the base model first."
        )
    folder = store.version_folder(row).resolve()
    store.remove_version(version_id)
    if folder.is_relative_to((store.folder / "versions").resolve()):
        shutil.rmtree(folder, ignore_errors=True)


def bytes_of(folder: Path) -> int:
    """Bytes that a version takes on the disk; 0 where it is gone."""
    try:
        return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    except OSError:
        return 0
