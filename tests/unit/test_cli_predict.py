"""Masks lie beside their record, in the exact size of their images, and nothing is written over."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from core.cli import main
from tests.unit.worker_toy import BrightSegmenter, open_toy


def picture(path: Path, width: int = 70, height: int = 50) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, width // 2 :] = 255
    Picture.fromarray(pixels).save(path)
    return path


def predict(*arguments: str) -> int:
    return main(
        ["predict", "--prompt", "the bright part", *arguments], open_model=lambda ref, device: BrightSegmenter()
    )


def test_masks_have_the_name_and_size_of_their_images(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "scan 01.final.png", 71, 53)
    picture(tmp_path / "in" / "b.jpg", 40, 90)
    out = tmp_path / "out"
    assert predict(str(tmp_path / "in"), "--out", str(out)) == 0
    for name, size in (("scan 01.final.png", (71, 53)), ("b.png", (40, 90))):
        with Picture.open(out / name) as mask:
            assert mask.mode == "L" and mask.size == size
            values = np.asarray(mask)
        assert set(np.unique(values)) == {0, 255}
        assert values[:, : size[0] // 2 - 3].max() == 0 and values[:, size[0] // 2 + 3 :].min() == 255


def test_the_record_says_what_was_done(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "=danger.png")
    out, extra = tmp_path / "out", tmp_path / "deep" / "result.json"
    assert predict(str(tmp_path / "in"), "--out", str(out), "--threshold", "0.35", "--json", str(extra)) == 0
    record = json.loads((out / "predictions.json").read_text(encoding="utf-8"))
    assert (record["threshold"], record["step"], record["prompts"]) == (0.35, 70, ["the bright part"])
    row = record["images"][0]
    assert row["mask"] == "=danger.png" and row["area_px"] == int(
        (np.asarray(Picture.open(out / row["mask"])) > 0).sum()
    )
    assert json.loads(extra.read_text(encoding="utf-8"))["ok"] is True
    with (out / "predictions.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert next(csv.DictReader(stream))["image"] == "'=danger.png"


def test_the_threshold_changes_the_mask(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    areas = []
    for threshold in ("0.05", "0.95"):
        out = tmp_path / threshold
        predict(str(tmp_path / "in"), "--out", str(out), "--threshold", threshold)
        areas.append(json.loads((out / "predictions.json").read_text())["images"][0]["area_px"])
    assert areas[0] > areas[1]


def test_one_broken_image_is_named_and_the_rest_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture(tmp_path / "in" / "good.png")
    (tmp_path / "in" / "bad.png").write_text("words")
    out = tmp_path / "out"
    assert predict(str(tmp_path / "in"), "--out", str(out)) == 1
    assert (out / "good.png").is_file() and not (out / "bad.png").exists()
    error = capsys.readouterr().err
    assert "bad.png" in error and "Traceback" not in error
    rows = json.loads((out / "predictions.json").read_text(encoding="utf-8"))["images"]
    assert [bool(row["error"]) for row in rows] == [True, False]


def test_images_are_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = picture(tmp_path / "in" / "a.png")
    before = path.read_bytes()
    assert predict(str(tmp_path / "in"), "--out", str(tmp_path / "in"), "--overwrite") == 1
    assert path.read_bytes() == before
    assert "over an image" in capsys.readouterr().err


def test_masks_of_others_are_written_over_only_when_allowed(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    theirs = picture(tmp_path / "out" / "a.png")
    before = theirs.read_bytes()
    arguments = (str(tmp_path / "in"), "--out", str(tmp_path / "out"))
    assert predict(*arguments) == 1 and theirs.read_bytes() == before
    assert predict(*arguments, "--overwrite") == 0 and theirs.read_bytes() != before
    assert predict(*arguments) == 0  # these are ours now


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "There is no folder"),
        (["empty"], "holds no images"),
        (["twins"], "could not be told apart"),
        (["good", "--model", "torn"], "missing"),
        (["good", "--model", "toy", "--device", "cuda"], "no graphics card"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    (tmp_path / "empty").mkdir()
    picture(tmp_path / "good" / "a.png")
    picture(tmp_path / "twins" / "a.png")
    picture(tmp_path / "twins" / "a.jpg")
    out = tmp_path / "out"
    command = ["predict", str(tmp_path / arguments[0]), *arguments[1:], "--prompt", "x", "--out", str(out)]
    assert main(command, open_model=open_toy) == 1
    error = capsys.readouterr().err.splitlines()
    assert words in error[-1] and "Traceback" not in "".join(error)
    assert not out.exists()


def test_a_zoom_draws_stripes_that_the_grid_cannot_hold(tmp_path: Path) -> None:
    pixels = np.zeros((600, 600, 3), np.uint8)
    pixels[:, np.arange(600) % 24 < 12] = 255
    (tmp_path / "in").mkdir()
    Picture.fromarray(pixels).save(tmp_path / "in" / "stripes.png")
    truth, found = pixels[..., 0] > 0, []
    for zoom in ("1", "3"):
        out = tmp_path / zoom
        assert predict(str(tmp_path / "in"), "--out", str(out), "--zoom", zoom) == 0
        assert json.loads((out / "predictions.json").read_text(encoding="utf-8"))["zoom"] == int(zoom)
        mask = np.asarray(Picture.open(out / "stripes.png")) > 0
        found.append(2 * (mask & truth).sum() / (mask.sum() + truth.sum()))
    assert found[1] > found[0] + 0.2, found


def test_several_structures_have_a_folder_each_and_an_image_is_looked_at_once(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    toy, out = BrightSegmenter(), tmp_path / "out"
    command = ["predict", str(tmp_path / "in"), "--out", str(out)]
    for prompt in ("the bright part", "the  dark part", "a/b: bright?", "the bright part"):
        command += ["--prompt", prompt]
    assert main(command, open_model=lambda ref, device: toy) == 0
    assert (toy.encoded, toy.embedded) == (1, 3)
    bright, dark = (np.asarray(Picture.open(out / name / "a.png")) > 0 for name in ("the bright part", "the dark part"))
    assert bright[:, 50:].all() and not dark[:, 50:].any() and dark[:, :20].all()
    rows = json.loads((out / "predictions.json").read_text(encoding="utf-8"))["images"]
    assert [row["mask"] for row in rows] == ["the bright part/a.png", "the dark part/a.png", "a_b_ bright_/a.png"]
    assert main(command, open_model=lambda ref, device: toy) == 0, "these are ours"


def test_all_that_the_model_offered_is_in_the_record(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    assert predict(str(tmp_path / "in"), "--out", str(tmp_path / "out")) == 0
    row = json.loads((tmp_path / "out" / "predictions.json").read_text(encoding="utf-8"))["images"][0]
    assert [one["predicted_iou"] for one in row["candidates"]] == pytest.approx([0.2, 0.9, 0.3])
    assert [one["chosen"] for one in row["candidates"]] == [False, True, False]
    areas = [one["area_px"] for one in row["candidates"]]
    assert areas == sorted(areas) and areas[1] == row["area_px"] and (row["answer"], row["parts"]) == ("", 1)


def test_a_model_that_decides_says_so_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture(tmp_path / "in" / "a.png")
    out = tmp_path / "out"
    command = ["predict", str(tmp_path / "in"), "--out", str(out), "--let-decide", "--json", "-"]
    command += ["--prompt", "the unicorn", "--prompt", "the bright part and the dark part"]
    assert main(command, open_model=lambda ref, device: BrightSegmenter()) == 0
    told = capsys.readouterr()
    assert "The model answered without a mask 1 of 2 times; those files are black." in told.err
    rows = json.loads(told.out[told.out.index("{") :])["images"]
    assert [(row["answer"], row["parts"]) for row in rows] == [("There is none.", 0), ("Sure, [SEG] and [SEG].", 2)]
    assert rows[0]["area_px"] == 0 and not np.asarray(Picture.open(out / rows[0]["mask"])).any()
    assert len(rows[1]["candidates"]) == 3 and rows[1]["candidates"][0]["chosen"]
