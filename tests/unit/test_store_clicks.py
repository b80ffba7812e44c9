"""Clicks in the project: a list for each step, an answer for each list, and undo that needs no model."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.clicks import Clicks
from core.errors import StoreError
from core.store import ClicksRow, JournalStep, Offer, Store

KEY = (1, 1)


def make(folder: Path) -> Store:
    store = Store.create(folder, "test")
    store.add_images([(folder / "a.png", "a" * 64, 16, 16, "", "")])
    store.add_structure("Polyp", "the polyp", "#56B4E9")
    return store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with make(tmp_path / "project") as store:
        yield store


def offer_of(value: float) -> Offer:
    return Offer(np.full((3, 8, 8), value, np.float16), (0.2, 0.9, 0.3), 1)


def in_words(store: Store, value: float) -> None:
    offer = offer_of(value)
    store.save_prediction(*KEY, None, "the polyp", offer.candidates[1], 0.9, 100, offer)


def click(store: Store, clicks: Clicks) -> ClicksRow:
    store.append_step(*KEY, JournalStep("click", {"clicks": clicks.to_json()}))
    return store.clicks(*KEY)


def answer(store: Store, asked: ClicksRow, value: float, step: int | None = None) -> int | None:
    return store.save_clicked(*KEY, None, "the polyp", offer_of(value), asked, step)


def value_of(store: Store) -> float | None:
    found = store.prediction(*KEY)
    return None if found is None else float(found.logits[0, 0])


ONE = Clicks().with_point(3.5, 4.25, True)
TWO = ONE.with_point(8, 8, False)


def test_a_click_counts_once_it_is_answered_and_undo_shows_what_was_before(store: Store) -> None:
    in_words(store, 1)
    one = click(store, ONE)
    assert one.clicks == ONE and not one.answered and value_of(store) == 1
    assert answer(store, one, 2) is not None and value_of(store) == 2 and store.clicks(*KEY).answered
    answer(store, click(store, TWO), 3)
    with Store.open(store.folder, read_only=True) as again:
        assert value_of(again) == 3 and again.clicks(*KEY).clicks == TWO
    seen = []
    while store.undo(*KEY):
        seen.append(value_of(store))
    assert seen == [2, 1] and not store.clicks(*KEY).clicks
    store.redo(*KEY)
    store.redo(*KEY)
    assert value_of(store) == 3
    click(store, TWO.without_last())
    assert value_of(store) == 2, "the answer to this list is known"
    click(store, Clicks())
    assert value_of(store) == 1 and store.clicks(*KEY).answered
    assert store.correction(*KEY).status == "in_work"


def test_a_late_answer_is_kept_for_redo_and_does_not_count_now(store: Store) -> None:
    in_words(store, 1)
    one = click(store, ONE)
    store.undo(*KEY)
    answer(store, one, 2)
    assert value_of(store) == 1
    store.redo(*KEY)
    assert value_of(store) == 2
    two = click(store, TWO)
    assert value_of(store) == 2, "until the answer comes"
    answer(store, two, 3)
    assert value_of(store) == 3


def test_a_new_prediction_in_words_leaves_no_click_in_force(store: Store) -> None:
    in_words(store, 1)
    one = click(store, ONE)
    answer(store, one, 2)
    in_words(store, 5)
    assert value_of(store) == 5 and not store.clicks(*KEY).clicks
    answer(store, one, 2.5)
    assert value_of(store) == 5, "an answer to the clicks before comes too late"
    store.undo(*KEY)
    assert value_of(store) == 5
    again = click(store, ONE)
    assert not again.answered, "it corrects another prediction"


def test_clicks_without_words_before(store: Store) -> None:
    one = click(store, ONE)
    assert one.words_id is None and value_of(store) is None
    answer(store, one, 2, step=70)
    assert value_of(store) == 2 and store.correction(*KEY).threshold_step == 70
    store.undo(*KEY)
    assert value_of(store) is None
    store.redo(*KEY)
    answer(store, click(store, TWO), 3, step=30)
    assert store.correction(*KEY).threshold_step == 70, "only the first prediction sets the threshold"
    in_words(store, 4)
    assert value_of(store) == 4 and not store.clicks(*KEY).clicks


def test_another_candidate_of_an_answer_can_be_chosen_and_taken_back_across_clicks(store: Store) -> None:
    maps = np.stack([np.full((8, 8), value, np.float16) for value in (-3, 2, 5)])
    store.save_prediction(*KEY, None, "the polyp", maps[1], 0.9, None, Offer(maps, (0.2, 0.9, 0.3), 1))
    words = store.prediction(*KEY)
    assert words is not None
    store.append_step(*KEY, JournalStep("candidate", {"prediction": words.id, "before": 1, "after": 2}))
    answer(store, click(store, ONE), 7)
    for expected in (5, 2):
        store.undo(*KEY)
        assert value_of(store) == expected
    store.redo(*KEY)
    store.redo(*KEY)
    assert value_of(store) == 7


def test_an_accepted_mask_takes_no_answer(store: Store) -> None:
    in_words(store, 1)
    one = click(store, ONE)
    store.save_final(*KEY, np.zeros((16, 16), bool), "accepted")
    assert answer(store, one, 2) is None and value_of(store) == 1
    assert store.correction(*KEY).status == "accepted"


@pytest.mark.parametrize(
    "clicks", [None, [[1, 2]], [["1", 2, 1]], [[1, 2, 3, 4], [1, 2, 3, 4]], [[float("nan"), 0, 1]]]
)
def test_what_is_no_list_of_clicks_is_refused(store: Store, clicks: object) -> None:
    with pytest.raises(ValueError):
        store.append_step(*KEY, JournalStep("click", {"clicks": clicks}))
    assert store.journal(*KEY) == []


def test_an_answer_that_is_none_is_refused(store: Store) -> None:
    in_words(store, 1)
    one = click(store, ONE)
    with pytest.raises(ValueError):
        answer(store, one, float("nan"))
    with pytest.raises(ValueError):
        answer(store, ClicksRow(Clicks(), None, True), 1)
    assert value_of(store) == 1


def test_damaged_clicks_are_one_sentence(store: Store) -> None:
    in_words(store, 1)
    click(store, ONE)
    store.execute("UPDATE journal SET payload = ?", (json.dumps({"clicks": [[1]], "words": 1}),))
    with pytest.raises(StoreError, match="is damaged, so it was not used"):
        store.clicks(*KEY)


WRITER = """
import sys
from pathlib import Path
from core.clicks import Clicks
from core.store import Store
from tests.unit.test_store_clicks import answer, click
store, made = Store.open(Path(sys.argv[1])), Clicks()
for number in range(100000):
    made = made.with_point(number % 16, number % 7, number % 3 > 0)
    row = click(store, made)
    print("click", flush=True)
    answer(store, row, number % 50)
    print("answer", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 there")
def test_every_acknowledged_click_and_answer_is_there_after_kill_9(tmp_path: Path) -> None:
    with make(tmp_path / "project") as store:
        in_words(store, 99)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "project")], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    for _ in range(7):
        assert writer.stdout.readline()
    time.sleep(0.07)
    writer.send_signal(signal.SIGKILL)
    words = ["click", "answer"] * 3 + ["click", *writer.stdout.read().split()]
    writer.stdout.close()
    writer.wait()
    with Store.open(tmp_path / "project") as store:
        row = store.clicks(*KEY)
        count = len(row.clicks.points)
        assert words.count("click") <= count <= words.count("click") + 1
        answered = count if row.answered else count - 1
        assert words.count("answer") <= answered and value_of(store) == (answered - 1) % 50
        for left in range(count - 1, -1, -1):
            store.undo(*KEY)
            assert len(store.clicks(*KEY).clicks.points) == left
            assert value_of(store) == ((left - 1) % 50 if left else 99)


class AnySequence(RuleBasedStateMachine):
    """Whatever is clicked, answered, undone and predicted: what counts is what a list of lists says."""

    @initialize()
    def begin(self) -> None:
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.store = make(Path(self.folder.name) / "project")
        self.words: float | None = None
        self.steps: list[tuple[int, Clicks]] = []
        self.cursor = 0
        self.base = 0
        self.answers: dict[tuple[int, Clicks], float] = {}
        self.next = 1.0

    def lists(self) -> list[Clicks]:
        return [made for base, made in self.steps[: self.cursor] if base == self.base][::-1]

    def put(self, made: Clicks) -> None:
        click(self.store, made)
        self.steps = [*self.steps[: self.cursor], (self.base, made)]
        self.cursor += 1

    @rule(x=st.integers(0, 15), inside=st.booleans())
    def click(self, x: int, inside: bool) -> None:
        self.put((self.lists() or [Clicks()])[0].with_point(x, 1, inside))

    @rule()
    def take_back(self) -> None:
        self.put((self.lists() or [Clicks()])[0].without_last())

    @precondition(lambda self: bool(self.lists()) and bool(self.lists()[0]))
    @rule()
    def answer(self) -> None:
        self.next = self.next % 500 + 1
        answer(self.store, self.store.clicks(*KEY), self.next)
        self.answers[self.base, self.lists()[0]] = self.next

    @rule()
    def undo(self) -> None:
        assert (self.store.undo(*KEY) is not None) == (self.cursor > 0)
        self.cursor = max(0, self.cursor - 1)

    @rule()
    def redo(self) -> None:
        assert (self.store.redo(*KEY) is not None) == (self.cursor < len(self.steps))
        self.cursor = min(len(self.steps), self.cursor + 1)

    @rule()
    def predict(self) -> None:
        self.next = self.next % 500 + 1
        in_words(self.store, self.next)
        self.words, self.base = self.next, self.base + 1

    @invariant()
    def the_right_one_counts(self) -> None:
        lists = self.lists()
        row = self.store.clicks(*KEY)
        assert row.clicks == (lists[0] if lists else Clicks())
        known = [self.answers.get((self.base, made)) if made else self.words for made in lists]
        expected = next(
            (value for made, value in zip(lists, known, strict=True) if not made or value is not None), self.words
        )
        assert value_of(self.store) == expected

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()


TestAnySequence = AnySequence.TestCase
