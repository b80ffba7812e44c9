"""A fine-tuned version on the disk: the trained parts in PEFT's file format, and a record of how they came about.

adapter_config.json         PEFT's; the trained parts stand in it as `modules_to_save`
adapter_model.safetensors   the trained parts, whole, under PEFT's names
version.json                base model, settings, data, figures
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from core.errors import FinetuneError, ModelError
from core.model_reference import ADAPTER_CONFIG, VERSION_RECORD, read_version_record
from core.segmenter import Segmenter

WEIGHTS = "adapter_model.safetensors"
FORMAT = 1
_PREFIX = "base_model.model."
_STAYS = "Use another version or the base model; the model in use stays in use."


def write_version(folder: Path, modules: Mapping[str, nn.Module], base: str, record: Mapping[str, Any]) -> None:
    """Write a version aside: the caller checks and renames it.

    Args:
        folder: is made; must not exist.
        modules: path in the network -> trained part.
        base: reference of the base model, as version.json shall name it.
        record: the rest of version.json.

    Raises:
        FinetuneError: the disk is full, or the folder cannot be written.
    """
    from peft import LoraConfig
    from peft.tuners.tuners_utils import DUMMY_TARGET_MODULES

    tensors = {
        f"{_PREFIX}{path}.{name}": tensor.detach().to("cpu").contiguous().clone()
        for path, module in modules.items()
        for name, tensor in module.state_dict().items()
    }
    # PEFT knows whole trained parts only beside an adapter; this target says that there is none.
    config = LoraConfig(target_modules=DUMMY_TARGET_MODULES, modules_to_save=list(modules), inference_mode=True)
    config.base_model_name_or_path = Path(base).name
    try:
        folder.mkdir(parents=True)
        save_file(tensors, folder / WEIGHTS)
        config.save_pretrained(str(folder))
        content = json.dumps({"format": FORMAT, "base": base, **record}, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / VERSION_RECORD).write_text(content + "\n", encoding="utf-8")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise FinetuneError(
            "The new version could not be written (the disk is full or write-protected), so the fine-tune brought nothing.",
            "Make room on the disk and start it again; your labels are safe.",
        ) from error


def put_in_place(aside: Path, folder: Path) -> None:
    """Rename a checked version into its place, durably. Raises FinetuneError if that fails; nothing half is left."""
    try:
        for file in aside.iterdir():
            with file.open("rb+") as stream:  # Windows flushes only what is open for writing
                os.fsync(stream.fileno())
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        os.rename(aside, folder)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise FinetuneError(
            "The new version could not be put in its place, so the fine-tune brought nothing.",
            "Allow writing there and start it again; your labels are safe.",
        ) from error


def read_parts(folder: Path, modules: Mapping[str, nn.Module]) -> dict[str, dict[str, torch.Tensor]]:
    """Read the trained parts and check them against the parts that they are for.

    Args:
        folder: of the version.
        modules: path in the network -> part.

    Returns:
        Path -> state of that part, on the CPU.

    Raises:
        ModelError: a file is missing or damaged; a tensor is missing, left over, of another shape, or holds no numbers.
    """
    try:
        kind = json.loads((folder / ADAPTER_CONFIG).read_text(encoding="utf-8"))["peft_type"]
        tensors = load_file(folder / WEIGHTS)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ModelError(
            "The files of the version “{folder}” are missing or damaged, so it was not loaded.",
            _STAYS,
            folder=folder.name,
        ) from error
    if kind != "LORA":
        raise _does_not_fit(folder, str(kind))
    parts: dict[str, dict[str, torch.Tensor]] = {}
    for path, module in modules.items():
        parts[path] = {}
        for name, place in module.state_dict().items():
            key = f"{_PREFIX}{path}.{name}"
            tensor = tensors.pop(key, None)
            if tensor is None or tensor.shape != place.shape or not bool(torch.isfinite(tensor).all()):
                raise _does_not_fit(folder, key)
            parts[path][name] = tensor
    if tensors:
        raise _does_not_fit(folder, next(iter(tensors)))
    return parts


def apply_version(segmenter: Segmenter, folder: Path) -> None:
    """Put a version into a loaded base model; `model_id` then names the version.

    Raises:
        ModelError: as `read_parts`, or the version was made from another base model. The model is then unchanged.
    """
    check_base(folder, segmenter.model_id)
    modules = segmenter.trainable_modules()
    for path, state in read_parts(folder, modules).items():
        modules[path].load_state_dict(state, strict=True)
    segmenter.model_id = version_id(segmenter.model_id, folder)


def check_base(folder: Path, base_id: str) -> None:
    """Raise ModelError if a version was made from another base model than `base_id`."""
    if read_version_record(folder).get("base_id") != base_id:
        raise ModelError(
            "The version “{folder}” was made from another base model, so it was not loaded.", _STAYS, folder=folder.name
        )


def version_id(base_id: str, folder: Path) -> str:
    """Identity of base and version together (32 hex digits)."""
    digest = hashlib.sha256(base_id.encode())
    digest.update((folder / WEIGHTS).read_bytes())
    return digest.hexdigest()[:32]


def _does_not_fit(folder: Path, part: str) -> ModelError:
    return ModelError(
        "The version “{folder}” does not fit its base model ({part}), so it was not loaded.",
        _STAYS,
        folder=folder.name,
        part=part,
    )
