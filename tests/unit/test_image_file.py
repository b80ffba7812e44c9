"""Pictures come in upright and in their colours; what is no picture gets one sentence."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture

from core import frame, raster_file
from core.errors import ImageError, InputError
from core.image_file import find_images, patient_key, places_in, read_image

COLOURS = np.random.default_rng(0).integers(0, 255, (6, 9, 3), dtype=np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp", ".webp"])
def test_a_lossless_picture_is_read_as_it_is(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a{suffix}"
    Picture.fromarray(COLOURS).save(file, **({"lossless": True} if suffix == ".webp" else {}))
    image = read_image(file)
    assert np.array_equal(image.pixels, COLOURS)
    assert (image.height, image.width, image.path) == (6, 9, file)
    assert image.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_photograph_taken_on_the_side_stands_upright(tmp_path: Path) -> None:
    exif = Picture.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it
    Picture.fromarray(COLOURS).save(tmp_path / "a.png", exif=exif)
    image = read_image(tmp_path / "a.png")
    assert np.array_equal(image.pixels, np.rot90(COLOURS, -1))
    assert (image.height, image.width) == (9, 6)


def test_16_bit_grey_is_spread_over_its_own_range(tmp_path: Path) -> None:
    grey = np.array([[1000, 1500], [1750, 2000]], np.uint16)
    cv2.imwrite(str(tmp_path / "a.png"), grey)
    assert read_image(tmp_path / "a.png").pixels[:, :, 0].tolist() == [[0, 128], [191, 255]]
    cv2.imwrite(str(tmp_path / "b.png"), np.full((3, 3), 5000, np.uint16))
    assert not read_image(tmp_path / "b.png").pixels.any()


def test_numbers_that_are_none_do_not_darken_the_picture(tmp_path: Path) -> None:
    values = np.array([[0.0, 1.0], [np.nan, np.inf]], np.float32)
    Picture.fromarray(values).save(tmp_path / "a.tif")
    assert read_image(tmp_path / "a.tif").pixels[:, :, 0].tolist() == [[0, 255], [0, 255]]


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK"])
def test_every_kind_of_colours_becomes_rgb(tmp_path: Path, mode: str) -> None:
    file = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    Picture.fromarray(COLOURS).convert(mode).save(file)
    pixels = read_image(file).pixels
    assert pixels.shape == (6, 9, 3) and pixels.dtype == np.uint8 and pixels.any()


def test_what_is_transparent_is_black(tmp_path: Path) -> None:
    Picture.new("RGBA", (3, 2), (255, 0, 0, 0)).save(tmp_path / "a.png")
    assert not read_image(tmp_path / "a.png").pixels.any()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("text.png", b"this is a text", "not an image, whatever its name says"),
        ("empty.png", b"", "is empty"),
        ("half.png", None, "damaged"),
        ("odd.tif", b"II*\0" + bytes(60), "of a kind that this program cannot read"),
    ],
)
def test_what_is_no_picture_gets_one_sentence(tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    file = tmp_path / name
    if content is None:
        Picture.fromarray(COLOURS).save(file)
        content = file.read_bytes()[:120]
    file.write_bytes(content)
    with pytest.raises(ImageError, match=words) as raised:
        read_image(file)
    assert name in str(raised.value)


@given(st.binary(min_size=1, max_size=400), st.sampled_from([b"", *raster_file.SIGNATURES]))
def test_noise_is_a_known_error_and_never_a_crash(noise: bytes, start: bytes) -> None:
    with pytest.raises(ImageError):
        raster_file.open_raster(start + noise, "noise.png").read(0)


@given(st.integers(0, 300), st.binary(min_size=1, max_size=8))
def test_a_damaged_picture_is_read_or_refused(place: int, noise: bytes) -> None:
    content = bytearray(cv2.imencode(".png", COLOURS)[1].tobytes())
    content[place : place + len(noise)] = noise
    try:
        pixels = raster_file.open_raster(bytes(content), "a.png").read(0).pixels
    except ImageError:
        return
    assert pixels.dtype == np.uint8 and pixels.ndim == 3


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.png", tmp_path):
        with pytest.raises(ImageError, match="cannot be read"):
            read_image(path)


def test_a_picture_larger_than_can_be_corrected_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Picture.fromarray(COLOURS).save(tmp_path / "a.png")
    monkeypatch.setattr(frame, "MAX_PIXELS", 50)
    with pytest.raises(ImageError, match="larger than this program can correct"):
        read_image(tmp_path / "a.png")
    monkeypatch.setattr(frame, "MAX_PIXELS", 10**12)
    Picture.new("1", (20000, 20000)).save(tmp_path / "b.png")
    with pytest.raises(ImageError, match="larger than this program can correct"):
        read_image(tmp_path / "b.png")
    monkeypatch.setattr("core.image_file.MAX_BYTES", 10)
    with pytest.raises(ImageError, match="larger than this program can correct"):
        read_image(tmp_path / "a.png")


def test_images_are_found_in_the_order_a_person_expects(tmp_path: Path) -> None:
    for name in ("b10.png", "b2.PNG", "B1.jpg", "a.txt", ".hidden.png", "²c.png", "٣.png"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert [path.name for path in find_images(tmp_path)] == ["٣.png", "B1.jpg", "b2.PNG", "b10.png", "²c.png"]
    with pytest.raises(InputError, match="cannot be read"):
        find_images(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "pattern", "key"),
    [
        ("p01_a.png", None, "p01"),
        ("p01-a.png", None, "p01"),
        ("p01.png", None, "p01"),
        ("_a.png", None, "_a"),
        ("ab-12-x.png", r"\d+", "12"),
        ("ab-12-x.png", r"([a-z]+)-\d", "ab"),
        ("ab-12-x.png", r"q|(z)?ab", "ab"),
        ("ab.png", r"\d+", "ab"),
        ("ab.png", r"\d*", "ab"),
    ],
)
def test_whose_image_it_is(name: str, pattern: str | None, key: str) -> None:
    assert patient_key(Path("/some/where") / name, pattern) == key


def test_a_pattern_that_is_none_is_said() -> None:
    with pytest.raises(InputError, match="cannot be understood"):
        patient_key(Path("a.png"), "(")


@pytest.mark.skipif(os.name != "posix", reason="only there")
def test_a_name_that_is_no_text_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.png")
    Picture.fromarray(COLOURS).save(file)
    assert np.array_equal(read_image(file).pixels, COLOURS)


@pytest.mark.parametrize("kind", [np.int8, np.int16, np.uint16, np.int32, np.uint32, np.float32])
@pytest.mark.parametrize("suffix", [".tif", ".png"])
def test_grey_of_any_depth_keeps_its_values(tmp_path: Path, kind: type[np.generic], suffix: str) -> None:
    if suffix == ".png" and kind is not np.uint16:
        pytest.skip("PNG holds no such numbers")
    limits = np.finfo(kind) if kind is np.float32 else np.iinfo(kind)
    grey = np.array([[limits.min, 0, 1], [3, 7, limits.max]], kind)
    file = tmp_path / f"a{suffix}"
    assert cv2.imwrite(str(file), grey)
    image = read_image(file)
    assert image.native is not None and np.array_equal(image.native.astype(kind), grey)
    assert image.pixels[0, 0, 0] == 0 and image.pixels[1, 2, 0] == 255


def test_every_page_of_a_tiff_is_an_image_and_a_smaller_copy_is_none(tmp_path: Path) -> None:
    pages = [Picture.fromarray(COLOURS + number) for number in (0, 1, 2)]
    file = tmp_path / "a.tif"
    pages[0].save(file, save_all=True, append_images=pages[1:])
    places = places_in([file])
    assert [place.name for place in places] == ["a#frame1.tif", "a#frame2.tif", "a#frame3.tif"]
    images = [read_image(place) for place in places]
    assert all(np.array_equal(image.pixels, COLOURS + number) for number, image in enumerate(images))
    assert len({image.sha256 for image in images}) == 3
    small = pages[1].resize((3, 2))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    pages[0].save(tmp_path / "b.tif", save_all=True, append_images=[small])
    assert places_in([tmp_path / "b.tif"]) == [tmp_path / "b.tif"]


def test_a_file_of_several_pictures_that_changes_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "a.tif"
    for number in (0, 1):
        pages = [Picture.fromarray(COLOURS + number + page) for page in (0, 5)]
        pages[0].save(tmp_path / "b.tif", save_all=True, append_images=pages[1:])
        (tmp_path / "b.tif").replace(file)
        assert np.array_equal(read_image(tmp_path / "a#frame2.tif").pixels, COLOURS + number + 5)


def test_of_an_animation_the_first_picture_is_taken_and_that_is_said(tmp_path: Path) -> None:
    pages = [Picture.fromarray(COLOURS).convert("P"), Picture.new("P", (9, 6), 3)]
    pages[0].save(tmp_path / "a.gif", save_all=True, append_images=pages[1:])
    image = read_image(tmp_path / "a.gif")
    assert np.array_equal(image.pixels, np.asarray(pages[0].convert("RGB"))) and image.frames == 1
    assert [str(one) for one in image.remarks] == [
        "a.gif holds several pictures one after the other; only the first is used."
    ]
    pages[0].save(tmp_path / "b.gif")
    assert read_image(tmp_path / "b.gif").remarks == ()


def test_one_bad_file_among_many_stays_one_place(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"words")
    assert places_in([tmp_path / "a.tif", tmp_path / "gone.dcm"]) == [tmp_path / "a.tif", tmp_path / "gone.dcm"]
