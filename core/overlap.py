"""Several masks in one picture: where they overlap, one of them has to win.

Masks of a project may overlap, and each is stored and exported whole. Only where a single picture has to hold several structures does
the order of the list decide: the one further up wins.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def label_map(masks: Sequence[npt.NDArray[np.bool_]]) -> npt.NDArray[np.uint8 | np.uint16]:
    """One number for each pixel.

    Args:
        masks: (H, W) bool each, all of one size, in the order of the list: the first one wins over all others.

    Returns:
        (H, W), 0 where no mask is, k where `masks[k - 1]` is the first that holds the pixel; uint8 for up to 255 masks, else uint16.

    Raises:
        ValueError: no mask, masks of different sizes or types, or more than 65535.
    """
    if not masks or any(mask.dtype != np.bool_ or mask.ndim != 2 or mask.shape != masks[0].shape for mask in masks):
        raise ValueError("masks (H, W) bool of one size were expected")
    if len(masks) > np.iinfo(np.uint16).max:
        raise ValueError(f"{len(masks)} masks are more than one picture can tell apart")
    labels = np.zeros(masks[0].shape, np.uint8 if len(masks) <= np.iinfo(np.uint8).max else np.uint16)
    for place in range(len(masks), 0, -1):
        labels[masks[place - 1]] = place
    return labels
