"""Where the slider starts on an image that a model answered for."""

from pathlib import Path

import numpy as np
import pytest

from core.store import JournalStep, Store

LOGITS = np.zeros((8, 8), np.float16)
KEY = (1, 1)


@pytest.fixture
def store(tmp_path: Path):
    with Store.create(tmp_path / "project", "test") as store:
        store.add_images([(tmp_path / "a.png", "0" * 64, 16, 16, "", "")])
        store.add_structure("Polyp", "the polyp", "#56B4E9")
        yield store


def predict(store: Store, step: int | None) -> int:
    store.save_prediction(*KEY, None, "the polyp", LOGITS, 0.5, step)
    return store.correction(*KEY).threshold_step


def test_a_fresh_prediction_starts_at_the_step_of_its_model(store):
    assert predict(store, 70) == 70
    assert predict(store, 100) == 100
    assert predict(store, None) == 100
    assert store.correction(*KEY).status == "predicted"


def test_a_threshold_that_somebody_moved_stays(store):
    predict(store, 100)
    store.append_step(*KEY, JournalStep("threshold", {"before": 100, "after": 60}))
    assert predict(store, 140) == 60


def test_a_threshold_that_was_moved_and_taken_back_stays(store):
    predict(store, 100)
    store.append_step(*KEY, JournalStep("threshold", {"before": 100, "after": 60}))
    store.undo(*KEY)
    assert predict(store, 140) == 100
    store.redo(*KEY)
    assert store.correction(*KEY).threshold_step == 60


def test_an_accepted_mask_keeps_its_threshold(store):
    predict(store, 100)
    store.save_final(*KEY, np.zeros((16, 16), np.bool_), "accepted")
    assert predict(store, 140) == 100


def test_an_impossible_step_is_refused_and_nothing_is_stored(store):
    with pytest.raises(ValueError):
        predict(store, 200)
    assert store.prediction(*KEY) is None
