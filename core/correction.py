"""Correct a thresholded prediction: an edit layer of added and removed pixels, and patches that can be taken back.

final = (threshold(prediction) ∪ added) \\ removed, where the later stroke wins: a pixel of the layer is what the last
stroke over it made of it, added or removed, never both. The layer does not depend on the prediction, so the threshold can
still be moved after painting.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.brush import pixels_under
from core.mask_tools import Region

UNTOUCHED, ADDED, REMOVED = 0, 1, 2
_PIECE = 64.0
"""A long line is drawn in pieces of this length: what has to be looked at is what lies around it, not the box of it all."""


@dataclass(frozen=True)
class Patch:
    """A rectangle of the edit layer before and after one stroke.

    Attributes:
        x: column of the left edge in image pixels.
        y: row of the top edge.
        before: (h, w) uint8 of 0, 1, 2.
        after: (h, w) uint8, same shape.
    """

    x: int
    y: int
    before: npt.NDArray[np.uint8]
    after: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        if self.before.dtype != np.uint8 or self.after.dtype != np.uint8 or self.before.ndim != 2:
            raise ValueError("a patch holds two maps (h, w) uint8")
        if self.before.shape != self.after.shape or self.x < 0 or self.y < 0:
            raise ValueError("the two maps of a patch have one shape and a place inside the image")


@dataclass
class _Live:
    value: int
    radius: float
    square: bool
    allowed: npt.NDArray[np.bool_] | None
    before: npt.NDArray[np.uint8]
    last: tuple[float, float] | None = None
    box: tuple[int, int, int, int] | None = None


class EditLayer:
    """The edit layer of one image and structure.

    Attributes:
        layer: (H, W) uint8: 0 untouched, 1 added, 2 removed.
    """

    def __init__(self, height: int, width: int) -> None:
        if height < 1 or width < 1:
            raise ValueError(f"an image has at least one pixel, not {height}×{width}")
        self.layer: npt.NDArray[np.uint8] = np.zeros((height, width), np.uint8)
        self._live: _Live | None = None

    def stroke(self, points: npt.NDArray[np.floating], radius: float, add: bool) -> Patch:
        """Draw a whole stroke with a round brush.

        Args:
            points: (N, 2) x, y in image pixels, N ≥ 1; may lie outside.
            radius: of the brush in image pixels, > 0.
            add: True adds, False removes.

        Returns:
            What changed (an empty 0×0 patch if all of it lies outside).

        Raises:
            ValueError: points or radius are not as said.
        """
        points = np.asarray(points, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2 or not len(points):
            raise ValueError(f"points (N, 2) were expected, not {points.shape}")
        self.begin(add, radius)
        for x, y in points:
            self.extend(float(x), float(y))
        patch = self.end()
        empty = np.zeros((0, 0), np.uint8)
        return patch if patch is not None else Patch(0, 0, empty, empty)

    def begin(
        self, add: bool, radius: float, square: bool = False, allowed: npt.NDArray[np.bool_] | None = None
    ) -> None:
        """Put the brush down.

        Args:
            add: True adds, False removes.
            radius: of the brush in image pixels, > 0; of a square one, half of its side.
            square: whether the brush is a square along the image's edges, and not round.
            allowed: (H, W) bool, the only pixels that the stroke may change; every pixel when left out.

        Raises:
            ValueError: the radius is not positive, the map has another shape, or a stroke is going on.
        """
        if not np.isfinite(radius) or radius <= 0:
            raise ValueError(f"a brush has a positive radius, not {radius}")
        if self._live is not None:
            raise ValueError("a stroke is going on already")
        self._check(allowed)
        self._live = _Live(ADDED if add else REMOVED, float(radius), square, allowed, self.layer.copy())

    def extend(self, x: float, y: float) -> tuple[int, int, int, int]:
        """Draw on to (x, y) in image pixels.

        Returns:
            The changed rectangle x0, y0, x1, y1 (end excluded); x1 == x0 if nothing changed.

        Raises:
            ValueError: no stroke is going on, or the point is not finite.
        """
        live = self._live
        if live is None or not (np.isfinite(x) and np.isfinite(y)):
            raise ValueError("no stroke is going on, or the point is not finite")
        start = live.last or (x, y)
        live.last = (x, y)
        pieces = max(1, int(np.ceil(np.hypot(x - start[0], y - start[1]) / max(_PIECE, live.radius))))
        stops = [
            (start[0] + (x - start[0]) * part / pieces, start[1] + (y - start[1]) * part / pieces)
            for part in range(pieces)
        ]
        drawn = None
        for one, other in zip(stops, [*stops[1:], (x, y)], strict=True):
            drawn = _around(drawn, self._draw(one, other, live))
        live.box = _around(live.box, drawn)
        return drawn or (0, 0, 0, 0)

    def end(self) -> Patch | None:
        """Lift the brush.

        Returns:
            The smallest rectangle that holds every changed pixel; None if nothing changed.
        """
        live, self._live = self._live, None
        if live is None or live.box is None:
            return None
        x0, y0, x1, y1 = live.box
        return _difference(x0, y0, live.before[y0:y1, x0:x1], self.layer[y0:y1, x0:x1])

    def paint(self, region: Region, add: bool, allowed: npt.NDArray[np.bool_] | None = None) -> Patch | None:
        """Add or remove all pixels of a region at once, like one dab of a brush of that form.

        Args:
            region: the pixels; what lies outside the image is left out.
            add: True adds, False removes.
            allowed: as in `begin`.

        Returns:
            The smallest rectangle that holds every changed pixel; None if nothing changed.

        Raises:
            ValueError: the map has another shape, or a stroke is going on.
        """
        self._check(allowed)
        if self._live is not None:
            raise ValueError("a stroke is going on already")
        rows, columns = region.inside.shape
        x0, y0 = max(0, region.x), max(0, region.y)
        x1, y1 = max(x0, region.x + columns), max(y0, region.y + rows)
        place = np.s_[y0:y1, x0:x1]
        piece = self.layer[place]
        inside = region.inside[y0 - region.y :, x0 - region.x :][: piece.shape[0], : piece.shape[1]]
        if allowed is not None:
            inside = inside & allowed[place]
        after = np.where(inside, np.uint8(ADDED if add else REMOVED), piece)
        return self._exchange(x0, y0, after)

    def become(self, seen: npt.NDArray[np.bool_], wanted: npt.NDArray[np.bool_]) -> Patch | None:
        """Turn the mask that is seen now into another one; only pixels that differ are added or removed.

        Args:
            seen: (H, W) bool, what `final` gives now.
            wanted: (H, W) bool, what `final` will give.

        Returns:
            The smallest rectangle that holds every changed pixel; None if nothing changed.

        Raises:
            ValueError: another shape or type, or a stroke is going on.
        """
        if self._live is not None:
            raise ValueError("a stroke is going on already")
        self._check(seen)
        self._check(wanted)
        differs = seen != wanted
        x, y, w, h = cv2.boundingRect(differs.view(np.uint8))
        place = np.s_[y : y + h, x : x + w]
        value = np.where(wanted[place], np.uint8(ADDED), np.uint8(REMOVED))
        return self._exchange(x, y, np.where(differs[place], value, self.layer[place]))

    def apply(self, patch: Patch) -> None:
        """Do a stroke (again). Raises ValueError if the patch does not fit into the image."""
        self._put(patch, patch.after)

    def revert(self, patch: Patch) -> None:
        """Take a stroke back. Raises ValueError if the patch does not fit into the image."""
        self._put(patch, patch.before)

    def final(self, thresholded: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """The mask: (thresholded ∪ added) \\ removed.

        Args:
            thresholded: (H, W) bool.

        Raises:
            ValueError: another shape or type.
        """
        if thresholded.dtype != np.bool_ or thresholded.shape != self.layer.shape:
            raise ValueError(f"a mask {self.layer.shape} bool was expected, not {thresholded.shape}")
        return np.asarray((thresholded | (self.layer == ADDED)) & (self.layer != REMOVED))

    def _draw(
        self, start: tuple[float, float], end: tuple[float, float], live: _Live
    ) -> tuple[int, int, int, int] | None:
        """Draw a line; return the rectangle around it that lies in the image, None if none does."""
        height, width = self.layer.shape
        reach = live.radius + 1
        x0 = max(0, int(np.floor(min(start[0], end[0]) - reach)))
        y0 = max(0, int(np.floor(min(start[1], end[1]) - reach)))
        x1 = min(width, int(np.ceil(max(start[0], end[0]) + reach)) + 1)
        y1 = min(height, int(np.ceil(max(start[1], end[1]) + reach)) + 1)
        if x1 <= x0 or y1 <= y0:
            return None
        inside = pixels_under(live.radius, live.square, start, end, (x0, y0, x1, y1))
        if live.allowed is not None:
            inside &= live.allowed[y0:y1, x0:x1]
        self.layer[y0:y1, x0:x1][inside] = live.value
        return (x0, y0, x1, y1)

    def _exchange(self, x: int, y: int, after: npt.NDArray[np.uint8]) -> Patch | None:
        """Put a piece of the layer in its place; what changed by it, None if nothing did."""
        place = np.s_[y : y + after.shape[0], x : x + after.shape[1]]
        patch = _difference(x, y, self.layer[place], after)
        self.layer[place] = after
        return patch

    def _check(self, pixels: npt.NDArray[np.bool_] | None) -> None:
        if pixels is not None and (pixels.dtype != np.bool_ or pixels.shape != self.layer.shape):
            raise ValueError(f"a map {self.layer.shape} bool was expected, not {pixels.shape} {pixels.dtype}")

    def _put(self, patch: Patch, content: npt.NDArray[np.uint8]) -> None:
        height, width = content.shape
        if patch.y + height > self.layer.shape[0] or patch.x + width > self.layer.shape[1]:
            raise ValueError("the patch lies outside the image")
        self.layer[patch.y : patch.y + height, patch.x : patch.x + width] = content


def _difference(x: int, y: int, before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> Patch | None:
    """The smallest patch that makes `after` of `before`, which lie at (x, y); None if they are equal."""
    if not after.size:
        return None
    left, top, w, h = cv2.boundingRect((before != after).view(np.uint8))
    if not w:
        return None
    place = np.s_[top : top + h, left : left + w]
    return Patch(x + left, y + top, before[place].copy(), after[place].copy())


def _around(
    one: tuple[int, int, int, int] | None, other: tuple[int, int, int, int] | None
) -> tuple[int, int, int, int] | None:
    """The smallest rectangle x0, y0, x1, y1 that holds both."""
    if one is None or other is None:
        return one or other
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))
