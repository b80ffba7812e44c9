"""Small pictures for the list: made once, kept under the hash of the image, and never in the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from core.image_file import read_small
from core.thumbnail import FOLDER, SIDE, thumbnail


def saved(path: Path, picture: Pillow.Image, **how: object) -> str:
    picture.save(path, **how)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def picture(tmp_path: Path) -> tuple[Path, str]:
    path = tmp_path / "Mrs_Smith_1950.png"
    pixels = np.zeros((300, 600, 3), np.uint8)
    pixels[:, 300:] = (200, 40, 90)
    return path, saved(path, Pillow.fromarray(pixels))


def test_it_is_small_and_looks_like_the_image(picture: tuple[Path, str], tmp_path: Path) -> None:
    small = thumbnail(*picture, tmp_path / "cache")
    assert small is not None and small.shape == (SIDE // 2, SIDE, 3) and small.dtype == np.uint8
    assert np.abs(small[20, 80].astype(int) - (200, 40, 90)).max() < 12 and small[20, 10].max() < 12
    again = thumbnail(*picture, tmp_path / "cache")
    assert again is not None and np.abs(again.astype(int) - small).max() < 40, "as JPEG"


def test_the_second_time_the_image_is_not_read(picture: tuple[Path, str], tmp_path: Path) -> None:
    path, sha256 = picture
    thumbnail(path, sha256, tmp_path / "cache")
    path.unlink()
    assert thumbnail(path, sha256, tmp_path / "cache") is not None
    assert thumbnail(path, sha256, tmp_path / "other") is None


def test_no_file_name_tells_whom_the_image_shows(picture: tuple[Path, str], tmp_path: Path) -> None:
    thumbnail(*picture, tmp_path / "cache")
    assert [file.name for file in (tmp_path / "cache" / FOLDER).iterdir()] == [f"{picture[1]}.jpg"]


def test_an_exchanged_image_gets_no_picture_and_a_damaged_one_is_made_again(
    picture: tuple[Path, str], tmp_path: Path
) -> None:
    path, sha256 = picture
    assert thumbnail(path, "0" * 64, tmp_path / "cache") is None
    thumbnail(path, sha256, tmp_path / "cache")
    for content in (b"", b"no picture"):
        (tmp_path / "cache" / FOLDER / f"{sha256}.jpg").write_bytes(content)
        assert thumbnail(path, sha256, tmp_path / "cache") is not None


def test_without_a_place_to_keep_it_there_is_a_picture_all_the_same(picture: tuple[Path, str], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert thumbnail(*picture, tmp_path / "cache") is not None


KINDS: dict[str, Callable[[np.ndarray], Pillow.Image]] = {
    "16-bit.png": lambda grey: Pillow.fromarray((grey * 200.0).astype(np.uint16)),
    "float.tif": lambda grey: Pillow.fromarray(grey.astype(np.float32)),
    "palette.png": lambda grey: Pillow.fromarray(grey).convert("P"),
    "bits.png": lambda grey: Pillow.fromarray((grey > 90).astype(np.uint8) * 255).convert("1"),
    "alpha.png": lambda grey: Pillow.fromarray(np.dstack([grey] * 4), "RGBA"),
    "grey.jpg": lambda grey: Pillow.fromarray(grey),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.filterwarnings("ignore:'mode' parameter is deprecated")
def test_every_kind_of_picture_becomes_small(name: str, tmp_path: Path) -> None:
    grey = np.repeat(np.arange(180, dtype=np.uint8)[None], 120, axis=0)
    sha256 = saved(tmp_path / name, KINDS[name](grey))
    small = read_small(tmp_path / name, sha256, SIDE)
    assert small.shape == (64, SIDE, 3) and small[30, -2].mean() > small[30, 2].mean() + 80


def test_it_stands_upright(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    sha256 = saved(tmp_path / "lying.jpg", Pillow.new("RGB", (400, 200)), exif=exif)
    assert read_small(tmp_path / "lying.jpg", sha256, SIDE).shape == (SIDE, SIDE // 2, 3)
