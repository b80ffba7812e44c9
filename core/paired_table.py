"""Two models on the same labels, side by side: over all, for each structure and for each patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from core.metrics import bootstrap_interval

METRICS = ("dice", "iou", "hd95", "surface_dice", "centreline_dice", "pieces")
"""In the order in which they are offered; the last two exist for thin structures only."""
ALL, STRUCTURE, PATIENT = "all", "structure", "patient"
ACCEPTED, TEST_SET, NEW = "accepted", "test", "new"
"""Labels that two versions can be compared on: all accepted ones, the test set, or those from whose patients neither learned."""


@dataclass(frozen=True)
class PairedLabel:
    """One label as two models answered it.

    Attributes:
        image: by what its image is known.
        structure: its name, "" if that is not known.
        patient: its key, likewise.
        values: metric -> (first, second).
    """

    image: str
    structure: str
    patient: str
    values: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Line:
    """Several labels together, in one metric.

    Attributes:
        kind: `ALL`, `STRUCTURE` or `PATIENT`.
        name: of the structure or the patient.
        labels: how many.
        patients: how many.
        first, second: means.
        difference: mean of second − first.
        interval: 95 % of it by paired bootstrap, over patients, or over labels where there is only one patient.
    """

    kind: str
    name: str
    labels: int
    patients: int
    first: float
    second: float
    difference: float
    interval: tuple[float, float]


def metrics_of(labels: Sequence[PairedLabel]) -> list[str]:
    """The metrics that at least one label has, in their order."""
    return [metric for metric in METRICS if any(metric in label.values for label in labels)]


def paired_lines(labels: Sequence[PairedLabel], metric: str, seed: int = 0) -> list[Line]:
    """One line for all labels, then one for each structure, then one for each patient; those that lost most come first.

    Args:
        labels: of the comparison; those without the metric are left out.
        metric: one of `METRICS`.
        seed: of the resampling.
    """
    known = [label for label in labels if metric in label.values]
    if not known:
        return []
    lines = [_line(ALL, "", known, metric, seed)]
    # For a distance less is better, and the number of pieces has no better side.
    sign = -1 if metric == "hd95" else 1
    for kind, name_of in ((STRUCTURE, attrgetter("structure")), (PATIENT, attrgetter("patient"))):
        names = [name for name in dict.fromkeys(map(name_of, known)) if name]
        some = [_line(kind, name, [one for one in known if name_of(one) == name], metric, seed) for name in names]
        lines += sorted(some, key=lambda line: sign * line.difference)
    return lines


def iou_of(dice: float) -> float:
    """IoU of the same two masks: both follow from overlap and areas."""
    return dice / (2 - dice)


def _line(kind: str, name: str, labels: Sequence[PairedLabel], metric: str, seed: int) -> Line:
    values = np.array([label.values[metric] for label in labels])
    groups = [label.patient for label in labels]
    differences = values[:, 1] - values[:, 0]
    first, second = values.mean(axis=0)
    interval = bootstrap_interval(differences, seed, groups)
    mean = float(differences.mean())
    return Line(kind, name, len(labels), len(set(groups)), float(first), float(second), mean, interval)
