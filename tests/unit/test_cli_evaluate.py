"""Curves over thresholds are exact; the threshold is never chosen on what is measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from core.cli import main
from core.dice_curve import score_curves
from core.evaluate import best_step
from core.mask import apply_threshold
from core.metrics import dice, iou
from tests.unit.worker_toy import BrightSegmenter


def labelled_set(folder: Path, names: list[str], level: int = 255) -> None:
    """Images with a grey square (of the given brightness) on black, and its mask."""
    for sub in ("images", "masks"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    for count, name in enumerate(names):
        pixels = np.zeros((60, 80), np.uint8)
        pixels[10 + count : 40, 20:60] = level
        Picture.fromarray(np.repeat(pixels[:, :, None], 3, axis=2)).save(folder / "images" / f"{name}.png")
        Picture.fromarray((pixels > 0).astype(np.uint8) * 255).save(folder / "masks" / f"{name}.png")


def evaluate(folder: Path, *more: str) -> tuple[int, dict]:
    where = ["--images", str(folder / "images"), "--masks", str(folder / "masks")]
    target = folder / "result.json"
    target.unlink(missing_ok=True)
    code = main(
        ["evaluate", *where, "--prompt", "the bright part", "--json", str(target), *more],
        open_model=lambda ref, device: BrightSegmenter(),
    )
    return code, json.loads(target.read_text(encoding="utf-8"))


def test_curves_agree_with_the_metrics_at_every_step() -> None:
    random = np.random.default_rng(3)
    levels = random.integers(0, 200, (20, 30)).astype(np.uint8)
    for truth in (random.random((20, 30)) > 0.6, np.zeros((20, 30), bool), np.ones((20, 30), bool)):
        dices, ious = score_curves(levels, truth)
        assert dices.shape == ious.shape == (199,)
        for step in range(1, 200):
            mask = apply_threshold(levels, step)
            assert dices[step - 1] == pytest.approx(dice(mask, truth), abs=1e-12)
            assert ious[step - 1] == pytest.approx(iou(mask, truth), abs=1e-12)


def test_nothing_found_where_nothing_is_counts_one() -> None:
    dices, ious = score_curves(np.zeros((4, 4), np.uint8), np.zeros((4, 4), bool))
    assert (dices == 1).all() and (ious == 1).all()


def test_it_measures_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labelled_set(tmp_path, ["a", "b", "c"])
    code, result = evaluate(tmp_path, "--threshold", "0.35")
    assert code == 0 and result["ok"] and result["images"] == 3
    assert result["at_half"]["threshold"] == 0.5 and result["at_given"]["step"] == 70
    assert result["at_best"]["dice"] >= max(result["at_half"]["dice"], result["at_given"]["dice"]) > 0.9
    low, high = result["at_half"]["dice_interval"]
    assert low <= result["at_half"]["dice"] <= high
    mean = np.mean([row["dice_at_half"] for row in result["per_image"]])
    assert mean == pytest.approx(result["at_half"]["dice"], abs=1e-5)
    shapes = result["shapes"]
    assert shapes["step"] == 70 and set(shapes) == {"step", "hd95", "surface_dice"}, "a square is not thin"
    assert 0.9 < shapes["surface_dice"] <= 1 and shapes["hd95"] == np.mean([row["hd95"] for row in result["per_image"]])
    out = capsys.readouterr()
    assert "surface Dice" in out.out
    assert "mean at 0.5" in out.out and "Loading the model" in out.err


def test_the_threshold_comes_from_another_set(tmp_path: Path) -> None:
    labelled_set(tmp_path, ["a", "b"], level=90)  # dimmer than the toy's middle
    labelled_set(tmp_path / "train", ["x", "y"], level=95)
    code, result = evaluate(tmp_path, "--threshold-from", str(tmp_path / "train"))
    assert code == 0 and result["threshold_chosen_on"] == ["x", "y"]
    assert result["at_given"]["step"] < 100
    assert result["at_given"]["dice"] > result["at_half"]["dice"] + 0.3


def test_masks_that_choose_images_are_not_measured(tmp_path: Path) -> None:
    labelled_set(tmp_path, ["a", "b", "c"])
    chosen = tmp_path / "chosen"
    chosen.mkdir()
    (chosen / "b.png").write_bytes((tmp_path / "masks" / "b.png").read_bytes())
    code, result = evaluate(tmp_path, "--threshold-from", str(chosen))
    assert code == 0 and result["threshold_chosen_on"] == ["b"]
    assert [row["name"] for row in result["per_image"]] == ["a", "c"]


def test_the_measured_images_cannot_choose_the_threshold(tmp_path: Path) -> None:
    labelled_set(tmp_path, ["a", "b"])
    for folder in (tmp_path, tmp_path / "masks"):
        code, result = evaluate(tmp_path, "--threshold-from", str(folder))
        assert code == 1 and "flatter" in result["error"]


def test_a_version_names_its_threshold(tmp_path: Path) -> None:
    labelled_set(tmp_path, ["a"])
    version = tmp_path / "version"
    version.mkdir()
    (version / "adapter_config.json").write_text("{}")
    (version / "version.json").write_text('{"base": "demo", "best_step": 61}')
    _, result = evaluate(tmp_path, "--threshold-from", str(version))
    assert result["at_given"]["step"] == 61
    _, result = evaluate(tmp_path, "--model", str(version))
    assert result["at_given"]["step"] == 61


def test_one_broken_image_is_named_and_the_rest_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labelled_set(tmp_path, ["a", "b", "c"])
    (tmp_path / "images" / "b.png").write_text("words")
    code, result = evaluate(tmp_path)
    assert code == 1 and not result["ok"] and result["images"] == 2
    assert [failure["image"] for failure in result["failures"]] == ["b.png"]
    assert "b.png" in capsys.readouterr().err


def test_only_some(tmp_path: Path) -> None:
    labelled_set(tmp_path, ["a", "b", "c"])
    (tmp_path / "list.txt").write_text("c\na\n")
    _, result = evaluate(tmp_path, "--only", str(tmp_path / "list.txt"))
    assert [row["name"] for row in result["per_image"]] == ["a", "c"]


def test_of_equal_thresholds_the_middle_one_is_best(tmp_path: Path) -> None:
    from core.evaluate import ImageScore

    flat = np.ones(199)
    assert best_step([ImageScore("a", flat, flat, 1.0, 1.0, "")]) == 100


def test_a_zoom_is_used_and_said(tmp_path: Path) -> None:
    labelled_set(tmp_path, ["a", "b"])
    code, result = evaluate(tmp_path, "--zoom", "2")
    assert code == 0 and result["zoom"] == 2 and result["at_best"]["dice"] > 0.9


def test_of_thin_structures_the_course_is_measured(tmp_path: Path) -> None:
    for sub in ("images", "masks"):
        (tmp_path / sub).mkdir()
    pixels = np.zeros((120, 160), np.uint8)
    for row in range(10, 110, 20):
        pixels[row : row + 3, 5:155] = 255
    Picture.fromarray(np.repeat(pixels[:, :, None], 3, axis=2)).save(tmp_path / "images" / "a.png")
    Picture.fromarray(pixels).save(tmp_path / "masks" / "a.png")
    _, result = evaluate(tmp_path)
    assert {"centreline_dice", "pieces"} < set(result["shapes"]) and "pieces" in result["per_image"][0]
