"""Weights from file to file, without ever being in memory: the tensors of a checkpoint are copied byte by byte.

A safetensors file is the length of its head (8 bytes), the head in JSON (name -> type, shape, place), and the numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import torch
from safetensors import SafetensorError, safe_open

from core.errors import ModelError
from core.sa2va.checkpoint import INDEX, shards_of

LARGEST_SHARD = 4_000_000_000
"""Bytes; a file system that knows no larger file than 4 GiB can take it."""
_PIECE = 16 * 2**20
_TYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}
_BYTES = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}


@dataclass(frozen=True)
class Stored:
    """A tensor in a file.

    Attributes:
        kind: its type in safetensors' words ("F32", "BF16", ...).
        shape: of it.
        size: bytes.
        file: where it is; None for one in memory.
        offset: of its first byte in the file.
        numbers: the tensor in memory.
    """

    kind: str
    shape: tuple[int, ...]
    size: int
    file: Path | None = None
    offset: int = 0
    numbers: torch.Tensor | None = None


def stored_tensors(folder: Path) -> dict[str, Stored]:
    """Name -> where it is, of all weight files of a folder.

    Raises:
        ModelError: a file is missing or damaged, or two hold the same tensor.
    """
    found: dict[str, Stored] = {}
    for file in shards_of(folder):
        try:
            with safe_open(file, framework="pt"):
                pass  # checks that head and length of the file agree
            with file.open("rb") as stream:
                length = int.from_bytes(stream.read(8), "little")
                head: dict[str, Any] = json.loads(stream.read(length))
        except (OSError, SafetensorError, ValueError) as error:
            raise _damaged(folder, file) from error
        head.pop("__metadata__", None)
        if head.keys() & found.keys():
            raise _damaged(folder, file)
        for name, entry in head.items():
            start, end = entry["data_offsets"]
            found[name] = Stored(entry["dtype"], tuple(entry["shape"]), end - start, file, 8 + length + start)
    return found


def in_memory(tensor: torch.Tensor) -> Stored:
    """A tensor that is to be written from memory. Raises ValueError for a type that weights never have."""
    if tensor.dtype not in _TYPES:
        raise ValueError(f"weights of type {tensor.dtype}")
    numbers = tensor.detach().cpu().contiguous()
    return Stored(_TYPES[tensor.dtype], tuple(tensor.shape), numbers.nbytes, numbers=numbers)


def divide(tensors: Mapping[str, Stored], largest: int) -> list[list[str]]:
    """Names by file, in alphabetical order; no file exceeds `largest` bytes unless a single tensor does."""
    files: list[list[str]] = []
    room = -1
    for name in sorted(tensors):
        size = tensors[name].size + 400  # its line in the head
        if size > room:
            files.append([])
            room = largest
        files[-1].append(name)
        room -= size
    return files


def write_shards(
    folder: Path,
    tensors: Mapping[str, Stored],
    metadata: Mapping[str, str],
    advance: Callable[[int, int], None],
    largest: int = LARGEST_SHARD,
) -> None:
    """Write tensors as upstream publishes them: one file, or several with an index.

    Args:
        folder: exists.
        tensors: name -> tensor.
        metadata: goes into the head of every file.
        advance: called with (bytes done, bytes in all) again and again; may raise to stop.
        largest: bytes of a file.

    Raises:
        OSError: a file cannot be read or written.
    """
    files = divide(tensors, largest)
    total, done = sum(tensor.size for tensor in tensors.values()), 0
    weight_map: dict[str, str] = {}
    for number, names in enumerate(files, start=1):
        several = f"model-{number:05d}-of-{len(files):05d}.safetensors"
        file = several if len(files) > 1 else "model.safetensors"
        weight_map |= dict.fromkeys(names, file)
        # The widest numbers first, so that each begins at a multiple of its own width.
        names = sorted(names, key=lambda name: (-_BYTES.get(tensors[name].kind, 1), name))
        with (folder / file).open("wb") as stream:
            stream.write(_head({name: tensors[name] for name in names}, metadata))
            for name in names:
                for size in _copy(tensors[name], stream):
                    done += size
                    advance(done, total)
    if len(files) > 1:
        index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
        (folder / INDEX).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def _head(tensors: Mapping[str, Stored], metadata: Mapping[str, str]) -> bytes:
    head: dict[str, Any] = {"__metadata__": {"format": "pt", **metadata}}
    place = 0
    for name, tensor in tensors.items():
        head[name] = {
            "dtype": tensor.kind,
            "shape": list(tensor.shape),
            "data_offsets": [place, place + tensor.size],
        }
        place += tensor.size
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def _copy(tensor: Stored, target: BinaryIO) -> Iterator[int]:
    """Copy the numbers and yield how many bytes went over, piece by piece."""
    if tensor.numbers is not None:
        target.write(tensor.numbers.reshape(-1).view(torch.uint8).numpy().tobytes())
        yield tensor.size
    elif tensor.file is not None:
        with tensor.file.open("rb") as source:
            source.seek(tensor.offset)
            left = tensor.size
            while left:
                piece = source.read(min(_PIECE, left))
                if not piece:
                    raise OSError(f"{tensor.file.name} became shorter")
                target.write(piece)
                left -= len(piece)
                yield len(piece)


def _damaged(folder: Path, file: Path) -> ModelError:
    return ModelError(
        "The file {file} in “{folder}” is damaged, so the model was not loaded.",
        "Download the model again; the model in use stays in use.",
        folder=folder.name,
        file=file.name,
    )
