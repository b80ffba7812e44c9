"""InternVL with Qwen2 or InternLM2: a picture is cut into tiles, the language model reads its tokens like words.

InternLM2 is Llama under other names (`core.sa2va.families.internvl_keys`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import Cache, InternVLConfig, InternVLForConditionalGeneration

from core.sa2va.config import Sa2VAConfig, Tiles
from core.sa2va.families.family import LanguagePicture, PictureTokens, Route
from core.sa2va.families.internvl_keys import convert, publish
from core.sa2va.preprocessing import CPU, language_tiles, normalise
from core.sa2va.prompt import IMAGE_TOKEN, Style

_NATIVE_TYPES = {"qwen2": "qwen2", "internlm2": "llama"}
"""Published language model type -> the native type that computes the same."""
_SETTINGS = (
    "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
    "hidden_act", "rms_norm_eps", "max_position_embeddings", "rope_theta", "rope_scaling", "attention_dropout",
    "use_sliding_window", "sliding_window", "max_window_layers",
)  # fmt: skip
"""What of the published description decides the arithmetic. The rest of it (dozens of defaults for generation) is of an older
library, and today's would stumble over some."""


class InternVL:
    """Fulfils `core.sa2va.families.family.Family`. Training and inference see the same picture and the same words."""

    def __init__(self, config: Sa2VAConfig) -> None:
        if not isinstance(config.picture, Tiles):
            raise TypeError("an InternVL model sees tiles")
        self.config = config
        self.tiles = config.picture

    def build(self, image_token_id: int) -> torch.nn.Module:
        """Transformers' InternVL with the settings that make it equal to the published one (parity NOTES, section 6)."""
        return InternVLForConditionalGeneration(_native_config(self.config, self.tiles, image_token_id))

    def style(self, route: Route) -> Style:
        """InternLM2 begins with a token of its own, Qwen2 does not."""
        return Style(IMAGE_TOKEN, "<img>", "</img>", before="<s>" if self.config.language_type == "internlm2" else "")

    def picture(self, rgb: npt.NDArray[np.uint8], route: Route, device: torch.device = CPU) -> LanguagePicture:
        """(H, W, 3) uint8 -> (tiles, 3, size, size)."""
        tiles = self.tiles
        return LanguagePicture(normalise(language_tiles(rgb, tiles.size, tiles.most, tiles.thumbnail, device)))

    def frame(self, rgb: npt.NDArray[np.uint8], route: Route, device: torch.device = CPU) -> LanguagePicture:
        """(H, W, 3) uint8 -> (1, 3, size, size): as one tile, squeezed into a square."""
        return LanguagePicture(normalise(language_tiles(rgb, self.tiles.size, 1, False, device)))

    def image_tokens(self, native: Any, picture: LanguagePicture) -> PictureTokens:
        """All tiles' tokens one after the other."""
        features = native.model.get_image_features(
            pixel_values=picture.pixels, vision_feature_layer=-1, vision_feature_select_strategy="default"
        ).pooler_output
        return PictureTokens(features.reshape(-1, features.shape[-1]))

    def positions(self, ids: torch.Tensor, pictures: Sequence[PictureTokens], image_token_id: int) -> torch.Tensor:
        """Counted from 0."""
        return torch.arange(ids.shape[1], device=ids.device).expand(ids.shape[0], -1)

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

    def convert(self, key: str, tensor: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
        """As the protocol says."""
        return convert(key, tensor, self.config)

    def publish(self, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """As the protocol says."""
        return publish(tensors, self.config)


def _native_config(config: Sa2VAConfig, tiles: Tiles, image_token_id: int) -> InternVLConfig:
    language = {key: config.language[key] for key in _SETTINGS if key in config.language}
    if config.language_type == "internlm2":
        # "dynamic" scaling changes nothing up to max_position_embeddings, and no picture's prompt is longer.
        language.pop("rope_scaling", None)
        language["attention_bias"] = bool(config.language.get("bias", False))
    vision = config.vision
    return InternVLConfig(
        vision_config={
            "hidden_size": vision["hidden_size"],
            "num_hidden_layers": vision["num_hidden_layers"],
            "num_attention_heads": vision["num_attention_heads"],
            "intermediate_size": vision["intermediate_size"],
            "attention_bias": bool(vision.get("qkv_bias", True)),
            "use_qk_norm": bool(vision.get("qk_normalization", False)),
            "norm_type": vision.get("norm_type", "layer_norm"),
            "layer_norm_eps": vision.get("layer_norm_eps", 1e-6),
            "image_size": tiles.size,
            "patch_size": vision["patch_size"],
            "hidden_act": vision.get("hidden_act", "gelu"),
            "use_absolute_position_embeddings": True,
            "use_mean_pooling": True,
        },
        text_config={**language, "model_type": _NATIVE_TYPES[config.language_type], "tie_word_embeddings": False},
        image_token_id=image_token_id,
        image_seq_length=tiles.tokens,
        downsample_ratio=config.raw.get("downsample_ratio", 0.5),
        projector_hidden_act="gelu",
        vision_feature_layer=-1,
        vision_feature_select_strategy="default",
        tie_word_embeddings=False,
    )
