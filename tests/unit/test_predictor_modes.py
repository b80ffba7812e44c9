"""Several structures in one go, the model's own decision, and the candidates that a person can choose among."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from core.errors import DeviceError, InputError
from core.features import FeatureCache
from core.inference.predictor import Predictor
from core.mask import apply_threshold, probability_levels
from tests.unit.worker_toy import BrightSegmenter


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "a.png"
    Picture.fromarray(np.random.default_rng(0).integers(0, 255, (40, 50, 3), dtype=np.uint8)).save(file)
    return file


def test_several_structures_are_what_each_is_alone(picture: Path) -> None:
    toy = BrightSegmenter()
    together = Predictor(toy).predict_several(picture, ["the  bright part", "the dark part", "the bright part"])
    alone = [Predictor(BrightSegmenter()).predict(picture, words) for words in ("the bright part", "the dark part")]
    assert (toy.encoded, toy.embedded) == (1, 2)
    assert np.array_equal(together[0].candidates, alone[0].candidates)
    assert np.array_equal(together[1].candidates, alone[1].candidates)
    assert np.array_equal(together[2].logits, together[0].logits)
    assert Predictor(toy).predict_several(picture, []) == []


def test_only_what_is_not_known_yet_is_asked(picture: Path, tmp_path: Path) -> None:
    toy, store = BrightSegmenter(), FeatureCache(tmp_path / "cache")
    Predictor(toy, store).predict(picture, "the dark part")
    Predictor(toy, store).predict_several(picture, ["the bright part", "the dark part"])
    assert (toy.encoded, toy.embedded) == (1, 2)
    again = Predictor(toy, store)
    several = again.predict_several(picture, ["the dark part", "the bright part"])
    assert toy.embedded == 2
    assert np.array_equal(several[0].logits, again.predict(picture, "the dark part").logits)


def test_all_candidates_are_kept(picture: Path) -> None:
    found = Predictor(BrightSegmenter()).predict(picture, "the bright part")
    assert found.candidates.shape == (3, 32, 32) and found.candidates.dtype == np.float16
    assert (
        found.best == 1 and found.predicted_iou == pytest.approx(0.9) and found.ious == pytest.approx((0.2, 0.9, 0.3))
    )
    assert np.array_equal(found.logits, found.candidates[1])


def test_the_model_may_find_two_or_nothing(picture: Path) -> None:
    predictor = Predictor(BrightSegmenter())
    one = predictor.let_decide(picture, "the dark part")
    dark, bright = (predictor.predict(picture, words) for words in ("the dark part", "the bright part"))
    assert (one.text, one.parts) == ("Sure, [SEG].", 1) and np.array_equal(one.candidates, dark.candidates)
    two = predictor.let_decide(picture, "the bright part and the dark part")
    assert (two.text, two.parts, two.best) == ("Sure, [SEG] and [SEG].", 2, 0) and len(two.ious) == 3
    assert np.array_equal(two.logits, np.maximum(bright.logits, dark.logits)), "all of it together"
    assert np.array_equal(two.candidates[1:], [bright.logits, dark.logits]), "and each alone"
    none = predictor.let_decide(picture, "the unicorn")
    assert (none.text, none.parts, none.ious) == ("There is none.", 0, (0.0,))
    assert not apply_threshold(probability_levels(none.logits, 40, 50), 1).any()


def test_a_damaged_or_small_cache_is_filled_as_far_as_it_goes(picture: Path, tmp_path: Path) -> None:
    toy, place = BrightSegmenter(), tmp_path / "cache"
    for _ in range(2):
        assert Predictor(toy, FeatureCache(place)).prepare(picture, ["the dark part"], lambda: False)
    assert (toy.encoded, toy.embedded) == (1, 1)
    entries = sorted(place.rglob("*.safetensors"))
    largest = max(entries, key=lambda entry: entry.stat().st_size)
    size = sum(entry.stat().st_size for entry in entries)
    largest.write_bytes(b"torn")
    assert Predictor(toy, FeatureCache(place)).prepare(picture, ["the dark part"], lambda: False)
    assert (toy.encoded, toy.embedded) == (2, 1)
    for number in range(4):
        other = tmp_path / f"{number}.png"
        Picture.fromarray(np.full((40, 50, 3), number * 9, np.uint8)).save(other)
        Predictor(toy, FeatureCache(place, limit=size + 100)).prepare(other, ["the dark part"], lambda: False)
    assert sum(entry.stat().st_size for entry in place.rglob("*.safetensors")) <= size + 100


def test_an_empty_prompt_is_refused_in_every_mode(picture: Path) -> None:
    predictor = Predictor(BrightSegmenter())
    with pytest.raises(InputError, match="no prompt"):
        predictor.predict_several(picture, ["the dark part", " "])
    with pytest.raises(InputError, match="no prompt"):
        predictor.let_decide(picture, "")


def test_memory_that_does_not_suffice_is_given_back(picture: Path) -> None:
    toy = BrightSegmenter()
    toy.out_of_memory = True
    predictor = Predictor(toy)
    with pytest.raises(DeviceError):
        predictor.predict_several(picture, ["the dark part"])
    assert toy.forgotten == 1
    assert len(predictor.predict_several(picture, ["the dark part"])) == 1
