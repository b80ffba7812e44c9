"""The effort is only called less where chance is an unlikely reason."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.effort import FEWER, MORE, NOT_SURE, TOO_FEW, VersionEffort, by_version, share_of, trend_of
from core.store import EffortRow


def row(
    version: str | None, changed: int, seconds: float = 10.0, mask: int = 1000, predicted: bool = True
) -> EffortRow:
    return EffortRow(1, version, predicted, seconds, changed, mask, "2026-11-24")


def test_the_share_of_an_empty_mask_is_all_or_nothing() -> None:
    assert [share_of(row(None, changed, mask=mask)) for changed, mask in ((5, 0), (0, 0), (250, 1000))] == [1, 0, 0.25]


def test_medians_by_version_in_the_order_of_their_first_use() -> None:
    rows = [
        row(None, 100, 30),
        row(None, 300, 50),
        row("v1", 50, 5),
        row(None, 200, 40),
        row(None, 9, 9, predicted=False),
    ]
    assert by_version(rows) == [
        VersionEffort((True, None), 3, 40.0, 0.2),
        VersionEffort((True, "v1"), 1, 5.0, 0.05),
        VersionEffort((False, None), 1, 9.0, 0.009),
    ]


def test_a_clear_difference_is_said_with_its_size() -> None:
    rows = [row(None, 200 + n) for n in range(8)] + [row("v2", 100 + n) for n in range(8)]
    found = trend_of(rows)
    assert (found.verdict, found.key) == (FEWER, (True, "v2")) and found.change == pytest.approx(-100 / 203.5)
    assert trend_of(rows[8:] + rows[:8]).verdict == MORE, "going back to the base model made it worse"


@pytest.mark.parametrize(("before", "after"), [(4, 20), (20, 4), (0, 20), (20, 0)])
def test_with_fewer_than_five_on_a_side_nothing_is_said(before: int, after: int) -> None:
    rows = [row(None, 500)] * before + [row("v1", 1)] * after
    assert trend_of(rows).verdict == TOO_FEW


def test_masks_drawn_by_hand_do_not_count_as_before() -> None:
    assert trend_of([row(None, 1000, predicted=False)] * 9 + [row("v1", 1)] * 9).verdict == TOO_FEW
    assert trend_of([]).key is None


@given(st.integers(0, 2**32 - 1))
def test_the_same_numbers_on_both_sides_are_never_a_difference(seed: int) -> None:
    changed = [int(value) for value in np.random.default_rng(seed).integers(0, 900, 6)]
    assert trend_of([row(None, one) for one in changed] + [row("v1", one) for one in changed]).verdict == NOT_SURE


def test_chance_alone_is_called_a_difference_in_about_one_of_twenty() -> None:
    rng = np.random.default_rng(3)
    said = 0
    for _ in range(200):
        rows = [row(None if n < 8 else "v1", int(value)) for n, value in enumerate(rng.integers(50, 400, 16))]
        said += trend_of(rows).verdict != NOT_SURE
    assert said <= 20
