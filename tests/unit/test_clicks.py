"""Clicks and boxes: lists of numbers, parts of an image, and what a predictor makes of them with and without a zoom."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture

from core.clicks import Clicks
from core.inference.predictor import NOTHING, Predictor
from core.zoom import blend, crops, cut, side_of
from tests.unit.worker_toy import GRID, BrightSegmenter

place = st.floats(0, 200, allow_nan=False)
points = st.tuples(place, place, st.booleans())


@st.composite
def clicks(draw: st.DrawFn) -> Clicks:
    made = Clicks()
    for x, y, inside in draw(st.lists(points, max_size=5)):
        made = made.with_point(x, y, inside)
    if draw(st.booleans()):
        made = made.with_box(*draw(st.tuples(place, place, place, place)))
    return made


@given(clicks())
def test_they_come_back_equal(made: Clicks) -> None:
    assert Clicks.from_json(json.loads(json.dumps(made.to_json()))) == made


@given(clicks(), place, place, st.booleans())
def test_the_last_can_be_taken_back(made: Clicks, x: float, y: float, inside: bool) -> None:
    assert made.with_point(x, y, inside).without_last() == made
    assert made.with_box(x, y, 3, 4).without_last().points == made.points
    assert not Clicks().without_last()


@given(clicks(), st.tuples(place, place, place, place))
def test_there_is_one_box_from_its_beginning_to_its_end(made: Clicks, corners: tuple[float, ...]) -> None:
    box = made.with_box(*corners).box
    assert box is not None and box[0] <= box[2] and box[1] <= box[3]
    assert made.with_box(*corners).with_box(1, 2, 0, 1).box == (0, 1, 1, 2)


@given(clicks(), st.integers(1, 3))
def test_every_click_on_the_image_is_seen_in_some_part_where_it_is(made: Clicks, zoom: int) -> None:
    parts = crops(200, 200, zoom, 64)
    found = set()
    for rows, columns in parts:
        seen = made.as_seen_in(rows, columns)
        for x, y, inside in seen.points:
            back_x = x * (columns.stop - columns.start) + columns.start
            found.add((round(back_x, 6), round(y * (rows.stop - rows.start) + rows.start, 6), inside))
        if seen.box is not None:
            assert all(0 <= edge <= 1 for edge in seen.box) and seen.box[0] < seen.box[2]
    assert found == {(round(x, 6), round(y, 6), inside) for x, y, inside in made.points}


@pytest.mark.parametrize(
    "value", [None, {}, [1], [[1, 2]], [[1, 2, True]], [[1, 2, 3, 4, 5]], [[3, 1, 2, 4]], [[1e999, 1, 1]]]
)
def test_anything_else_is_none(value: object) -> None:
    with pytest.raises(ValueError):
        Clicks.from_json(value)


@pytest.mark.parametrize("zoom", [1, 2, 3])
def test_what_is_cut_out_of_a_map_blends_to_the_same_map(zoom: int) -> None:
    whole = np.random.default_rng(zoom).normal(size=(side_of(32, zoom),) * 2).astype(np.float32)
    parts = cut(whole, zoom, 32)
    assert len(parts) == zoom**2 and np.allclose(blend(np.stack(parts), zoom), whole, atol=1e-5)
    with pytest.raises(ValueError, match="was expected"):
        cut(whole[1:], zoom, 32)


class Listening(BrightSegmenter):
    """Remembers what its decoder was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[tuple[Clicks | None, torch.Tensor | None]] = []

    def decode(self, features, state, clicks=None, mask=None):
        self.shown.append((clicks, mask))
        return super().decode(features, state, clicks, mask)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "a.png"
    Picture.fromarray(np.random.default_rng(0).integers(0, 255, (100, 160, 3), dtype=np.uint8)).save(file)
    return file


def test_the_answer_before_is_shown_to_the_decoder_part_by_part(picture: Path) -> None:
    for zoom in (1, 2, 3):
        segmenter = Listening()
        predictor = Predictor(segmenter)
        words = predictor.predict(picture, "the bright part", zoom=zoom)
        assert all(mask is None for _, mask in segmenter.shown)
        segmenter.shown.clear()
        predictor.predict(picture, "the bright part", Clicks(((5.0, 5.0, 1),)), zoom, words.logits)
        masks = [mask for _, mask in segmenter.shown]
        assert all(mask.shape == (1, 1, GRID, GRID) for mask in masks)
        together = blend(np.stack([mask[0, 0].numpy() for mask in masks]), zoom)
        assert np.allclose(together, words.logits, atol=0.05)


def test_the_answer_before_may_be_of_another_zoom(picture: Path) -> None:
    segmenter = Listening()
    predictor = Predictor(segmenter)
    whole = predictor.predict(picture, "the bright part")
    closer = predictor.predict(picture, "the bright part", Clicks(((5.0, 5.0, 1),)), 2, whole.logits)
    back = predictor.predict(picture, "the bright part", Clicks(((5.0, 5.0, 1),)), 1, closer.logits)
    assert closer.logits.shape == (side_of(GRID, 2),) * 2 and back.logits.shape == (GRID, GRID)


def test_where_the_box_is_not_there_is_nothing_unless_a_click_says_otherwise(picture: Path) -> None:
    predictor = Predictor(BrightSegmenter())
    box = Clicks().with_box(2, 2, 30, 30)
    boxed = predictor.predict(picture, "the bright part", box, 2).logits
    assert (boxed[:, -20:] == NOTHING).all() and (boxed[-20:] == NOTHING).all() and (boxed[:8, :8] > NOTHING).all()
    clicked = predictor.predict(picture, "the bright part", box.with_point(150, 90, True), 2).logits
    assert (clicked[-8:, -8:] > NOTHING).all() and clicked.max() == 15
    assert (clicked[:8, -8:] == NOTHING).all()
