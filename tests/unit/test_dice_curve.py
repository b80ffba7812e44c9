"""Dice at all thresholds at once is Dice at each, and the figures that follow strokes are those of the pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core import dice_curve
from core.correction import ADDED, EditLayer
from core.dice_curve import best_on, counts_of, curves_of, score_curves
from core.level_counts import LevelCounts
from core.mask import STEPS, apply_threshold
from core.metrics import dice, iou

SHAPE = (9, 13)
levels = arrays.arrays(np.uint8, SHAPE, elements=st.integers(0, STEPS - 1))
masks = arrays.arrays(np.bool_, SHAPE)
layers = arrays.arrays(np.uint8, SHAPE, elements=st.integers(0, 2))


@given(levels, masks)
def test_the_curve_holds_dice_and_overlap_of_every_threshold(found: np.ndarray, truth: np.ndarray) -> None:
    dices, ious = score_curves(found, truth)
    for step in range(1, STEPS):
        mask = apply_threshold(found, step)
        assert dices[step - 1] == pytest.approx(dice(mask, truth)) and ious[step - 1] == pytest.approx(iou(mask, truth))


@given(levels, masks, st.integers(1, 40))
def test_counting_in_pieces_counts_the_same(found: np.ndarray, inside: np.ndarray, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dice_curve, "_MOST_AT_ONCE", at_once)
        assert np.array_equal(counts_of(found), np.bincount(found.ravel(), minlength=STEPS))
        assert np.array_equal(counts_of(found, inside), np.bincount(found[inside], minlength=STEPS))


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="differ in size"):
        score_curves(np.zeros((2, 3), np.uint8), np.zeros((3, 2), bool))
    with pytest.raises(ValueError, match="differ in size"):
        LevelCounts(np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8))


@pytest.mark.parametrize(
    ("best", "step"), [([50, 60], 60), ([130, 150], 130), ([90, 110], 90), ([1], 1), ([199], 199), (range(1, 200), 100)]
)
def test_of_equally_good_thresholds_the_one_nearest_to_half_is_taken(best, step: int) -> None:
    curve = np.zeros(STEPS - 1)
    curve[[one - 1 for one in best]] = 0.9
    assert best_on(curve) == step


strokes = st.lists(
    st.tuples(
        st.floats(-3, SHAPE[1] + 3), st.floats(-3, SHAPE[0] + 3), st.floats(0.5, 6), st.booleans(), st.booleans()
    ),
    max_size=6,
)


@given(levels, layers, strokes, st.integers(1, STEPS - 1))
def test_figures_that_follow_strokes_are_those_of_the_pixels(
    found: np.ndarray, layer: np.ndarray, drawn: list, step: int
) -> None:
    edits = EditLayer(*SHAPE)
    edits.layer[:] = layer
    counts = LevelCounts(found, edits.layer)
    for x, y, radius, add, take_back in drawn:
        patch = edits.stroke(np.array([[x, y]]), radius, add)
        if take_back:
            edits.revert(patch)
        counts.refresh(patch.x, patch.y, *patch.after.shape[::-1])
    mask = edits.final(apply_threshold(found, step))
    assert counts.area(step) == mask.sum() and counts.is_edited == edits.layer.any()
    assert np.array_equal(counts.everywhere, counts_of(found))
    assert np.array_equal(counts.dice(step), score_curves(found, mask)[0])
    assert np.array_equal(counts.counts[ADDED], counts_of(found, edits.layer == ADDED))


def test_nothing_against_nothing_is_perfect_and_against_something_worthless() -> None:
    everywhere = np.zeros(STEPS, np.int64)
    everywhere[0] = 12
    assert (curves_of(everywhere, np.zeros_like(everywhere))[0] == 1).all()
    assert (curves_of(everywhere, everywhere)[0] == 0).all()
