"""What the rest of Sa2VA asks of a vision-language family. A family holds settings only; the weights are in the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import torch
from transformers import Cache

from core.sa2va.config import Sa2VAConfig
from core.sa2va.preprocessing import CPU
from core.sa2va.prompt import Style

Route = Literal["inference", "training"]
"""The Qwen families' upstream shows the model another picture and another prompt in inference than in training (parity NOTES,
section 3). "inference" gives the scores of a published model; "training" is what a fine-tune of the language model goes on with."""

NATIVE = "vision_language."
"""Where transformers' own network stands in ours."""


@dataclass(frozen=True)
class LanguagePicture:
    """A picture as the vision model of a family takes it.

    Attributes:
        pixels: float32; (N, 3, tile, tile), or (patches, numbers of a patch).
        grid: rows and columns of patches; None where the picture is cut into tiles.
    """

    pixels: torch.Tensor
    grid: tuple[int, int] | None = None

    def to(self, *args: Any, **kwargs: Any) -> LanguagePicture:
        """The same picture on another device or in another precision."""
        return LanguagePicture(self.pixels.to(*args, **kwargs), self.grid)


@dataclass(frozen=True)
class PictureTokens:
    """A picture in the language model's space.

    Attributes:
        tokens: (T, hidden), in the places of the image token.
        deeper: each (T, hidden), added there after the first layers (Qwen3-VL).
        grid: rows and columns of tokens; None where the language model counts them like words.
    """

    tokens: torch.Tensor
    deeper: tuple[torch.Tensor, ...] = ()
    grid: tuple[int, int] | None = None


class Family(Protocol):
    """One way to see a picture, to write a conversation, and to run transformers' network on them."""

    config: Sa2VAConfig

    def build(self, image_token_id: int) -> torch.nn.Module:
        """Transformers' own network of this family, with an `lm_head`."""
        ...

    def style(self, route: Route) -> Style:
        """How a conversation is written."""
        ...

    def picture(self, rgb: npt.NDArray[np.uint8], route: Route, device: torch.device = CPU) -> LanguagePicture:
        """(H, W, 3) uint8 -> the picture for `image_tokens`, prepared on a device. Raises ImageError for a shape it cannot see."""
        ...

    def frame(self, rgb: npt.NDArray[np.uint8], route: Route, device: torch.device = CPU) -> LanguagePicture:
        """(H, W, 3) uint8 -> a picture that stands beside others of one film or stack, for `image_tokens`. Raises ImageError."""
        ...

    def image_tokens(self, native: Any, picture: LanguagePicture) -> PictureTokens:
        """The picture in the language model's space; differentiable."""
        ...

    def positions(self, ids: torch.Tensor, pictures: Sequence[PictureTokens], image_token_id: int) -> torch.Tensor:
        """(B, L) ids, the pictures in the order in which they stand in them -> positions, (B, L) or (3, B, L)."""
        ...

    def states(
        self,
        native: Any,
        embedded: torch.Tensor,
        positions: torch.Tensor,
        attention_mask: torch.Tensor | None,
        cache: Cache | None,
        places: torch.Tensor | None,
        deeper: Sequence[torch.Tensor],
    ) -> torch.Tensor:
        """Run the language model.

        Args:
            native: transformers' network.
            embedded: (B, L, hidden), the picture's tokens in their places.
            positions: as from `positions`.
            attention_mask: (B, L), 0 on padding; or (B, 1, L, all) to be added to the attention; None for all before.
            cache: of what was read before; is extended.
            places: (B, L) bool, where image tokens stand; None where there are none.
            deeper: each (T, hidden), of all pictures one after the other.

        Returns:
            (B, L, hidden), the states from which upstream takes that of [SEG].
        """
        ...

    def word_logits(self, native: Any, states: torch.Tensor) -> torch.Tensor:
        """(..., hidden) from `states` -> (..., vocabulary)."""
        ...

    def convert(self, key: str, tensor: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
        """A published tensor of the vision-language part -> (name in our network, tensor). Raises KeyError for others."""
        ...

    def publish(self, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The way back: tensors of the vision-language part under published names. Raises KeyError for others."""
        ...
