"""No patient and no picture is on both sides of a division."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FinetuneError
from core.finetune.estimate import FEW_IMAGES, ROUNDS
from core.finetune.job import Example
from core.finetune.rounds import all_of, rounds_of
from core.finetune.split import LEAST_HELD_OUT, LEAST_LEARNED, split


def label(image: int, patient: int, mark: str = "", prompt: str = "x") -> Example:
    return Example(f"/{image}.png", f"hash{image}", f"/{image}-mask.png", f"p{patient}", prompt, mark)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12), st.sampled_from(["a", "b"])), min_size=1, max_size=60),
    st.integers(0, 99),
)
def test_nothing_is_on_both_sides(rows: list[tuple[int, int, str]], seed: int) -> None:
    examples = [label(image, patient, prompt=prompt) for image, patient, prompt in rows]
    try:
        parts = split(examples, seed)
    except FinetuneError:
        assert len({example.image_sha256 for example in examples}) < LEAST_LEARNED + LEAST_HELD_OUT
        return
    assert len(parts.learned) + len(parts.held_out) == len(examples)
    for side, least in ((parts.learned, LEAST_LEARNED), (parts.held_out, LEAST_HELD_OUT)):
        assert len({example.image_sha256 for example in side}) >= least
    assert not {e.image_sha256 for e in parts.learned} & {e.image_sha256 for e in parts.held_out}
    if parts.by == "patient":
        assert not {e.group for e in parts.learned} & {e.group for e in parts.held_out}
    assert parts == split(examples, seed)


def test_about_a_quarter_is_held_out_by_patient() -> None:
    parts = split([label(number, number // 2) for number in range(40)], 1)
    assert parts.by == "patient" and len(parts.held_out) == 10 and parts.held_out_groups == 5
    assert split([label(number, number // 2) for number in range(40)], 2) != parts


def test_one_patient_is_divided_by_image_and_that_is_said() -> None:
    parts = split([label(number, 0) for number in range(8)], 0)
    assert parts.by == "image" and len(parts.held_out) == 2


def test_a_list_is_kept_and_its_patients_are_not_learned_from() -> None:
    examples = [label(0, 0, "test"), label(1, 0), label(2, 1), label(0, 2), label(3, 3)]
    parts = split(examples, 0)
    assert parts.by == "list" and parts.held_out == (examples[0],)
    assert parts.learned == (examples[2], examples[4])


@pytest.mark.parametrize("examples", [[], [label(0, 0), label(1, 1), label(2, 2)], [label(0, 0, "test"), label(1, 0)]])
def test_too_few_labels_get_a_sentence(examples: list[Example]) -> None:
    with pytest.raises(FinetuneError, match="too few accepted labels"):
        split(examples, 0)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), min_size=1, max_size=60, unique=True),
    st.integers(0, 99),
)
def test_every_label_is_held_out_at_most_once_and_never_with_its_patient_on_the_other_side(
    rows: list[tuple[int, int]], seed: int
) -> None:
    examples = [label(image, patient) for image, patient in rows]
    images = {example.image_sha256 for example in examples}
    try:
        rounds = rounds_of(examples, seed)
    except FinetuneError:
        assert len(images) < LEAST_LEARNED + LEAST_HELD_OUT
        return
    assert (
        rounds == rounds_of(examples, seed) and (len(rounds) == 1 or len(images) < FEW_IMAGES) and len(rounds) <= ROUNDS
    )
    judged = [example for parts in rounds for example in parts.held_out]
    assert len(judged) == len(set(judged))
    for parts in rounds:
        assert {*parts.learned, *parts.held_out} == set(examples)
        assert len({e.image_sha256 for e in parts.learned}) >= LEAST_LEARNED and parts.held_out
        assert not {e.image_sha256 for e in parts.learned} & {e.image_sha256 for e in parts.held_out}
        if parts.by == "patient":
            assert not {e.group for e in parts.learned} & {e.group for e in parts.held_out}
    if len(rounds) > 1:
        assert set(all_of(rounds).learned) == set(examples) and not all_of(rounds).held_out


def test_few_images_of_many_patients_are_all_judged() -> None:
    rounds = rounds_of([label(number, number // 2) for number in range(20)], 3)
    assert [len(parts.held_out) for parts in rounds] == [8, 6, 6] and rounds[0].by == "patient"
    assert rounds_of([label(number, number // 2) for number in range(20)], 4) != rounds
    assert len(rounds_of([label(number, number // 2) for number in range(30)], 3)) == 1


def test_one_patient_is_judged_image_by_image() -> None:
    rounds = rounds_of([label(number, 0) for number in range(8)], 0)
    assert len(rounds) == ROUNDS and rounds[0].by == "image"


def test_who_has_most_of_the_images_is_always_learned_from() -> None:
    rounds = rounds_of([label(number, max(0, number - 7)) for number in range(12)], 0)
    assert rounds[0].by == "patient" and all("p0" not in {e.group for e in parts.held_out} for parts in rounds)
    assert sum(len(parts.held_out) for parts in rounds) == 4


def test_a_list_is_judged_as_it_says() -> None:
    assert len(rounds_of([label(0, 0, "test"), label(1, 1), label(2, 2)], 0)) == 1
