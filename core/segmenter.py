"""What every model family offers to prediction and fine-tuning: encode a picture once, decode it for many prompts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from core.clicks import Clicks
from core.propagate_protocol import Way

WORDS_ON = 5
"""So many slices of a stack, or frames of a film, are asked about in words, if no mask is given; the others follow."""


@dataclass(frozen=True)
class ImageFeatures:
    """Features of B pictures, ready for the mask decoder.

    Attributes:
        embedding: (B, C, h, w), the lowest level, `no_mem_embed` added.
        high_res_0: (B, C/8, 4h, 4w) after conv_s0.
        high_res_1: (B, C/4, 2h, 2w) after conv_s1.
    """

    embedding: torch.Tensor
    high_res_0: torch.Tensor
    high_res_1: torch.Tensor

    def to(self, *args: Any, **kwargs: Any) -> ImageFeatures:
        """The same features on another device or in another precision."""
        return ImageFeatures(
            self.embedding.to(*args, **kwargs), self.high_res_0.to(*args, **kwargs), self.high_res_1.to(*args, **kwargs)
        )

    def for_each_of(self, count: int) -> ImageFeatures:
        """The features of one picture for `count` prompts, without copying; those of `count` pictures as they are."""
        if self.embedding.shape[0] == count:
            return self
        parts = (self.embedding, self.high_res_0, self.high_res_1)
        return ImageFeatures(*(part.expand(count, -1, -1, -1) for part in parts))


@dataclass(frozen=True)
class Decoded:
    """Answer of the mask decoder for B prompts: all three candidates, so that a person can be offered the other two.

    Attributes:
        logits: (B, 3, g, g) three candidate masks, before the sigmoid.
        ious: (B, 3) predicted IoU of each, 0..1.
        object_score: (B, 1) logit of "the structure is there"; it gates nothing.
    """

    logits: torch.Tensor
    ious: torch.Tensor
    object_score: torch.Tensor

    @property
    def best(self) -> torch.Tensor:
        """(B,) index of the candidate with the highest predicted IoU."""
        return self.ious.argmax(dim=-1)

    @property
    def chosen(self) -> torch.Tensor:
        """(B, g, g) logits of the best candidate."""
        return self.logits[torch.arange(self.logits.shape[0], device=self.logits.device), self.best]


@dataclass(frozen=True)
class Answer:
    """What the model says when it decides by itself whether a structure is there.

    Attributes:
        text: the answer in words, special tokens included.
        states: (N, hidden), one for each [SEG] in the text, in its order. None of them: the model says that there is nothing.
    """

    text: str
    states: torch.Tensor


class Learning(Protocol):
    """What a fine-tune needs of a model beyond its answers to cached features."""

    @property
    def network(self) -> nn.Module:
        """All weights, under the paths that a version's file names."""
        ...

    def encoder_modules(self) -> dict[str, nn.Module]:
        """The parts of the image encoder that can be trained, by their paths."""
        ...

    def exact_encoder(self) -> None:
        """Put the image encoder in single precision, in which alone it can learn."""
        ...

    def encode(self, pictures: npt.NDArray[np.uint8]) -> ImageFeatures:
        """(B, S, S, 3) uint8, as `picture` makes them -> features of B pictures; differentiable."""
        ...

    def picture(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """(H, W, 3) uint8 -> (S, S, 3) uint8, what the image encoder looks at."""
        ...

    def decoder_layers(self) -> list[str]:
        """Paths of the linear layers in the mask decoder's attention."""
        ...

    def language_layers(self) -> list[str]:
        """Paths of the language model's linear layers."""
        ...

    def look(self, rgb: npt.NDArray[np.uint8]) -> Any:
        """(H, W, 3) uint8 -> the picture in the language model's space, for `say`; without gradient."""
        ...

    def say(self, seen: Sequence[Any], prompts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Pictures from `look` and a structure's name about each -> (B, hidden) [SEG] states of the forced answers, and the
        mean cross-entropy of their words; differentiable in the language model."""
        ...


class Walk(Protocol):
    """A mask on its way through a stack in one direction, outwards from the slice for which a person made it."""

    @property
    def way(self) -> Way:
        """How the model carries it on."""
        ...

    def step(self, features: ImageFeatures, state: torch.Tensor | None = None) -> Decoded:
        """The next slice, without gradient. A step that is cut off in the middle leaves the walk as it was.

        Args:
            features: of that slice.
            state: (1, hidden) its [SEG] state; None where the structure has no words. Not every way asks it.
        """
        ...


class Segmenter(Protocol):
    """A loaded model, of any family."""

    model_id: str
    """Hash of configuration and weights: predictions belong to exactly this model."""
    features_id: str
    """Hash of all that comes before cached features and states; a version that changes it has a hash of its own."""
    device: torch.device
    mask_grid: int
    """Side of the logit maps."""

    def encode_image(self, rgb: npt.NDArray[np.uint8]) -> ImageFeatures:
        """(H, W, 3) uint8 -> features of one picture, without gradient."""
        ...

    def embed_prompt(self, rgb: npt.NDArray[np.uint8], prompt: str) -> torch.Tensor:
        """(H, W, 3) uint8 and a structure's name -> the [SEG] state (1, hidden), without gradient."""
        ...

    def embed_prompts(self, rgb: npt.NDArray[np.uint8], prompts: Sequence[str]) -> torch.Tensor:
        """(H, W, 3) uint8 and P structures' names -> the [SEG] states (P, hidden), quicker than one by one."""
        ...

    def answer(self, rgb: npt.NDArray[np.uint8], prompt: str) -> Answer:
        """Ask for a structure and let the model decide whether it is there, without gradient."""
        ...

    def decode(
        self,
        features: ImageFeatures,
        state: torch.Tensor,
        clicks: Clicks | None = None,
        mask: torch.Tensor | None = None,
    ) -> Decoded:
        """Decode B pictures, or one, for B states (B, hidden); differentiable in all that `trainable_modules` returns.

        Args:
            features: of B pictures or of one.
            state: (B, hidden), the [SEG] states.
            clicks: in fractions of the picture (0..1), the same for all.
            mask: (B, 1, g, g) logits of the answer before, to be corrected; None for none.
        """
        ...

    def walk(self, features: ImageFeatures, mask: npt.NDArray[np.bool_], slices: int) -> Walk:
        """Begin to carry a mask through a stack, in one direction.

        Args:
            features: of the slice for which it was made.
            mask: (H, W) bool, that mask at the slice's own size.
            slices: how many the stack has.
        """
        ...

    def walk_by_words(
        self, rgbs: Sequence[npt.NDArray[np.uint8]], features: Sequence[ImageFeatures], prompt: str, slices: int
    ) -> tuple[Walk, list[Decoded]] | None:
        """Begin to follow what a prompt names through a stack, without a mask.

        Args:
            rgbs: (H, W, 3) uint8 each, the first `WORDS_ON` slices, or all of a shorter stack.
            features: of these slices.
            prompt: the structure in words.
            slices: how many the stack has.

        Returns:
            The walk through the slices behind them, and the answers for these; None where the model cannot do it.
        """
        ...

    def forget(self) -> None:
        """Give back the memory that makes a second prompt on the same picture quick."""
        ...

    def trainable_modules(self) -> dict[str, nn.Module]:
        """The parts that a fine-tune on cached features trains, by the name they have in a version's file."""
        ...

    def unreachable(self, cached: bool = True) -> dict[str, str]:
        """Beginnings of parameter names inside those parts that no loss reaches, on cached features or on pictures -> why."""
        ...

    def learning(self) -> Learning:
        """What a fine-tune needs besides."""
        ...
