"""Whatever filter and order are chosen, no image is lost and none is shown twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.image_file import natural_key
from core.review import BY_NAME, FILTERS, ORDERS, SHUFFLED, UNCERTAIN_FIRST, Entry, arrange, choose, count
from core.store import ImageRow, ReviewRow
from core.uncertainty import uncertainty_of

reviews = st.builds(
    ReviewRow,
    image_id=st.just(0),
    status=st.sampled_from(("unseen", "predicted", "in_work", "accepted", "rejected")),
    flag=st.none() | st.sampled_from(("", "ask")),
    uncertainty=st.none() | st.floats(0, 1),
)
names = st.text("aAbB_0123", min_size=1, max_size=6)


def entry_of(key: int, name: str, review: ReviewRow) -> Entry:
    row = ImageRow(key, f"/pictures/{name}.png", f"{key:064x}", 8, 8, "", "")
    return Entry(row, row.name, natural_key(row.name), ReviewRow(key, review.status, review.flag, review.uncertainty))


lists = st.lists(st.tuples(names, reviews), max_size=25).map(
    lambda pairs: [entry_of(key, name, review) for key, (name, review) in enumerate(pairs, 1)]
)


def ids(entries: list[Entry]) -> list[int]:
    return [entry.row.id for entry in entries]


@given(lists, st.sampled_from(ORDERS), st.text(max_size=4))
def test_an_order_keeps_every_image_once(entries: list[Entry], order: str, seed: str) -> None:
    assert sorted(ids(arrange(entries, order, seed))) == ids(entries)
    assert ids(arrange(entries[::-1], order, seed)) == ids(arrange(entries, order, seed)), "however they came"


@given(lists, st.sampled_from(ORDERS), st.sampled_from(FILTERS), names)
def test_a_filter_takes_nothing_else_away_and_keeps_the_order(
    entries: list[Entry], order: str, which: str, words: str
) -> None:
    arranged = arrange(entries, order, "seed")
    shown = choose(arranged, which)
    assert ids(shown) == [key for key in ids(arranged) if key in set(ids(shown))]
    decided = {entry.row.id for which in ("open", "accepted", "rejected") for entry in choose(arranged, which)}
    assert decided == set(ids(entries)), "open, accepted and rejected are all there is"
    found = choose(shown, which, words)
    assert ids(found) == [entry.row.id for entry in shown if words.casefold() in entry.name.casefold()]


@given(lists)
def test_what_is_counted_is_what_the_filters_show(entries: list[Entry]) -> None:
    counts = count(entries)
    assert counts["all"] == len(entries)
    for which in ("accepted", "rejected", "flagged"):
        assert counts[which] == len(choose(entries, which))


@given(lists, st.integers(0, 25))
def test_more_images_do_not_shuffle_the_others_anew(entries: list[Entry], first: int) -> None:
    few = ids(arrange(entries[:first], SHUFFLED, "seed"))
    assert few == [key for key in ids(arrange(entries, SHUFFLED, "seed")) if key in set(few)]


def test_two_projects_are_shuffled_in_two_ways() -> None:
    entries = [entry_of(key, "a", ReviewRow(0, "unseen")) for key in range(1, 30)]
    assert ids(arrange(entries, SHUFFLED, "one")) != ids(arrange(entries, SHUFFLED, "two")) != ids(entries)


def test_by_name_image_2_comes_before_image_10() -> None:
    entries = [entry_of(key, name, ReviewRow(0, "unseen")) for key, name in ((1, "p10"), (2, "P2"), (3, "p1"))]
    assert ids(arrange(entries, BY_NAME, "")) == [3, 2, 1]


def test_slices_of_a_study_stand_together_in_the_order_in_which_they_were_added() -> None:
    studies = {
        1: ("p5", "b"),
        2: ("p1", "a"),
        3: ("p4", ""),
        4: ("p9", "a"),
        5: ("p3", "a"),
        6: ("p2", ""),
        7: ("p6", "b"),
    }
    entries = []
    for key, (name, study) in studies.items():
        entry = entry_of(key, name, ReviewRow(0, "unseen"))
        entries.append(replace(entry, row=replace(entry.row, study_key=study)))
    assert ids(arrange(entries, BY_NAME, "")) == [2, 4, 5, 6, 3, 1, 7]


def test_the_most_uncertain_comes_first_and_what_was_not_predicted_last() -> None:
    unsure = {1: 0.1, 2: None, 3: 0.9, 4: 0.5}
    entries = [entry_of(key, f"p{key}", ReviewRow(0, "predicted", None, value)) for key, value in unsure.items()]
    assert ids(arrange(entries, UNCERTAIN_FIRST, "")) == [3, 4, 1, 2]


def test_an_unknown_filter_or_order_is_refused() -> None:
    with pytest.raises(ValueError, match="an order is one of"):
        arrange([], "size", "")
    with pytest.raises(ValueError, match="a filter is one of"):
        choose([], "red")


maps = st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).normal(0, 3, (16, 16)))


@given(maps, st.floats(1, 20))
def test_a_sharper_prediction_is_less_uncertain(logits: np.ndarray, factor: float) -> None:
    assert 0 <= uncertainty_of(logits * factor) <= uncertainty_of(logits) + 1e-12 <= 1 + 1e-12


def test_the_uncertainty_of_known_maps() -> None:
    disc = np.full((16, 16), -9.0)
    disc[4:12, 4:12] = 9.0
    assert uncertainty_of(disc) == 0.0 == uncertainty_of(np.full((4, 4), -9.0))
    disc[4:12, 0:4] = 0.0  # half as much again hangs on the threshold: 64 pixels at 0.75, 96 at 0.25
    assert uncertainty_of(disc.astype(np.float16)) == pytest.approx(1 - 2 * 64 / (64 + 96))
    assert uncertainty_of(np.zeros((4, 4))) == 1.0, "none of it is sure"
