"""Logits → probability → mask: the one definition of the threshold, and masks as lossless PNG.

A probability map is kept as 200 levels. The slider's steps are the borders between the levels, so what the slider shows, what
the database keeps and what the PNG holds cannot differ by rounding: p > k/200 exactly where level ≥ k.
"""

from __future__ import annotations

import struct
import zlib
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

STEPS = 200
"""Number of levels; the threshold is a step k in 1..199 and means k / 200."""
HALF = STEPS // 2
"""The step of a threshold of 0.5, Sa2VA's own."""
_MODEL_SIDE = 1024
_STRIP = 2**18
"""Pixels that are computed at a time: what a processor has near at hand."""


def step_of(threshold: float) -> int:
    """The step nearest to a threshold. Raises ValueError outside 0..1 (both excluded)."""
    if not 0.0 < threshold < 1.0:
        raise ValueError(f"a threshold lies between 0 and 1, not {threshold}")
    return min(STEPS - 1, max(1, round(threshold * STEPS)))


def threshold_of(step: int) -> float:
    """The threshold of a step, 0.005 .. 0.995. Raises ValueError outside 1..199."""
    if not 1 <= step < STEPS:
        raise ValueError(f"a threshold step lies in 1..{STEPS - 1}, not {step}")
    return step / STEPS


def enlarge(logits: npt.NDArray[np.floating], height: int, width: int) -> npt.NDArray[np.float32]:
    """Enlarge as Sa2VA's own inference does: bilinear to 1024×1024, then bilinear to the image.

    Args:
        logits: (g, g), any float type.
        height: of the image in pixels.
        width: of the image in pixels.

    Returns:
        (height, width) float32 logits.

    Raises:
        ValueError: logits are not a finite square map, or the size is not positive.
    """
    if logits.ndim != 2 or logits.shape[0] != logits.shape[1] or not np.issubdtype(logits.dtype, np.floating):
        raise ValueError(f"a square map of logits was expected, not {logits.shape} {logits.dtype}")
    if height < 1 or width < 1:
        raise ValueError(f"an image has at least one pixel, not {height}×{width}")
    if not np.isfinite(logits).all():
        raise ValueError("the logits are not finite")
    side = max(_MODEL_SIDE, logits.shape[0])
    square = cv2.resize(logits.astype(np.float32), (side, side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(square, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def levels_of(probability: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """Probabilities 0..1 of any shape -> levels 0..199 of the same shape."""
    levels: npt.NDArray[np.uint8] = np.clip(np.ceil(probability * STEPS) - 1, 0, STEPS - 1).astype(np.uint8)
    return levels


def probability_levels(logits: npt.NDArray[np.floating], height: int, width: int) -> npt.NDArray[np.uint8]:
    """Low-resolution logits -> the image's probability levels.

    Args:
        logits: (g, g) float.
        height: of the image in pixels.
        width: of the image in pixels.

    Returns:
        (height, width) uint8, 0..199.

    Raises:
        ValueError: as `enlarge`.
    """
    enlarged = enlarge(logits, height, width)
    levels = np.empty((height, width), np.uint8)
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        strip = enlarged[top : top + rows]
        np.negative(strip, out=strip)
        np.clip(strip, -80.0, 80.0, out=strip)
        np.exp(strip, out=strip)
        strip += 1.0
        np.reciprocal(strip, out=strip)
        levels[top : top + rows] = levels_of(strip)
    return levels


def apply_threshold(levels: npt.NDArray[np.uint8], step: int) -> npt.NDArray[np.bool_]:
    """Levels (H, W) uint8 and a step 1..199 -> mask (H, W) bool. Raises ValueError outside that."""
    if levels.dtype != np.uint8 or levels.ndim != 2:
        raise ValueError(f"levels (H, W) uint8 were expected, not {levels.shape} {levels.dtype}")
    threshold_of(step)
    return levels >= step


def encode_png(mask: npt.NDArray[np.bool_], bits: Literal[1, 8] = 8) -> bytes:
    """(H, W) bool -> a grey PNG of 0 and 255, in 8 bits for each pixel or in 1. Raises ValueError for anything else.

    One bit is written much faster, and read by the same decoders; eight are what other programs expect of a mask.
    """
    if mask.dtype != np.bool_ or mask.ndim != 2 or 0 in mask.shape:
        raise ValueError(f"a mask (H, W) bool was expected, not {mask.shape} {mask.dtype}")
    if bits == 1:
        return _bilevel_png(mask)
    done, encoded = cv2.imencode(".png", mask.astype(np.uint8) * 255)
    if not done:
        raise ValueError("the mask could not be written as PNG")
    return encoded.tobytes()


def _bilevel_png(mask: npt.NDArray[np.bool_]) -> bytes:
    """(H, W) bool -> a grey PNG of one bit a pixel, rows without a filter (ISO/IEC 15948).

    A library spends most of its time on packing bits: written plainly it takes a sixth, and a large mask is saved within a frame.
    """
    height, width = mask.shape
    packed = np.packbits(mask, axis=1)
    rows = np.zeros((height, packed.shape[1] + 1), np.uint8)  # each begins with its filter: 0, none
    rows[:, 1:] = packed
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def decode_png(data: bytes) -> npt.NDArray[np.bool_]:
    """A grey PNG of 0 and 255, of 8 bits or 1 -> (H, W) bool. Raises ValueError if it is anything else."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    if image is None or image.ndim != 2 or image.dtype != np.uint8 or not ((image == 0) | (image == 255)).all():
        raise ValueError("not a mask: a grey PNG of 0 and 255 was expected")
    return np.asarray(image == 255)
