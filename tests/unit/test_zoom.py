"""Crops cover the picture, their answers are set together without a seam, and a fine-tune sees what a prediction sees."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture

from core.clicks import Clicks
from core.features import FeatureStore
from core.finetune.dataset import Shelf, by_label, encode
from core.finetune.run import run_job
from core.inference.predictor import Predictor
from core.mask import apply_threshold, probability_levels
from core.metrics import dice
from core.zoom import blend, crops, name_of_view, side_of
from tests.unit.finetune_toy import GRID, LearningSegmenter, make_job, open_toy


@given(st.integers(1, 3000), st.integers(1, 3000), st.sampled_from([1, 2, 3]))
def test_crops_cover_the_picture_and_none_is_empty(height: int, width: int, zoom: int) -> None:
    seen = np.zeros((2, 3000), int)
    parts = crops(height, width, zoom, 256)
    assert len(parts) == zoom * zoom
    for rows, columns in parts:
        assert 0 <= rows.start < rows.stop <= height and 0 <= columns.start < columns.stop <= width
        seen[0, rows] += 1
        seen[1, columns] += 1
    assert (seen[0, :height] > 0).all() and (seen[1, :width] > 0).all()


@pytest.mark.parametrize("zoom", [1, 2, 3])
def test_what_the_crops_say_alike_is_what_the_blended_map_says(zoom: int) -> None:
    side = side_of(64, zoom)
    whole = np.random.default_rng(0).normal(size=(2, side, side)).astype(np.float32)
    parts = np.stack([whole[:, rows, columns] for rows, columns in crops(side, side, zoom, 64)])
    assert np.allclose(blend(parts, zoom), whole, atol=1e-5)


def test_between_two_crops_one_goes_over_into_the_other() -> None:
    maps = np.zeros((4, 64, 64), np.float32)
    maps[1::2] = 1.0  # the right ones
    across = blend(maps, 2)[10]
    assert across.shape == (112,) and (np.diff(across) >= 0).all() and np.diff(across).max() < 0.1
    assert across[47] == 0 and across[64] == 1


def test_there_is_no_other_zoom() -> None:
    with pytest.raises(ValueError, match="zoom"):
        side_of(64, 4)
    with pytest.raises(ValueError, match="maps"):
        blend(np.zeros((3, 64, 64), np.float32), 2)


def test_names_of_views_differ() -> None:
    names = [name_of_view(view, zoom, crop) for view in range(4) for zoom in (1, 2, 3) for crop in range(zoom * zoom)]
    assert len(set(names)) == len(names) and name_of_view(0) == "0"


def test_a_zoomed_prediction_draws_thinner_lines(tmp_path: Path) -> None:
    lines = np.zeros((480, 640), bool)
    lines[::24] = lines[1::24] = True
    file = tmp_path / "lines.png"
    Picture.fromarray((lines * 200 + 20).astype(np.uint8)).convert("RGB").save(file)
    predictor, scores = Predictor(LearningSegmenter()), []
    for zoom in (1, 2, 3):
        found = predictor.predict(file, "the lines", zoom=zoom)
        assert found.logits.shape == (side_of(GRID, zoom),) * 2
        levels = probability_levels(found.logits, 480, 640)
        scores.append(max(dice(apply_threshold(levels, step), lines) for step in range(1, 200, 6)))
    assert scores[0] < scores[1] < scores[2], scores


def test_a_click_reaches_only_the_crops_that_it_lies_in(tmp_path: Path) -> None:
    file = Path(make_job(tmp_path, images=1).examples[0].image)
    told = []

    class Listening(LearningSegmenter):
        def decode(self, features, state, clicks=None, mask=None):
            told.append(clicks)
            return super().decode(features, state, clicks)

    Predictor(Listening()).predict(file, "the square", Clicks(((2.0, 3.0, 1),)), zoom=2)
    assert [bool(clicks) for clicks in told] == [True, False, False, False]
    x, y, inside = told[0].points[0]
    assert (round(x * 37), round(y * 28), inside) == (2, 3, True)


def test_a_crop_is_encoded_once_whatever_is_asked_of_it(tmp_path: Path) -> None:
    file = Path(make_job(tmp_path, images=1).examples[0].image)
    encoded = []

    class Counting(LearningSegmenter):
        def encode_image(self, rgb):
            encoded.append(rgb.shape)
            return super().encode_image(rgb)

    predictor = Predictor(Counting())
    predictor.predict(file, "the square", zoom=2)
    predictor.predict(file, "another square", zoom=2)
    assert len(encoded) == 4


def test_a_fine_tune_sees_the_crops_that_a_prediction_sees(tmp_path: Path) -> None:
    job = make_job(tmp_path, images=2)
    examples = [replace(example, zoom=2) for example in job.examples]
    shelf, toy = Shelf(tmp_path / "shelf"), LearningSegmenter()
    samples = encode(toy, examples, 2, shelf, FeatureStore(), lambda *_: None)
    assert len(samples) == 2 * 2 * 4 and len({sample.key for sample in samples}) == 16
    for label in by_label(samples):
        with torch.no_grad():
            answers = [toy.decode(shelf.batch([one.key], toy.device), one.state).chosen[0].numpy() for one in label]
        found = Predictor(toy).predict(Path(label[0].example.image), "the square", zoom=2).logits
        assert np.allclose(blend(np.stack(answers), 2), found, atol=0.02)


def test_a_zoomed_fine_tune_learns_and_is_judged_on_whole_images(tmp_path: Path) -> None:
    job = make_job(tmp_path, held_out=4)
    zoomed = replace(job, examples=tuple(replace(example, zoom=2) for example in job.examples))
    result = run_job(zoomed, lambda event: None, open_model=open_toy)
    assert result["accepted"] and result["figures"]["held_out"] == 4
    assert result["figures"]["tuned_at_best"] > result["figures"]["base_at_best"] + 0.05
