"""A tone shows values by its formula, and never changes them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image as Picture

from core.image_file import read_image
from core.tone import Tone, range_of, toned

values = st.one_of(
    arrays.arrays(np.uint8, (4, 5)),
    arrays.arrays(np.uint8, (4, 5, 3)),
    arrays.arrays(np.uint16, (4, 5)),
    arrays.arrays(np.float32, (4, 5), elements=st.floats(-2000, 2000, width=32)),
)


@given(values, st.integers(-1500, 30000), st.integers(1, 3000), st.sampled_from([0.2, 0.5, 1.0, 2.0, 5.0]))
def test_a_tone_is_a_window_and_an_exponent(found: np.ndarray, low: int, width: int, gamma: float) -> None:
    before = found.copy()
    shown = toned(found, Tone(low, low + width, gamma))
    window = np.clip((found.astype(np.float64) - low) / width, 0, 1)
    assert shown.shape == found.shape and shown.dtype == np.uint8 and np.array_equal(found, before)
    plain = toned(found, Tone(low, low + width))
    assert (np.abs(plain - 255 * window) <= 0.51).all()
    assert np.array_equal(shown, np.round(255 * (plain / 255) ** gamma))
    assert (shown[window == 0] == 0).all() and (shown[window == 1] == 255).all()


@given(arrays.arrays(np.uint8, (6, 5, 3)))
def test_the_plain_tone_of_eight_bits_changes_nothing(pixels: np.ndarray) -> None:
    assert np.array_equal(toned(pixels, Tone(0, 255)), pixels)


@pytest.mark.parametrize(("low", "high", "gamma"), [(5, 5, 1), (6, 5, 1), (0, 1, 0.1), (0, 1, 6), (0, float("nan"), 1)])
def test_a_tone_that_shows_nothing_is_refused(low: float, high: float, gamma: float) -> None:
    with pytest.raises(ValueError):
        Tone(low, high, gamma)


def test_the_middle_of_the_values_leaves_out_the_ends() -> None:
    ramp = np.arange(10_000, dtype=np.uint16).reshape(100, 100)
    assert range_of(ramp) == (0, 9999)
    low, high = range_of(ramp, 0.98)
    assert low == pytest.approx(100, abs=2) and high == pytest.approx(9899, abs=2)
    assert range_of(np.full((3, 3), 7, np.uint16)) == (7, 8), "a window is never empty"


def test_the_values_of_a_file_are_kept_as_they_are(tmp_path: Path) -> None:
    grey = np.array([[1000, 1500], [1750, 65535]], np.uint16)
    cv2.imwrite(str(tmp_path / "a.png"), grey)
    native = read_image(tmp_path / "a.png").native
    assert native.dtype == np.uint16 and np.array_equal(native, grey)
    Picture.fromarray(np.array([[-1000.5, 40.0], [np.nan, 3000.0]], np.float32)).save(tmp_path / "b.tif")
    native = read_image(tmp_path / "b.tif").native
    assert native.dtype == np.float32 and native.tolist() == [[-1000.5, 40.0], [-1000.5, 3000.0]]
    cv2.imwrite(str(tmp_path / "c.png"), grey.astype(np.uint8))
    assert read_image(tmp_path / "c.png").native is None
