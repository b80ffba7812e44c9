"""Qwen2.5-VL and Qwen3-VL: a picture is seen whole, and its tokens stand in rows and columns for the language model.

Both differ from InternVL in where a token stands (three numbers: time, row, column) and in that upstream shows them another
picture and another prompt in inference than in training. Qwen3-VL besides adds features of early vision layers to early language
layers, and its [SEG] state is taken before the final norm (parity NOTES, section 1.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import (
    Cache,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)

from core.sa2va.config import Patches, Sa2VAConfig
from core.sa2va.families.family import NATIVE, LanguagePicture, PictureTokens, Route
from core.sa2va.families.patches import patches_of
from core.sa2va.preprocessing import CPU
from core.sa2va.prompt import SYSTEM_TURN, Style

_PUBLISHED = "model."
"""In front of transformers' own names in a checkpoint."""
_SETTINGS = (
    "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
    "head_dim", "hidden_act", "rms_norm_eps", "max_position_embeddings", "rope_theta", "rope_scaling", "rope_parameters",
    "attention_bias", "attention_dropout", "use_sliding_window", "sliding_window", "max_window_layers", "layer_types",
)  # fmt: skip
"""What of the published description of the language model decides the arithmetic."""
_NOT_FOR_VISION = ("model_type", "dtype", "torch_dtype", "transformers_version")


class _QwenVL:
    """What both have in common. Fulfils `core.sa2va.families.family.Family` but for `build` and `states`."""

    def __init__(self, config: Sa2VAConfig) -> None:
        if not isinstance(config.picture, Patches):
            raise TypeError("a Qwen model sees patches")
        self.config = config
        self.patches = config.picture

    def style(self, route: Route) -> Style:
        """In inference the chat template of Qwen2.5-VL puts a system turn in front, in training there is none."""
        system = route == "inference" and self.patches.system_turn
        return Style(
            "<|image_pad|>", "<|vision_start|>", "<|vision_end|>", between="", before=SYSTEM_TURN if system else ""
        )

    def picture(self, rgb: npt.NDArray[np.uint8], route: Route, device: torch.device = CPU) -> LanguagePicture:
        """(H, W, 3) uint8 -> patches and their grid."""
        return LanguagePicture(*patches_of(rgb, self.patches, route == "inference", device))

    def frame(self, rgb: npt.NDArray[np.uint8], route: Route, device: torch.device = CPU) -> LanguagePicture:
        """As `picture`: upstream shows the frames of a film as so many pictures, not as a film."""
        return self.picture(rgb, route, device)

    def image_tokens(self, native: Any, picture: LanguagePicture) -> PictureTokens:
        """One token for each square of patches."""
        rows, columns = picture.grid or (0, 0)
        grid = torch.tensor([[1, rows, columns]], device=picture.pixels.device)
        seen = native.model.get_image_features(picture.pixels, image_grid_thw=grid)
        merged = self.patches.merged
        return PictureTokens(
            tokens=torch.cat(tuple(seen.pooler_output)),
            deeper=tuple(getattr(seen, "deepstack_features", None) or ()),
            grid=(rows // merged, columns // merged),
        )

    def positions(self, ids: torch.Tensor, pictures: Sequence[PictureTokens], image_token_id: int) -> torch.Tensor:
        """(3, B, L): words count up in all three; a picture stands at one time, at its rows and columns, after the words before
        it, and takes as many places as its longer side.

        Raises:
            ValueError: a picture has another number of tokens than stand in its place.
        """
        placed = torch.empty(3, *ids.shape, dtype=torch.long)
        grids = iter([picture.grid or (0, 0) for picture in pictures])
        for row, line in enumerate(ids.cpu()):
            start = 0
            for stretch in _stretches(line == image_token_id):
                rows, columns = 1, stretch.stop - stretch.start
                if line[stretch.start] == image_token_id:
                    rows, columns = next(grids, (0, 0))
                    if rows * columns != stretch.stop - stretch.start:
                        raise ValueError("the picture's tokens and their places do not agree")
                    placed[0, row, stretch] = start
                    placed[1, row, stretch] = start + torch.arange(rows).repeat_interleave(columns)
                    placed[2, row, stretch] = start + torch.arange(columns).repeat(rows)
                else:
                    placed[:, row, stretch] = start + torch.arange(columns)
                start += max(rows, columns)
        if next(grids, (0, 0)) != (0, 0):
            raise ValueError("the picture's tokens and their places do not agree")
        return placed.to(ids.device)

    def convert(self, key: str, tensor: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
        """Names are transformers' own behind a `model.`; as the protocol says."""
        if not key.startswith((_PUBLISHED + "model.", _PUBLISHED + "lm_head.")):
            raise KeyError(key)
        yield NATIVE + key.removeprefix(_PUBLISHED), tensor

    def publish(self, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """As the protocol says."""
        return {_PUBLISHED + name.removeprefix(NATIVE): tensor for name, tensor in tensors.items()}

    def _native_settings(self, image_token_id: int) -> dict[str, Any]:
        language = {key: self.config.language[key] for key in _SETTINGS if key in self.config.language}
        vision = {key: value for key, value in self.config.vision.items() if key not in _NOT_FOR_VISION}
        return {
            "text_config": {**language, "tie_word_embeddings": False, "bos_token_id": None, "eos_token_id": None},
            "vision_config": vision,
            "image_token_id": image_token_id,
            "tie_word_embeddings": False,
        }


def _stretches(is_picture: torch.Tensor) -> list[slice]:
    """Where words and pictures stand in a row (L) bool, one after the other."""
    turns = (is_picture[1:] != is_picture[:-1]).nonzero().flatten() + 1
    ends = [0, *turns.tolist(), len(is_picture)]
    return [slice(start, stop) for start, stop in zip(ends, ends[1:], strict=False)]


class Qwen25VL(_QwenVL):
    """Fulfils `core.sa2va.families.family.Family`."""

    def build(self, image_token_id: int) -> torch.nn.Module:
        """Transformers' Qwen2.5-VL."""
        return Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(**self._native_settings(image_token_id)))

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
        """The last hidden states, after the final norm."""
        return native.model.language_model(
            inputs_embeds=embedded,
            position_ids=positions,
            attention_mask=attention_mask,
            past_key_values=cache,
            use_cache=cache is not None,
        ).last_hidden_state

    def word_logits(self, native: Any, states: torch.Tensor) -> torch.Tensor:
        """The head alone: the states are normed."""
        return native.lm_head(states)


class Qwen3VL(_QwenVL):
    """Fulfils `core.sa2va.families.family.Family`."""

    def build(self, image_token_id: int) -> torch.nn.Module:
        """Transformers' Qwen3-VL."""
        return Qwen3VLForConditionalGeneration(Qwen3VLConfig(**self._native_settings(image_token_id)))

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
        """The last layer's output before the final norm: the published projection has learned on that."""
        before: list[torch.Tensor] = []
        model = native.model.language_model
        hook = model.norm.register_forward_pre_hook(lambda _, inputs: before.append(inputs[0]))
        try:
            model(
                inputs_embeds=embedded,
                position_ids=positions,
                attention_mask=attention_mask,
                past_key_values=cache,
                use_cache=cache is not None,
                visual_pos_masks=places if deeper else None,
                deepstack_visual_embeds=list(deeper) or None,
            )
        finally:
            hook.remove()
        return before[0]

    def word_logits(self, native: Any, states: torch.Tensor) -> torch.Tensor:
        """Norm and head: the states are before the norm."""
        return native.lm_head(native.model.language_model.norm(states))
