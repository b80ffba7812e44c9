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

    def begin(self, add: bool, radius: float) -> None:
        """Put the brush down. Raises ValueError for a radius that is not positive, or while a stroke is going on."""
        if not np.isfinite(radius) or radius <= 0:
            raise ValueError(f"a brush has a positive radius, not {radius}")
        if self._live is not None:
            raise ValueError("a stroke is going on already")
        self._live = _Live(ADDED if add else REMOVED, float(radius), self.layer.copy())

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
        before, after = live.before[y0:y1, x0:x1], self.layer[y0:y1, x0:x1]
        changed = (before != after).astype(np.uint8)
        if not changed.any():
            return None
        x, y, w, h = cv2.boundingRect(changed)
        return Patch(x0 + x, y0 + y, before[y : y + h, x : x + w].copy(), after[y : y + h, x : x + w].copy())

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
        rows, columns = np.ogrid[y0:y1, x0:x1]
        inside = _near_segment(columns, rows, start, end, live.radius)
        self.layer[y0:y1, x0:x1][inside] = live.value
        return (x0, y0, x1, y1)

    def _put(self, patch: Patch, content: npt.NDArray[np.uint8]) -> None:
        height, width = content.shape
        if patch.y + height > self.layer.shape[0] or patch.x + width > self.layer.shape[1]:
            raise ValueError("the patch lies outside the image")
        self.layer[patch.y : patch.y + height, patch.x : patch.x + width] = content


def _around(
    one: tuple[int, int, int, int] | None, other: tuple[int, int, int, int] | None
) -> tuple[int, int, int, int] | None:
    """The smallest rectangle x0, y0, x1, y1 that holds both."""
    if one is None or other is None:
        return one or other
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))


def _near_segment(
    columns: npt.NDArray[np.intp],
    rows: npt.NDArray[np.intp],
    start: tuple[float, float],
    end: tuple[float, float],
    radius: float,
) -> npt.NDArray[np.bool_]:
    """Pixels whose centre lies within `radius` of a line.

    A brush smaller than a pixel still marks the pixel it is on: no point is further than 0.71 from the next centre.
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    px, py = columns + 0.5 - start[0], rows + 0.5 - start[1]
    along = np.clip((px * dx + py * dy) / length, 0.0, 1.0) if length else 0.0
    distance = (px - along * dx) ** 2 + (py - along * dy) ** 2
    return np.asarray(distance <= max(radius, 0.71) ** 2)
