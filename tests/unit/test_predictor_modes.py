"""Several structures in one go, the model's own decision, and the candidates that a person can choose among."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from core.errors import DeviceError, InputError
from core.features import FeatureCache
from core.inference.predictor import Predictor
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
    two = predictor.let_decide(picture, "the bright part and the dark part")
    assert two.text == "Sure, [SEG] and [SEG]." and len(two.predictions) == 2
    assert np.array_equal(two.predictions[1].logits, predictor.predict(picture, "the dark part").logits)
    none = predictor.let_decide(picture, "the unicorn")
    assert none.text == "There is none." and none.predictions == ()


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
