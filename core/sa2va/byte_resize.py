"""Bicubic resizing of bytes on a graphics card, to the last bit what Pillow and torch compute on the processor.

Preparing a picture on the processor takes as long as a graphics card needs for everything that comes after. Both libraries
resize bytes in whole numbers (weights rounded to multiples of 2⁻ᵖ, one pass for each axis, bytes in between), and whole numbers are
the same everywhere. Sources: Pillow, src/libImaging/Resample.c; PyTorch, aten/src/ATen/native/cpu/UpSampleKernel.cpp.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch

_PILLOW_BITS = 22
_WORD = 1 << 15
"""torch keeps weights in 16 bits and takes the finest rounding that they allow."""


@lru_cache(maxsize=64)
def _taps(before: int, after: int, pillow: bool) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], int]:
    """Which pixels make a new one and with which weights: both (after, K), and p of the weights' 2⁻ᵖ. Weight 0 fills up."""
    scale = before / after
    wide = max(scale, 1.0)
    centre = scale * (np.arange(after) + 0.5)
    first = np.maximum((centre - 2.0 * wide + 0.5).astype(np.int64), 0)
    end = np.minimum((centre + 2.0 * wide + 0.5).astype(np.int64), before)
    offset = np.arange((end - first).max())
    place = first[:, None] + offset
    weight = _cubic((place - centre[:, None] + 0.5) * (1.0 / wide)) * (place < end[:, None])
    # Summed one after the other, as both libraries do: a sum in another order may round otherwise.
    total = np.cumsum(weight, axis=1)[:, -1:]
    weight = weight * (1.0 / total) if pillow else weight / total
    bits = _PILLOW_BITS if pillow else _finest(weight.max())
    whole = np.trunc(weight * (1 << bits) + np.copysign(0.5, weight)).astype(np.int32)
    return np.minimum(place, before - 1), whole, bits


def _finest(largest: float) -> int:
    """p of torch's weights."""
    return next((p for p in range(_PILLOW_BITS) if int(0.5 + largest * (1 << (p + 1))) >= _WORD), _PILLOW_BITS)


def _cubic(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The cubic of both libraries, a = −1/2 (Keys 1981)."""
    a, x = -0.5, np.abs(x)
    near = ((a + 2.0) * x - (a + 3.0)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))


def _one_axis(pixels: torch.Tensor, axis: int, after: int, pillow: bool) -> torch.Tensor:
    if pixels.shape[axis] == after:
        return pixels
    places, weights, bits = _taps(pixels.shape[axis], after, pillow)
    where = torch.from_numpy(places).to(pixels.device)
    shape = [1] * pixels.ndim
    shape[axis] = after
    total = torch.full((), 1 << (bits - 1), dtype=torch.int32, device=pixels.device)
    for tap, weight in enumerate(torch.from_numpy(weights).to(pixels.device).unbind(1)):
        total = total + pixels.index_select(axis, where[:, tap]).int() * weight.view(shape)
    return (total >> bits).clamp_(0, 255).to(torch.uint8)


def pillow_bicubic(pixels: torch.Tensor, columns: int, rows: int) -> torch.Tensor:
    """(H, W, 3) uint8 on any device -> (rows, columns, 3), equal to Pillow's `resize`, the horizontal pass first."""
    return _one_axis(_one_axis(pixels, 1, columns, True), 0, rows, True)


def torch_bicubic(pixels: torch.Tensor, columns: int, rows: int) -> torch.Tensor:
    """(3, H, W) uint8 on any device -> (3, rows, columns), equal to torch's bicubic `interpolate` with antialias on the processor."""
    return _one_axis(_one_axis(pixels, 2, columns, False), 1, rows, False)
