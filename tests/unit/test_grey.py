"""Grey values, and which pixels a limited stroke may change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.grey import grey_values, limit_to, range_under

seeds = st.integers(0, 2**32 - 1)


@given(seeds)
def test_a_grey_picture_has_its_own_values_and_a_coloured_one_its_luminance(seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    assert np.abs(grey_values(pixels) - pixels @ np.array([0.299, 0.587, 0.114])).max() <= 0.51
    assert np.array_equal(grey_values(np.repeat(pixels[..., :1], 3, axis=2)), pixels[..., 0])


@given(seeds, st.integers(0, 255), st.integers(0, 255))
def test_the_range_holds_both_ends(seed: int, one: int, other: int) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, (9, 7), dtype=np.uint8)
    limit = limit_to(grey, one, other)
    assert (limit.low, limit.high) == (min(one, other), max(one, other))
    assert np.array_equal(limit.allowed, (grey >= limit.low) & (grey <= limit.high))


@given(seeds, st.floats(-5, 20), st.floats(-5, 15), st.floats(0.5, 12), st.booleans())
def test_the_range_under_the_brush_is_that_of_the_pixels_it_would_mark(
    seed: int, x: float, y: float, radius: float, square: bool
) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, (11, 14), dtype=np.uint8)
    rows, columns = np.mgrid[:11, :14] + 0.5
    far = np.maximum(abs(columns - x), abs(rows - y)) if square else np.hypot(columns - x, rows - y)
    under = grey[far <= max(radius, 0.5 if square else 0.71)]
    assert range_under(grey, x, y, radius, square) == ((under.min(), under.max()) if under.size else None)


def test_what_is_no_picture_is_refused() -> None:
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)):
        with pytest.raises(ValueError, match="picture"):
            grey_values(wrong)
