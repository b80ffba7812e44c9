"""Dice, IoU and intervals, with the cases of empty masks."""

from __future__ import annotations

import numpy as np
import pytest

from core.finetune.gate import judge
from core.metrics import bootstrap_interval, dice, iou


def mask(*rows: str) -> np.ndarray:
    return np.array([[letter == "#" for letter in row] for row in rows])


def test_dice_and_iou() -> None:
    one, other = mask("##..", "##.."), mask(".##.", ".##.")
    assert dice(one, other) == 0.5 and iou(one, other) == pytest.approx(1 / 3)
    empty = mask("....", "....")
    assert dice(empty, empty) == iou(empty, empty) == 1.0
    assert dice(empty, one) == iou(one, empty) == 0.0
    with pytest.raises(ValueError, match="one shape"):
        dice(one, mask("##"))
    with pytest.raises(ValueError, match="bool"):
        iou(one, other.astype(np.uint8))


def test_an_interval_covers_the_mean_and_shrinks_with_more_images() -> None:
    rng = np.random.default_rng(0)
    few, many = rng.normal(0.7, 0.1, 8), rng.normal(0.7, 0.1, 200)
    widths = []
    for values in (few, many):
        low, high = bootstrap_interval(values, 0)
        assert low < values.mean() < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2
    assert bootstrap_interval(np.array([0.4]), 0) == (0.4, 0.4)
    assert bootstrap_interval(few, 3) == bootstrap_interval(few, 3)
    with pytest.raises(ValueError, match="one value per image"):
        bootstrap_interval(np.zeros(0), 0)


def test_images_of_one_patient_make_the_interval_wider_not_narrower() -> None:
    values = np.repeat(np.random.default_rng(1).normal(0, 1, 6), 10)
    patients = [number // 10 for number in range(60)]
    by_image, by_patient = bootstrap_interval(values, 0), bootstrap_interval(values, 0, patients)
    assert by_patient[1] - by_patient[0] > 2 * (by_image[1] - by_image[0])


def test_the_gate() -> None:
    before = np.array([0.5, 0.6, 0.55, 0.7])
    constant = before - 0.3
    assert judge(before, before + 0.05, constant, "abcd", 0).accepted
    assert not judge(before, before - 0.05, constant, "abcd", 0).accepted
    assert not judge(before, before + 0.001, constant, "abcd", 0).accepted  # sure, but not worth a version
    lucky = judge(before, before + np.array([0.5, -0.1, -0.1, -0.1]), constant, "abcd", 0)
    assert lucky.gain > 0 and not lucky.accepted and "by chance" in lucky.reason
    place = judge(before, before + 0.05, before + 0.05, "abcd", 0)
    assert not place.accepted and "where the structure usually lies" in place.reason
