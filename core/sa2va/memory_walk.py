"""Carry a mask through a stack by SAM 2's memory, as upstream does with a video (parity NOTES, section 8).

What is different from a still: a slice is not told what to look for, it looks back at the slices before it. What is the same: three
masks, of which that with the highest predicted IoU counts, and no gate on the object score; only the pointer has one.
"""

from __future__ import annotations

from dataclasses import replace

import torch
import torch.nn.functional as F

from core.propagate_protocol import Way
from core.sa2va.grounding import Grounding
from core.sa2va.memory import SCALE, SHIFT, Memory, MemoryBank, Remembered
from core.segmenter import Decoded, ImageFeatures


class MemoryWalk:
    """One direction through a stack. Fulfils `core.segmenter.Walk`.

    Args:
        grounding: the model's SAM 2, its mask decoder tuned or not.
        memory: that belongs to it.
        slices: how many the stack has.
    """

    way: Way = "memory"

    def __init__(self, grounding: Grounding, memory: Memory, slices: int) -> None:
        self._grounding, self._memory, self._slices = grounding, memory, slices
        self.bank = MemoryBank()

    @torch.no_grad()
    def begin(self, features: ImageFeatures, mask: torch.Tensor) -> None:
        """Start from a slice and the mask (1, 1, H, W) of 0 and 1 that a person made for it, at any size.

        The mask is remembered in the place of an answer; the decoder is asked with it only for what the object looks like.
        """
        size = self._grounding.config.image_size
        large = F.interpolate(mask.float(), (size, size), mode="bilinear", align_corners=False, antialias=True)
        binary = (large >= 0.5).float()
        seen = self._seen(features)
        prompt = self._memory.mask_downsample(binary)
        plain = replace(features, embedding=seen)
        decoded, tokens = self._grounding.decode_with_tokens(plain, mask=prompt, several=False)
        is_there = (decoded.object_score > 0) & binary.any().view(1, 1)
        logits = F.interpolate(
            binary * SCALE + SHIFT, (size // 4, size // 4), mode="bilinear", align_corners=False, antialias=True
        )
        kept = self._memory.remember(seen, self._enlarged(logits))
        self.bank.given.append(Remembered(kept, self._memory.point(tokens[:, 0], is_there)))

    @torch.no_grad()
    def begin_with_words(self, features: ImageFeatures, language: torch.Tensor) -> Decoded:
        """Start from a slice by words: its answer, that of a still, is remembered as if it had been given.

        Args:
            features: of one slice.
            language: (1, d) the [SEG] embedding after the projection.
        """
        decoded, tokens = self._grounding.decode_with_tokens(features, language)
        self.bank.given.append(self._left_behind(features, decoded, tokens))
        return decoded

    @torch.no_grad()
    def step(self, features: ImageFeatures, state: torch.Tensor | None = None) -> Decoded:
        """The next slice, by what is remembered of those before it; words are not asked."""
        recalled = self._memory.recall(self._seen(features), self.bank, self._slices)
        decoded, tokens = self._grounding.decode_with_tokens(replace(features, embedding=recalled))
        self.bank.recent.append(self._left_behind(features, decoded, tokens))
        return decoded

    def _left_behind(self, features: ImageFeatures, decoded: Decoded, tokens: torch.Tensor) -> Remembered:
        kept = self._memory.remember(self._seen(features), self._enlarged(decoded.chosen[:, None]))
        return Remembered(kept, self._memory.point(tokens[:, int(decoded.best)], decoded.object_score > 0))

    def _seen(self, features: ImageFeatures) -> torch.Tensor:
        """(1, d, h, w), the lowest level as it came out of the image encoder."""
        return features.embedding - self._grounding.no_mem_embed.view(1, -1, 1, 1)

    def _enlarged(self, logits: torch.Tensor) -> torch.Tensor:
        size = self._grounding.config.image_size
        return F.interpolate(logits.float(), (size, size), mode="bilinear", align_corners=False)
