"""One definition of the threshold: what the slider shows, the database keeps and the PNG holds are the same pixels."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image as Picture

from core.mask import (
    HALF,
    STEPS,
    apply_threshold,
    decode_png,
    encode_png,
    enlarge,
    levels_of,
    probability_levels,
    step_of,
    threshold_of,
)


@given(st.integers(1, STEPS - 1))
def test_a_step_and_its_threshold_go_there_and_back(step: int) -> None:
    assert step_of(threshold_of(step)) == step


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, 1.1, float("nan"), float("inf")])
def test_a_threshold_outside_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        step_of(value)


@pytest.mark.parametrize("step", [0, STEPS, -1])
def test_a_step_outside_is_refused(step: int) -> None:
    with pytest.raises(ValueError, match=r"1\.\.199"):
        threshold_of(step)
    with pytest.raises(ValueError, match=r"1\.\.199"):
        apply_threshold(np.zeros((2, 2), np.uint8), step)


@given(arrays.arrays(np.float64, (5, 7), elements=st.floats(0, 1)), st.integers(1, STEPS - 1))
def test_a_level_is_reached_exactly_where_the_probability_is_above_the_threshold(
    probability: np.ndarray, step: int
) -> None:
    exact = probability * STEPS > step
    assert np.array_equal(apply_threshold(levels_of(probability), step), exact)


@given(
    arrays.arrays(np.float32, (8, 8), elements=st.floats(-30, 30, width=32)),
    st.integers(1, 60),
    st.integers(1, 60),
)
def test_half_is_where_the_enlarged_logit_is_positive(logits: np.ndarray, height: int, width: int) -> None:
    mask = apply_threshold(probability_levels(logits, height, width), HALF)
    enlarged = enlarge(logits, height, width)
    clear = np.abs(enlarged) > 1e-5  # beside 0 the exponential cannot tell
    assert mask.shape == (height, width)
    assert np.array_equal(mask[clear], enlarged[clear] > 0)


@given(arrays.arrays(np.float32, (8, 8), elements=st.floats(-30, 30, width=32)))
def test_a_higher_threshold_never_adds_a_pixel(logits: np.ndarray) -> None:
    levels = probability_levels(logits, 20, 30)
    masks = [apply_threshold(levels, step) for step in range(1, STEPS)]
    assert all(not (higher & ~lower).any() for lower, higher in zip(masks, masks[1:], strict=False))


def test_extreme_logits_are_no_overflow() -> None:
    levels = probability_levels(np.array([[-6e4, 6e4], [-6e4, 6e4]], np.float32), 8, 8)
    assert levels.min() == 0 and levels.max() == STEPS - 1


def test_enlarging_is_two_bilinear_steps() -> None:
    logits = np.random.default_rng(0).normal(size=(256, 256)).astype(np.float32)
    square = cv2.resize(logits, (1024, 1024), interpolation=cv2.INTER_LINEAR)
    assert np.array_equal(enlarge(logits, 333, 777), cv2.resize(square, (777, 333), interpolation=cv2.INTER_LINEAR))


@pytest.mark.parametrize(
    "logits",
    [np.zeros((3, 4), np.float32), np.zeros((4, 4), np.int64), np.zeros(4, np.float32), np.full((4, 4), np.nan)],
)
def test_what_are_no_logits_is_refused(logits: np.ndarray) -> None:
    with pytest.raises(ValueError, match="logits"):
        enlarge(logits, 10, 10)
    with pytest.raises(ValueError, match="pixel"):
        enlarge(np.zeros((4, 4), np.float32), 0, 10)


@given(arrays.arrays(np.bool_, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_a_mask_goes_through_png_unchanged_and_others_read_it_so(mask: np.ndarray) -> None:
    png = encode_png(mask)
    assert np.array_equal(decode_png(png), mask)
    with Picture.open(io.BytesIO(png)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "L", mask.shape[::-1])
        assert np.array_equal(np.asarray(picture), mask * np.uint8(255))


@given(arrays.arrays(np.bool_, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_a_mask_of_one_bit_a_pixel_is_read_by_others_too(mask: np.ndarray) -> None:
    png = encode_png(mask, bits=1)
    assert np.array_equal(decode_png(png), mask)
    with Picture.open(io.BytesIO(png)) as picture:
        picture.verify()
    with Picture.open(io.BytesIO(png)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "1", mask.shape[::-1])
        assert np.array_equal(np.asarray(picture), mask)


@pytest.mark.parametrize("mask", [np.zeros((2, 2), np.uint8), np.zeros((0, 2), bool), np.zeros((2, 2, 1), bool)])
def test_what_is_no_mask_becomes_no_png(mask: np.ndarray) -> None:
    with pytest.raises(ValueError, match="mask"):
        encode_png(mask)


def _png(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        _png(np.full((4, 4), 128, np.uint8)),
        _png(np.zeros((4, 4, 3), np.uint8)),
        _png(np.zeros((4, 4), np.uint16)),
    ],
)
def test_what_is_no_mask_is_not_read_as_one(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a mask"):
        decode_png(data)
