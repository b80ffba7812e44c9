"""DICOM files: values as pydicom reads them, views as the file asks for them, and no patient in sight."""

from __future__ import annotations

import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_modality_lut, apply_voi
from pydicom.sequence import Sequence
from pydicom.uid import MPEG2MPML, UID, DeflatedExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from core.dicom_file import open_dicom
from core.errors import ImageError
from core.frame import grey_frame
from core.image_file import find_images, places_in, read_image
from core.tone import Tone, toned
from tests.dicom_writer import PATIENT, STUDY, dicom, write


def _words(*values: int) -> bytes:
    return np.array(values, "<u2").tobytes()


RAMP = np.arange(-30, 30, dtype=np.int16).reshape(6, 10) * 50


@given(
    arrays.arrays(
        st.sampled_from([np.uint8, np.int8, np.uint16, np.int16]),
        arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=7),
    ),
    st.sampled_from([None, (1, -1024), (2, 0), (0.5, 3), (0.0037, -1.5), (-1, 10)]),
    st.sampled_from(["MONOCHROME1", "MONOCHROME2"]),
    st.sampled_from([None, (40, 400), (0.5, 1), (1000, 2000)]),
)
def test_values_are_those_of_pydicom_and_views_never_change_them(
    tmp_path_factory: pytest.TempPathFactory, pixels: Any, rescale: Any, kind: str, window: Any
) -> None:
    elements: dict[str, Any] = {"PhotometricInterpretation": kind}
    if rescale is not None:
        elements |= {"RescaleSlope": rescale[0], "RescaleIntercept": rescale[1]}
    if window is not None:
        elements |= {"WindowCenter": window[0], "WindowWidth": window[1]}
    file = write(dicom(pixels, **elements), tmp_path_factory.mktemp("dicom") / "a.dcm")
    image = read_image(file)
    dataset = pydicom.dcmread(file)
    expected = apply_modality_lut(dataset.pixel_array, dataset)
    values = image.pixels[:, :, 0] if image.native is None else image.native
    assert np.array_equal(values, expected) if rescale is None else np.allclose(values, expected, rtol=1e-6, atol=0)
    assert image.is_inverted == (kind == "MONOCHROME1")
    if image.window is not None and image.native is not None:
        inverse = toned(image.native, Tone(*image.window, is_inverted=image.is_inverted))
        assert np.abs(inverse.astype(int) - image.pixels[:, :, 0]).max() <= 1


def test_the_window_of_the_file_is_the_first_view(tmp_path: Path) -> None:
    """PS3.3, C.11.2.1.2.1: black at and below c − 0.5 − (w − 1)/2, white above c − 0.5 + (w − 1)/2."""
    image = read_image(write(dicom(RAMP, WindowCenter=[40, 300], WindowWidth=[400, 1500]), tmp_path / "a.dcm"))
    assert image.window == (-160.0, 239.0)
    shown = image.pixels[:, :, 0]
    assert not shown[RAMP <= -160].any() and (shown[RAMP >= 239] == 255).all()
    assert image.native is not None and image.native.dtype == np.int16 and np.array_equal(image.native, RAMP)
    exact = dicom(RAMP, WindowCenter=40, WindowWidth=400, VOILUTFunction="LINEAR_EXACT")
    assert read_image(write(exact, tmp_path / "b.dcm")).window == (-160.0, 240.0)


def test_small_values_are_bright_in_monochrome1(tmp_path: Path) -> None:
    plain = read_image(write(dicom(RAMP), tmp_path / "a.dcm"))
    inverted = read_image(write(dicom(RAMP, PhotometricInterpretation="MONOCHROME1"), tmp_path / "b.dcm"))
    assert np.array_equal(inverted.pixels, 255 - plain.pixels) and np.array_equal(inverted.native, plain.native)


def test_a_voi_lut_is_the_first_view(tmp_path: Path) -> None:
    table = Dataset()
    table.LUTDescriptor, table.LUTData = [4, 10, 8], _words(0, 200, 30, 255)
    pixels = np.array([[0, 10, 11], [12, 13, 90]], np.uint16)
    file = write(dicom(pixels, VOILUTSequence=Sequence([table])), tmp_path / "a.dcm")
    image = read_image(file)
    assert np.array_equal(image.pixels[:, :, 0], apply_voi(pixels, pydicom.dcmread(file)))
    assert image.pixels[:, :, 0].tolist() == [[0, 0, 200], [30, 255, 255]] and np.array_equal(image.native, pixels)


def test_a_modality_lut_gives_the_values(tmp_path: Path) -> None:
    table = Dataset()
    table.LUTDescriptor, table.LUTData, table.ModalityLUTType = [3, 0, 16], _words(500, 7, 60000), "US"
    file = write(
        dicom(np.array([[0, 1], [2, 9]], np.uint16), ModalityLUTSequence=Sequence([table])), tmp_path / "a.dcm"
    )
    assert read_image(file).native.tolist() == [[500, 7], [60000, 60000]]


def test_colours_and_their_palette(tmp_path: Path) -> None:
    colours = np.random.default_rng(0).integers(0, 255, (4, 6, 3), dtype=np.uint8)
    image = read_image(write(dicom(colours, SamplesPerPixel=3), tmp_path / "a.dcm"))
    assert np.array_equal(image.pixels, colours) and image.native is None
    palette: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for place, colour in enumerate(("Red", "Green", "Blue")):
        palette[f"{colour}PaletteColorLookupTableDescriptor"] = [4, 0, 16]
        palette[f"{colour}PaletteColorLookupTableData"] = (
            np.roll([0, 0x8000, 0xFF00, 0x1000], place).astype("<u2").tobytes()
        )
    image = read_image(write(dicom(np.array([[0, 1, 2]], np.uint8), **palette), tmp_path / "b.dcm"))
    assert image.pixels.tolist() == [[[0, 0x10, 0xFF], [0x80, 0, 0x10], [0xFF, 0x80, 0]]]


def test_frames_are_images_of_their_own_and_have_their_own_functional_groups(tmp_path: Path) -> None:
    pixels = np.arange(3 * 4 * 5, dtype=np.uint16).reshape(3, 4, 5)
    groups = []
    for place in range(3):
        measures, values, view, group = Dataset(), Dataset(), Dataset(), Dataset()
        measures.PixelSpacing = [0.5 + place, 0.25]
        values.RescaleSlope, values.RescaleIntercept, values.RescaleType = 1, 100 * place, "US"
        view.WindowCenter, view.WindowWidth = 100 * place, 11
        group.PixelMeasuresSequence = Sequence([measures])
        group.PixelValueTransformationSequence = Sequence([values])
        group.FrameVOILUTSequence = Sequence([view])
        groups.append(group)
    file = write(dicom(pixels, NumberOfFrames=3, PerFrameFunctionalGroupsSequence=Sequence(groups)), tmp_path / "a.dcm")
    places = places_in([file])
    images = [read_image(place) for place in places]
    assert [place.name for place in places] == [f"a#frame{number}.dcm" for number in (1, 2, 3)]
    assert [image.frame for image in images] == [0, 1, 2] and {image.frames for image in images} == {3}
    assert len({image.sha256 for image in images}) == 3 and {image.path for image in images} == {file}
    for place, image in enumerate(images):
        assert np.array_equal(image.native, pixels[place] + 100 * place)
        assert image.spacing == (0.5 + place, 0.25) and image.window == (100 * place - 5.5, 100 * place + 4.5)
    with pytest.raises(ImageError, match="holds 3 pictures only"):
        read_image(tmp_path / "a#frame4.dcm")


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, DeflatedExplicitVRLittleEndian])
def test_packed_values_are_the_same(tmp_path: Path, syntax: UID) -> None:
    pixels = np.random.default_rng(0).integers(0, 4000, (20, 30), dtype=np.uint16)
    dataset = dicom(pixels)
    if syntax == DeflatedExplicitVRLittleEndian:
        dataset.file_meta.TransferSyntaxUID = syntax
    else:
        dataset.compress(syntax, generate_instance_uid=False)
    assert np.array_equal(read_image(write(dataset, tmp_path / "a.dcm")).native, pixels)


def test_drawings_over_the_picture_are_left_out_and_said(tmp_path: Path) -> None:
    dataset = dicom(np.full((4, 4), 0x0123 | 0xF000, np.uint16), BitsStored=12)
    dataset.add_new(0x60000010, "US", 4)
    dataset.add_new(0x60003000, "OW", b"\xff\xff")
    image = read_image(write(dataset, tmp_path / "a.dcm"))
    assert (image.native == 0x0123).all()
    assert [str(remark) for remark in image.remarks] == [
        "a.dcm has drawings laid over the picture (a DICOM overlay); they are not shown."
    ]


@pytest.mark.parametrize(("spacing", "expected"), [([0.5, 0.25], (0.5, 0.25)), ([0, 1], None), (None, None)])
def test_only_the_spacing_in_the_body_counts(tmp_path: Path, spacing: Any, expected: Any) -> None:
    elements = {"PixelSpacing": spacing} if spacing else {"ImagerPixelSpacing": [0.1, 0.1]}
    assert read_image(write(dicom(RAMP, **elements), tmp_path / "a.dcm")).spacing == expected


def test_nothing_that_can_be_seen_or_logged_names_the_patient(tmp_path: Path) -> None:
    file = write(dicom(RAMP), tmp_path / "a.dcm")
    image = read_image(file)
    assert (image.patient, image.study) == (PATIENT, STUDY)
    assert PATIENT not in repr(image) and STUDY not in repr(image)
    assert PATIENT not in repr(open_dicom(file.read_bytes(), "a.dcm"))


def _without(keyword: str) -> Dataset:
    dataset = dicom(RAMP)
    del dataset[keyword]
    return dataset


def _with(**elements: Any) -> Dataset:
    dataset = dicom(RAMP)
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def _video() -> Dataset:
    dataset = dicom(RAMP)
    dataset.file_meta.TransferSyntaxUID = MPEG2MPML
    dataset.PixelData = encapsulate([b"\0" * 40])
    dataset["PixelData"].is_undefined_length = True
    return dataset


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (_without("PixelData"), "holds no picture"),
        (_with(SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4"), "holds masks of another image"),
        (_video(), "packed in a way that this program cannot unpack (MPEG2"),
        (_with(PhotometricInterpretation="CIELAB"), "stores its colours in a way"),
        (_with(PixelData=b"\0" * 10), "is damaged"),
        (_with(NumberOfFrames=2), "is damaged"),
        (_with(NumberOfFrames=2_000_000_000), "is damaged"),
        (_with(Rows=65535, Columns=65535), "larger than this program can correct"),
        (_without("Rows"), "is damaged"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_sentence(tmp_path: Path, dataset: Dataset, words: str) -> None:
    file, start = write(dataset, tmp_path / "a.dcm"), time.perf_counter()
    with pytest.raises(ImageError) as raised:
        read_image(file)
    assert words in str(raised.value) and PATIENT not in str(raised.value) and time.perf_counter() - start < 1


def test_a_deflated_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    dataset = dicom(RAMP)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    content = write(dataset, tmp_path / "a.dcm").read_bytes()
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    start = 144 + int.from_bytes(content[140:144], "little")
    piece = bytes(10_000_000)
    bomb = b"".join(deflater.compress(piece) for _ in range(50)) + deflater.flush()
    began = time.perf_counter()
    with pytest.raises(ImageError, match="larger than this program can correct"):
        open_dicom(content[:start] + bomb, "a.dcm")
    assert time.perf_counter() - began < 2


@given(st.integers(0, 800), st.binary(min_size=1, max_size=12), st.integers(0, 900))
def test_a_damaged_file_is_read_or_refused(place: int, noise: bytes, end: int) -> None:
    content = bytearray(CONTENT)
    content[place : place + len(noise)] = noise
    try:
        open_dicom(bytes(content[: 200 + end]), "a.dcm").read(0)
    except ImageError:
        return


def _content() -> bytes:
    import io

    stream = io.BytesIO()
    pydicom.dcmwrite(stream, dicom(RAMP), enforce_file_format=True)
    return stream.getvalue()


CONTENT = _content()


def test_a_folder_finds_files_without_an_ending_too(tmp_path: Path) -> None:
    for name in ("IM10", "IM2", "7.1.33"):
        write(dicom(RAMP), tmp_path / name)
    write(dicom(RAMP), tmp_path / "DICOMDIR")
    (tmp_path / "README").write_text("words")
    assert [path.name for path in find_images(tmp_path)] == ["7.1.33", "IM2", "IM10"]


@given(arrays.arrays(np.float64, (3, 4), elements=st.floats(-1e9, 1e9)))
def test_what_is_shown_keeps_the_order_of_the_values(values: Any) -> None:
    frame = grey_frame(values)
    shown, native = frame.pixels[:, :, 0].ravel(), frame.native
    assert native is not None
    assert (np.diff(shown[np.argsort(native.ravel(), kind="stable")].astype(int)) >= 0).all()


@pytest.mark.parametrize(("syntax", "mark"), [(JPEG2000Lossless, b"\xff\x4f\xff\x51"), (JPEGLSLossless, b"\xff\xf7")])
def test_a_packed_frame_that_demands_more_than_the_file_says_is_refused(
    tmp_path: Path, syntax: UID, mark: bytes
) -> None:
    pixels = np.random.default_rng(0).integers(0, 4000, (64, 80), dtype=np.uint16)
    dataset = dicom(pixels)
    dataset.compress(syntax, generate_instance_uid=False)
    content = write(dataset, tmp_path / "a.dcm").read_bytes()
    assert np.array_equal(open_dicom(content, "a.dcm").read(0).native, pixels)
    place = content.index(mark) + (8 if syntax == JPEG2000Lossless else 5)
    greedy = content[:place] + b"\x7f\xff" + content[place + 2 :]
    with pytest.raises(ImageError, match="is damaged"):
        open_dicom(greedy, "a.dcm").read(0)


@pytest.mark.parametrize(
    ("regions", "spacing"),
    [
        ([(3, 0.02, 0.03)], (0.3, 0.2)),
        ([(3, 0.02, 0.03), (3, -0.02, 0.03), (4, 9.0, 9.0)], (0.3, 0.2)),
        ([(3, 0.02, 0.03), (3, 0.05, 0.05)], None),
        ([(4, 0.02, 0.03)], None),
        ([(3, 0.0, 0.03)], None),
    ],
)
def test_ultrasound_regions_say_how_large_a_pixel_is(
    tmp_path: Path, regions: list[tuple[int, float, float]], spacing: tuple[float, float] | None
) -> None:
    """In centimetres (3); a region of velocities or seconds says nothing, and regions that differ say nothing of the whole."""
    sequence = []
    for unit, across, down in regions:
        region = Dataset()
        region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = unit
        region.PhysicalDeltaX, region.PhysicalDeltaY = across, down
        sequence.append(region)
    file = write(dicom(np.zeros((4, 5), np.uint8), SequenceOfUltrasoundRegions=sequence), tmp_path / "us.dcm")
    assert read_image(file).spacing == (pytest.approx(spacing) if spacing else None)


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({"RescaleSlope": 1, "RescaleIntercept": -1024}, True),
        ({"RescaleSlope": 1, "RescaleIntercept": -1024, "RescaleType": "HU"}, True),
        ({"RescaleSlope": 1, "RescaleIntercept": -1024, "RescaleType": "US"}, False),
        ({}, False),
        ({"RescaleSlope": 1, "RescaleIntercept": 0, "Modality": "PT"}, False),
    ],
)
def test_values_are_hounsfield_units_where_a_ct_says_how_to_rescale_them(tmp_path, elements, expected):
    image = read_image(write(dicom(np.array([[0, 1], [2, 9]], np.uint16), **elements), tmp_path / "a.dcm"))
    assert image.is_hounsfield == expected and image.modality == elements.get("Modality", "CT")


def test_a_large_file_is_read_as_a_small_one(tmp_path: Path) -> None:
    """Its pixels are more than is copied in one go while others wait."""
    pixels = np.random.default_rng(0).integers(0, 4000, (9, 512, 512), dtype=np.uint16)
    file = write(dicom(pixels, NumberOfFrames=9), tmp_path / "large.dcm")
    assert file.stat().st_size > 4_000_000
    for number, place in enumerate(places_in([file])):
        assert np.array_equal(read_image(place).native, pixels[number])
