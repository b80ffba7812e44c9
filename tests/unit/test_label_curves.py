"""The best threshold for all labels, and where a structure starts afterwards."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from core.errors import StoreError
from core.label_curves import curves_of_labels
from core.mask import apply_threshold, probability_levels
from core.metrics import dice
from core.store import JournalStep, Store

SIDE, GRID = 40, 16


@pytest.fixture
def store(tmp_path: Path):
    with Store.create(tmp_path / "project", "test") as store:
        for number in range(5):
            store.add_images([(tmp_path / f"{number}.png", f"{number}" * 64, SIDE, SIDE, "", "")])
        store.add_structure("Polyp", "the polyp", "#56B4E9")
        store.add_structure("Other", "the other", "#E69F00")
        yield store


def predict(store: Store, image_id: int, step: int | None = None) -> np.ndarray:
    logits = np.random.default_rng(image_id).normal(0, 4, (GRID, GRID)).astype(np.float16)
    store.save_prediction(image_id, 1, None, "the polyp", logits, 0.5, step)
    return probability_levels(logits, SIDE, SIDE)


def steps_of(store: Store) -> list[int]:
    return [store.correction(image_id, 1).threshold_step for image_id in range(1, 6)]


def test_the_mean_curve_is_that_of_the_accepted_masks_and_their_own_predictions(store: Store) -> None:
    levels = [predict(store, image_id) for image_id in (1, 2, 3)]
    truths = [apply_threshold(one, 60) for one in levels]
    for image_id in (1, 2):
        store.save_final(image_id, 1, truths[image_id - 1], "accepted")
    store.save_final(3, 1, truths[2], "in_work")
    store.save_final(4, 1, np.ones((SIDE, SIDE), bool), "accepted")
    told: list[tuple[int, int, str]] = []
    found = curves_of_labels(store, 1, lambda *how: told.append(how))
    assert (found.images, found.drawn) == (2, 1) and told == [(0, 3, ""), (1, 3, ""), (2, 3, ""), (3, 3, "")]
    for step in (1, 60, 100, 199):
        expected = [dice(apply_threshold(levels[place], step), truths[place]) for place in (0, 1)]
        assert found.mean[step - 1] == pytest.approx(np.mean(expected))
    assert found.best == 60 and found.mean[59] == 1


def test_the_candidate_that_counts_is_the_one_compared(store: Store) -> None:
    levels = predict(store, 1)
    store.save_final(1, 1, apply_threshold(levels, 90), "accepted")
    predict(store, 1)
    assert curves_of_labels(store, 1, lambda *_: None).images == 0, "a new prediction has to be looked at first"


def test_without_labels_there_is_no_curve(store: Store) -> None:
    found = curves_of_labels(store, 1, lambda *_: None)
    assert (found.images, found.drawn) == (0, 0)
    with pytest.raises(ValueError):
        _ = found.best


def test_a_structure_starts_where_it_was_told_and_what_was_touched_stays(store: Store) -> None:
    for image_id in (1, 2, 3):
        predict(store, image_id, 100)
    store.append_step(2, 1, JournalStep("threshold", {"before": 100, "after": 140}))
    store.save_final(3, 1, np.zeros((SIDE, SIDE), bool), "accepted")
    store.save_prediction(1, 2, None, "the other", np.zeros((4, 4), np.float16), 0.5, 100)
    store.start_structure_at(1, 62)
    assert [row.threshold_step for row in store.structures()] == [62, None]
    assert steps_of(store) == [62, 140, 100, 100, 100] and store.correction(1, 2).threshold_step == 100
    assert store.update_structure(1, name="New").threshold_step == 62 == store.structures()[0].threshold_step
    store.append_step(1, 1, JournalStep("threshold", {"before": 62, "after": 70}))
    assert store.undo(1, 1).payload["before"] == 62 == store.correction(1, 1).threshold_step
    store.start_structure_at(1, None)
    assert store.structures()[0].threshold_step is None and steps_of(store)[0] == 62


def test_an_impossible_step_is_refused(store: Store) -> None:
    predict(store, 1, 90)
    with pytest.raises(ValueError):
        store.start_structure_at(1, 200)
    assert store.structures()[0].threshold_step is None and steps_of(store)[0] == 90


def test_a_damaged_mask_is_said_and_not_counted(store: Store, tmp_path: Path) -> None:
    store.save_final(1, 1, apply_threshold(predict(store, 1), 60), "accepted")
    with sqlite3.connect(tmp_path / "project" / "project.sqlite") as other:
        other.execute("UPDATE final_masks SET sha256 = 'x'")
    other.close()
    with pytest.raises(StoreError, match="damaged"):
        curves_of_labels(store, 1, lambda *_: None)
