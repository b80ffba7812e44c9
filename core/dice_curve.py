"""Dice at every threshold at once, exactly, from counts of levels; and the best step of such a curve."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.mask import HALF, STEPS

Curve = npt.NDArray[np.float64]
"""(199,) one value per threshold step 1..199."""
Counts = npt.NDArray[np.int64]
"""(200,) how many pixels have each level 0..199."""
_MOST_AT_ONCE = 1 << 24
"""OpenCV gives counts as float32, which is exact up to here."""


def counts_of(levels: npt.NDArray[np.uint8], inside: npt.NDArray[np.bool_] | None = None) -> Counts:
    """How many pixels have each level.

    Args:
        levels: (H, W) uint8, 0..199.
        inside: (H, W) bool, the pixels that are counted; all of them when left out.

    Raises:
        ValueError: the two differ in size.
    """
    if inside is not None and inside.shape != levels.shape:
        raise ValueError(f"levels {levels.shape} and mask {inside.shape} differ in size")
    counts = np.zeros(STEPS, np.int64)
    if not levels.size:
        return counts
    rows = max(1, _MOST_AT_ONCE // levels.shape[1])
    for top in range(0, levels.shape[0], rows):
        place = np.s_[top : top + rows]
        among = None if inside is None else np.ascontiguousarray(inside[place]).view(np.uint8)
        counts += cv2.calcHist([levels[place]], [0], among, [STEPS], [0, STEPS]).ravel().astype(np.int64)
    return counts


def curves_of(everywhere: Counts, inside: Counts) -> tuple[Curve, Curve]:
    """Dice and IoU of levels against a mask at all 199 threshold steps.

    Args:
        everywhere: of all pixels.
        inside: of the pixels of the mask.

    Returns:
        Dice and IoU, (199,) each, for steps 1..199. Empty against empty counts 1, empty against non-empty 0.
    """
    predicted = np.cumsum(everywhere[::-1])[::-1][1:].astype(np.float64)
    hit = np.cumsum(inside[::-1])[::-1][1:].astype(np.float64)
    both = predicted + float(inside.sum())
    union = both - hit
    dice = np.where(both > 0, 2 * hit / np.maximum(both, 1), 1.0)
    iou = np.where(union > 0, hit / np.maximum(union, 1), 1.0)
    return dice, iou


def score_curves(levels: npt.NDArray[np.uint8], truth: npt.NDArray[np.bool_]) -> tuple[Curve, Curve]:
    """Dice and IoU at all 199 threshold steps, exactly, from one histogram each.

    Args:
        levels: (H, W) uint8 probability levels 0..199 (`core.mask.probability_levels`).
        truth: (H, W) bool.

    Returns:
        As `curves_of`.

    Raises:
        ValueError: the two differ in size.
    """
    return curves_of(counts_of(levels), counts_of(levels, truth))


def best_on(curve: Curve, tolerance: float = 1e-12) -> int:
    """The step with the highest value; of those within `tolerance` of it, the one nearest to 0.5 (the lower of two)."""
    steps = np.flatnonzero(curve >= curve.max() - tolerance) + 1
    return int(steps[np.argmin(np.abs(steps - HALF))])
