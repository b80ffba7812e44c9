"""Tools on whole masks, each against the plainest way to say the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage

from core.mask_tools import (
    Region,
    fill_holes,
    flood_region,
    grow,
    keep_largest,
    polygon_region,
    remove_islands,
    shrink,
    smooth,
)

ACROSS, EDGES = np.ones((3, 3), bool), ndimage.generate_binary_structure(2, 1)
HEIGHT, WIDTH = 20, 30

masks = array_shapes(min_dims=2, max_dims=2, max_side=24).flatmap(lambda shape: arrays(bool, shape))
smooth_masks = st.tuples(st.integers(0, 2**32 - 1), st.floats(0.5, 2.5), st.integers(4, 40), st.integers(4, 40)).map(
    lambda made: ndimage.gaussian_filter(np.random.default_rng(made[0]).random(made[2:]), made[1]) > 0.5
)
some_masks = st.one_of(masks, smooth_masks)
corners = st.tuples(st.floats(-15, 45), st.floats(-15, 35))


def drawn(region: Region, height: int, width: int) -> np.ndarray:
    result = np.zeros((height, width), bool)
    rows, columns = region.inside.shape
    result[region.y : region.y + rows, region.x : region.x + columns] = region.inside
    return result


def windings(points: np.ndarray, x: float, y: float) -> int:
    """By the sum of angles under which the sides are seen."""
    seen = points - (x, y)
    ahead = np.roll(seen, -1, axis=0)
    cross = seen[:, 0] * ahead[:, 1] - seen[:, 1] * ahead[:, 0]
    return round(np.arctan2(cross, (seen * ahead).sum(axis=1)).sum() / (2 * np.pi))


def near_a_side(points: np.ndarray, x: float, y: float) -> bool:
    start, side = points, np.roll(points, -1, axis=0) - points
    length = np.maximum((side**2).sum(axis=1), 1e-30)
    along = np.clip((((x, y) - start) * side).sum(axis=1) / length, 0, 1)[:, None]
    return bool((np.hypot(*((x, y) - start - along * side).T) < 1e-6).any())


@settings(max_examples=150)
@given(st.lists(corners, min_size=3, max_size=9))
def test_a_polygon_holds_the_centres_that_its_line_goes_around(points: list) -> None:
    line = np.array(points)
    found = drawn(polygon_region(line, HEIGHT, WIDTH), HEIGHT, WIDTH)
    for row in range(HEIGHT):
        for column in range(WIDTH):
            if not near_a_side(line, column + 0.5, row + 0.5):
                assert found[row, column] == (windings(line, column + 0.5, row + 0.5) != 0)


@given(st.integers(-3, 33), st.integers(-3, 23), st.integers(0, 40), st.integers(0, 40), st.booleans())
def test_a_rectangle_in_whole_pixels_is_exactly_these_pixels(x: int, y: int, w: int, h: int, back: bool) -> None:
    line = np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], float)
    found = drawn(polygon_region(line[::-1] if back else line, HEIGHT, WIDTH), HEIGHT, WIDTH)
    expected = np.zeros((HEIGHT, WIDTH), bool)
    expected[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)] = True
    assert np.array_equal(found, expected)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40)), min_size=2, max_size=5))
@example([(8, 2), (53, 37)])  # passes through the centre of a pixel
def test_neighbours_share_an_edge_without_gap_and_overlap(shared: list) -> None:
    middle = np.array(shared, float) / 2
    middle = middle[np.argsort(middle[:, 1], kind="stable")]
    top, bottom = middle[0, 1], middle[-1, 1]
    left = np.concatenate([[(-1, top)], middle, [(-1, bottom)]])
    right = np.concatenate([[(31, top)], middle, [(31, bottom)]])
    one, other = (drawn(polygon_region(line, HEIGHT, WIDTH), HEIGHT, WIDTH) for line in (left, right))
    assert not (one & other).any()
    rows = np.arange(HEIGHT) + 0.5
    assert np.array_equal((one | other).all(axis=1), (rows >= top) & (rows < bottom))


def test_a_line_that_crosses_itself_encloses_all_that_it_goes_around() -> None:
    twice = np.array([(2, 2), (18, 2), (18, 18), (2, 18)] * 2, float)
    assert drawn(polygon_region(twice, HEIGHT, WIDTH), HEIGHT, WIDTH).sum() == 16 * 16
    eight = np.array([(2, 2), (18, 18), (18, 2), (2, 18)], float)
    assert drawn(polygon_region(eight, HEIGHT, WIDTH), HEIGHT, WIDTH)[[10, 10], [4, 15]].all()


@pytest.mark.parametrize("points", [[], [(3.0, 3.0)], [(1.0, 1.0), (9.0, 9.0)], [(5.6, 1.0), (5.9, 1.0), (5.7, 9.0)]])
def test_what_encloses_no_centre_is_an_empty_region(points: list) -> None:
    assert polygon_region(np.array(points).reshape(-1, 2), HEIGHT, WIDTH).inside.size == 0


@given(some_masks, st.data())
def test_flooding_takes_what_hangs_together_and_is_alike(mask: np.ndarray, data: st.DataObject) -> None:
    y, x = data.draw(st.integers(0, mask.shape[0] - 1)), data.draw(st.integers(0, mask.shape[1] - 1))
    allowed = data.draw(st.one_of(st.none(), arrays(bool, mask.shape)))
    alike = (mask == mask[y, x]) & (allowed if allowed is not None else True)
    pieces, _ = ndimage.label(alike, ACROSS if mask[y, x] else EDGES)
    expected = (pieces == pieces[y, x]) & alike[y, x]
    assert np.array_equal(drawn(flood_region(mask, x, y, allowed), *mask.shape), expected)


def test_flooding_from_outside_the_image_takes_nothing() -> None:
    for x, y in ((-1, 0), (0, -1), (3, 0), (0, 2)):
        assert flood_region(np.zeros((2, 3), bool), x, y).inside.size == 0


@given(some_masks)
def test_holes_are_ground_that_does_not_reach_the_edge(mask: np.ndarray) -> None:
    assert np.array_equal(fill_holes(mask), ndimage.binary_fill_holes(mask, EDGES))


@given(some_masks)
def test_the_largest_piece_stays_of_equals_the_first(mask: np.ndarray) -> None:
    pieces, count = ndimage.label(mask, ACROSS)  # numbered in the order in which their first pixels come
    areas = np.bincount(pieces.ravel(), minlength=2)[1:]
    assert np.array_equal(keep_largest(mask), (pieces == areas.argmax() + 1) if count else mask)


@given(some_masks, st.integers(0, 30))
def test_islands_below_a_size_go(mask: np.ndarray, min_px: int) -> None:
    pieces, count = ndimage.label(mask, ACROSS)
    kept = [one for one in range(1, count + 1) if (pieces == one).sum() >= min_px]
    assert np.array_equal(remove_islands(mask, min_px), np.isin(pieces, kept))


def disc(radius: float) -> np.ndarray:
    reach = int(radius)
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return np.hypot(rows, columns) <= radius + 1e-9


@settings(max_examples=60)
@given(some_masks, st.sampled_from([1, 1.5, 2, 3, 4.3, 7, 12]))
def test_smoothing_is_the_majority_in_the_disc(mask: np.ndarray, radius: float) -> None:
    shown = ndimage.correlate(mask.astype(int), disc(radius).astype(int), mode="nearest")
    assert np.array_equal(smooth(mask, radius), 2 * shown > disc(radius).sum())


@settings(max_examples=60)
@given(some_masks, st.sampled_from([1, 1.5, 2, 3, 5, 9.7, 20]))
def test_growing_and_shrinking_go_by_the_distance_of_centres(mask: np.ndarray, radius: float) -> None:
    assert np.array_equal(grow(mask, radius), ndimage.binary_dilation(mask, disc(radius)))
    eroded = ndimage.binary_erosion(mask, disc(radius), border_value=True)
    assert np.array_equal(shrink(mask, radius), eroded)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(0, 12), st.booleans(), st.sampled_from([1, 3, 4.3, 20]))
def test_a_large_mask_that_is_done_tile_by_tile_becomes_the_same(
    seed: int, islands: int, turn: bool, radius: float
) -> None:
    rng = np.random.default_rng(seed)
    mask = np.zeros((400, 520), bool)
    for row, column, high, wide in zip(
        *rng.integers(0, 400, (2, islands)), *rng.integers(1, 60, (2, islands)), strict=True
    ):
        mask[row : row + high, column : column + wide] = True
    mask ^= turn
    away, deep = (ndimage.distance_transform_edt(one) if one.any() else None for one in (~mask, mask))
    near = away <= radius + 1e-6 if mask.any() and away is not None else np.full_like(mask, mask.all())
    assert np.array_equal(grow(mask, radius), near)
    kept = deep > radius + 1e-6 if not mask.all() and deep is not None else mask
    assert np.array_equal(shrink(mask, radius), kept)
    if radius < 20:
        shown = ndimage.correlate(mask.astype(int), disc(radius).astype(int), mode="nearest")
        assert np.array_equal(smooth(mask, radius), 2 * shown > disc(radius).sum())
    pieces, count = ndimage.label(mask, ACROSS)
    kept = [one for one in range(1, count + 1) if (pieces == one).sum() >= 500]
    assert np.array_equal(remove_islands(mask, 500), np.isin(pieces, kept))


def test_more_pieces_than_sixteen_bits_can_number_are_told_apart() -> None:
    mask = np.zeros((600, 600), bool)
    mask[::2, ::2] = True
    mask[300:340, 300:340] = True
    kept = keep_largest(mask)
    assert kept[300:340, 300:340].all() and kept[:299].sum() == 0
    mask[300:340, 300:340] = False
    assert not remove_islands(mask, 2).any()


@given(some_masks)
def test_nothing_changes_what_it_is_given(mask: np.ndarray) -> None:
    before = mask.copy()
    for made in (fill_holes(mask), keep_largest(mask), remove_islands(mask, 5), smooth(mask, 2), grow(mask, 2)):
        made[:] = ~made
    shrink(mask, 1)[:] = True
    assert np.array_equal(mask, before)


def test_a_large_radius_still_counts_exactly() -> None:
    mask = np.zeros((500, 500), bool)
    mask[250, 250] = True
    rows, columns = np.mgrid[-250:250, -250:250]
    assert np.array_equal(grow(mask, 200), rows**2 + columns**2 <= 200**2)
    half = columns < 0
    assert np.array_equal(smooth(half, 200), half), "a straight edge stays where it is"


def test_what_is_no_mask_no_outline_and_no_radius_is_refused() -> None:
    mask = np.zeros((4, 5), bool)
    for wrong in (np.zeros((4, 5), np.uint8), np.zeros(4, bool), np.zeros((0, 4), bool)):
        for tool in (fill_holes, keep_largest):
            with pytest.raises(ValueError, match="mask"):
                tool(wrong)
    for radius in (0, 0.5, -1, 201, float("nan")):
        for sized in (smooth, grow, shrink):
            with pytest.raises(ValueError, match="radius"):
                sized(mask, radius)
    for points in (np.zeros((3, 3)), np.zeros(2), np.array([(0, 0), (1, 1), (np.nan, 0)])):
        with pytest.raises(ValueError, match="points"):
            polygon_region(points, 4, 5)
    with pytest.raises(ValueError, match="pixel"):
        polygon_region(np.zeros((3, 2)), 0, 5)
    with pytest.raises(ValueError, match="map"):
        flood_region(mask, 0, 0, np.zeros((5, 4), bool))
