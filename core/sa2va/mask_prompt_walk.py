"""Carry a mask through a stack with a model that has no memory: each slice is decoded with its neighbour's mask as a hint."""

from __future__ import annotations

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
        decoded = self._grounding.decode(features, language, mask=self._neighbour)
        self._neighbour = decoded.chosen[:, None]
        return decoded
