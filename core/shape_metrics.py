"""How alike two masks are in their edges, and thin structures in their course: what Dice alone does not tell.

Which figure suits which task: Maier-Hein et al., Metrics reloaded, Nature Methods 21 (2024).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.mask import apply_threshold, probability_levels

Mask = npt.NDArray[np.bool_]

THIN = 6.0
"""A piece is thin if its area is so many times that of the largest circle inside it: a disc has 1, a square 1.3."""
LONGEST_SIDE = 1024
"""Centrelines of larger masks are found on smaller copies, in which a thin structure still has its course."""


@dataclass(frozen=True)
class Edges:
    """How far the edges of two masks lie apart.

    Attributes:
        hd95: 95th percentile of the distances in pixels, the larger of both directions; 0 if both masks are empty, the
            diagonal of the image if one of them is.
        surface_dice: share of both edges that is no farther from the other than the tolerance, 0..1; 1 if both are empty.
    """

    hd95: float
    surface_dice: float


def compare_edges(mask: Mask, truth: Mask, tolerance: float) -> Edges:
    """Compare the edges of two masks (H, W) bool.

    Args:
        mask: one.
        truth: the other.
        tolerance: pixels.

    Raises:
        ValueError: the masks differ in shape.

    Source: Nikolov et al., arXiv:1809.04430 (surface Dice); Huttenlocher et al., IEEE PAMI 15 (1993).
    """
    if mask.shape != truth.shape:
        raise ValueError(f"masks of one shape were expected, not {mask.shape} and {truth.shape}")
    if not mask.any() or not truth.any():
        alike = not mask.any() and not truth.any()
        return Edges(0.0 if alike else float(np.hypot(*mask.shape)), float(alike))
    place = _around(mask | truth)
    ours, theirs = _edge(mask[place]), _edge(truth[place])
    there, back = _distance_to(theirs)[ours], _distance_to(ours)[theirs]
    near = int(np.count_nonzero(there <= tolerance)) + int(np.count_nonzero(back <= tolerance))
    hd95 = max(float(np.percentile(there, 95)), float(np.percentile(back, 95)))
    return Edges(hd95, near / (len(there) + len(back)))


def shape_figures(logits: npt.NDArray[np.floating], truth: Mask, step: int, thin: bool) -> dict[str, float]:
    """All figures of one prediction: "hd95", "surface_dice", and of thin structures "centreline_dice" and "pieces".

    Edges agree within one cell of the model's own grid: finer it cannot draw.

    Args:
        logits: (G, G) of the model.
        truth: (H, W) bool.
        step: threshold step 1..199.
        thin: whether the structure is thin (`is_thin`).
    """
    mask = apply_threshold(probability_levels(logits, *truth.shape), step)
    edges = compare_edges(mask, truth, max(1.0, max(truth.shape) / logits.shape[0]))
    figures = {"hd95": edges.hd95, "surface_dice": edges.surface_dice}
    if thin:
        figures |= {"centreline_dice": centreline_dice(mask, truth), "pieces": float(pieces(mask))}
    return figures


def is_thin(masks: Iterable[Mask]) -> bool:
    """Whether a structure is thin, by its labels: pieces of them weighed by their area."""
    areas, ratios = [], []
    for mask in masks:
        count, numbers, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
        widest = np.zeros(count)
        np.maximum.at(widest, numbers.ravel(), _depth(mask).ravel())
        for number in range(1, count):
            area = float(stats[number, cv2.CC_STAT_AREA])
            areas.append(area)
            ratios.append(area / (np.pi * max(0.5, widest[number]) ** 2))
    return bool(areas) and float(np.average(ratios, weights=areas)) >= THIN


def pieces(mask: Mask) -> int:
    """Number of pieces of a mask (H, W) bool; pixels that touch by a corner hang together."""
    return int(cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)[0]) - 1


def centreline_dice(mask: Mask, truth: Mask) -> float:
    """Harmonic mean of two shares: of the mask's centreline inside the truth, and of the truth's inside the mask.

    Returns:
        0..1; 1 if both masks are empty, 0 if one is.

    Source: Shit et al., clDice, CVPR 2021.
    """
    if not mask.any() or not truth.any():
        return float(not mask.any() and not truth.any())
    mask, truth = _small(mask), _small(truth)
    ours, theirs = skeleton(mask), skeleton(truth)
    precision = int(np.count_nonzero(ours & truth)) / max(1, int(np.count_nonzero(ours)))
    recall = int(np.count_nonzero(theirs & mask)) / max(1, int(np.count_nonzero(theirs)))
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def skeleton(mask: Mask) -> Mask:
    """Centrelines of a mask (H, W) bool, one pixel wide; each piece keeps at least one pixel.

    Source: Zhang & Suen, CACM 27 (1984), whose thinning alone takes away small squares altogether.
    """
    image = np.pad(mask.astype(np.uint8), 1)
    ring = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)]
    while True:
        before = int(image.sum())
        for first in (True, False):
            around = [np.roll(image, (-y, -x), (0, 1)) for y, x in ring]
            count = np.sum(around, axis=0)
            rises = np.sum([(around[i] == 0) & (around[(i + 1) % 8] == 1) for i in range(8)], axis=0)
            north, east, south, west = around[0], around[2], around[4], around[6]
            ends = (north * east * south == 0) & (east * south * west == 0)
            if not first:
                ends = (north * east * west == 0) & (north * south * west == 0)
            image[(image == 1) & (count >= 2) & (count <= 6) & (rises == 1) & ends] = 0
        if int(image.sum()) == before:
            break
    thin = np.asarray(image[1:-1, 1:-1] > 0)
    _, numbers = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    lost = np.setdiff1d(np.unique(numbers[mask]), numbers[thin])
    inside = _depth(mask)
    for number in lost:
        thin.flat[int(np.argmax(np.where(numbers == number, inside, 0)))] = True
    return thin


def _around(mask: Mask) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _edge(mask: Mask) -> Mask:
    """Pixels of a mask that have a neighbour outside, the border of the image being outside."""
    inner = cv2.erode(np.pad(mask, 1).astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))
    return np.asarray(mask & (inner[1:-1, 1:-1] == 0))


def _depth(mask: Mask) -> npt.NDArray[np.float32]:
    """Of each pixel the distance to the nearest one outside, beyond the border of the image as well."""
    found = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(found[1:-1, 1:-1], dtype=np.float32)


def _distance_to(edge: Mask) -> npt.NDArray[np.float32]:
    found = cv2.distanceTransform((~edge).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(found, dtype=np.float32)


def _small(mask: Mask) -> Mask:
    height, width = mask.shape
    share = LONGEST_SIDE / max(height, width)
    if share >= 1:
        return mask
    size = (max(1, round(width * share)), max(1, round(height * share)))
    return np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.5)
