"""The masks that a model offered: which one counts is a step like every other, and is still known after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import StoreError
from core.store import JournalStep, Offer, Store

KEY = (1, 1)
MAPS = np.stack([np.full((8, 8), value, np.float16) for value in (-3, 2, 5)])
IOUS = (0.25, 0.75, 0.5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "project", "test") as store:
        store.add_images([(tmp_path / f"{name}.png", name * 64, 16, 16, "", "") for name in "ab"])
        store.add_structure("Polyp", "the polyp", "#56B4E9")
        yield store


def predict(store: Store, offer: Offer = Offer(MAPS, IOUS, 1)) -> None:
    logits, iou = offer.candidates[offer.chosen], offer.ious[offer.chosen]
    store.save_prediction(*KEY, None, "the polyp", logits, iou, 100, offer)


def choose(store: Store, before: int, after: int) -> None:
    found = store.prediction(*KEY)
    assert found is not None
    store.append_step(*KEY, JournalStep("candidate", {"prediction": found.id, "before": before, "after": after}))


def chosen(store: Store) -> tuple[int, float, float]:
    found = store.prediction(*KEY)
    assert found is not None and found.ious == IOUS
    return found.chosen, found.predicted_iou, float(found.logits[0, 0])


def test_another_mask_can_be_chosen_and_that_can_be_taken_back(store: Store) -> None:
    predict(store)
    assert chosen(store) == (1, 0.75, 2.0)
    choose(store, 1, 2)
    assert chosen(store) == (2, 0.5, 5.0) and store.correction(*KEY).status == "in_work"
    with Store.open(store.folder, read_only=True) as again:
        assert chosen(again) == (2, 0.5, 5.0)
    store.undo(*KEY)
    assert chosen(store) == (1, 0.75, 2.0)
    store.redo(*KEY)
    assert chosen(store) == (2, 0.5, 5.0)
    assert [step.kind for step in store.journal(*KEY)] == ["candidate"]


def test_taking_back_a_choice_among_masks_that_are_gone_leaves_the_new_prediction(store: Store) -> None:
    predict(store)
    choose(store, 1, 2)
    predict(store, Offer(MAPS[::-1].copy(), IOUS, 1))
    assert chosen(store) == (1, 0.75, 2.0)
    assert store.undo(*KEY) is not None
    assert chosen(store) == (1, 0.75, 2.0)
    assert store.query("SELECT count(*) FROM candidates") == [(3,)], "nobody can choose among the old ones"


def test_a_candidate_that_there_is_not_cannot_be_chosen(store: Store) -> None:
    predict(store)
    with pytest.raises(ValueError, match="no such candidate"):
        choose(store, 1, 3)
    assert chosen(store)[0] == 1 and store.journal(*KEY) == []
    store.save_prediction(2, 1, None, "the polyp", MAPS[0], 0.5)
    other = store.prediction(2, 1)
    assert other is not None and other.ious == ()
    with pytest.raises(ValueError, match="no such candidate"):
        store.append_step(*KEY, JournalStep("candidate", {"prediction": other.id, "before": 0, "after": 0}))


def test_the_answer_in_words_is_kept(store: Store) -> None:
    nothing = np.full((1, 8, 8), -20, np.float16)
    predict(store, Offer(nothing, (0.0,), 0, "There is none.<|im_end|>", 0))
    found = store.prediction(*KEY)
    assert found is not None and (found.answer, found.parts, found.ious) == ("There is none.<|im_end|>", 0, ())


@pytest.mark.parametrize(
    "offer",
    [
        Offer(MAPS, IOUS[:2], 1),
        Offer(np.stack([MAPS[0], MAPS[1] * np.nan]), (0.5, 0.5), 0),
        Offer(MAPS[:, :4], IOUS, 1),
    ],
)
def test_an_offer_that_is_none_is_refused_and_nothing_is_stored(store: Store, offer: Offer) -> None:
    with pytest.raises(ValueError):
        predict(store, offer)
    with pytest.raises(ValueError, match="not the chosen candidate"):
        store.save_prediction(*KEY, None, "x", MAPS[0], 0.5, None, Offer(MAPS, IOUS, 1))
    assert store.prediction(*KEY) is None


def test_a_damaged_candidate_is_one_sentence(store: Store) -> None:
    predict(store)
    store.execute("UPDATE candidates SET logits = x'00'")
    choose(store, 1, 2)
    with pytest.raises(StoreError, match="is damaged, so it was not used"):
        store.prediction(*KEY)
