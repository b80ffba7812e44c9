"""How well a model's own masks fit the accepted ones of one structure, at every threshold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.dice_curve import Curve, best_on, score_curves
from core.mask import STEPS, probability_levels
from core.store import Store


@dataclass(frozen=True)
class LabelCurves:
    """Dice of predictions against accepted masks.

    Attributes:
        dice: (N, 199) float64, a curve per image; the prediction is the one that was corrected.
        drawn: accepted masks that were drawn without a prediction, and so are not among them.
    """

    dice: npt.NDArray[np.float64]
    drawn: int

    @property
    def images(self) -> int:
        """How many images count."""
        return len(self.dice)

    @property
    def mean(self) -> Curve:
        """Mean over images at every step. Raises ValueError without any."""
        if not self.images:
            raise ValueError("there is no image to take a mean of")
        return np.asarray(self.dice.mean(axis=0))

    @property
    def best(self) -> int:
        """The step with the highest mean, nearest to 0.5 where several are equal. Raises ValueError without any image."""
        return best_on(self.mean)


def curves_of_labels(store: Store, structure_id: int, progress: Callable[[int, int, str], None]) -> LabelCurves:
    """Compare every accepted mask of a structure with the prediction it was made from.

    Args:
        store: an open project.
        structure_id: of the structure.
        progress: called with (done so far, all, ""); what it raises ends the comparison.

    Raises:
        StoreError: a mask or a prediction is damaged.
    """
    keys = store.accepted(structure_id)
    curves: list[Curve] = []
    for done, key in enumerate(keys):
        progress(done, len(keys), "")
        prediction, mask = store.prediction(*key), store.final_mask(*key)
        if prediction is not None and mask is not None:
            curves.append(score_curves(probability_levels(prediction.logits, *mask.shape), mask)[0])
    progress(len(keys), len(keys), "")
    return LabelCurves(np.stack(curves) if curves else np.zeros((0, STEPS - 1)), len(keys) - len(curves))
