"""A closer comparison on the held-out labels: edges, and of thin structures their course. It is shown and decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.finetune.dataset import read_truth
from core.finetune.job import Example
from core.metrics import bootstrap_interval
from core.shape_metrics import is_thin, pieces, shape_figures

Maps = Sequence[npt.NDArray[np.float32]]
"""Of each held-out label the (G, G) logits."""
Steps = Sequence[int]
"""Of each held-out label the threshold step."""


def closer_figures(
    examples: Sequence[Example], before: tuple[Maps, Steps], after: tuple[Maps, Steps], seed: int
) -> dict[str, Any]:
    """Means before and after, and 95 % of the paired differences over patients; per image in the order of the examples.

    Args:
        examples: the held-out labels.
        before: logits of the model to be beaten and its threshold steps.
        after: those of the new version.
        seed: of the resampling.
    """
    truths = [read_truth(example) for example in examples]
    thin = is_thin(truths)
    groups = [example.group for example in examples]
    rows = [
        [shape_figures(logits, truth, step, thin) for logits, step in answers]
        for truth, *answers in zip(truths, zip(*before, strict=True), zip(*after, strict=True), strict=True)
    ]
    figures: dict[str, Any] = {"thin": thin}
    for name in rows[0][0]:
        values = np.array([[one[name] for one in row] for row in rows])
        figures[name] = [float(mean) for mean in values.mean(axis=0)]
        figures[f"{name}_interval"] = list(bootstrap_interval(values[:, 1] - values[:, 0], seed, groups))
    if thin:
        figures["pieces_in_labels"] = float(np.mean([pieces(truth) for truth in truths]))
    figures["images"] = [{name: [round(one[name], 4) for one in row] for name in row[0]} for row in rows]
    return figures
