"""A mask goes through a stack on the command line, and what comes out is a mask for each slice that was reached."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture

from core.cli import main
from core.segmenter import Decoded, ImageFeatures, Walk
from tests.unit.worker_toy import BrightSegmenter, BrightWalk

HEIGHT, WIDTH, COUNT = 50, 70, 6


def bright_from(column: int) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[:, column:] = 255
    return mask


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """A TIFF of six pages, on which the bright part becomes narrower, and is gone on the last."""
    columns = [35, 37, 39, 41, 43, WIDTH]
    pages = [Picture.fromarray(bright_from(column)) for column in columns]
    pages[0].save(tmp_path / "cine.tif", save_all=True, append_images=pages[1:])
    Picture.fromarray(bright_from(39)).save(tmp_path / "mask.png")
    return tmp_path / "cine.tif"


def propagate(*arguments: str, segmenter: BrightSegmenter | None = None) -> int:
    return main(["propagate", *arguments], open_model=lambda ref, device: segmenter or BrightSegmenter())


def masks_in(folder: Path) -> dict[str, np.ndarray]:
    return {file.name: np.asarray(Picture.open(file)) for file in sorted(folder.glob("*.png"))}


def test_every_slice_that_was_reached_has_a_mask(stack: Path, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "out"
    mask = str(tmp_path / "mask.png")
    assert propagate(str(stack), "--mask", mask, "--slice", "3", "--out", str(out)) == 0
    found = masks_in(out)
    assert list(found) == [f"cine#frame{number}.png" for number in (1, 2, 3, 4, 5)]
    assert all(one.shape == (HEIGHT, WIDTH) and set(np.unique(one)) == {0, 255} for one in found.values())
    assert np.array_equal(found["cine#frame3.png"], bright_from(39)), "the given mask stays as it is"
    assert [int((one > 0).sum()) for one in found.values()] == sorted(
        (int((one > 0).sum()) for one in found.values()), reverse=True
    )
    record = json.loads((out / "propagation.json").read_text(encoding="utf-8"))
    assert record["way"] == "mask prompt" and [bool(row["mask"]) for row in record["images"]] == [True] * 5 + [False]
    assert "found nothing" in record["images"][5]["doubt"]
    said = capsys.readouterr()
    assert "5 masks of 6 slices" in said.out and "found nothing" in said.err


def test_no_further_than_it_was_told(stack: Path, tmp_path: Path) -> None:
    out, mask = tmp_path / "out", str(tmp_path / "mask.png")
    arguments = (str(stack), "--mask", mask, "--slice", "3", "--out", str(out), "--forward", "1", "--backward", "0")
    assert propagate(*arguments) == 0
    assert list(masks_in(out)) == ["cine#frame3.png", "cine#frame4.png"]
    assert propagate(*arguments) == 0, "its own masks may be written anew"


def test_a_folder_of_slices_is_a_stack(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in (1, 2, 10):
        Picture.fromarray(bright_from(35)).save(folder / f"slice {number}.png")
    Picture.fromarray(bright_from(35)).save(tmp_path / "mask.png")
    out = tmp_path / "out"
    assert propagate(str(folder), "--mask", str(tmp_path / "mask.png"), "--slice", "3", "--out", str(out)) == 0
    assert set(masks_in(out)) == {"slice 1.png", "slice 2.png", "slice 10.png"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "not said what is to be carried"),
        (("--slice", "2"), "not said what is to be carried"),
        (("--mask", "mask.png", "--slice", "9"), "has 6 slices"),
        (("--mask", "small.png", "--slice", "2"), "small.png"),
        (("--mask", "empty.png", "--slice", "2"), "mask of this slice is empty"),
        (("--prompt", "the bright part"), "no memory for stacks"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    stack: Path, tmp_path: Path, capsys: Any, arguments: tuple[str, ...], words: str
) -> None:
    Picture.fromarray(np.full((9, 9), 255, np.uint8)).save(tmp_path / "small.png")
    Picture.fromarray(np.zeros((HEIGHT, WIDTH), np.uint8)).save(tmp_path / "empty.png")
    given = [str(tmp_path / one) if one.endswith(".png") else one for one in arguments]
    assert propagate(str(stack), *given, "--out", str(tmp_path / "out")) == 1
    said = capsys.readouterr().err
    assert words in said and "Traceback" not in said


class Remembering(BrightSegmenter):
    """Follows words, as a model with a memory does."""

    def walk_by_words(
        self, rgbs: Any, features: list[ImageFeatures], prompt: str, slices: int
    ) -> tuple[Walk, list[Decoded]]:
        self.asked = (len(rgbs), prompt, slices)
        walk = BrightWalk(self)
        return walk, [walk.step(one) for one in features]


def test_words_alone_go_through_the_whole_stack(stack: Path, tmp_path: Path) -> None:
    segmenter, out = Remembering(), tmp_path / "out"
    assert propagate(str(stack), "--prompt", "the bright part", "--out", str(out), segmenter=segmenter) == 0
    found = masks_in(out)
    assert segmenter.asked == (5, "the bright part", COUNT) and len(found) == COUNT
    assert not found["cine#frame6.png"].any() and found["cine#frame1.png"].any()
    assert json.loads((out / "propagation.json").read_text(encoding="utf-8"))["way"] == "words"
