"""The forms of a brush: which pixels lie under it while it is drawn along a line."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Point = tuple[float, float]
_SMALLEST_ROUND = 0.71
"""No point of a plane is further than this from the next centre of a pixel: a brush smaller than a pixel still marks one."""
_SMALLEST_SQUARE = 0.5


def pixels_under(
    radius: float, square: bool, start: Point, end: Point, box: tuple[int, int, int, int]
) -> npt.NDArray[np.bool_]:
    """The pixels whose centre lies under a brush somewhere on its way.

    Args:
        radius: of the brush in image pixels; of a square one, half of its side. A smaller one still marks the pixel it is on.
        square: whether it is a square along the image's edges, and not round.
        start: x, y in image pixels.
        end: x, y in image pixels.
        box: x0, y0, x1, y1 (end excluded), the pixels that are asked for.

    Returns:
        (y1 - y0, x1 - x0) bool.
    """
    x0, y0, x1, y1 = box
    rows, columns = np.ogrid[y0:y1, x0:x1]
    centres = columns + 0.5 - start[0], rows + 0.5 - start[1]
    way = end[0] - start[0], end[1] - start[1]
    return (_square if square else _round)(*centres, *way, radius)


def _round(
    px: npt.NDArray[np.float64], py: npt.NDArray[np.float64], dx: float, dy: float, radius: float
) -> npt.NDArray[np.bool_]:
    """Within the radius of the nearest point of the way."""
    length = dx * dx + dy * dy
    along = np.clip((px * dx + py * dy) / length, 0.0, 1.0) if length else 0.0
    distance = (px - along * dx) ** 2 + (py - along * dy) ** 2
    return np.asarray(distance <= max(radius, _SMALLEST_ROUND) ** 2)


def _square(
    px: npt.NDArray[np.float64], py: npt.NDArray[np.float64], dx: float, dy: float, radius: float
) -> npt.NDArray[np.bool_]:
    """Columns and rows are both within half of the side at some moment of the way, 0..1."""
    half = max(radius, _SMALLEST_SQUARE)
    (from_x, until_x), (from_y, until_y) = _moments(px, dx, half), _moments(py, dy, half)
    since = np.maximum(np.maximum(from_x, from_y), 0.0)
    return np.asarray(since <= np.minimum(np.minimum(until_x, until_y), 1.0))


def _moments(
    place: npt.NDArray[np.float64], way: float, half: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Since when and until when the brush covers each place of one axis; never is since 2 until -1."""
    if abs(way) < 1e-12:
        covered = np.abs(place) <= half
        return np.where(covered, 0.0, 2.0), np.where(covered, 1.0, -1.0)
    one, other = (place - half) / way, (place + half) / way
    return np.minimum(one, other), np.maximum(one, other)
