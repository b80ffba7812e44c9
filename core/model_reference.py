"""From what a person types as a model to a loaded model.

A reference is a folder with a base model, a folder with a fine-tuned version, the name of a model on the Hugging Face
hub ("ByteDance/Sa2VA-1B"), or "demo" for the small model that comes with the program.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ModelError
from core.hub_cache import is_hub_name, whole_snapshot
from core.paths import resources_folder
from core.zoom import ZOOMS

if TYPE_CHECKING:
    from core.segmenter import Segmenter

DEMO = "demo"
DEMO_FOLDER = resources_folder() / "demo_model"

ADAPTER_CONFIG = "adapter_config.json"
VERSION_RECORD = "version.json"

_MAX_CHAIN = 8

_CHOOSE = "Check the name, or choose the folder of a model that is on this computer."


def is_version(folder: Path) -> bool:
    """Whether a folder holds a fine-tuned version (the small part that was trained) instead of a whole model."""
    return (folder / ADAPTER_CONFIG).is_file()


def read_version_record(folder: Path) -> dict[str, object]:
    """What a version folder records about itself.

    Raises:
        ModelError: the record is missing or damaged.
    """
    try:
        record = json.loads((folder / VERSION_RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged_version(folder) from error
    if not isinstance(record, dict):
        raise _damaged_version(folder)
    return record


def _damaged_version(folder: Path) -> ModelError:
    return ModelError(
        "The version in “{folder}” does not say what it was made from, so it cannot be used.",
        "Use another version or the base model; your labels are safe.",
        folder=folder.name,
    )


def base_of(ref: str) -> str:
    """The base model behind a reference: of a version, what its record names; of anything else, itself.

    Raises:
        ModelError: a version that names no base, or versions that name each other in a circle.
    """
    for _ in range(_MAX_CHAIN):
        folder = Path(ref).expanduser()
        if ref == DEMO or not is_version(folder):
            return ref
        named = read_version_record(folder).get("base")
        if not isinstance(named, str) or not named:
            raise _damaged_version(folder)
        ref = named
    raise _damaged_version(Path(ref))


def absolute(ref: str) -> str:
    """A reference that means the same from any folder: a folder in full, everything else as it is."""
    folder = Path(ref).expanduser()
    return str(folder.resolve()) if ref != DEMO and folder.is_dir() else ref


def recommended_step(ref: str) -> int | None:
    """The threshold step that was best for a version when it was made; None for a base model.

    Raises:
        ModelError: the record of a version is damaged.
    """
    folder = Path(ref).expanduser()
    if ref == DEMO or not is_version(folder):
        return None
    step = read_version_record(folder).get("best_step")
    return step if isinstance(step, int) and 1 <= step <= 199 else None


def recommended_zoom(ref: str) -> int:
    """The zoom that a version was made with (`core.zoom`); 1 for a base model.

    Raises:
        ModelError: the record of a version is damaged.
    """
    folder = Path(ref).expanduser()
    if ref == DEMO or not is_version(folder):
        return 1
    zoom = read_version_record(folder).get("zoom")
    return zoom if isinstance(zoom, int) and zoom in ZOOMS else 1


def base_folder(ref: str, cache_dir: Path | None = None) -> Path:
    """The folder with the whole model behind a reference. Nothing is downloaded here: that is `core.hub`.

    Args:
        ref: a folder, a hub name, or "demo".
        cache_dir: where downloaded models are kept; None is the hub's own place.

    Raises:
        ModelError: there is no such folder, and no such model was downloaded.
    """
    base = base_of(ref)
    folder = DEMO_FOLDER if base == DEMO else Path(base).expanduser()
    if not folder.is_dir():
        downloaded = whole_snapshot(base, cache_dir) if is_hub_name(base) else None
        if downloaded is None:
            raise _nowhere(base)
        return downloaded
    if not (folder / "config.json").is_file():
        raise ModelError(
            "“{folder}” holds no model (its config.json is missing), so nothing was loaded.",
            _CHOOSE,
            folder=str(folder),
        )
    return folder


def _nowhere(name: str) -> ModelError:
    if is_hub_name(name):
        return ModelError(
            "The model “{name}” is not on this computer, so nothing was loaded.",
            "Download it first, or choose the folder of a model that is on this computer.",
            name=name,
        )
    return ModelError("There is no model “{name}” on this computer, so nothing was loaded.", _CHOOSE, name=name)


def is_to_be_fetched(ref: str, cache_dir: Path | None = None) -> bool:
    """Whether a reference leads to a name on the hub that was not downloaded yet.

    Raises:
        ModelError: a version that names no base.
    """
    base = base_of(ref)
    on_the_hub = base != DEMO and is_hub_name(base) and not Path(base).expanduser().is_dir()
    return on_the_hub and whole_snapshot(base, cache_dir) is None


def open_segmenter(ref: str, device: str = "auto", precision: str = "auto", cache_dir: Path | None = None) -> Segmenter:
    """Load the model that a reference names.

    Args:
        ref: base model folder, version folder, name of a downloaded model, or "demo".
        device: "auto", "cpu", "cuda" or "mps".
        precision: "auto", "fp32", "bf16", "8bit" or "4bit".
        cache_dir: where downloaded models are kept.

    Raises:
        ModelError: it is not there, not complete, or a version of another base model.
        DeviceError: a graphics card was asked for and there is none, or its memory did not suffice.
    """
    folder = base_folder(ref, cache_dir)

    from core.sa2va.segmenter import Sa2VASegmenter

    segmenter: Segmenter = Sa2VASegmenter.load(folder, device, precision)
    version = Path(ref).expanduser()
    if ref != DEMO and is_version(version):
        from core.finetune.version import apply_version

        apply_version(segmenter, version)
    return segmenter
