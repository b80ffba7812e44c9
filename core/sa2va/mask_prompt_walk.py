"""Carry a mask through a stack with a model that has no memory: each slice is decoded with hints from its neighbour's mask.

The hints are that mask, and a click where it is deepest. By words and mask alone the demo model finds next to nothing: on seven
structures Dice at the next slice was 0.06, with the click 0.47, with a box as well 0.46.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from core.propagate_protocol import Way
from core.sa2va.grounding import Grounding
from core.segmenter import Decoded, ImageFeatures

SURE = 10.0
"""Logit of a pixel that a person put inside, as SAM 2 writes a given mask; its negative outside."""


class MaskPromptWalk:
    """One direction through a stack. Fulfils `core.segmenter.Walk`.

    Args:
        grounding: the model's SAM 2.
        projection: of [SEG] states into the decoder's space.
        mask: (1, 1, H, W) of 0 and 1, of the slice where the walk begins.
    """

    way: Way = "mask prompt"

    def __init__(self, grounding: Grounding, projection: nn.Module, mask: torch.Tensor) -> None:
        self._grounding, self._projection = grounding, projection
        side = grounding.config.image_size // 4
        small = F.interpolate(mask.float(), (side, side), mode="bilinear", align_corners=False, antialias=True)
        self._neighbour = small * 2 * SURE - SURE

    @torch.no_grad()
    def step(self, features: ImageFeatures, state: torch.Tensor | None = None) -> Decoded:
        """The next slice, by the words where there are any and by the mask of the slice before."""
        language = None if state is None else self._projection(state)
        click = _deepest(self._neighbour[0, 0], self._grounding.config.image_size)
        points = labels = None
        if click is not None:
            points = torch.tensor([[click]], device=features.embedding.device)
            labels = torch.ones(1, 1, dtype=torch.int32, device=features.embedding.device)
        decoded = self._grounding.decode(features, language, points, labels, self._neighbour)
        self._neighbour = decoded.chosen[:, None]
        return decoded


def _deepest(logits: torch.Tensor, size: int) -> tuple[float, float] | None:
    """The place inside a mask that is farthest from its border.

    Args:
        logits: (g, g) of the mask.
        size: of the model's picture.

    Returns:
        x and y in pixels of the model's picture; None for an empty mask.
    """
    inside = np.pad((logits > 0).cpu().numpy().astype(np.uint8), 1)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1]
    if not depth.any():
        return None
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    scale = size / depth.shape[0]
    return (float(column) + 0.5) * scale, (float(row) + 0.5) * scale
