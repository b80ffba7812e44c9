"""Is the new version better? The one rule by which it may become active by itself."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.metrics import bootstrap_interval

LEAST_GAIN = 0.005
"""A gain below this is not worth a new version, however certain it is."""

BETTER = (
    "The new version is better on images it never saw: Dice {after:.3f} instead of {before:.3f} "
    "(gain {gain:.3f}, 95 % between {low:.3f} and {high:.3f})."
)
NOT_SURE = (
    "The new version is not surely better on images it never saw: Dice {after:.3f} instead of {before:.3f}, "
    "but by chance the gain could lie anywhere between {low:.3f} and {high:.3f}. The model in use stays in use."
)
NOT_BETTER = (
    "The new version is not better on images it never saw: Dice {after:.3f} instead of {before:.3f}. "
    "The model in use stays in use."
)
BETTER_THAN_BOTH = (
    "The new version is better on images it never saw: Dice {after:.3f} instead of {before:.3f} with the base model, and better than "
    "the version in use (gain {used_gain:.3f}, 95 % between {used_low:.3f} and {used_high:.3f})."
)
NOT_BETTER_THAN_USED = (
    "The new version is better than the base model on images it never saw (Dice {after:.3f} instead of {before:.3f}), but not surely "
    "better than the version in use (gain {used_gain:.3f}, by chance anywhere between {used_low:.3f} and {used_high:.3f}). "
    "The version in use stays in use."
)
LEARNED_A_PLACE = (
    "The new version has only learned where the structure usually lies, not what it looks like: on images it never saw "
    "one and the same mask for all of them would do as well (Dice {constant:.3f} against {after:.3f}). "
    "The model in use stays in use; check whether the labels belong to their images."
)


@dataclass(frozen=True)
class Verdict:
    """Whether a version may become active by itself, and why.

    Attributes:
        accepted: better by the rule.
        template: the reason, a str.format template (it is translated).
        values: fill the template.
        gain: mean difference of Dice, after − before.
        interval: 95 % of that difference.
    """

    accepted: bool
    template: str
    values: dict[str, Any]
    gain: float
    interval: tuple[float, float]

    @property
    def reason(self) -> str:
        """The reason in English."""
        return self.template.format(**self.values)


def judge(
    before: npt.NDArray[np.float64],
    after: npt.NDArray[np.float64],
    constant: npt.NDArray[np.float64],
    groups: Sequence[Hashable],
    seed: int,
    in_use: npt.NDArray[np.float64] | None = None,
) -> Verdict:
    """Compare two models on the same held-out images.

    Better means: the mean gain is at least 0.005, and the lower end of its 95 % paired bootstrap interval over patients
    is above 0; and the same is true against one mask for all images, and against the version in use if there is one.
    Without the mask for all, labels that do not belong to their images would be "learned": a blurred average beats an
    honest answer to them.

    Args:
        before: (N,) Dice of the model that the run came from, at its best threshold (chosen on the learned images) or at 0.5,
            whichever does better here.
        after: (N,) Dice of the new version at its best threshold, likewise.
        constant: (N,) Dice of the learned labels' average mask at its best threshold, likewise.
        groups: (N,) patients.
        seed: of the resampling.
        in_use: (N,) Dice of the version in use, likewise; no number (NaN) where it learned from the patient.

    Raises:
        ValueError: no images, or different numbers of them.
    """
    rivals = [before, constant] if in_use is None else [before, constant, in_use]
    if any(rival.shape != after.shape for rival in rivals):
        raise ValueError(f"the same images were expected, not {[rival.shape for rival in (*rivals, after)]}")
    gain, low, high = _gain(after, before, groups, seed)
    means = {"before": float(before.mean()), "after": float(after.mean()), "constant": float(constant.mean())}
    values = {**means, "gain": gain, "low": low, "high": high}
    accepted, template = False, NOT_SURE if gain > 0 else NOT_BETTER
    if _better(gain, low):
        accepted = _better(*_gain(after, constant, groups, seed)[:2])
        template = BETTER if accepted else LEARNED_A_PLACE
    if in_use is not None:
        used = _gain(after, in_use, groups, seed)
        values |= dict(zip(("used_gain", "used_low", "used_high"), used, strict=True))
        if accepted:
            accepted = _better(*used[:2])
            template = BETTER_THAN_BOTH if accepted else NOT_BETTER_THAN_USED
    return Verdict(accepted, template, values, gain, (low, high))


def _gain(
    after: npt.NDArray[np.float64], rival: npt.NDArray[np.float64], groups: Sequence[Hashable], seed: int
) -> tuple[float, float, float]:
    """Mean difference and its interval, over the images on which the rival has a figure."""
    counted = np.flatnonzero(~np.isnan(rival))
    gains = (after - rival)[counted]
    low, high = bootstrap_interval(gains, seed, [groups[int(place)] for place in counted])
    return float(gains.mean()), low, high


def _better(gain: float, low: float) -> bool:
    return gain >= LEAST_GAIN and low > 0
