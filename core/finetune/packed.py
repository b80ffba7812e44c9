"""A version as one file: a zip with its three files and nothing else. Works without torch."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from core.errors import ModelError
from core.model_reference import ADAPTER_CONFIG, VERSION_RECORD

WEIGHTS_FILE = "adapter_model.safetensors"
FILES = (ADAPTER_CONFIG, WEIGHTS_FILE, VERSION_RECORD)
PACKED = ".zip"
_MOST_BYTES = 64 * 2**30


def pack(folder: Path, file: Path) -> None:
    """Write a version's folder as one file, which must not exist. Raises OSError."""
    with zipfile.ZipFile(file, "x", zipfile.ZIP_STORED) as packed:
        for name in FILES:
            packed.write(folder / name, f"{file.stem}/{name}")


def unpack(file: Path, folder: Path) -> None:
    """Read a version out of one file. Only its three files are written, each under its own name.

    Args:
        file: the zip; the files stand in it alone or in one folder.
        folder: is filled; must exist.

    Raises:
        ModelError: it is no zip, lacks a file, or holds names that lead out of the folder.
        OSError: the folder cannot be written.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            inside = {entry.filename: entry for entry in packed.infolist() if not entry.is_dir()}
            if any(_leads_out(name) for name in inside):
                raise ModelError(
                    "“{file}” holds files that would be written outside of their folder, so nothing was read from it.",
                    "Do not use it; ask your colleague for another export.",
                    file=file.name,
                )
            found = {PurePosixPath(name).name: entry for name, entry in inside.items()}
            if not found.keys() >= set(FILES) or sum(found[name].file_size for name in FILES) > _MOST_BYTES:
                raise _no_version(file)
            for name in FILES:
                with packed.open(found[name]) as source, (folder / name).open("wb") as target:
                    while piece := source.read(2**22):
                        target.write(piece)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise _no_version(file) from error


def _leads_out(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return not parts or parts[0] == "/" or ":" in parts[0] or ".." in parts


def _no_version(file: Path) -> ModelError:
    return ModelError(
        "“{file}” holds no version that this program has written, so nothing was imported.",
        "Choose the file or the folder that your colleague exported with “Only what was learned”.",
        file=file.name,
    )
