"""How unsure a model is of its own mask: one number, by which the images that need a person most come first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

INSIDE = 0.5
"""A pixel belongs to the predicted region from this probability on (Sa2VA's own threshold)."""


def uncertainty_of(logits: npt.NDArray[np.floating]) -> float:
    """The mean of 4·p·(1−p) over the predicted region, where p is the probability of a pixel.

    p·(1−p) is the variance of a yes-or-no answer (the Gini impurity of Breiman et al., Classification and Regression Trees,
    1984); four times that reaches from 0 (sure) to 1 (p = 0.5 everywhere). The region is where p ≥ 0.5; where there is no
    such pixel, the pixel nearest to it.

    Args:
        logits: (g, g) float, finite, on the model's own grid.

    Returns:
        0..1.
    """
    probability = 1.0 / (1.0 + np.exp(-np.clip(logits.astype(np.float32), -30.0, 30.0)))
    inside = probability[probability >= min(INSIDE, float(probability.max()))]
    return float(np.mean(4.0 * inside * (1.0 - inside)))
