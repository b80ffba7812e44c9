"""The edit layer: strokes, what they change, and that taking them back leaves no trace."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.correction import ADDED, REMOVED, EditLayer, Patch
from core.mask_tools import Region

HEIGHT, WIDTH = 40, 60

points = st.lists(
    st.tuples(st.floats(-50, 110, allow_nan=False), st.floats(-50, 90, allow_nan=False)), min_size=1, max_size=6
)
strokes = st.tuples(points, st.floats(0.1, 30), st.booleans())


def layer_with(*drawn: tuple[list[tuple[float, float]], float, bool]) -> EditLayer:
    edits = EditLayer(HEIGHT, WIDTH)
    for path, radius, add in drawn:
        edits.stroke(np.array(path), radius, add)
    return edits


def far_from(path: list[tuple[float, float]]) -> np.ndarray:
    """Distance (H, W) of every pixel's centre from a line, one point after the other, with nothing clever."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    best = np.full((HEIGHT, WIDTH), np.inf)
    for (x0, y0), (x1, y1) in zip(path, path[1:] or path, strict=False):
        dx, dy = x1 - x0, y1 - y0
        length = dx * dx + dy * dy
        along = np.clip(((columns - x0) * dx + (rows - y0) * dy) / length, 0, 1) if length > 1e-12 else 0.0
        best = np.minimum(best, np.hypot(columns - x0 - along * dx, rows - y0 - along * dy))
    return best


@settings(max_examples=150, deadline=None)
@given(strokes)
def test_a_stroke_is_every_pixel_within_its_radius(stroke: tuple) -> None:
    path, radius, add = stroke
    layer = layer_with(stroke).layer
    distance, reach = far_from(path), max(radius, 0.71)
    value = ADDED if add else REMOVED
    assert (layer[distance < reach - 1e-6] == value).all()
    assert not layer[distance > reach + 1e-6].any()


def test_a_long_line_is_the_same_in_pieces() -> None:
    edits = EditLayer(600, 900)
    edits.stroke(np.array([[10.0, 10.0], [880.0, 560.0]]), 5.0, True)
    rows, columns = np.mgrid[:600, :900] + 0.5
    along = np.clip(((columns - 10) * 870 + (rows - 10) * 550) / (870**2 + 550**2), 0, 1)
    distance = np.hypot(columns - 10 - along * 870, rows - 10 - along * 550)
    assert np.array_equal(edits.layer == ADDED, distance <= 5.0)


@given(st.floats(0, WIDTH - 0.01), st.floats(0, HEIGHT - 0.01))
def test_the_smallest_brush_marks_the_pixel_it_is_on(x: float, y: float) -> None:
    assert layer_with(([(x, y)], 0.1, True)).layer[int(y), int(x)] == ADDED


@settings(max_examples=100, deadline=None)
@given(st.lists(strokes, min_size=1, max_size=6))
def test_taking_strokes_back_and_doing_them_again_leaves_no_trace(drawn: list) -> None:
    edits = EditLayer(HEIGHT, WIDTH)
    states, patches = [edits.layer.copy()], []
    for path, radius, add in drawn:
        patches.append(edits.stroke(np.array(path), radius, add))
        states.append(edits.layer.copy())
    for patch, state in zip(reversed(patches), reversed(states[:-1]), strict=True):
        edits.revert(patch)
        assert np.array_equal(edits.layer, state)
    for patch, state in zip(patches, states[1:], strict=True):
        edits.apply(patch)
        assert np.array_equal(edits.layer, state)


@settings(max_examples=60, deadline=None)
@given(st.lists(strokes, max_size=5), st.integers(0, 2**32 - 1))
def test_the_mask_is_the_prediction_and_added_without_removed(drawn: list, seed: int) -> None:
    thresholded = np.random.default_rng(seed).random((HEIGHT, WIDTH)) > 0.5
    expected = thresholded.copy()
    for path, radius, add in drawn:
        edges = np.abs(far_from(path) - max(radius, 0.71)) < 1e-6
        if edges.any():  # on the border the last bit decides: not what this test is about
            return
        expected[far_from(path) <= max(radius, 0.71)] = add
    edits = layer_with(*drawn)
    mask = edits.final(thresholded)
    assert np.array_equal(mask, expected), "the later stroke wins"
    assert np.array_equal(mask, (thresholded | (edits.layer == ADDED)) & (edits.layer != REMOVED))


@settings(max_examples=100, deadline=None)
@given(points, st.floats(0.1, 30), st.booleans())
def test_a_square_brush_marks_what_its_square_passes_over(path: list, radius: float, add: bool) -> None:
    edits = EditLayer(HEIGHT, WIDTH)
    edits.begin(add, radius, square=True)
    for x, y in path:
        edits.extend(x, y)
    edits.end()
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    half, marked, certain = max(radius, 0.5), np.zeros((HEIGHT, WIDTH), bool), np.zeros((HEIGHT, WIDTH), bool)
    for (x0, y0), (x1, y1) in zip(path, path[1:] or path, strict=False):
        for part in np.linspace(0, 1, 200):
            x, y = x0 + part * (x1 - x0), y0 + part * (y1 - y0)
            reach = np.maximum(abs(columns - x), abs(rows - y))
            marked |= reach <= half + 1
            certain |= reach <= half - 1e-6
    value = ADDED if add else REMOVED
    assert (edits.layer[certain] == value).all() and not edits.layer[~marked].any()


@given(st.floats(0, WIDTH - 0.01), st.floats(0, HEIGHT - 0.01))
def test_the_smallest_square_brush_marks_the_pixel_it_is_on(x: float, y: float) -> None:
    edits = EditLayer(HEIGHT, WIDTH)
    edits.begin(True, 0.1, square=True)
    edits.extend(x, y)
    assert edits.layer[int(y), int(x)] == ADDED and (edits.layer != 0).sum() <= 4


def test_a_square_brush_has_the_side_it_says() -> None:
    edits = EditLayer(HEIGHT, WIDTH)
    edits.begin(True, 3.0, square=True)
    edits.extend(20.0, 20.0)
    edits.extend(30.0, 20.0)
    assert np.argwhere(edits.layer).min(axis=0).tolist() == [17, 17] and (edits.layer != 0).sum() == 6 * 16


@given(strokes, st.integers(0, 2**32 - 1), st.booleans())
def test_a_limited_stroke_changes_only_what_it_may(stroke: tuple, seed: int, square: bool) -> None:
    path, radius, add = stroke
    allowed = np.random.default_rng(seed).random((HEIGHT, WIDTH)) > 0.5
    free, limited = EditLayer(HEIGHT, WIDTH), EditLayer(HEIGHT, WIDTH)
    free.begin(add, radius, square)
    limited.begin(add, radius, square, allowed)
    for x, y in path:
        free.extend(x, y)
        limited.extend(x, y)
    assert np.array_equal(limited.layer, np.where(allowed, free.layer, 0))


regions = st.builds(
    lambda x, y, height, width, seed: Region(x, y, np.random.default_rng(seed).random((height, width)) > 0.4),
    st.integers(-20, 70), st.integers(-20, 50), st.integers(0, 30), st.integers(0, 30), st.integers(0, 2**32 - 1),
)  # fmt: skip


@given(st.lists(st.tuples(regions, st.booleans(), st.booleans()), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_regions_paint_like_a_dab_and_can_be_taken_back(painted: list, seed: int) -> None:
    allowed = np.random.default_rng(seed).random((HEIGHT, WIDTH)) > 0.5
    edits, done = EditLayer(HEIGHT, WIDTH), []
    for region, add, limited in painted:
        before, expected = edits.layer.copy(), edits.layer.copy()
        for row, column in np.argwhere(region.inside) + (region.y, region.x):
            if 0 <= row < HEIGHT and 0 <= column < WIDTH and (allowed[row, column] or not limited):
                expected[row, column] = ADDED if add else REMOVED
        patch = edits.paint(region, add, allowed if limited else None)
        assert np.array_equal(edits.layer, expected) and (patch is None) == np.array_equal(before, expected)
        done += [(patch, before)] if patch is not None else []
    for patch, before in reversed(done):
        edits.revert(patch)
        assert np.array_equal(edits.layer, before)


@given(strokes, st.integers(0, 2**32 - 1))
def test_the_mask_becomes_what_is_wanted_and_nothing_else_is_touched(stroke: tuple, seed: int) -> None:
    rng = np.random.default_rng(seed)
    thresholded, wanted = rng.random((2, HEIGHT, WIDTH)) > 0.5
    edits = layer_with(stroke)
    before, seen = edits.layer.copy(), edits.final(thresholded)
    patch = edits.become(seen, wanted)
    assert np.array_equal(edits.final(thresholded), wanted)
    assert np.array_equal(edits.layer != before, seen != wanted)
    assert edits.become(wanted, wanted) is None
    edits.revert(patch)
    assert np.array_equal(edits.layer, before)


def test_the_patch_is_the_smallest_rectangle_that_changed() -> None:
    edits = EditLayer(HEIGHT, WIDTH)
    edits.stroke(np.array([[20.5, 20.5]]), 3.0, True)
    patch = edits.stroke(np.array([[20.5, 20.5], [30.5, 20.5]]), 3.0, True)
    changed = np.argwhere(patch.before != patch.after)
    assert changed[:, 0].min() == 0 and changed[:, 0].max() == patch.after.shape[0] - 1
    assert changed[:, 1].min() == 0 and changed[:, 1].max() == patch.after.shape[1] - 1


def test_painting_what_is_painted_already_is_no_step() -> None:
    edits = EditLayer(HEIGHT, WIDTH)
    edits.stroke(np.array([[20.0, 20.0]]), 5.0, True)
    edits.begin(True, 3.0)
    edits.extend(20, 20)
    assert edits.end() is None


def test_a_stroke_outside_changes_nothing() -> None:
    edits = EditLayer(HEIGHT, WIDTH)
    edits.begin(True, 5.0)
    assert edits.extend(-100, -100) == (0, 0, 0, 0)
    assert edits.end() is None
    assert edits.stroke(np.array([[-100.0, -100.0]]), 5.0, True).after.size == 0
    assert not edits.layer.any()


def test_the_rectangle_of_each_move_holds_all_that_it_changed() -> None:
    edits, rng = EditLayer(300, 400), np.random.default_rng(5)
    edits.begin(True, 7.0)
    for _ in range(30):
        before = edits.layer.copy()
        x0, y0, x1, y1 = edits.extend(float(rng.uniform(-50, 450)), float(rng.uniform(-50, 350)))
        before[y0:y1, x0:x1] = edits.layer[y0:y1, x0:x1]
        assert np.array_equal(before, edits.layer)
    patch = edits.end()
    edits.revert(patch)
    assert not edits.layer.any()


def test_what_cannot_be_a_stroke_is_refused() -> None:
    edits = EditLayer(HEIGHT, WIDTH)
    for radius in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="radius"):
            edits.begin(True, radius)
    for path in (np.zeros((0, 2)), np.zeros((3, 3)), np.zeros(2)):
        with pytest.raises(ValueError, match="points"):
            edits.stroke(path, 1.0, True)
    with pytest.raises(ValueError, match="no stroke"):
        edits.extend(1, 1)
    everywhere = np.ones((HEIGHT, WIDTH), bool)
    for wrong in (everywhere[:3], everywhere.astype(np.uint8)):
        with pytest.raises(ValueError, match="map"):
            edits.begin(True, 1.0, allowed=wrong)
        with pytest.raises(ValueError, match="map"):
            edits.paint(Region(0, 0, everywhere), True, wrong)
        with pytest.raises(ValueError, match="map"):
            edits.become(everywhere, wrong)
        with pytest.raises(ValueError, match="map"):
            edits.become(wrong, everywhere)
    edits.begin(True, 1.0)
    with pytest.raises(ValueError, match="going on"):
        edits.begin(True, 1.0)
    for whole in (lambda: edits.paint(Region(0, 0, everywhere), True), lambda: edits.become(everywhere, everywhere)):
        with pytest.raises(ValueError, match="going on"):
            whole()
    with pytest.raises(ValueError, match="not finite"):
        edits.extend(float("nan"), 1)


def test_what_cannot_be_a_patch_is_refused() -> None:
    piece = np.zeros((3, 3), np.uint8)
    edits = EditLayer(HEIGHT, WIDTH)
    for x, y in ((WIDTH - 2, 0), (0, HEIGHT - 2)):
        with pytest.raises(ValueError, match="outside"):
            edits.apply(Patch(x, y, piece, piece))
    for arguments in ((-1, 0, piece, piece), (0, 0, piece, piece[:2]), (0, 0, piece.astype(int), piece)):
        with pytest.raises(ValueError, match="patch"):
            Patch(*arguments)
    with pytest.raises(ValueError, match="pixel"):
        EditLayer(0, 3)
    for mask in (np.zeros((HEIGHT, WIDTH), np.uint8), np.zeros((WIDTH, HEIGHT), bool)):
        with pytest.raises(ValueError, match="expected"):
            edits.final(mask)
