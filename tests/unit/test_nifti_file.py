"""NIfTI volumes: slices in the display convention with nibabel's values, and the way back."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ImageError
from core.image_file import places_in, read_image
from core.nifti_file import display_order, open_nifti, stored_order

AXES = ["LR", "PA", "IS"]


@st.composite
def affines(draw: st.DrawFn) -> tuple[np.ndarray[Any, Any], str]:
    """An affine along the axes of the body, and what it does as letters."""
    order = draw(st.permutations([0, 1, 2]))
    signs = draw(st.tuples(*[st.sampled_from([0, 1])] * 3))
    sizes = draw(st.tuples(*[st.sampled_from([0.5, 1.0, 2.5])] * 3))
    affine = np.zeros((4, 4))
    affine[3, 3] = 1
    for axis, (row, sign, size) in enumerate(zip(order, signs, sizes, strict=True)):
        affine[row, axis] = size if sign else -size
    affine[:3, 3] = draw(st.tuples(*[st.integers(-50, 50)] * 3))
    return affine, "".join(AXES[row][sign] for row, sign in zip(order, signs, strict=True))


def save(volume: Any, affine: Any, file: Path, **header: Any) -> Path:
    image = nibabel.Nifti1Image(volume, affine)
    for field, value in header.items():
        image.header[field] = value
    nibabel.save(image, file)
    return file


@given(affines(), st.sampled_from([np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64]))
def test_each_pixel_is_the_voxel_at_that_place_of_the_body(
    tmp_path_factory: pytest.TempPathFactory, made: Any, kind: Any
) -> None:
    """Every pixel is found again through the affine alone, without any of the code under test."""
    affine, letters = made
    assert "".join(nibabel.aff2axcodes(affine)) == letters
    volume = np.random.default_rng(0).integers(0, 250, (3, 4, 5)).astype(kind)
    file = save(volume, affine, tmp_path_factory.mktemp("nifti") / "a.nii.gz")
    images = [read_image(place) for place in places_in([file])]
    low, high = _bounds(affine, volume.shape)
    step = np.abs(affine[:3, :3]).sum(axis=1)
    for number, image in enumerate(images):
        values = image.pixels[:, :, 0] if image.native is None else image.native
        assert image.spacing == (step[1], step[0])
        for row, column in np.ndindex(*values.shape):
            # left of the picture is the patient's right, top is anterior, the first slice is at the feet
            right, front, head = high[0] - column * step[0], high[1] - row * step[1], low[2] + number * step[2]
            index = np.rint(np.linalg.solve(affine, [right, front, head, 1])[:3]).astype(int)
            assert values[row, column] == volume[tuple(index)]


def _bounds(affine: Any, shape: tuple[int, ...]) -> tuple[Any, Any]:
    ends = [
        affine[:3, :3] @ (np.array(corner) * (np.array(shape) - 1)) + affine[:3, 3] for corner in np.ndindex(2, 2, 2)
    ]
    return np.min(ends, axis=0), np.max(ends, axis=0)


@given(affines())
def test_what_is_drawn_goes_back_into_the_space_of_the_scan(made: Any) -> None:
    affine, _ = made
    volume = np.arange(60).reshape(3, 4, 5)
    assert np.array_equal(stored_order(display_order(volume, affine), affine), volume)


def test_values_are_scaled_as_nibabel_scales_them(tmp_path: Path) -> None:
    stored = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    image = nibabel.Nifti1Image(stored, np.eye(4))
    image.header.set_slope_inter(0.25, -7)
    nibabel.save(image, tmp_path / "a.nii")
    expected = nibabel.load(tmp_path / "a.nii").get_fdata()
    read = read_image(tmp_path / "a#frame2.nii")
    assert np.allclose(read.native, expected[::-1, ::-1, 1].T, rtol=1e-6)


def test_all_slices_share_one_window(tmp_path: Path) -> None:
    volume = np.random.default_rng(0).normal(0, 100, (8, 8, 6)).astype(np.float32)
    places = places_in([save(volume, np.eye(4), tmp_path / "a.nii")])
    windows = {read_image(place).window for place in places}
    assert len(places) == 6 and len(windows) == 1
    low, high = windows.pop()
    assert volume.min() < low < high < volume.max()
    own = save(volume, np.eye(4), tmp_path / "b.nii", cal_min=-50, cal_max=50)
    assert read_image(own).window == (-50, 50)


@pytest.mark.parametrize("shape", [(5, 6), (5, 6, 1), (5, 6, 1, 1)])
def test_one_plane_is_one_image(tmp_path: Path, shape: tuple[int, ...]) -> None:
    file = save(np.zeros(shape, np.uint8), np.eye(4), tmp_path / "a.nii")
    assert places_in([file]) == [file] and read_image(file).pixels.shape == (6, 5, 3)


def test_colours(tmp_path: Path) -> None:
    kind = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])
    volume = np.zeros((2, 2, 1), kind)
    volume[1, 1, 0] = (10, 20, 30)
    assert read_image(save(volume, np.eye(4), tmp_path / "a.nii")).pixels[0, 0].tolist() == [10, 20, 30]


def _changed(place: int, content: bytes) -> bytes:
    whole = bytearray(nibabel.Nifti1Image(np.zeros((4, 4, 4), np.int16), np.eye(4)).to_bytes())
    whole[place : place + len(content)] = content
    return bytes(whole)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (nibabel.Nifti1Image(np.zeros((4, 4, 2, 3), np.int16), np.eye(4)).to_bytes(), "holds 3 volumes"),
        (nibabel.Nifti1Image(np.zeros((4, 4, 2), np.complex64), np.eye(4)).to_bytes(), "neither grey nor colours"),
        (_changed(42, b"\xff\x7f\xff\x7f\xff\x7f"), "larger than this program can correct"),
        (gzip.compress(_changed(42, b"\xff\x7f\xff\x7f\x01\x00"), mtime=0), "larger than this program can correct"),
        (gzip.compress(_changed(42, b"\xff\x0f\xff\x0f\x10\x00"), mtime=0), "is damaged"),
        (_changed(42, b"\0\0"), "is damaged"),
        (_changed(108, b"\0\0\xc0\x7f"), "is damaged"),
        (_changed(70, b"\x99\x09"), "is damaged"),
        (_changed(344, b"ni1\0"), "not a NIfTI file in one piece"),
        (_changed(0, b"")[:400], "is damaged"),
        (b"\x1f\x8bnoise", "is damaged"),
        (b"words", "not a NIfTI file in one piece"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    file, began = tmp_path / "a.nii", time.perf_counter()
    file.write_bytes(content)
    with pytest.raises(ImageError) as raised:
        read_image(file)
    assert words in str(raised.value) and time.perf_counter() - began < 1


def test_a_bomb_is_unpacked_no_further_than_its_header_says() -> None:
    bomb = gzip.compress(_changed(0, b"") + bytes(100_000_000), 1)
    tracemalloc.start()
    try:
        assert open_nifti(bomb, "a.nii.gz").count == 4
        assert tracemalloc.get_traced_memory()[1] < 30_000_000  # of 100 million bytes; what is imported is in it
    finally:
        tracemalloc.stop()


@given(st.integers(0, 352), st.binary(min_size=1, max_size=8))
def test_a_damaged_header_is_read_or_refused(place: int, noise: bytes) -> None:
    try:
        open_nifti(_changed(place, noise), "a.nii").read(0)
    except ImageError:
        return
