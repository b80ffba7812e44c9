"""The folders with models that this user showed to the program, so that they stay in the list."""

from __future__ import annotations

import json
from pathlib import Path

from core.errors import KnownError, StoreError
from core.paths import data_folder
from core.whole_file import make_folder, write_aside

FILE = "model folders.json"


def known_folders(place: Path | None = None) -> list[Path]:
    """The folders, in the order in which they came; those that are gone are left out.

    Args:
        place: folder of the list; None is this user's.
    """
    try:
        found = json.loads(((place or data_folder()) / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    entries = found if isinstance(found, list) else []
    return [Path(entry) for entry in entries if isinstance(entry, str) and (Path(entry) / "config.json").is_file()]


def remember_folder(folder: Path, place: Path | None = None) -> None:
    """Put a folder into the list, once.

    Args:
        folder: of a model.
        place: folder of the list; None is this user's.

    Raises:
        StoreError: the list cannot be written.
    """
    place = place or data_folder()
    entries = dict.fromkeys([*map(str, known_folders(place)), str(folder.resolve())])
    try:
        make_folder(place)
        write_aside(place / FILE, json.dumps(list(entries), ensure_ascii=False, indent=1).encode("utf-8"))
    except KnownError as error:
        raise StoreError(
            "The list of model folders could not be written, so “{folder}” is only known until the program is closed.",
            "Make room on the disk, or allow writing there; nothing else is affected.",
            folder=folder.name,
        ) from error


def weight_bytes(folder: Path) -> int:
    """Bytes of all weight files of a folder."""
    try:
        return sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    except OSError:
        return 0
