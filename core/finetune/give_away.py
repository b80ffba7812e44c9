"""A version for others: as a whole model in upstream's layout, or alone, out of the folder in which it lies."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from core.errors import ExportError, ModelError
from core.finetune.merge import Advance, copy_version, merge_version
from core.finetune.packed import PACKED, pack
from core.model_reference import base_folder, is_version


def give_away(
    version: Path, target: Path, adapter_only: bool, advance: Advance = lambda done, total: None
) -> dict[str, object]:
    """Write a version for others; its base is found by its own record.

    Args:
        version: folder of the version.
        target: a folder that is made; must not exist, or be empty. With `adapter_only` it may also end in ".zip": one file.
        adapter_only: only what was trained; otherwise merged into the base.
        advance: called with (bytes done, bytes in all); may raise to stop, and nothing is left then.

    Returns:
        folder (text), adapter_only (bool), files and bytes (numbers) of what was written.

    Raises:
        ModelError: it is no version, or base or version is missing or damaged, or they do not belong together.
        ExportError: there is something at the target, no room, or it cannot be written.
    """
    if not is_version(version):
        raise ModelError(
            "The folder “{folder}” holds no fine-tuned version, so nothing was written.",
            "Choose the folder of a version; a project keeps its own in “versions”.",
            folder=version.name,
        )
    base = base_folder(str(version))
    if adapter_only and target.suffix.lower() == PACKED:
        return _one_file(base, version, target)
    if adapter_only:
        copy_version(base, version, target)
    else:
        merge_version(base, version, target, advance)
    sizes = [file.stat().st_size for file in target.iterdir()]
    return {"folder": str(target), "adapter_only": adapter_only, "files": len(sizes), "bytes": sum(sizes)}


def _one_file(base: Path, version: Path, target: Path) -> dict[str, object]:
    """Write what was learned as one file, checked like a folder."""
    if target.exists():
        raise ExportError(
            "There is already something called “{name}”, so nothing was written.",
            "Choose another name.",
            name=target.name,
        )
    aside = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=target.parent) as place:
            copy_version(base, version, Path(place) / version.name)
            aside.unlink(missing_ok=True)
            pack(Path(place) / version.name, aside)
        os.replace(aside, target)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise ExportError(
            "The version could not be written as one file (the disk is full or write-protected).",
            "Choose another folder, or make room on the disk.",
        ) from error
    return {"folder": str(target), "adapter_only": True, "files": 1, "bytes": target.stat().st_size}
