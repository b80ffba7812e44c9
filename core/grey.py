"""Grey values of a picture, and strokes that are limited to a range of them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.brush import pixels_under

DARKEST, BRIGHTEST = 0, 255


@dataclass(frozen=True)
class Limit:
    """The pixels that a stroke may change.

    Attributes:
        low: smallest grey value, 0..255.
        high: largest grey value, 0..255, not below `low`.
        allowed: (H, W) bool, the pixels of such a grey value.
    """

    low: int
    high: int
    allowed: npt.NDArray[np.bool_]


def grey_values(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The luminance of the picture as it is shown: 0.299 red + 0.587 green + 0.114 blue, rounded.

    Args:
        pixels: (H, W, 3) uint8 RGB.

    Returns:
        (H, W) uint8; of a grey picture its own values.

    Raises:
        ValueError: it is no such picture.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise ValueError(f"a picture (H, W, 3) uint8 was expected, not {pixels.shape} {pixels.dtype}")
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def limit_to(grey: npt.NDArray[np.uint8], low: int, high: int) -> Limit:
    """The pixels whose grey value lies in a range, both ends included.

    Args:
        grey: (H, W) uint8.
        low: 0..255.
        high: 0..255; if it is below `low`, the two change places.
    """
    low, high = min(low, high), max(low, high)
    return Limit(low, high, np.asarray(cv2.inRange(grey, low, high) != 0))


def range_under(
    grey: npt.NDArray[np.uint8], x: float, y: float, radius: float, square: bool = False
) -> tuple[int, int] | None:
    """The smallest and the largest grey value under a brush.

    Args:
        grey: (H, W) uint8.
        x: of the brush in image pixels.
        y: of the brush in image pixels.
        radius: of the brush in image pixels.
        square: whether it is square.

    Returns:
        Low and high, 0..255; None if no pixel lies under it.
    """
    height, width = grey.shape
    reach = int(radius) + 2
    x0, x1 = (min(width, max(0, int(x) + by)) for by in (-reach, reach + 1))
    y0, y1 = (min(height, max(0, int(y) + by)) for by in (-reach, reach + 1))
    seen = grey[y0:y1, x0:x1][pixels_under(radius, square, (x, y), (x, y), (x0, y0, x1, y1))]
    return (int(seen.min()), int(seen.max())) if seen.size else None
