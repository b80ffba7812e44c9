"""The mask of one structure on one image as it stands now: threshold and strokes together, whether it is accepted or not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.correction import EditLayer
from core.mask import apply_threshold, probability_levels
from core.store.store import Store


def worked_mask(store: Store, image_id: int, structure_id: int) -> tuple[EditLayer, npt.NDArray[np.bool_]]:
    """The edit layer, and the mask (H, W) bool that it makes of the prediction at its threshold.

    Raises:
        StoreError: what is stored is damaged.
        ValueError: there is no such image.
    """
    height, width = store.size(image_id)
    correction, predicted = store.correction(image_id, structure_id), store.prediction(image_id, structure_id)
    layer = EditLayer(height, width)
    layer.layer[:] = store.edit_layer(image_id, structure_id)
    inside: npt.NDArray[np.bool_] = np.zeros((height, width), np.bool_)
    if predicted is not None:
        inside = apply_threshold(probability_levels(predicted.logits, height, width), correction.threshold_step)
    return layer, layer.final(inside)
