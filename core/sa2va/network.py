"""Sa2VA: a language model that sees the picture, a projection of its [SEG] state, and SAM 2's mask decoder.

Every step from the losses back to the decoder, the projection and the language model is differentiable: nothing in this
module runs under `no_grad`. Whoever wants no gradient says so at the call. What differs from family to family is asked of
`core.sa2va.families`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from transformers import Cache

from core.sa2va.config import Sa2VAConfig
from core.sa2va.families import family_of
from core.sa2va.families.family import LanguagePicture, PictureTokens
from core.sa2va.grounding import Grounding
from core.segmenter import Decoded, ImageFeatures


class Sa2VANetwork(nn.Module):
    """The three parts under the names that `core.sa2va.keys` gives to published tensors."""

    def __init__(self, config: Sa2VAConfig, image_token_id: int) -> None:
        super().__init__()
        self.config = config
        self.family = family_of(config)
        self.image_token_id = image_token_id
        self.vision_language: Any = self.family.build(image_token_id)
        self.text_hidden_fcs = nn.Sequential(
            nn.Linear(config.hidden_size, config.hidden_size),
            nn.ReLU(),
            nn.Linear(config.hidden_size, config.sam2.d_model),
        )
        self.grounding = Grounding(config.sam2)

    def image_tokens(self, picture: LanguagePicture) -> PictureTokens:
        """One picture, as `family.picture` makes it, in the language model's space; it may be on any device."""
        dtype = next(self.vision_language.parameters()).dtype
        picture = picture.to(
            self.vision_device, dtype
        )  # the wider one is let go: it is the largest thing at the fullest moment
        return self.family.image_tokens(self.vision_language, picture)

    @property
    def vision_device(self) -> torch.device:
        """Where the vision model is; of a network divided among several devices, its first part."""
        return next(self.vision_language.parameters()).device

    def states(
        self,
        ids: torch.Tensor,
        pictures: Sequence[PictureTokens],
        attention_mask: torch.Tensor | None = None,
        cache: Cache | None = None,
    ) -> torch.Tensor:
        """The states from which upstream takes that of [SEG]: for most families after the final norm, for Qwen3-VL before it.

        Args:
            ids: (B, L) token ids.
            pictures: in the order in which they stand in the rows of `ids`; their tokens take the places of the image token there.
            attention_mask: (B, L), 0 on padding.
            cache: an empty one that takes up keys and values, to go on from with `go_on`.

        Returns:
            (B, L, hidden).

        Raises:
            ValueError: there are other places for image tokens than pictures have.
        """
        places = ids == self.image_token_id
        tokens = torch.cat([picture.tokens for picture in pictures])
        if int(places.sum()) != tokens.shape[0]:
            raise ValueError("the picture's tokens and their places do not agree")
        embedded = self.vision_language.get_input_embeddings()(ids)
        where = places.unsqueeze(-1).to(embedded.device)
        embedded = embedded.masked_scatter(where, tokens.to(embedded.device, embedded.dtype))
        deeper = [torch.cat(layer) for layer in zip(*(picture.deeper for picture in pictures), strict=True)]
        positions = self.family.positions(ids, pictures, self.image_token_id)
        return self.family.states(self.vision_language, embedded, positions, attention_mask, cache, places, deeper)

    def go_on(
        self, ids: torch.Tensor, positions: torch.Tensor, cache: Cache, attention_mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        """States of words behind what a cache holds.

        Args:
            ids: (1, S) token ids without a picture.
            positions: (1, S) or (3, 1, S), as `family.positions` counts.
            cache: is extended by S.
            attention_mask: (1, 1, S, all) to be added to the attention; None lets each word see everything before it.

        Returns:
            (1, S, hidden).
        """
        embedded = self.vision_language.get_input_embeddings()(ids)
        return self.family.states(self.vision_language, embedded, positions, attention_mask, cache, None, ())

    def forward(
        self,
        sam_pictures: torch.Tensor,
        pictures: Sequence[PictureTokens],
        ids: torch.Tensor,
        attention_mask: torch.Tensor,
        seg_positions: torch.Tensor,
        picture_of: torch.Tensor,
    ) -> tuple[Decoded, torch.Tensor]:
        """The whole way with forced answers, for training every part at once.

        Args:
            sam_pictures: (I, 3, S, S) normalised pictures for SAM 2.
            pictures: I pictures from `image_tokens`.
            ids: (P, L) token ids of P prompts, padded at the end.
            attention_mask: (P, L), 0 on padding.
            seg_positions: (P,) index of [SEG].
            picture_of: (P,) which picture each prompt is about.

        Returns:
            The decoded masks of the P prompts, and the states (P, L, hidden) for the language loss.
        """
        features = self.grounding.encode(sam_pictures)
        states = self.states(ids, [pictures[int(i)] for i in picture_of], attention_mask)
        seg = states[torch.arange(ids.shape[0], device=ids.device), seg_positions].to(features.embedding.dtype)
        decoded = self.grounding.decode(
            ImageFeatures(
                features.embedding[picture_of], features.high_res_0[picture_of], features.high_res_1[picture_of]
            ),
            self.text_hidden_fcs(seg),
        )
        return decoded, states

    def word_logits(self, states: torch.Tensor) -> torch.Tensor:
        """(..., hidden) from `states` -> (..., vocabulary): the language model's head."""
        return self.family.word_logits(self.vision_language, states)
