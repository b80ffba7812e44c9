"""The mask that the decoder sees beside words and clicks: the model's last answer, with what a person painted on it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.correction import ADDED, REMOVED

CERTAIN = 10.0
"""Logit of a pixel that a person decided. SAM 2 writes a mask that was given to it as ±10 (`SAM2Base._use_mask_as_output`)."""
GRID = 256
"""Side of the prompt where there was no answer: that of SAM 2's mask prompts."""


def mask_prompt(
    answer: npt.NDArray[np.floating] | None, layer: npt.NDArray[np.uint8]
) -> npt.NDArray[np.floating] | None:
    """The current mask as a mask prompt.

    The logits stay as the model gave them, whatever the threshold: the next answer is cut at the same one again. A cell that was
    painted in part moves as far towards ±10 as it is painted, so that a thin stroke counts for what it covers.

    Args:
        answer: (g, g) logits of the last answer, the whole image squeezed into a square; None for none.
        layer: (H, W) uint8, the edit layer: 0 untouched, 1 added, 2 removed.

    Returns:
        (g, g) logits, `answer` itself where nothing was painted. Without an answer the painted mask alone, float16 of the
        side 256; None if that is empty.
    """
    if not cv2.countNonZero(layer):  # before all else: it is asked for at every click, of large images too
        return answer
    added, removed = _share(layer, ADDED, answer), _share(layer, REMOVED, answer)
    if answer is None:
        return (CERTAIN * (2 * added - 1)).astype(np.float16) if added.any() else None
    logits = answer.astype(np.float32)
    logits += added * (np.maximum(logits, CERTAIN) - logits) + removed * (np.minimum(logits, -CERTAIN) - logits)
    return logits.astype(answer.dtype)


def _share(
    layer: npt.NDArray[np.uint8], value: int, answer: npt.NDArray[np.floating] | None
) -> npt.NDArray[np.float32]:
    """(g, g) float32, 0..1: how much of each cell holds this value."""
    side = GRID if answer is None else len(answer)
    there = cv2.inRange(layer, np.array(value), np.array(value))
    return np.asarray(cv2.resize(there, (side, side), interpolation=cv2.INTER_AREA) / 255, np.float32)
