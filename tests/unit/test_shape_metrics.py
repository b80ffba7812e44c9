"""Edges and centrelines: the stated cases of empty masks, known distances, and what holds for any mask."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from core.shape_metrics import THIN, centreline_dice, compare_edges, is_thin, pieces, skeleton

Mask = npt.NDArray[np.bool_]


def disc(row: int, column: int, radius: int, side: int = 64) -> Mask:
    rows, columns = np.mgrid[:side, :side]
    return np.asarray((rows - row) ** 2 + (columns - column) ** 2 <= radius**2)


def vessels(side: int = 200) -> Mask:
    canvas = np.zeros((side, side), np.uint8)
    for number in range(5):
        points = [(0, 30 * number + 10), (side // 2, 25 * number + 40), (side - 1, 20 * number + 60)]
        cv2.polylines(canvas, [np.array(points, np.int32)], False, 1, 3)
    return canvas > 0


@st.composite
def masks(draw: st.DrawFn) -> Mask:
    seed, side = draw(st.integers(0, 9999)), draw(st.integers(4, 24))
    noise = np.random.default_rng(seed).random((side, side)).astype(np.float32)
    return np.asarray(cv2.blur(noise, (3, 3)) > draw(st.floats(0.3, 0.7)))


def test_a_shift_is_the_distance_of_the_edges() -> None:
    square = np.zeros((64, 64), np.bool_)
    square[20:40, 20:40] = True
    edges = compare_edges(np.roll(square, 3, 1), square, 3)
    assert edges.hd95 == 3 and edges.surface_dice == 1
    assert compare_edges(np.roll(square, 3, 1), square, 1).surface_dice < 0.9


def test_empty_masks() -> None:
    nothing, something = np.zeros((30, 40), np.bool_), np.ones((30, 40), np.bool_)
    assert (compare_edges(nothing, nothing, 1).hd95, compare_edges(nothing, nothing, 1).surface_dice) == (0, 1)
    assert (compare_edges(nothing, something, 1).hd95, compare_edges(something, nothing, 1).surface_dice) == (50, 0)
    assert centreline_dice(nothing, nothing) == 1 and centreline_dice(nothing, something) == 0
    assert pieces(nothing) == 0 and not is_thin([nothing])
    with pytest.raises(ValueError, match="one shape"):
        compare_edges(nothing, something.T, 1)


@settings(max_examples=60, deadline=None)
@given(mask=masks(), other=masks())
def test_edges_agree_with_a_slow_reckoning(mask: Mask, other: Mask) -> None:
    side = min(len(mask), len(other))
    one, two = mask[:side, :side], other[:side, :side]
    if not one.any() or not two.any():
        return

    def edge(m: Mask) -> npt.NDArray[np.intp]:
        wide = np.pad(m, 1)
        inner = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
        return np.argwhere(m & ~inner)

    apart = cdist(edge(one), edge(two))
    there, back = apart.min(1), apart.min(0)
    edges = compare_edges(one, two, 1.5)
    assert edges.hd95 == pytest.approx(max(np.percentile(there, 95), np.percentile(back, 95)), abs=1e-3)
    assert edges.surface_dice == pytest.approx(((there <= 1.5).sum() + (back <= 1.5).sum()) / (len(there) + len(back)))
    assert compare_edges(two, one, 1.5) == edges and compare_edges(one, one, 0).surface_dice == 1


@settings(max_examples=40, deadline=None)
@given(mask=masks())
def test_thinning_keeps_within_the_mask_and_adds_no_piece(mask: Mask) -> None:
    thin = skeleton(mask)
    assert not (thin & ~mask).any() and pieces(thin) == pieces(mask)
    assert centreline_dice(mask, mask) == 1


def test_thin_structures_are_told_by_their_labels() -> None:
    cells = disc(15, 15, 8) | disc(45, 20, 7) | disc(30, 50, 9)
    assert is_thin([vessels()]) and not is_thin([disc(32, 32, 20)]) and not is_thin([cells])
    assert THIN > 1.3


def test_a_gap_costs_the_centreline_more_than_its_pixels() -> None:
    whole = vessels()
    broken = whole.copy()
    broken[:, 90:110] = False
    assert pieces(broken) > pieces(whole) and centreline_dice(broken, whole) < centreline_dice(whole, whole) == 1
    large = cv2.resize(whole.astype(np.uint8), None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST) > 0
    assert centreline_dice(large, large) == 1
