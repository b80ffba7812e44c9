"""Strokes, thresholds, undo, redo, restarts: memory, store and exported PNG hold the same mask at every moment."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from PIL import Image as Picture

from core.correction import EditLayer, Patch
from core.errors import StoreError
from core.export.png import export_png
from core.mask import HALF, apply_threshold, probability_levels
from core.store import JournalStep, Store
from core.store.database import DATABASE_FILE

HEIGHT, WIDTH = 24, 36
KEY = (1, 1)


def make_project(folder: Path) -> Store:
    store = Store.create(folder, "x")
    store.add_structure("Polyp", "the polyp", "#ff0000")
    store.add_structure("Vessel", "the vessel", "#00ff00")
    store.add_images([(Path("/p/a.png"), "a" * 64, WIDTH, HEIGHT, "", "")])
    return store


def stroke(
    *path: tuple[float, float], radius: float = 3.0, add: bool = True, on: EditLayer | None = None
) -> JournalStep:
    edits = on or EditLayer(HEIGHT, WIDTH)
    return JournalStep("stroke", {"tool": "brush"}, edits.stroke(np.array(path), radius, add))


def threshold(before: int, after: int) -> JournalStep:
    return JournalStep("threshold", {"before": before, "after": after})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with make_project(tmp_path / "project") as store:
        yield store


def test_a_step_is_seen_by_another_connection_when_append_step_returns(store: Store) -> None:
    step = stroke((5, 5), (20, 10))
    store.append_step(*KEY, step)
    with Store.open(store.folder, read_only=True) as other:
        found = other.journal(*KEY)
        assert found[0].payload == {"tool": "brush"}
        assert np.array_equal(found[0].patch.after, step.patch.after)
        assert np.array_equal(found[0].patch.before, step.patch.before)
        assert other.correction(*KEY).status == "in_work" and other.correction(*KEY).edited


def test_undo_and_redo_go_on_after_a_restart(store: Store, tmp_path: Path) -> None:
    edits, layers = EditLayer(HEIGHT, WIDTH), []
    for place in (5, 15, 25):
        store.append_step(*KEY, stroke((place, 10), on=edits))
        layers.append(edits.layer.copy())
    store.append_step(*KEY, threshold(100, 140))
    assert store.undo(*KEY).payload["before"] == 100
    store.undo(*KEY)
    store.close()
    with Store.open(tmp_path / "project") as again:
        assert again.correction(*KEY).threshold_step == 100 and again.correction(*KEY).cursor == 2
        assert np.array_equal(again.edit_layer(*KEY), layers[1])
        again.redo(*KEY)
        assert np.array_equal(again.edit_layer(*KEY), layers[2])
        assert again.redo(*KEY).payload["after"] == 140
        assert again.correction(*KEY).threshold_step == 140
        assert again.redo(*KEY) is None
        for _ in range(4):
            assert again.undo(*KEY) is not None
        assert again.undo(*KEY) is None
        assert not again.edit_layer(*KEY).any() and not again.correction(*KEY).edited


def test_a_step_after_undo_abandons_what_was_undone_and_keeps_it(store: Store) -> None:
    edits = EditLayer(HEIGHT, WIDTH)
    first, second = stroke((5, 5), on=edits), stroke((15, 5), on=edits)
    store.append_step(*KEY, first)
    store.append_step(*KEY, second)
    store.undo(*KEY)
    edits.revert(second.patch)
    third = stroke((25, 5), on=edits)
    store.append_step(*KEY, third)
    assert store.redo(*KEY) is None
    assert np.array_equal(store.edit_layer(*KEY), edits.layer)
    trail = store.journal(*KEY)
    assert [step.patch.x for step in trail] == [step.patch.x for step in (first, second, third)], "the audit trail"
    store.undo(*KEY)
    store.undo(*KEY)
    store.append_step(*KEY, second)
    assert len(store.journal(*KEY)) == 4 and store.correction(*KEY).cursor == 1


def test_structures_and_images_have_their_own_journal(store: Store) -> None:
    store.append_step(1, 1, stroke((5, 5)))
    assert not store.edit_layer(1, 2).any() and store.undo(1, 2) is None
    store.append_step(1, 2, stroke((25, 5)))
    store.undo(1, 1)
    assert store.edit_layer(1, 2).any() and store.statuses(1) == {1: "in_work"} == store.statuses(2)


def test_a_step_that_cannot_be_is_refused_and_nothing_of_it_is_stored(store: Store) -> None:
    piece = np.ones((4, 4), np.uint8)
    bad = [
        JournalStep("stroke", {}),
        JournalStep("threshold", {"before": 100, "after": 90}, Patch(0, 0, piece, piece)),
        JournalStep("spell", {}),
        threshold(100, 200),
        threshold(0, 100),
        JournalStep("stroke", {}, Patch(WIDTH - 3, 0, piece, piece)),
        JournalStep("stroke", {}, Patch(0, HEIGHT - 3, piece, piece)),
        JournalStep("stroke", {}, Patch(0, 0, piece[:0], piece[:0])),
    ]
    for step in bad:
        with pytest.raises(ValueError):
            store.append_step(*KEY, step)
    with pytest.raises(ValueError, match="no image"):
        store.append_step(9, 1, stroke((5, 5)))
    assert store.journal(*KEY) == [] and store.correction(*KEY).status == "unseen"


def test_boom_in_the_middle_of_a_step_leaves_the_state_before(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.append_step(*KEY, stroke((5, 5)))
    store.append_step(*KEY, stroke((25, 5)))
    store.undo(*KEY)
    before = store.edit_layer(*KEY)

    def boom(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(store, "_move", boom)
    with pytest.raises(RuntimeError, match="boom"):
        store.append_step(*KEY, stroke((15, 5)))
    monkeypatch.undo()
    assert np.array_equal(store.edit_layer(*KEY), before) and len(store.journal(*KEY)) == 2
    assert store.redo(*KEY) is not None, "what was undone is not abandoned either"


def test_a_new_prediction_asks_for_an_accepted_mask_to_be_looked_at_again(store: Store) -> None:
    store.save_prediction(*KEY, None, "the polyp", np.zeros((8, 8)), 0.5)
    assert store.correction(*KEY).status == "predicted"
    store.save_final(*KEY, np.ones((HEIGHT, WIDTH), bool), "accepted")
    assert [label.predicted for label in store.labels()] == [True]
    store.save_prediction(*KEY, None, "the polyp", np.ones((8, 8)), 0.5)
    assert store.correction(*KEY).status == "in_work" and store.labels() == []
    assert store.final_mask(*KEY).all(), "what was accepted is not thrown away"


def test_a_correction_after_accepting_is_no_label_any_more(store: Store) -> None:
    store.save_final(*KEY, np.ones((HEIGHT, WIDTH), bool), "accepted")
    assert len(store.labels()) == len(store.labels(1)) == 1 and store.labels(2) == []
    assert not store.labels()[0].predicted and store.labels()[0].prompt == "the polyp"
    store.append_step(*KEY, stroke((5, 5)))
    assert store.labels() == [] and store.accepted() == []
    with pytest.raises(ValueError, match="no accepted mask"):
        store.label(*KEY)


@pytest.mark.parametrize("status", ["done", "", "ACCEPTED"])
def test_a_status_that_is_none_or_a_mask_of_another_size_is_refused(store: Store, status: str) -> None:
    with pytest.raises(ValueError):
        store.save_final(*KEY, np.ones((HEIGHT, WIDTH), bool), status)
    with pytest.raises(ValueError):
        store.save_final(*KEY, np.ones((WIDTH, HEIGHT), bool), "accepted")
    with pytest.raises(ValueError):
        store.save_final(5, 1, np.ones((HEIGHT, WIDTH), bool), "accepted")


@pytest.mark.parametrize("logits", [np.zeros((4, 5)), np.full((4, 4), np.nan), np.zeros(16)])
def test_logits_that_are_none_are_refused(store: Store, logits: np.ndarray) -> None:
    with pytest.raises(ValueError, match="logits"):
        store.save_prediction(*KEY, None, "x", logits, 0.5)


def test_logits_come_back_as_half_floats(store: Store) -> None:
    logits = np.random.default_rng(0).normal(size=(16, 16)) * 10
    logits[0, 0], logits[0, 1] = 1e9, -1e9
    store.save_prediction(*KEY, None, "a polyp", logits, 0.25)
    found = store.prediction(*KEY)
    assert np.array_equal(found.logits, np.clip(logits, -60000, 60000).astype(np.float16))
    assert (found.version_id, found.prompt, found.predicted_iou) == (None, "a polyp", 0.25)
    assert store.prediction(1, 2) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET after = x'0011'",
        "UPDATE journal SET after = NULL",
        "UPDATE journal SET after = before, width = 400000, height = 400000",
        "UPDATE journal SET x = 30",
        "UPDATE journal SET width = -1",
        "UPDATE final_masks SET png = x'00'",
        "UPDATE predictions SET logits = x'00'",
        "UPDATE predictions SET grid = 1000000",
        "UPDATE journal SET payload = '{'",
    ],
)
def test_what_is_damaged_in_the_database_is_one_sentence(store: Store, statement: str) -> None:
    store.append_step(*KEY, stroke((5, 5), (20, 10)))
    store.save_prediction(*KEY, None, "x", np.zeros((8, 8)), 0.5)
    store.save_final(*KEY, np.ones((HEIGHT, WIDTH), bool), "accepted")
    store.execute(statement)
    with pytest.raises(StoreError, match="is damaged, so it was not used"):
        store.edit_layer(*KEY)
        store.final_mask(*KEY)
        store.prediction(*KEY)
        store.journal(*KEY)


def test_a_second_window_cannot_put_its_strokes_between_ours(store: Store) -> None:
    store.edit_layer(*KEY)
    store.append_step(*KEY, stroke((5, 5)))
    with Store.open(store.folder) as second:
        second.edit_layer(*KEY)
        second.append_step(*KEY, stroke((25, 5)))
        for change in (
            lambda: store.append_step(*KEY, stroke((15, 5))),
            lambda: store.undo(*KEY),
            lambda: store.save_final(*KEY, np.ones((HEIGHT, WIDTH), bool), "accepted"),
        ):
            with pytest.raises(StoreError, match="Another window changed this image"):
                change()
        store.append_step(1, 2, stroke((15, 5)))  # nobody touched that one
        assert store.edit_layer(*KEY).any()
        store.append_step(*KEY, stroke((15, 5)))
        with pytest.raises(StoreError, match="Another window changed this image"):
            second.undo(*KEY)


def test_opening_and_closing_beside_a_window_does_not_disturb_it(store: Store) -> None:
    store.edit_layer(*KEY)
    for number in range(6):
        store.append_step(*KEY, stroke((number * 5, 5)))
        with Store.open(store.folder, read_only=bool(number % 2)) as other:
            assert len(other.journal(*KEY)) == number + 1
        store.undo(*KEY)
        store.redo(*KEY)


class Correcting(RuleBasedStateMachine):
    """A clinician at work, and a second account of what the mask must be, kept with nothing but lists."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="correcting-"))
        self.store = make_project(self.place / "project")
        self.edits = EditLayer(HEIGHT, WIDTH)
        self.logits = np.full((8, 8), -1.0, np.float16)
        self.states: list[tuple[np.ndarray, int]] = [(self.edits.layer.copy(), HALF)]
        self.at = 0
        self.taken = 0

    @initialize(seed=st.integers(0, 2**32 - 1))
    def predict_first(self, seed: int) -> None:
        self.predict(seed)

    @rule(seed=st.integers(0, 2**32 - 1))
    def predict(self, seed: int) -> None:
        self.logits = np.random.default_rng(seed).normal(size=(8, 8)).astype(np.float16)
        self.store.save_prediction(*KEY, None, "the polyp", self.logits, 0.5)

    @rule(
        path=st.lists(st.tuples(st.floats(-5, WIDTH + 5), st.floats(-5, HEIGHT + 5)), min_size=1, max_size=4),
        radius=st.floats(0.5, 8),
        add=st.booleans(),
    )
    def draw(self, path: list, radius: float, add: bool) -> None:
        patch = self.edits.stroke(np.array(path), radius, add)
        if patch.after.size:
            self.store.append_step(*KEY, JournalStep("stroke", {"radius": radius, "points": path}, patch))
            self._did(self.edits.layer.copy(), self.states[self.at][1])

    @rule(after=st.integers(1, 199))
    def move_threshold(self, after: int) -> None:
        before = self.states[self.at][1]
        if after != before:
            self.store.append_step(*KEY, threshold(before, after))
            self._did(self.states[self.at][0], after)

    def _did(self, layer: np.ndarray, step: int) -> None:
        self.states = [*self.states[: self.at + 1], (layer, step)]
        self.at += 1
        self.taken += 1

    @rule()
    def undo(self) -> None:
        step = self.store.undo(*KEY)
        assert (step is None) == (self.at == 0)
        if step is not None:
            self.at -= 1
            if step.patch is not None:
                self.edits.revert(step.patch)

    @rule()
    def redo(self) -> None:
        step = self.store.redo(*KEY)
        assert (step is None) == (self.at == len(self.states) - 1)
        if step is not None:
            self.at += 1
            if step.patch is not None:
                self.edits.apply(step.patch)

    @rule()
    def start_again(self) -> None:
        self.store.close()
        self.store = Store.open(self.place / "project")
        self.edits = EditLayer(HEIGHT, WIDTH)
        self.edits.layer[:] = self.store.edit_layer(*KEY)

    @rule()
    def crash(self) -> None:
        """Go on with the files as they are while the project is open."""
        copy = self.place / "copy"
        shutil.copytree(self.place / "project", copy)
        self.store.close()
        shutil.rmtree(self.place / "project")
        copy.rename(self.place / "project")
        self.start_again()

    @rule()
    def accept_and_export(self) -> None:
        mask = self._mask()
        self.store.save_final(*KEY, mask, "accepted")
        with Store.open(self.place / "project", read_only=True) as other:
            export_png(other, self.place / "out", structure_ids=[1])
        with Picture.open(self.place / "out" / "Polyp" / "a.png") as picture:
            assert np.array_equal(np.asarray(picture), mask * np.uint8(255))
        assert np.array_equal(self.store.final_mask(*KEY), mask)

    def _mask(self) -> np.ndarray:
        """As the window makes it."""
        step = self.store.correction(*KEY).threshold_step
        return self.edits.final(apply_threshold(probability_levels(self.logits, HEIGHT, WIDTH), step))

    @invariant()
    def all_accounts_agree(self) -> None:
        layer, step = self.states[self.at]
        assert np.array_equal(self.edits.layer, layer)
        assert np.array_equal(self.store.edit_layer(*KEY), layer)
        correction = self.store.correction(*KEY)
        assert (correction.threshold_step, correction.cursor) == (step, self.at)
        assert len(self.store.journal(*KEY)) == self.taken
        above = probability_levels(self.store.prediction(*KEY).logits if self.taken else self.logits, HEIGHT, WIDTH)
        assert np.array_equal(self._mask(), ((above >= step) | (layer == 1)) & (layer != 2))

    def teardown(self) -> None:
        self.store.close()
        assert (self.place / "project" / DATABASE_FILE).exists()
        shutil.rmtree(self.place)


TestCorrecting = Correcting.TestCase
TestCorrecting.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
