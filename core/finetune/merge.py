"""Give the work back: a version together with its base as a whole checkpoint in upstream's layout, or the version alone.

The merged checkpoint holds the base's tensors under the base's names, byte by byte, but for the trained ones. Configuration and
tokenizer come along; code does not.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import torch

from core.errors import ExportError, ModelError
from core.finetune.lora import merged
from core.finetune.version import WEIGHTS, Trained, read_version
from core.model_reference import ADAPTER_CONFIG, VERSION_RECORD, read_version_record
from core.sa2va.checkpoint import INDEX, empty_network, image_token_of, load_tokenizer, model_id, read_tensors
from core.sa2va.config import Sa2VAConfig, read_config
from core.sa2va.keys import convert
from core.sa2va.publish import publish
from core.sa2va.segmenter import Sa2VASegmenter
from core.sa2va.shards import LARGEST_SHARD, Stored, in_memory, stored_tensors, write_shards

RECORD = "merged.json"
COPIED_ENDS = (".json", ".jinja", ".txt", ".model", ".tiktoken")
COPIED_STARTS = ("LICENSE", "LICENCE", "NOTICE")
"""What stands beside the weights and comes along: configuration, tokenizer, licence."""

_README = """# A Sa2VA model with a fine-tune in it

The model “{base}” with the version “{version}” of sa2va-annotator merged into it; names and shapes of the tensors are those of the
base. The licence of the base holds. sa2va-annotator opens this folder like any other model.

config.json names Python files of the base for those who load it with upstream's code. They are not here: copy the .py files of the
base's folder beside it; then upstream's own classes load it and predict the same. (If there is a sam2_config.json, the image encoder
has another size than those files know, and only sa2va-annotator opens it.)
"""

Advance = Callable[[int, int], None]


def merge_version(
    base: Path,
    version: Path,
    target: Path,
    advance: Advance = lambda done, total: None,
    largest: int = LARGEST_SHARD,
) -> None:
    """Write base and version as one checkpoint.

    Trained tensors are stored as they were trained, even where the base is stored in half precision, so that the merged model
    predicts what base and version predict.

    Args:
        base: folder of the base model.
        version: folder of the version.
        target: is made; must not exist, or be empty.
        advance: called with (bytes done, bytes in all); may raise to stop, and nothing is left then.
        largest: bytes of a weight file.

    Raises:
        ModelError: base or version is missing or damaged, or they do not belong together.
        ExportError: there is something at the target, no room, or it cannot be written.
    """
    trained = trained_tensors(base, version)
    tensors: dict[str, Stored] = stored_tensors(base)
    for name, tensor in trained.items():
        if name not in tensors or tensors[name].shape != tuple(tensor.shape):
            raise _does_not_fit(version, name)
        tensors[name] = in_memory(tensor)
    beside = _beside(base)
    _check_place(target, sum(tensor.size for tensor in tensors.values()) + sum(file.stat().st_size for file in beside))
    record = read_version_record(version)
    # In the head of every file: the identity of a model comes from its heads, and this is not its base any more.
    metadata = {"base_id": str(record["base_id"]), "version": version.name}

    def fill(aside: Path) -> None:
        for file in beside:
            shutil.copyfile(file, aside / file.name)
        write_shards(aside, tensors, metadata, advance, largest)
        about = {**metadata, "base": Path(str(record["base"])).name, "best_step": record.get("best_step")}
        (aside / RECORD).write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (aside / "README.md").write_text(_README.format(**about), encoding="utf-8")
        _compare(aside, tensors)

    _write_aside(target, fill)


def copy_version(base: Path, version: Path, target: Path) -> None:
    """Write a version alone, byte by byte, after it has been checked against its base.

    Args:
        base: folder of the base model.
        version: folder of the version.
        target: is made; must not exist, or be empty.

    Raises:
        ModelError: the version is damaged or of another base.
        ExportError: there is something at the target, no room, or it cannot be written.
    """
    trained_tensors(base, version)
    files = [version / name for name in (ADAPTER_CONFIG, WEIGHTS, VERSION_RECORD)]
    _check_place(target, sum(file.stat().st_size for file in files))

    def fill(aside: Path) -> None:
        for file in files:
            shutil.copyfile(file, aside / file.name)
            if (aside / file.name).read_bytes() != file.read_bytes():
                raise OSError("what was written differs from what was read")

    _write_aside(target, fill)


def trained_tensors(base: Path, version: Path) -> dict[str, torch.Tensor]:
    """The trained tensors of a version under published names, checked against the base.

    Of the base's weights only those are read that have adapters beside them.

    Raises:
        ModelError: base or version is missing or damaged, or they do not belong together.
    """
    config = read_config(base)
    tokenizer = load_tokenizer(base, image_token_of(config))
    identity = model_id(base)
    if read_version_record(version).get("base_id") != identity:
        raise ModelError(
            "The version “{folder}” was made from another base model, so nothing was written.",
            "Choose the model that it was made from; your versions and labels are safe.",
            folder=version.name,
        )
    empty = Sa2VASegmenter(empty_network(config, tokenizer), tokenizer, identity, torch.device("cpu"), "")
    trained = read_version(version, empty)
    parts = {f"{path}.{name}": tensor for path, part in trained.parts.items() for name, tensor in part.items()}
    return publish(parts, config) | _with_adapters(base, trained, config)


def _with_adapters(base: Path, trained: Trained, config: Sa2VAConfig) -> dict[str, torch.Tensor]:
    """The base's layers with the version's adapters added, under published names.

    Layers of the mask decoder stay in single precision like parts that were trained whole; those of the language model are
    rounded to what the base is stored in, as PEFT's own merging does: it computes in it anyhow.
    """
    if trained.adapters is None:
        return {}
    layers = {f"{path}.weight": path for path in trained.adapters.layers}
    published: dict[str, torch.Tensor] = {}
    for key, tensor in read_tensors(base, torch.device("cpu")):
        pieces = dict(convert(key, tensor, config))
        if not layers.keys() & pieces.keys():
            continue
        for name in layers.keys() & pieces.keys():
            whole = merged(pieces[name], layers[name], trained.adapters, trained.tensors)
            pieces[name] = whole if name.startswith("grounding.") else whole.to(tensor.dtype)
        published |= publish(pieces, config)
    return published


def _beside(base: Path) -> list[Path]:
    """What comes along. A pickle or code never does, whatever it is called by an index."""
    return [
        file
        for file in sorted(base.iterdir())
        if file.is_file()
        and file.name not in (INDEX, RECORD)
        and (file.name.endswith(COPIED_ENDS) or file.name.startswith(COPIED_STARTS))
    ]


def _check_place(target: Path, size: int) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ExportError(
            "There is already something at “{target}”, so nothing was written.",
            "Choose a new or an empty folder.",
            target=str(target),
        )
    above = next(folder for folder in target.absolute().parents if folder.is_dir())
    free = shutil.disk_usage(above).free
    if free < size:
        raise ExportError(
            "The disk has room for {free:.1f} GB, and the model needs {size:.1f} GB, so nothing was written.",
            "Make room, or choose a folder on another disk.",
            free=free / 1e9,
            size=size / 1e9,
        )


def _compare(folder: Path, wanted: dict[str, Stored]) -> None:
    """Read the heads and the trained tensors back. Raises OSError if anything is missing, left over or another."""
    try:
        found = stored_tensors(folder)
        same = found.keys() == wanted.keys() and all(
            (found[name].kind, found[name].shape) == (one.kind, one.shape) for name, one in wanted.items()
        )
        trained = {name: one.numbers for name, one in wanted.items() if one.numbers is not None}
        for name, tensor in read_tensors(folder, torch.device("cpu"), trained):
            same = same and torch.equal(tensor, trained[name])
    except ModelError as error:
        raise OSError("what was written cannot be read back") from error
    if not same:
        raise OSError("what was written differs from what was wanted")


def _write_aside(target: Path, fill: Callable[[Path], None]) -> None:
    """Fill a folder beside the target, then put it in its place; nothing half is left. Raises ExportError."""
    aside = target.with_name(f".{target.name}.part")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        fill(aside)
        for file in aside.iterdir():
            with file.open("r+b") as stream:  # Windows flushes only what may be written
                os.fsync(stream.fileno())
        if target.is_dir():
            target.rmdir()
        os.rename(aside, target)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise ExportError(
            "“{target}” could not be written ({reason}), so nothing is there.",
            "Make room on the disk or allow writing there, then try again.",
            target=str(target),
            reason=error.strerror or str(error),
        ) from error
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _does_not_fit(version: Path, name: str) -> ModelError:
    return ModelError(
        "The version “{folder}” does not fit its base model ({part}), so nothing was written.",
        "Choose the model that it was made from, or another version.",
        folder=version.name,
        part=name,
    )
