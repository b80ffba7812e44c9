"""Inside a training: a full memory changes no gradient, the best epoch is kept, pictures and targets are varied alike."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.features import FeatureStore
from core.finetune.best_epoch import BestEpoch, part_for_choosing
from core.finetune.dataset import Sample, Shelf, encode
from core.finetune.estimate import FEW_IMAGES, from_earlier, from_step
from core.finetune.forward import CachedForward, batch_loss
from core.finetune.jitter import jitter
from core.finetune.losses import (
    CENTRELINE_SHARE,
    DICE_WEIGHT,
    OTHERS_WEIGHT,
    centreline_loss,
    finetune_loss,
    mask_losses,
)
from core.finetune.near_copies import fingerprint, near_copies
from core.finetune.parts import Parts, open_parts
from core.finetune.presets import ADAPTER, DEEP, PRESETS, QUICK, WHOLE
from core.finetune.recorded import Recordings
from core.finetune.trainer import Room
from tests.unit.finetune_toy import LearningSegmenter, make_job


class Narrow(LearningSegmenter):
    """Has room for two samples at a time."""

    def decode(self, features: Any, state: Any, clicks: Any = None) -> Any:
        if len(state) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return super().decode(features, state, clicks)


def prepared(folder: Path, toy: LearningSegmenter, images: int = 6) -> tuple[CachedForward, Parts, list[Sample]]:
    shelf = Shelf(folder)
    samples = encode(toy, make_job(folder, images=images).examples, 2, shelf, FeatureStore(), lambda done, total: None)
    return CachedForward(toy, shelf), open_parts(toy, PRESETS[QUICK]), samples


def test_a_full_memory_makes_pieces_of_a_step_with_the_same_gradients(tmp_path: Path) -> None:
    found, heard = [], []
    for number, toy in enumerate((LearningSegmenter(), Narrow())):
        forward, parts, samples = prepared(tmp_path / str(number), toy)
        room = Room(5, heard.append)
        loss = room.gradients(forward, parts, samples[:5])
        found.append((loss, {name: one.grad.clone() for name, one in parts.trainable.items() if one.grad is not None}))
    assert heard == [2] and found[0][0] == pytest.approx(found[1][0], rel=1e-5)
    for name, gradient in found[0][1].items():
        assert torch.allclose(gradient, found[1][1][name], rtol=1e-3, atol=1e-6), name


def test_a_memory_too_small_for_one_sample_is_an_error(tmp_path: Path) -> None:
    class Tiny(LearningSegmenter):
        def decode(self, features: Any, state: Any, clicks: Any = None) -> Any:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    forward, parts, samples = prepared(tmp_path, Tiny())
    with pytest.raises(RuntimeError, match="out of memory"):
        Room(4).gradients(forward, parts, samples[:4])


def test_the_epoch_is_chosen_by_patients_that_are_not_learned_from(tmp_path: Path) -> None:
    _, _, samples = prepared(tmp_path, LearningSegmenter(), images=12)
    learned, choosing = part_for_choosing(samples, seed=3, least=12)
    patients = [{sample.example.group for sample in part} for part in (learned, choosing)]
    assert patients[0] and patients[1] and not patients[0] & patients[1]
    assert all(sample.view == 0 for sample in choosing) and {sample.view for sample in learned} == {0, 1}
    assert part_for_choosing(samples, seed=3, least=12)[1] == choosing
    assert part_for_choosing(samples, seed=3, least=13) == (samples, [])


def test_a_run_that_is_judged_in_rounds_learns_its_version_as_its_rounds_did() -> None:
    assert all(PRESETS[key].chooses_from >= FEW_IMAGES for key in (QUICK, ADAPTER))
    assert all(PRESETS[key].chooses_from == 8 for key in (DEEP, WHOLE))


def test_the_best_epoch_is_kept_and_waiting_ends(tmp_path: Path) -> None:
    toy = LearningSegmenter()
    _, parts, _ = prepared(tmp_path, toy)
    scores = iter([0.2, 0.6, 0.5, 0.6, 0.1, 0.1, 0.1])
    best = BestEpoch(parts, lambda: next(scores), epochs=16)
    bias = toy.decoder["masks"].bias
    ended = []
    for epoch in range(1, 7):
        with torch.no_grad():
            bias.fill_(epoch)
        ended.append(best.is_over(epoch))
    assert ended == [False] * 5 + [True] and best.epoch == 2
    best.take()
    assert bool((bias == 2).all())


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_picture_and_its_target_are_moved_alike(seed: int) -> None:
    rows, columns = np.mgrid[:128, :128]
    inside = (rows - 70) ** 2 + (columns - 52) ** 2 < 30**2
    picture = np.repeat(np.where(inside, 230, 20)[:, :, None].astype(np.uint8), 3, 2)
    target = inside.reshape(32, 4, 32, 4).mean((1, 3)).astype(np.float32)
    seen, wanted = jitter(picture, target, random.Random(seed))
    assert seen.shape == picture.shape and wanted.shape == target.shape and 0 <= wanted.min() <= wanted.max() <= 1
    bright = (seen[:, :, 0] > seen[:, :, 0].mean()).reshape(32, 4, 32, 4).mean((1, 3)) > 0.5
    both = np.logical_and(bright, wanted > 0.5).sum()
    assert 2 * both / (bright.sum() + (wanted > 0.5).sum()) > 0.93
    assert not np.array_equal(seen, picture)


def test_the_time_is_told_by_the_last_run_of_its_kind() -> None:
    def ran(preset: str, seconds: float, model: str = "demo") -> dict[str, Any]:
        return {"preset": preset, "model": model, "seconds": seconds, "learned_from": 15, "held_out": 5}

    runs = [ran("quick", 40), ran("whole", 900), ran("quick", 60), {}, ran("quick", 5000, "large")]
    assert from_earlier(runs, "quick", "demo", 30) == 90 and from_earlier(runs, "whole", "demo", 20) == 900
    assert from_earlier(runs, "deep", "demo", 20) is None and from_earlier([], "quick", "demo", 20) is None
    assert from_step(2.0, 4, learned=100, looked_at=30) == pytest.approx(55)


def test_a_broken_line_costs_more_than_its_pixels() -> None:
    line = torch.zeros(2, 32, 32)
    line[:, 15:18] = 1
    broken, thinner = line.clone(), line.clone()
    broken[:, :, 15:17] = 0
    thinner[:, 15, :6] = 0
    assert int((broken != line).sum()) == int((thinner != line).sum())
    costs = [centreline_loss((one - 0.5) * 20, line) for one in (line, thinner, broken)]
    assert all(cost.shape == (2,) for cost in costs)
    assert float(costs[0].max()) < 1e-3 and float(costs[1].max()) < 0.02 < float(costs[2].min())


def test_the_term_for_thin_structures_moves_only_the_chosen_mask(tmp_path: Path) -> None:
    forward, _, samples = prepared(tmp_path, LearningSegmenter())
    answered = forward(samples[:3])
    usual, thin = (finetune_loss(answered.decoded, answered.targets, thin=one) for one in (False, True))
    rows = torch.arange(3)
    chosen = answered.decoded.logits[rows, answered.decoded.best]
    difference = centreline_loss(chosen, answered.targets) - mask_losses(chosen, answered.targets)[1]
    expected = (1 - OTHERS_WEIGHT) * DICE_WEIGHT * CENTRELINE_SHARE * float(difference.detach().mean())
    assert float((thin - usual).detach()) == pytest.approx(expected, abs=1e-5) and thin.requires_grad


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.4, 1.5))
def test_a_copy_is_near_and_another_image_is_not(seed: int, share: float) -> None:
    def scene(number: int) -> Any:
        rough = np.random.default_rng(number).random((40, 40, 3)).astype(np.float32)
        return np.clip(cv2.resize(rough, (800, 640), interpolation=cv2.INTER_CUBIC) * 200 + 20, 0, 255).astype(np.uint8)

    picture, other = scene(seed), scene(seed + 1)
    size = (round(800 * share), round(640 * share))
    copy = np.clip(cv2.resize(picture, size, interpolation=cv2.INTER_AREA) * 0.9 + 5, 0, 255).astype(np.uint8)
    copy = cv2.imdecode(cv2.imencode(".jpg", copy, [cv2.IMWRITE_JPEG_QUALITY, 70])[1], cv2.IMREAD_COLOR)
    known = [fingerprint(picture)]
    assert near_copies(known, [fingerprint(copy), fingerprint(other)]) == 1
    assert near_copies(known, []) == near_copies([], known) == 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no graphics card")
def test_a_recorded_step_has_the_gradients_of_the_same_step_task_by_task(tmp_path: Path) -> None:
    toy = LearningSegmenter()
    toy.device = torch.device("cuda")
    for part in toy.trainable_modules().values():
        part.cuda()
    forward, parts, samples = prepared(tmp_path, toy)
    recordings = Recordings()
    assert recordings.can_play(forward)
    for batch in (samples[:4], samples[4:8], samples[:3]):
        loss = recordings.gradients(forward, parts, batch)
        found = {name: one.grad.clone() for name, one in parts.trainable.items() if one.grad is not None}
        for parameter in parts.trainable.values():
            parameter.grad = None
        usual = batch_loss(forward, batch)
        usual.backward()
        assert loss == pytest.approx(float(usual.detach()), rel=1e-4)
        assert found and all(
            torch.allclose(found[name], parts.trainable[name].grad, rtol=1e-2, atol=1e-6) for name in found
        )
