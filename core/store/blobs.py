"""Maps as they lie in the database, packed and checked: nothing that is read from a file is trusted."""

from __future__ import annotations

import hashlib
import zlib

import numpy as np
import numpy.typing as npt

from core.correction import REMOVED
from core.mask import decode_png

_MAX_BYTES = 400_000_000


class DamagedError(ValueError):
    """What is stored is not what this program stored."""


def pack(array: npt.NDArray[np.generic]) -> bytes:
    """An array as packed bytes, row by row."""
    return zlib.compress(np.ascontiguousarray(array).tobytes(), 1)


def unpack(blob: bytes, size: int) -> bytes:
    """Exactly `size` bytes. Raises DamagedError for anything else, before more than that is unpacked."""
    if not 0 < size <= _MAX_BYTES:
        raise DamagedError(f"{size} bytes")
    try:
        stream = zlib.decompressobj()
        content = stream.decompress(blob, size + 1)
    except (zlib.error, TypeError) as error:
        raise DamagedError("not packed by this program") from error
    if len(content) != size or not stream.eof:  # only at its end is the content's checksum compared
        raise DamagedError(f"{len(content)} bytes and not {size}")
    return content


def unpack_logits(blob: bytes, grid: int) -> npt.NDArray[np.float16]:
    """(grid, grid) float16, finite. Raises DamagedError."""
    logits = np.frombuffer(unpack(blob, grid * grid * 2), "<f2").reshape(grid, grid).astype(np.float16)
    if not np.isfinite(logits).all():
        raise DamagedError("logits that are no numbers")
    return logits


def unpack_layer(blob: bytes, height: int, width: int) -> npt.NDArray[np.uint8]:
    """(height, width) uint8 of 0, 1, 2: a piece of an edit layer. Raises DamagedError."""
    if height <= 0 or width <= 0:
        raise DamagedError("a piece without size")
    layer = np.frombuffer(unpack(blob, height * width), np.uint8).reshape(height, width)
    if layer.max() > REMOVED:
        raise DamagedError("an edit layer holds 0, 1 and 2")
    return layer


def unpack_mask(png: bytes, sha256: str) -> npt.NDArray[np.bool_]:
    """(H, W) bool from a PNG whose hash is known. Raises DamagedError."""
    if not isinstance(png, bytes) or hashlib.sha256(png).hexdigest() != sha256:
        raise DamagedError("another hash")
    try:
        return decode_png(png)
    except ValueError as error:
        raise DamagedError("no mask") from error
