"""Whether corrections become less work: seconds and changed pixels of accepted masks, by the version that predicted them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.store.rows import EffortRow

LEAST = 5
"""So many images of each of two versions are needed before they are compared."""
_SURE, _DRAWS = 0.05, 4000

TOO_FEW, FEWER, MORE, NOT_SURE = "too few", "fewer", "more", "not sure"

Key = tuple[bool, str | None]
"""Whether there was a prediction, and of which version (None: the base model)."""


@dataclass(frozen=True)
class VersionEffort:
    """The accepted masks of one version.

    Attributes:
        key: which version.
        images: how many masks.
        seconds: median.
        share: median of the pixels changed, as a share of the mask (`share_of`).
    """

    key: Key
    images: int
    seconds: float
    share: float


@dataclass(frozen=True)
class Trend:
    """The newest version beside the predictions before it.

    Attributes:
        verdict: TOO_FEW, FEWER, MORE or NOT_SURE (which of them may be chance).
        key: the newest version, None where nothing was predicted.
        change: (median share after − before) / before; 0 where before is 0.
    """

    verdict: str
    key: Key | None
    change: float


def share_of(row: EffortRow) -> float:
    """Pixels changed, as a share of the accepted mask; of an empty mask 1 if anything was taken away, else 0."""
    return row.changed_px / row.mask_px if row.mask_px else float(row.changed_px > 0)


def by_version(rows: Sequence[EffortRow]) -> list[VersionEffort]:
    """The medians of each version, in the order in which versions were first used; drawn by hand comes by itself."""
    groups: dict[Key, list[EffortRow]] = {}
    for row in rows:
        groups.setdefault((row.predicted, row.version_id), []).append(row)
    return [
        VersionEffort(
            key,
            len(group),
            float(np.median([row.seconds for row in group])),
            float(np.median([share_of(row) for row in group])),
        )
        for key, group in groups.items()
    ]


def trend_of(rows: Sequence[EffortRow]) -> Trend:
    """Whether less is changed since the newest version predicts: only said where chance is an unlikely reason.

    The medians of the shares are compared by a permutation test (Good, Permutation, Parametric and Bootstrap Tests of
    Hypotheses, 2005): 4000 random divisions with a fixed seed, two-sided, 5 %.

    Args:
        rows: of one structure, in the order in which they were accepted; those without a prediction are left out.
    """
    predicted = [row for row in rows if row.predicted]
    if not predicted:
        return Trend(TOO_FEW, None, 0.0)
    newest = predicted[-1].version_id
    after = np.array([share_of(row) for row in predicted if row.version_id == newest])
    before = np.array([share_of(row) for row in predicted if row.version_id != newest])
    key = (True, newest)
    if min(len(after), len(before)) < LEAST:
        return Trend(TOO_FEW, key, 0.0)
    was, now = float(np.median(before)), float(np.median(after))
    change = (now - was) / was if was else 0.0
    if not change or _chance(before, after) > _SURE:
        return Trend(NOT_SURE, key, change)
    return Trend(FEWER if change < 0 else MORE, key, change)


def _chance(before: npt.NDArray[np.float64], after: npt.NDArray[np.float64]) -> float:
    """How often a random division is at least as far apart as this one, 0..1."""
    pool, first = np.concatenate([before, after]), len(before)
    drawn = np.random.default_rng(0).permuted(np.tile(pool, (_DRAWS, 1)), axis=1)
    apart = np.abs(np.median(drawn[:, :first], axis=1) - np.median(drawn[:, first:], axis=1))
    seen = abs(float(np.median(before)) - float(np.median(after)))
    return float((np.count_nonzero(apart >= seen - 1e-12) + 1) / (_DRAWS + 1))
