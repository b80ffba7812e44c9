"""The feature cache: computed once, bounded, and never in the way of a prediction."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from core.features import FeatureCache
from core.inference.predictor import Predictor
from tests.unit.worker_toy import BrightSegmenter

PIXELS = np.random.default_rng(0).integers(0, 255, (40, 50, 3), dtype=np.uint8)


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*"))


def test_nothing_is_encoded_twice_not_even_after_a_restart(tmp_path: Path) -> None:
    first, second = BrightSegmenter(), BrightSegmenter()
    for toy in (first, first, second):
        cache = FeatureCache(tmp_path)
        features = cache.features(toy, "a" * 64, PIXELS)
        state = cache.state(toy, "a" * 64, PIXELS, "the dark part")
    assert (first.encoded, first.embedded, second.encoded, second.embedded) == (1, 1, 0, 0)
    assert torch.equal(state, torch.tensor([[-1.0]])) and features.embedding.dtype == torch.float32
    exact = BrightSegmenter().encode_image(PIXELS).embedding
    assert torch.equal(features.embedding, exact.half().float())


def test_the_first_answer_equals_the_later_ones(tmp_path: Path) -> None:
    toy = BrightSegmenter()
    answers = [FeatureCache(tmp_path).features(toy, "a" * 64, PIXELS).embedding for _ in range(2)]
    assert torch.equal(*answers)


def test_model_image_view_and_prompt_are_told_apart(tmp_path: Path) -> None:
    cache, toy, other = FeatureCache(tmp_path), BrightSegmenter(), BrightSegmenter("another")
    for segmenter, sha, view in ((toy, "a", 0), (toy, "a", 1), (toy, "b", 0), (other, "a", 0)):
        cache.features(segmenter, sha * 64, PIXELS, view)
        for prompt in ("x", "y"):
            cache.state(segmenter, sha * 64, PIXELS, prompt, view)
    assert (toy.encoded, other.encoded, toy.embedded, other.embedded) == (3, 1, 6, 2) and len(entries(tmp_path)) == 12


@pytest.mark.parametrize("content", [b"", b"rubbish" * 100, None])
def test_a_damaged_entry_is_made_again(tmp_path: Path, content: bytes | None) -> None:
    toy, cache = BrightSegmenter(), FeatureCache(tmp_path)
    whole = cache.features(toy, "a" * 64, PIXELS).embedding
    file = entries(tmp_path)[0]
    file.write_bytes(file.read_bytes()[:200] if content is None else content)
    assert torch.equal(cache.features(toy, "a" * 64, PIXELS).embedding, whole) and toy.encoded == 2
    assert torch.equal(cache.features(toy, "a" * 64, PIXELS).embedding, whole) and toy.encoded == 2


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    toy, cache = BrightSegmenter(), FeatureCache(tmp_path)
    cache.features(toy, "0" * 64, PIXELS)
    size = entries(tmp_path)[0].stat().st_size
    cache = FeatureCache(tmp_path, limit=3 * size)
    for number in range(1, 3):
        cache.features(toy, str(number) * 64, PIXELS)
    for age, file in enumerate(entries(tmp_path)):
        os.utime(file, (1000 + age, 1000 + age))
    cache.features(toy, "0" * 64, PIXELS)  # used again: now "1" is the oldest
    cache.features(toy, "3" * 64, PIXELS)
    assert [file.name[0] for file in entries(tmp_path)] == ["0", "2", "3"]
    for number in range(4, 10):
        FeatureCache(tmp_path, limit=3 * size).features(toy, str(number) * 64, PIXELS)
        assert sum(file.stat().st_size for file in entries(tmp_path)) <= 3 * size


def test_a_folder_that_cannot_be_written_costs_speed_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    toy, cache = BrightSegmenter(), FeatureCache(tmp_path / "file" / "cache")
    for _ in range(2):
        assert cache.features(toy, "a" * 64, PIXELS).embedding.shape == (1, 1, 32, 32)
    assert toy.encoded == 2


def test_a_folder_deleted_while_it_is_used_is_made_again(tmp_path: Path) -> None:
    toy, cache = BrightSegmenter(), FeatureCache(tmp_path / "cache")
    cache.features(toy, "a" * 64, PIXELS)
    shutil.rmtree(tmp_path / "cache")
    cache.features(toy, "a" * 64, PIXELS)
    assert toy.encoded == 2 and len(entries(tmp_path / "cache")) == 1


def test_a_second_predictor_starts_from_the_folder(tmp_path: Path) -> None:
    from PIL import Image as Picture

    Picture.fromarray(PIXELS).save(tmp_path / "a.png")
    toys = BrightSegmenter(), BrightSegmenter()
    predictions = [Predictor(toy, FeatureCache(tmp_path / "c")).predict(tmp_path / "a.png", "the part") for toy in toys]
    assert toys[1].encoded == 0 and np.array_equal(predictions[0].logits, predictions[1].logits)
