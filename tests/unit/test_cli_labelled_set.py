"""Images and masks pair by base name; what is no mask is refused in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from core.errors import InputError
from core.labelled_set import pair_up, read_names, read_reference_mask, select


def write(path: Path, array: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Picture.fromarray(array).save(path)
    return path


def image(path: Path) -> Path:
    return write(path, np.full((8, 10, 3), 90, np.uint8))


def mask(path: Path) -> Path:
    array = np.zeros((8, 10), np.uint8)
    array[2:5, 3:7] = 255
    return write(path, array)


def test_pairs_by_base_name_in_natural_order(tmp_path: Path) -> None:
    for name in ("b_10.png", "b_2.jpg", "c.png"):
        image(tmp_path / "images" / name)
    for name in ("b_10.png", "b_2.png", "z.png"):
        mask(tmp_path / "masks" / name)
    pairing = pair_up(tmp_path / "images", tmp_path / "masks")
    assert [pair.name for pair in pairing.pairs] == ["b_2", "b_10"]
    assert pairing.images_without_mask == ("c.png",) and pairing.masks_without_image == ("z.png",)


@pytest.mark.parametrize(
    ("images", "masks", "words"),
    [
        ([], ["a.png"], "holds no images"),
        (["a.png"], [], "holds no masks"),
        (["a.png"], ["b.png"], "same base name"),
        (["a.png", "a.jpg"], ["a.png"], "could not be told apart"),
    ],
)
def test_folders_that_do_not_fit_get_a_sentence(
    tmp_path: Path, images: list[str], masks: list[str], words: str
) -> None:
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    for name in images:
        image(tmp_path / "images" / name)
    for name in masks:
        mask(tmp_path / "masks" / name)
    with pytest.raises(InputError, match=words):
        pair_up(tmp_path / "images", tmp_path / "masks")


def test_a_missing_folder_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no folder"):
        pair_up(tmp_path / "nowhere", tmp_path)


def test_masks_of_many_kinds_read_alike(tmp_path: Path) -> None:
    truth = np.zeros((8, 10), bool)
    truth[2:5, 3:7] = True
    eight = truth.astype(np.uint8) * 255
    palette = Picture.fromarray(eight).convert("P")
    pictures = {
        "grey.png": Picture.fromarray(eight),
        "rgb.png": Picture.fromarray(np.repeat(eight[:, :, None], 3, axis=2)),
        "one_bit.png": Picture.fromarray(truth),
        "sixteen.png": Picture.fromarray(truth.astype(np.uint16) * 65535),
        "palette.png": palette,
        "alpha.png": Picture.fromarray(eight).convert("LA"),
        "grey.bmp": Picture.fromarray(eight),
    }
    for name, picture in pictures.items():
        picture.save(tmp_path / name)
        reference = read_reference_mask(tmp_path / name, 8, 10)
        np.testing.assert_array_equal(reference.mask, truth, err_msg=name)
        assert reference.note == "", name


def test_an_empty_mask_is_a_mask(tmp_path: Path) -> None:
    assert not read_reference_mask(write(tmp_path / "m.png", np.zeros((8, 10), np.uint8)), 8, 10).mask.any()


def test_noise_of_jpeg_is_binarised_and_said(tmp_path: Path) -> None:
    array = np.array([[0, 3, 127, 128, 250, 255]], np.uint8)
    reference = read_reference_mask(write(tmp_path / "m.png", array))
    np.testing.assert_array_equal(reference.mask, [[False, False, False, True, True, True]])
    assert "values above 127" in reference.note


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.eye(8, 10, dtype=np.uint8), "no bright pixel"),
        (np.full((10, 8), 255, np.uint8), "8 × 10"),
        (np.dstack([np.full((8, 10), 255), np.zeros((8, 10)), np.zeros((8, 10))]).astype(np.uint8), "coloured"),
    ],
)
def test_what_is_no_mask_is_refused(tmp_path: Path, array: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_reference_mask(write(tmp_path / "m.png", array), 8, 10)


@pytest.mark.parametrize("content", [b"", b"words", b"\x89PNG\r\n\x1a\n"])
def test_a_broken_mask_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.png").write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        read_reference_mask(tmp_path / "m.png")


def test_a_list_of_names_parts_the_pairs(tmp_path: Path) -> None:
    for name in ("a", "b", "c.d", "unlabelled"):
        image(tmp_path / "images" / f"{name}.jpg")
    for name in ("a", "b", "c.d"):
        mask(tmp_path / "masks" / f"{name}.png")
    (tmp_path / "list.txt").write_text("\ufeffa.jpg\n\n# a remark\nc.d\nunlabelled\n", encoding="utf-8")
    pairing = pair_up(tmp_path / "images", tmp_path / "masks")
    chosen, others = select(pairing, read_names(tmp_path / "list.txt"), "list.txt")
    assert [pair.name for pair in chosen] == ["a", "c.d"] and [pair.name for pair in others] == ["b"]
    with pytest.raises(InputError, match="names “x”"):
        select(pairing, ["x"], "list.txt")


def test_a_list_that_says_nothing_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("\n# nothing\n")
    with pytest.raises(InputError, match="is empty"):
        read_names(tmp_path / "empty.txt")
    with pytest.raises(InputError, match="cannot be read"):
        read_names(tmp_path / "nowhere.txt")
