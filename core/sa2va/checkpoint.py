"""Load a checkpoint folder in upstream's layout: config.json, safetensors, tokenizer. Never a pickle, never remote code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import torch
from accelerate import init_empty_weights
from safetensors import SafetensorError, safe_open
from transformers import AutoTokenizer, PreTrainedConfig

from core.errors import ModelError
from core.sa2va.config import Sa2VAConfig
from core.sa2va.families import family_of
from core.sa2va.few_bits import put_weight
from core.sa2va.keys import convert
from core.sa2va.network import Sa2VANetwork
from core.sa2va.placement import Placement, attach, on_one
from core.sa2va.precision import Precision, is_in_few_bits
from core.sa2va.prompt import IMAGE_TOKEN, SEG_TOKEN
from core.sa2va.sentencepiece_tokenizer import is_sentencepiece_only, load_sentencepiece

INDEX = "model.safetensors.index.json"
_AGAIN = "Download the model again; the model in use stays in use."


def load_tokenizer(folder: Path, image_token: str = IMAGE_TOKEN) -> Any:
    """The folder's tokenizer. Raises ModelError if it is missing or lacks Sa2VA's tokens."""
    try:
        tokenizer = load_sentencepiece(folder) if is_sentencepiece_only(folder) else _load_fast(folder)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            "The word list (tokenizer) in “{folder}” is missing or damaged, so the model was not loaded.",
            _AGAIN,
            folder=folder.name,
        ) from error
    for token in (SEG_TOKEN, image_token):
        if tokenizer.encode(token, add_special_tokens=False) != [tokenizer.convert_tokens_to_ids(token)]:
            raise ModelError(
                "The word list (tokenizer) in “{folder}” does not belong to a Sa2VA model, so it was not loaded.",
                "Choose another folder; the model in use stays in use.",
                folder=folder.name,
            )
    return tokenizer


def _load_fast(folder: Path) -> Any:
    # An empty configuration: config.json names upstream's code, which is not asked, and a type that the library warns of.
    return AutoTokenizer.from_pretrained(
        str(folder), config=PreTrainedConfig(), trust_remote_code=False, local_files_only=True
    )


def shards_of(folder: Path) -> list[Path]:
    """The safetensors files of a folder. Raises ModelError if one that the index names is missing."""
    index = folder / INDEX
    if index.is_file():
        try:
            names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
            raise ModelError(
                "The file {file} in “{folder}” is damaged, so the model was not loaded.",
                _AGAIN,
                folder=folder.name,
                file=INDEX,
            ) from error
        files = [folder / Path(str(name)).name for name in names]
    else:
        files = sorted(folder.glob("*.safetensors"))
    missing = [file.name for file in files if not file.is_file()]
    if missing or not files:
        raise ModelError(
            "Part of the model in “{folder}” is missing ({file}), so the model was not loaded.",
            _AGAIN,
            folder=folder.name,
            file=missing[0] if missing else "model.safetensors",
        )
    return files


def model_id(folder: Path) -> str:
    """A hash of config.json, sam2_config.json and the headers and sizes of all weight files (32 hex digits).

    Headers hold every name, shape and offset; the first and last 64 KB of the numbers themselves are added, so that two
    models of the same layout differ without reading gigabytes.
    """
    digest = hashlib.sha256()
    for name in ("config.json", "sam2_config.json"):
        file = folder / name
        digest.update(file.read_bytes() if file.is_file() else b"-")
    for file in shards_of(folder):
        with file.open("rb") as stream:
            header = min(int.from_bytes(stream.read(8), "little"), 100_000_000)
            digest.update(stream.read(header + 65536))
            stream.seek(max(0, file.stat().st_size - 65536))
            digest.update(stream.read())
        digest.update(str(file.stat().st_size).encode())
    return digest.hexdigest()[:32]


def empty_network(config: Sa2VAConfig, tokenizer: Any) -> Sa2VANetwork:
    """The network with its parameters on the meta device: no memory, no random numbers."""
    with init_empty_weights(include_buffers=False):
        return Sa2VANetwork(config, image_token_id=tokenizer.convert_tokens_to_ids(image_token_of(config)))


def image_token_of(config: Sa2VAConfig) -> str:
    """The token that stands for one piece of the picture in this family."""
    return family_of(config).style("inference").image_token


def read_tensors(
    folder: Path, device: torch.device, only: Collection[str] | None = None
) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield (published name, tensor) of every weight file, or of some names only. Raises ModelError on a damaged file."""
    for file in shards_of(folder):
        try:
            with safe_open(file, framework="pt", device=str(device)) as shard:
                for key in shard.keys():  # noqa: SIM118 (a safetensors handle is no mapping)
                    if only is None or key in only:
                        yield key, shard.get_tensor(key)
        except (SafetensorError, OSError) as error:
            raise ModelError(
                "The file {file} in “{folder}” is damaged, so the model was not loaded.",
                _AGAIN,
                folder=folder.name,
                file=file.name,
            ) from error


def fill(
    network: Sa2VANetwork,
    config: Sa2VAConfig,
    tensors: Iterator[tuple[str, torch.Tensor]],
    device: torch.device,
    dtype: torch.dtype,
    name: str,
) -> None:
    """`fill_divided` with everything on one device. Raises ModelError."""
    fill_divided(network, config, tensors, on_one(device), Precision("", dtype), name)


def fill_divided(
    network: Sa2VANetwork,
    config: Sa2VAConfig,
    tensors: Iterator[tuple[str, torch.Tensor]],
    placement: Placement,
    precision: Precision,
    name: str,
) -> None:
    """Put published tensors into the network: every name known, every place taken once, every shape equal.

    Each tensor goes to its device and into its precision before the next one is read.

    Raises:
        ModelError: with the first name that does not fit.
    """
    places = {place: tensor.shape for place, tensor in network.state_dict().items()}
    converted: dict[str, torch.Tensor] = {}
    small: set[str] = set()
    for key, tensor in tensors:
        try:
            pairs = list(convert(key, tensor, config))
        except (KeyError, RuntimeError, ValueError) as error:
            raise _does_not_fit(name, key) from error
        for place, piece in pairs:
            if place not in places or place in converted or place in small or piece.shape != places[place]:
                raise _does_not_fit(name, key)
            device, dtype = placement.device_of(place), precision.dtype_of(place)
            if precision.bits is not None and is_in_few_bits(place, tuple(piece.shape)):
                put_weight(network, place, piece.to(dtype), device, precision.bits)
                small.add(place)
            else:
                converted[place] = piece.to(device=device, dtype=dtype).contiguous()
    missing = sorted(places.keys() - converted.keys() - small)
    if missing:
        raise ModelError(
            "The model in “{folder}” is not complete ({key} is missing), so it was not loaded.",
            _AGAIN,
            folder=name,
            key=missing[0],
        )
    network.load_state_dict(converted, strict=not small, assign=True)
    if placement.is_divided:
        attach(network, placement)
    else:
        network.to(placement.last)


def _does_not_fit(folder: str, key: str) -> ModelError:
    return ModelError(
        "A part of the model in “{folder}” does not belong to Sa2VA ({key}), so it was not loaded.",
        "Choose another folder or download the model again; the model in use stays in use.",
        folder=folder,
        key=key,
    )
