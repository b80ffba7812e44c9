"""Arrays as a piece of a message between window and worker: small enough to go inline, and checked when they come in."""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from core.worker_protocol import Message, not_understood

ARRAY_TYPES = ("uint8", "int32", "int64", "float16", "float32", "float64")
"""What an array in a message may be made of. Everything is little endian and in C order."""

MAX_ARRAY_BYTES = 64 * 1024 * 1024
MAX_DIMENSIONS = 4


def pack_array(array: npt.NDArray[Any]) -> Message:
    """Turn an array into a piece of a message.

    Args:
        array: any shape of at most four axes, one of `ARRAY_TYPES`, at most `MAX_ARRAY_BYTES`.

    Returns:
        `{"dtype": "float16", "shape": [256, 256], "base64": "…"}`.

    Raises:
        ValueError: if the array is of another type, or too large (a mistake in the program, not in the world).
    """
    name = array.dtype.name
    if name not in ARRAY_TYPES:
        raise ValueError(f"arrays of {name} are not sent")
    if array.ndim > MAX_DIMENSIONS or array.nbytes > MAX_ARRAY_BYTES:
        raise ValueError(f"an array of shape {array.shape} is not sent inline")
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return {"dtype": name, "shape": list(array.shape), "base64": base64.b64encode(plain.tobytes()).decode("ascii")}


def unpack_array(packed: object) -> npt.NDArray[Any]:
    """Turn a piece of a message back into an array, believing nothing.

    Args:
        packed: what `pack_array` made.

    Returns:
        A writable array of the type and shape that the message names.

    Raises:
        WorkerError: if the type is not in the list, the shape is impossible, it is too large, or bytes are missing.
    """
    if not isinstance(packed, dict):
        raise not_understood("an array was expected")
    name, shape, text = packed.get("dtype"), packed.get("shape"), packed.get("base64")
    if not isinstance(name, str) or name not in ARRAY_TYPES:
        raise not_understood("an array of an unknown kind")
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
        raise not_understood("an array of an impossible shape")
    if any(isinstance(length, bool) or not isinstance(length, int) or length < 0 for length in shape):
        raise not_understood("an array of an impossible shape")
    dtype = np.dtype(name).newbyteorder("<")
    expected = math.prod(shape) * dtype.itemsize
    if expected > MAX_ARRAY_BYTES:
        raise not_understood("an array that is too large")
    if not isinstance(text, str) or len(text) > 4 * (MAX_ARRAY_BYTES // 3 + 1):
        raise not_understood("an array without content")
    try:
        content = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise not_understood("an array with damaged content") from error
    if len(content) != expected:
        raise not_understood("an array with missing content")
    return np.frombuffer(content, dtype=dtype).astype(np.dtype(name)).reshape(shape)
