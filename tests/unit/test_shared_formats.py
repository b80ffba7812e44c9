"""Real files of many makers: each opens with the values of pydicom, nibabel or OpenCV, or is refused in one sentence.

The files are not part of the project. Where their folder (SA2VA_FORMATS, or shared/data/formats beside the checkout) is not
there, these tests are skipped.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import cv2
import nibabel
import numpy as np
import pydicom
import pytest
from pydicom.pixels import apply_color_lut, apply_modality_lut, pixel_array

from core.errors import ImageError
from core.image_file import SUFFIXES, Image, find_images, places_in, read_image
from core.series import in_series_order

HERE = Path(__file__).resolve()
FOLDER = next(
    (place for place in (Path(os.environ.get("SA2VA_FORMATS", "")) / ".", *(up / "shared/data/formats" for up in HERE.parents))
     if (place / "SOURCE.md").exists()),
    None,
)  # fmt: skip
pytestmark = pytest.mark.skipif(FOLDER is None, reason="the folder of real files (SA2VA_FORMATS) is not here")

REFUSED = {
    "bad_no_file_meta.dcm": "lacks the beginning by which a DICOM file is known",
    "bad_rtstruct_no_pixels.dcm": "lacks the beginning by which a DICOM file is known",
    "liver_seg_binary_3frame.dcm": "holds masks of another image",
    "ct_image_seg_binary.dcm": "holds masks of another image",
    "example4d.nii.gz": "holds 2 volumes",
}
FRAMES = {
    "us_multiframe30_ybr422_jpeg_baseline.dcm": 30,
    "mr_enhanced_multiframe10.dcm": 10,
    "mr_enhanced_multiframe10_jpegls.dcm": 10,
}
FILES = sorted(path for path in FOLDER.rglob("*") if path.name.lower().endswith(SUFFIXES)) if FOLDER else []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_real_file_opens_right_or_is_refused_in_one_sentence(file: Path) -> None:
    began = time.perf_counter()
    if file.name in REFUSED:
        with pytest.raises(ImageError, match=REFUSED[file.name]):
            read_image(file)
        assert time.perf_counter() - began < 1.5  # importing pydicom is in it
        return
    places = places_in([file])
    assert len(places) == _frames(file)
    for number in {0, len(places) // 2, len(places) - 1}:
        image = read_image(places[number])
        assert (image.frame, image.frames, image.path) == (number, len(places), file)
        expected = _expected(file, number)
        values = _values(image, expected.ndim)
        assert values.shape == expected.shape
        assert np.allclose(values, expected, rtol=1e-6, atol=0), np.abs(values - expected).max()


def test_two_ways_of_packing_the_same_scan_are_read_alike() -> None:
    plain, packed = (
        read_image(FOLDER / "dicom" / f"mr_enhanced_multiframe10{how}#frame4.dcm").native for how in ("", "_jpegls")
    )
    assert np.array_equal(plain, packed)


def test_a_series_lies_in_the_order_of_the_body() -> None:
    files = find_images(FOLDER / "dicom_series_mr_hippo")
    heights = [float(pydicom.dcmread(file).ImagePositionPatient[2]) for file in in_series_order(files[::-1])]
    assert len(heights) == 32 and heights == sorted(heights)
    keys = {(image.patient, image.study, image.spacing) for image in map(read_image, files)}
    assert len(keys) == 1 and all(keys.pop())


def _frames(file: Path) -> int:
    if ".nii" in file.name:
        image = nibabel.load(file)
        return int(image.shape[nibabel.orientations.io_orientation(image.affine)[:, 0].tolist().index(2)])
    return FRAMES.get(file.name, 1)


def _expected(file: Path, number: int) -> Any:
    """What the well-known reader of that kind says."""
    if file.suffix == ".dcm":
        dataset = pydicom.dcmread(file)
        raw = pixel_array(dataset, index=number)
        if dataset.PhotometricInterpretation == "PALETTE COLOR":
            return apply_color_lut(raw, dataset) >> 8
        return apply_modality_lut(raw, dataset) if raw.ndim == 2 else raw
    if ".nii" in file.name:
        canonical = nibabel.as_closest_canonical(nibabel.load(file)).get_fdata()
        return canonical[::-1, ::-1, number].T
    return cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]


def _values(image: Image, axes: int) -> Any:
    if image.native is not None:
        return image.native.astype(np.float64)
    return (image.pixels if axes == 3 else image.pixels[:, :, 0]).astype(np.float64)
