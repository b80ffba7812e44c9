"""Tools on whole masks: regions of an outline or at a point, holes, islands, smoothing, growing. Plain functions.

A mask is (H, W) bool; positions are x to the right, y down, in image pixels with the origin at the top left corner, so that the
centre of the pixel in row r and column c is (c + 0.5, r + 0.5). Pixels of a mask hang together across edges and corners (8
neighbours), the ground around it across edges only (4 neighbours): so a line of pixels, also a slanting one, closes a hole.

What lies outside the image is not known. It counts as what the edge of the image shows: a mask that is cut by the edge is neither
eaten from there nor rounded there. No function changes what it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]

LARGEST_RADIUS = 200.0
_TILE = 128
_CORNERS = 30_000
_CLOSE = 1e-3
"""Distances of pixels are roots of whole numbers: up to the largest radius, two different ones lie further apart than this."""


@dataclass(frozen=True)
class Region:
    """Pixels that an edit touches.

    Attributes:
        x: column of the left edge of the rectangle that holds them.
        y: row of its top edge.
        inside: (h, w) bool, which pixels of the rectangle they are; 0×0 for none.
    """

    x: int
    y: int
    inside: Mask


def polygon_region(points: npt.NDArray[np.floating], height: int, width: int) -> Region:
    """The pixels whose centre lies in a polygon.

    The last point is joined to the first. Where the line crosses itself, all that it goes around is inside. A centre exactly on
    the line belongs to what lies to the right of it or below: neighbours share an edge without gap and without overlap.

    Args:
        points: (N, 2) x, y in image pixels; may lie outside the image. Fewer than three enclose nothing.
        height: of the image in pixels.
        width: of the image in pixels.

    Returns:
        The region, cut off at the edge of the image.

    Raises:
        ValueError: the points are not (N, 2) and finite, or the image has no pixel.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise ValueError(f"points (N, 2) that are finite were expected, not {points.shape}")
    if height < 1 or width < 1:
        raise ValueError(f"an image has at least one pixel, not {height}×{width}")
    if len(points) < 3:
        return Region(0, 0, np.zeros((0, 0), np.bool_))
    first = np.clip(np.ceil(points.min(axis=0) - 0.5), 0, (width, height)).astype(np.int64)
    last = np.clip(np.ceil(points.max(axis=0) - 0.5), 0, (width, height)).astype(np.int64)
    if (last <= first).any():
        return Region(0, 0, np.zeros((0, 0), np.bool_))
    return _smallest(int(first[0]), int(first[1]), _windings(points, first, last) != 0)


def flood_region(mask: Mask, x: int, y: int, allowed: Mask | None = None) -> Region:
    """The pixels that hang together with one pixel and are like it: a piece of the mask, or of the ground around it.

    Args:
        mask: (H, W) bool.
        x: column of the pixel.
        y: row of the pixel.
        allowed: (H, W) bool, pixels that may be in the region; all when left out.

    Returns:
        The region; empty if the pixel lies outside or is not allowed.

    Raises:
        ValueError: `mask` or `allowed` are not as said.
    """
    _check(mask)
    height, width = mask.shape
    if allowed is not None and (allowed.shape != mask.shape or allowed.dtype != np.bool_):
        raise ValueError(f"a map {mask.shape} bool was expected, not {allowed.shape} {allowed.dtype}")
    if not (0 <= x < width and 0 <= y < height) or (allowed is not None and not allowed[y, x]):
        return Region(0, 0, np.zeros((0, 0), np.bool_))
    alike = mask if mask[y, x] else ~mask
    if allowed is not None:
        alike = alike & allowed
    shut = np.ones((height + 2, width + 2), np.uint8)
    shut[1:-1, 1:-1] = ~alike
    neighbours = 8 if mask[y, x] else 4
    flags = neighbours | cv2.FLOODFILL_MASK_ONLY | (2 << 8)
    _, _, _, box = cv2.floodFill(np.zeros(mask.shape, np.uint8), shut, (x, y), 0, flags=flags)
    left, top, across, down = box
    return Region(left, top, shut[top + 1 : top + 1 + down, left + 1 : left + 1 + across] == 2)


def fill_holes(mask: Mask) -> Mask:
    """The mask with its holes: ground that is not joined to the edge of the image (4 neighbours).

    Args:
        mask: (H, W) bool.

    Raises:
        ValueError: it is no such map.
    """
    result, box = _around(mask, 0)
    if box is None:
        return result
    part = result[box]
    ground = np.ones((part.shape[0] + 2, part.shape[1] + 2), np.uint8)
    ground[1:-1, 1:-1] = ~part
    cv2.floodFill(ground, None, (0, 0), 0, flags=4)
    part |= ground[1:-1, 1:-1] != 0
    return result


def keep_largest(mask: Mask) -> Mask:
    """Only the largest piece of the mask (8 neighbours); of equals the one that begins furthest up, then furthest left.

    Args:
        mask: (H, W) bool; an empty one stays empty.

    Raises:
        ValueError: it is no such map.
    """

    def largest(areas: npt.NDArray[np.int32], pieces: npt.NDArray[np.integer]) -> Mask:
        equal = areas == areas.max()
        if equal.sum() > 1:
            first = pieces.flat[np.append(False, equal)[pieces].argmax()]
            equal = np.arange(1, len(areas) + 1) == first
        return equal

    return _pieces(mask, largest)


def remove_islands(mask: Mask, min_px: int) -> Mask:
    """The mask without its pieces (8 neighbours) of fewer than `min_px` pixels.

    Args:
        mask: (H, W) bool.
        min_px: the smallest number of pixels that stays; 0 and 1 remove nothing.

    Raises:
        ValueError: the mask is no such map.
    """
    return _pieces(mask, lambda areas, _: areas >= min_px)


def smooth(mask: Mask, radius: float) -> Mask:
    """What more than half of the disc around a pixel shows.

    Corners, bumps and gaps smaller than the radius go; so do islands and lines that are thinner than about the radius.

    Args:
        mask: (H, W) bool.
        radius: of the disc in pixels, between centres, 1..200.

    Raises:
        ValueError: the mask or the radius are not as said.
    """
    reach = int(_checked(radius))
    rows, columns = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    disc = (rows * rows + columns * columns <= radius * radius).astype(np.float32)

    def change(part: Mask) -> Mask:
        shown = cv2.filter2D(part.astype(np.float32), cv2.CV_32F, disc, borderType=cv2.BORDER_REPLICATE)
        return np.asarray(shown > disc.sum() / 2)  # an odd number of pixels: never a tie

    return _where_it_changes(mask, reach, change)


def grow(mask: Mask, radius: float) -> Mask:
    """Every pixel within a distance of the mask, measured between centres.

    Args:
        mask: (H, W) bool; an empty one stays empty.
        radius: in pixels, 1..200.

    Raises:
        ValueError: the mask or the radius are not as said.
    """
    reach = int(_checked(radius))
    return _where_it_changes(mask, reach, lambda part: np.asarray(_distance(~part) <= radius + _CLOSE))


def shrink(mask: Mask, radius: float) -> Mask:
    """The mask without every pixel within a distance of the ground, measured between centres.

    The edge of the image is no ground: from there nothing is taken away.

    Args:
        mask: (H, W) bool; a full one stays full.
        radius: in pixels, 1..200.

    Raises:
        ValueError: the mask or the radius are not as said.
    """
    reach = int(_checked(radius))
    return _where_it_changes(mask, reach, lambda part: np.asarray(_distance(part) > radius + _CLOSE))


def _check(mask: Mask) -> None:
    if mask.dtype != np.bool_ or mask.ndim != 2 or 0 in mask.shape:
        raise ValueError(f"a mask (H, W) bool was expected, not {mask.shape} {mask.dtype}")


def _checked(radius: float) -> float:
    if not 1 <= radius <= LARGEST_RADIUS:
        raise ValueError(f"a radius lies between 1 and {LARGEST_RADIUS:g} pixels, not {radius}")
    return radius


def _smallest(x: int, y: int, inside: Mask) -> Region:
    """The region in the smallest rectangle."""
    left, top, across, down = cv2.boundingRect(inside.view(np.uint8))
    return Region(x + left, y + top, inside[top : top + down, left : left + across])


def _around(mask: Mask, margin: int) -> tuple[Mask, tuple[slice, slice] | None]:
    """A copy of a mask, and where in it all that is marked lies, with a margin; None where nothing is."""
    _check(mask)
    left, top, across, down = cv2.boundingRect(mask.view(np.uint8))
    if not across:
        return mask.copy(), None
    rows = slice(max(0, top - margin), top + down + margin)
    return mask.copy(), (rows, slice(max(0, left - margin), left + across + margin))


def _where_it_changes(mask: Mask, reach: int, change: Callable[[Mask], Mask]) -> Mask:
    """The mask changed by what looks no further than `reach` pixels and leaves alone what is all mask or all ground.

    Only tiles in whose reach there are both are computed, or the rectangle around the mask where that is less work.

    Args:
        mask: (H, W) bool.
        reach: in pixels, ≥ 1.
        change: (h, w) bool -> (h, w) bool; what lies beyond an edge of the image is its own affair.
    """
    result, box = _around(mask, reach)
    if box is None:
        return result
    rows, columns = (range(*one.indices(size)) for one, size in zip(box, mask.shape, strict=True))
    side = max(_TILE, 4 * reach)
    tiles = []
    for top in rows[::side]:
        for left in columns[::side]:
            y, x = max(0, top - reach), max(0, left - reach)
            seen = mask[y : top + side + reach, x : left + side + reach]
            if 0 < cv2.countNonZero(seen.view(np.uint8)) < seen.size:
                tiles.append((top, left, y, x, seen))
    if sum(seen.size for *_, seen in tiles) >= len(rows) * len(columns):
        part = mask[box]
        result[box] = change(part) if not part.all() else part
        return result
    for top, left, y, x, seen in tiles:
        place = result[top : top + side, left : left + side]
        place[...] = change(seen)[top - y :, left - x :][: place.shape[0], : place.shape[1]]
    return result


def _pieces(mask: Mask, which: Callable[[npt.NDArray[np.int32], npt.NDArray[np.integer]], Mask]) -> Mask:
    """The mask with some of its pieces.

    Args:
        mask: (H, W) bool.
        which: is given the areas (N,) of the pieces and a map of them (0 ground, 1..N); returns (N,) bool, those that stay.
    """
    result, box = _around(mask, 0)
    if box is not None:
        part = result[box].view(np.uint8)
        edges, _ = cv2.findContours(part, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        # A piece begins at a corner: numbers of 16 bits, which take half the time, are enough for so many corners.
        kind = cv2.CV_16U if sum(map(len, edges)) < _CORNERS else cv2.CV_32S
        _, pieces, figures, _ = cv2.connectedComponentsWithStats(part, connectivity=8, ltype=kind)
        result[box] = np.append(False, which(figures[1:, cv2.CC_STAT_AREA], pieces))[pieces]
    return result


def _distance(inside: Mask) -> npt.NDArray[np.float32]:
    """From the centre of each pixel that is inside to the centre of the nearest that is not; 0 for those."""
    distance = cv2.distanceTransform(inside.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(distance, dtype=np.float32)


def _windings(
    points: npt.NDArray[np.floating], corner: npt.NDArray[np.int64], end: npt.NDArray[np.int64]
) -> npt.NDArray[np.int16]:
    """How often a closed line goes around the centre of each pixel from `corner` (x, y) to `end`, which is excluded.

    Going along a row from the left, the number changes where a side of the polygon is crossed. The crossing is computed from the
    side's upper end in the image's own coordinates: the same side of two neighbours is then rounded alike, whatever lies around.
    """
    width, height = end - corner
    other = np.roll(points, -1, axis=0)
    down = other[:, 1] > points[:, 1]
    x0, y0 = np.where(down[:, None], points, other).T
    x1, y1 = np.where(down[:, None], other, points).T
    first = np.clip(np.ceil(y0 - 0.5), corner[1], end[1]).astype(np.int64)
    last = np.clip(np.ceil(y1 - 0.5), corner[1], end[1]).astype(np.int64)
    crossed = last - first
    side = np.repeat(np.arange(len(points)), crossed)
    rows = np.arange(len(side)) - np.repeat(np.cumsum(crossed) - crossed, crossed) + first[side]
    slope = (x1 - x0)[side] / (y1 - y0)[side]
    columns = np.clip(np.ceil(x0[side] + (rows + 0.5 - y0[side]) * slope - 0.5), corner[0], end[0]).astype(np.int64)
    turns = np.zeros((height, width + 1), np.int16)
    np.add.at(turns, (rows - corner[1], columns - corner[0]), np.where(down, 1, -1).astype(np.int16)[side])
    return np.asarray(np.cumsum(turns, axis=1, dtype=np.int16, out=turns)[:, :-1])
