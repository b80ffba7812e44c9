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
) -> Verdict:
    """Compare two models on the same held-out images.

    Better means: the mean gain is at least 0.005, and the lower end of its 95 % paired bootstrap interval over patients
    is above 0; and the same is true against one mask for all images. Without the second half, labels that do not belong
    to their images would be "learned": a blurred average beats an honest answer to them.

    Args:
        before: (N,) Dice of the model that the run came from, at its best threshold (chosen on the learned images) or at 0.5,
            whichever does better here.
        after: (N,) Dice of the new version at its best threshold, likewise.
        constant: (N,) Dice of the learned labels' average mask at its best threshold, likewise.
        groups: (N,) patients.
        seed: of the resampling.

    Raises:
        ValueError: no images, or different numbers of them.
    """
    if before.shape != after.shape or constant.shape != after.shape:
        raise ValueError(f"the same images were expected, not {before.shape}, {after.shape} and {constant.shape}")
    gains = after - before
    gain = float(gains.mean())
    low, high = bootstrap_interval(gains, seed, groups)
    better = gain >= LEAST_GAIN and low > 0
    sees = float((after - constant).mean()) >= LEAST_GAIN and bootstrap_interval(after - constant, seed, groups)[0] > 0
    accepted = better and sees
    template = BETTER if accepted else LEARNED_A_PLACE if better else NOT_SURE if gain > 0 else NOT_BETTER
    means = {"before": float(before.mean()), "after": float(after.mean()), "constant": float(constant.mean())}
    values = {**means, "gain": gain, "low": low, "high": high}
    return Verdict(accepted, template, values, gain, (low, high))
