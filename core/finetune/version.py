"""A fine-tuned version on the disk: what was trained in PEFT's file format, and a record of how it came about.

adapter_config.json         PEFT's; parts that were trained whole stand in it as `modules_to_save`
adapter_model.safetensors   those parts and the adapters, under PEFT's names
version.json                base model, settings, data, figures
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from core.errors import FinetuneError, ModelError
from core.finetune.lora import Adapters
from core.model_reference import ADAPTER_CONFIG, VERSION_RECORD, read_version_record
from core.segmenter import Segmenter

WEIGHTS = "adapter_model.safetensors"
FORMAT = 1
_PREFIX = "base_model.model."
_STAYS = "Use another version or the base model; the model in use stays in use."


@dataclass(frozen=True)
class Trained:
    """What a version changes.

    Attributes:
        parts: path in the network -> state of a part that was trained whole.
        adapters: beside which layers there are low-rank adapters; None for none.
        tensors: name -> tensor of the adapters.
    """

    parts: Mapping[str, Mapping[str, torch.Tensor]]
    adapters: Adapters | None = None
    tensors: Mapping[str, torch.Tensor] = field(default_factory=dict)


def state_of(modules: Mapping[str, nn.Module]) -> dict[str, dict[str, torch.Tensor]]:
    """Path -> state of a part, copied to the CPU."""
    return {
        path: {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in part.state_dict().items()}
        for path, part in modules.items()
    }


def write_version(folder: Path, trained: Trained, base: str, record: Mapping[str, Any]) -> None:
    """Write a version aside: the caller checks and renames it.

    Args:
        folder: is made; must not exist.
        trained: what the version changes.
        base: reference of the base model, as version.json shall name it.
        record: the rest of version.json.

    Raises:
        FinetuneError: the disk is full, or the folder cannot be written.
    """
    from peft import LoraConfig
    from peft.tuners.tuners_utils import DUMMY_TARGET_MODULES

    tensors = {f"{path}.{name}": tensor for path, part in trained.parts.items() for name, tensor in part.items()}
    whole: dict[str, Any] = {"modules_to_save": list(trained.parts) or None, "inference_mode": True}
    if trained.adapters is not None:
        config = trained.adapters.config(**whole)
        tensors |= trained.tensors
    else:
        # PEFT knows whole trained parts only beside an adapter; this target says that there is none.
        config = LoraConfig(target_modules=DUMMY_TARGET_MODULES, **whole)
    config.base_model_name_or_path = Path(base).name
    try:
        folder.mkdir(parents=True)
        save_file({_PREFIX + name: tensor for name, tensor in tensors.items()}, folder / WEIGHTS)
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


def read_version(folder: Path, segmenter: Segmenter) -> Trained:
    """Read what a version changes and check it against the model that it is for, which may be one without numbers.

    Args:
        folder: of the version.
        segmenter: a base model.

    Returns:
        What it changes, on the CPU.

    Raises:
        ModelError: a file is missing or damaged; a part is none that can be trained; a tensor is missing, left over, of
            another shape, or holds no numbers.
    """
    try:
        config = json.loads((folder / ADAPTER_CONFIG).read_text(encoding="utf-8"))
        kind, whole, layers = config["peft_type"], config["modules_to_save"] or [], config["target_modules"]
        adapters = None
        if isinstance(layers, list):
            adapters = Adapters(tuple(sorted(map(str, layers))), int(config["r"]), int(config["lora_alpha"]))
        tensors = load_file(folder / WEIGHTS)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, SafetensorError) as error:
        raise ModelError(
            "The files of the version “{folder}” are missing or damaged, so it was not loaded.",
            _STAYS,
            folder=folder.name,
        ) from error
    if kind != "LORA":
        raise _does_not_fit(folder, str(kind))

    def take(name: str, shape: tuple[int, ...]) -> torch.Tensor:
        tensor = tensors.pop(_PREFIX + name, None)
        fits = tensor is not None and tensor.shape == shape and tensor.is_floating_point()
        if tensor is None or not fits or not bool(torch.isfinite(tensor).all()):
            raise _does_not_fit(folder, _PREFIX + name)
        return tensor

    learning = segmenter.learning()
    known = segmenter.trainable_modules() | learning.encoder_modules()
    strange = set(whole) - known.keys()
    if adapters is not None:
        strange |= set(adapters.layers) - {*learning.decoder_layers(), *learning.language_layers()}
    if strange or not (whole or adapters):
        raise _does_not_fit(folder, min(strange, default="-"))
    parts = {
        path: {name: take(f"{path}.{name}", tuple(place.shape)) for name, place in known[path].state_dict().items()}
        for path in known
        if path in whole
    }
    shapes = adapters.shapes(learning.network) if adapters is not None else {}
    found = {name: take(name, shape) for name, shape in shapes.items()}
    if tensors:
        raise _does_not_fit(folder, next(iter(tensors)))
    return Trained(parts, adapters, found)


def put(segmenter: Segmenter, trained: Trained) -> None:
    """Put into a base model what a version changes."""
    learning = segmenter.learning()
    known = segmenter.trainable_modules() | learning.encoder_modules()
    if not trained.parts.keys() <= segmenter.trainable_modules().keys():
        learning.exact_encoder()
    for path, state in trained.parts.items():
        known[path].load_state_dict(state, strict=True)
    if trained.adapters is not None:
        trained.adapters.attach(learning.network)
        with torch.no_grad():
            for name, parameter in trained.adapters.parameters(learning.network).items():
                parameter.requires_grad_(False).copy_(trained.tensors[name])
    segmenter.forget()


@contextmanager
def put_for_now(segmenter: Segmenter, trained: Trained) -> Iterator[None]:
    """A base model is the version as long as this lasts."""
    known = segmenter.trainable_modules() | segmenter.learning().encoder_modules()
    before = Trained(state_of({path: known[path] for path in trained.parts}))
    put(segmenter, trained)
    try:
        yield
    finally:
        if trained.adapters is not None:
            trained.adapters.detach(segmenter.learning().network)
        put(segmenter, before)


def changes_features(segmenter: Segmenter, trained: Trained) -> bool:
    """Whether features and states of the base model do not hold for a version: it changes what comes before them."""
    layers = trained.adapters.layers if trained.adapters is not None else ()
    early = set(segmenter.learning().language_layers()).intersection(layers)
    return bool(early) or not trained.parts.keys() <= segmenter.trainable_modules().keys()


def apply_version(segmenter: Segmenter, folder: Path) -> None:
    """Put a version into a loaded base model; `model_id` then names the version, and so does `features_id` if it has to.

    Raises:
        ModelError: as `read_version`, or the version was made from another base model. The model is then unchanged.
    """
    check_base(folder, segmenter.model_id)
    trained = read_version(folder, segmenter)
    if changes_features(segmenter, trained):
        segmenter.features_id = version_id(segmenter.features_id, folder)
    put(segmenter, trained)
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
