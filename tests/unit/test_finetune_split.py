"""No patient and no picture is on both sides of a division."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FinetuneError
from core.finetune.job import Example
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
