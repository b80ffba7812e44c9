"""How alike two masks are, and how sure a mean is. The cases of empty masks are stated here and nowhere else."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

RESAMPLES = 4000


def dice(mask: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> float:
    """Dice coefficient 2|A∩B| / (|A|+|B|) of two masks (H, W) bool.

    Returns:
        0..1. Empty against empty is 1 (a rightly empty answer), empty against non-empty 0.

    Raises:
        ValueError: the masks differ in shape or are not bool.

    Source: Dice, Measures of the amount of ecologic association between species, Ecology 26 (1945).
    """
    both, sizes, _ = _counts(mask, truth)
    return 2 * both / sizes if sizes else 1.0


def iou(mask: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> float:
    """Intersection over union of two masks (H, W) bool; empty cases and errors as `dice`."""
    both, _, union = _counts(mask, truth)
    return both / union if union else 1.0


def bootstrap_interval(
    values: npt.NDArray[np.float64], seed: int, groups: Sequence[Hashable] | None = None
) -> tuple[float, float]:
    """95 % percentile bootstrap interval of a mean.

    Args:
        values: (N,) one value per image, N ≥ 1; differences of two models on the same images make it a paired interval.
        seed: of the resampling.
        groups: (N,) key of the patient of each value; whole patients are drawn, since images of one are alike. With
            fewer than two patients images are drawn.

    Returns:
        Lower and upper end. One value gives itself twice: nothing is known of its spread.

    Raises:
        ValueError: no values, or another number of groups.

    Source: Efron & Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or not len(values) or (groups is not None and len(groups) != len(values)):
        raise ValueError(f"one value per image was expected, and as many groups, not {values.shape}")
    keys = list(groups) if groups is not None and len(set(groups)) > 1 else list(range(len(values)))
    names = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    of = np.array([names[key] for key in keys])
    sums = np.bincount(of, weights=values)
    sizes = np.bincount(of)
    drawn = np.random.default_rng(seed).integers(0, len(names), size=(RESAMPLES, len(names)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def _counts(mask: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> tuple[int, int, int]:
    if mask.shape != truth.shape or mask.dtype != np.bool_ or truth.dtype != np.bool_:
        raise ValueError(f"two masks bool of one shape were expected, not {mask.shape} and {truth.shape}")
    both = int(np.count_nonzero(mask & truth))
    sizes = int(np.count_nonzero(mask)) + int(np.count_nonzero(truth))
    return both, sizes, sizes - both
