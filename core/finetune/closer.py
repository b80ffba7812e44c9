"""A closer comparison on the held-out labels: edges, and of thin structures their course. It is shown and decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.finetune.dataset import read_truth
from core.finetune.job import Example
from core.mask import apply_threshold, probability_levels
from core.metrics import bootstrap_interval
from core.shape_metrics import centreline_dice, compare_edges, is_thin, pieces

Maps = Sequence[npt.NDArray[np.float32]]
"""Of each held-out label the (G, G) logits."""


def closer_figures(
    examples: Sequence[Example], before: tuple[Maps, int], after: tuple[Maps, int], seed: int
) -> dict[str, Any]:
    """Means before and after, and 95 % of the paired differences over patients; per image in the order of the examples.

    Edges agree within one cell of the model's own grid: finer it cannot draw.

    Args:
        examples: the held-out labels.
        before: logits of the model to be beaten and its threshold step.
        after: those of the new version.
        seed: of the resampling.
    """
    truths = [read_truth(example) for example in examples]
    thin = is_thin(truths)
    groups = [example.group for example in examples]
    rows: list[dict[str, list[float]]] = []
    for truth, *maps in zip(truths, before[0], after[0], strict=True):
        row: dict[str, list[float]] = {}
        for logits, step in zip(maps, (before[1], after[1]), strict=True):
            mask = apply_threshold(probability_levels(logits, *truth.shape), step)
            edges = compare_edges(mask, truth, max(1.0, max(truth.shape) / logits.shape[0]))
            row.setdefault("hd95", []).append(edges.hd95)
            row.setdefault("surface_dice", []).append(edges.surface_dice)
            if thin:
                row.setdefault("centreline_dice", []).append(centreline_dice(mask, truth))
                row.setdefault("pieces", []).append(pieces(mask))
        rows.append(row)
    figures: dict[str, Any] = {"thin": thin}
    for name in rows[0]:
        values = np.array([row[name] for row in rows], dtype=np.float64)
        figures[name] = [float(mean) for mean in values.mean(axis=0)]
        figures[f"{name}_interval"] = list(bootstrap_interval(values[:, 1] - values[:, 0], seed, groups))
    if thin:
        figures["pieces_in_labels"] = float(np.mean([pieces(truth) for truth in truths]))
    figures["images"] = [{name: [round(one, 4) for one in pair] for name, pair in row.items()} for row in rows]
    return figures
