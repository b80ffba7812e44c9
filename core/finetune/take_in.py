"""A colleague's version for this project: checked against the project's own base model before it is taken in."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from core.errors import ExportError, ModelError
from core.finetune.merge import copy_version
from core.finetune.packed import PACKED, WEIGHTS_FILE, unpack
from core.model_reference import VERSION_RECORD, base_folder, is_version, read_version_record
from core.whole_file import write_aside


def take_in(source: Path, base: str, target: Path) -> dict[str, Any]:
    """Copy a version into its place, if it belongs to the base model.

    Only safetensors are read. Every tensor must have the name and the shape of the base's, and hold finite numbers.

    Args:
        source: folder of a version, its weights, or a packed version.
        base: reference of the project's base model.
        target: is made; must not exist.

    Returns:
        version.json of what was taken in, with "folder".

    Raises:
        ModelError: it is no version, is damaged, or was trained on another base model.
        ExportError: there is no room, or the target cannot be written.
    """
    if source.is_file() and source.suffix.lower() != PACKED:
        if source.name != WEIGHTS_FILE:
            raise ModelError(
                "“{file}” is no version: only safetensors with their description are read, so nothing was imported.",
                "Choose the file or the folder that your colleague exported with “Only what was learned”.",
                file=source.name,
            )
        source = source.parent
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".import-", dir=target.parent) as place:
            if source.is_file():
                folder = Path(place) / source.stem
                folder.mkdir()
                unpack(source, folder)
                source = folder
            if not is_version(source):
                raise ModelError(
                    "The folder “{folder}” holds no fine-tuned version, so nothing was imported.",
                    "Choose the file or the folder that your colleague exported with “Only what was learned”.",
                    folder=source.name,
                )
            copy_version(base_folder(base), source, target)
    except OSError as error:
        raise ExportError(
            "The version could not be imported because the project's folder cannot be written.",
            "Make room on the disk or allow writing, then try again.",
        ) from error
    try:
        record = {**read_version_record(target), "base": base, "imported": True}
        write_aside(target / VERSION_RECORD, (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode())
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return {**record, "folder": str(target)}
