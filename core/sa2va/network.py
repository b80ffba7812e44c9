"""Sa2VA: a language model that sees the picture, a projection of its [SEG] state, and SAM 2's mask decoder.

Every step from the losses back to the decoder, the projection and the language model is differentiable: nothing in this
module runs under `no_grad`. Whoever wants no gradient says so at the call.
"""

from __future__ import annotations

import torch
from torch import nn
from transformers import InternVLConfig, InternVLForConditionalGeneration

from core.sa2va.config import LANGUAGE_MODELS, Sa2VAConfig
from core.sa2va.grounding import Grounding
from core.segmenter import Decoded, ImageFeatures

_NOT_FOR_NATIVE = ("architectures", "auto_map", "model_type", "dtype", "torch_dtype", "attn_implementation")


class Sa2VANetwork(nn.Module):
    """The three parts under the names that `core.sa2va.keys` gives to published tensors."""

    def __init__(self, config: Sa2VAConfig, image_token_id: int) -> None:
        super().__init__()
        self.config = config
        self.vision_language = InternVLForConditionalGeneration(_native_config(config, image_token_id))
        self.text_hidden_fcs = nn.Sequential(
            nn.Linear(config.hidden_size, config.hidden_size),
            nn.ReLU(),
            nn.Linear(config.hidden_size, config.sam2.d_model),
        )
        self.grounding = Grounding(config.sam2)

    def image_tokens(self, tiles: torch.Tensor) -> torch.Tensor:
        """(N, 3, tile, tile) normalised -> (N · tokens per tile, hidden): the picture in the language model's space."""
        model = self.vision_language.model
        features = model.get_image_features(
            pixel_values=tiles, vision_feature_layer=-1, vision_feature_select_strategy="default"
        ).pooler_output
        return features.reshape(-1, features.shape[-1])

    def states(
        self, ids: torch.Tensor, image_tokens: torch.Tensor, attention_mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Last hidden states, after the final norm, as upstream reads them for this family.

        Args:
            ids: (B, L) token ids.
            image_tokens: (T, hidden), the pictures of the whole batch one after the other; they take the places of the
                image token in `ids`, of which there must be T.
            attention_mask: (B, L), 0 on padding.

        Returns:
            (B, L, hidden).
        """
        model = self.vision_language.model
        embedded = model.get_input_embeddings()(ids)
        places = (ids == model.config.image_token_id).unsqueeze(-1)
        embedded = embedded.masked_scatter(places, image_tokens.to(embedded.dtype))
        return model.language_model(
            inputs_embeds=embedded, attention_mask=attention_mask, use_cache=False
        ).last_hidden_state

    def forward(
        self,
        sam_pictures: torch.Tensor,
        image_tokens: list[torch.Tensor],
        ids: torch.Tensor,
        attention_mask: torch.Tensor,
        seg_positions: torch.Tensor,
        picture_of: torch.Tensor,
    ) -> tuple[Decoded, torch.Tensor]:
        """The whole way with forced answers, for training every part at once.

        Args:
            sam_pictures: (I, 3, S, S) normalised pictures for SAM 2.
            image_tokens: I tensors (T_i, hidden) from `image_tokens`.
            ids: (P, L) token ids of P prompts, padded at the end.
            attention_mask: (P, L), 0 on padding.
            seg_positions: (P,) index of [SEG].
            picture_of: (P,) which picture each prompt is about.

        Returns:
            The decoded masks of the P prompts, and the states (P, L, hidden) for the language loss.
        """
        features = self.grounding.encode(sam_pictures)
        tokens = torch.cat([image_tokens[int(i)] for i in picture_of])
        states = self.states(ids, tokens, attention_mask)
        seg = states[torch.arange(ids.shape[0], device=ids.device), seg_positions]
        decoded = self.grounding.decode(
            ImageFeatures(
                features.embedding[picture_of], features.high_res_0[picture_of], features.high_res_1[picture_of]
            ),
            self.text_hidden_fcs(seg),
        )
        return decoded, states

    def word_logits(self, states: torch.Tensor) -> torch.Tensor:
        """(..., hidden) -> (..., vocabulary): the language model's head."""
        return self.vision_language.lm_head(states)


def _native_config(config: Sa2VAConfig, image_token_id: int) -> InternVLConfig:
    language = {key: value for key, value in config.language.items() if key not in _NOT_FOR_NATIVE}
    if config.language_type == "internlm2":
        # "dynamic" scaling changes nothing up to max_position_embeddings, and no picture's prompt is longer.
        language.pop("rope_scaling", None)
        language["attention_bias"] = bool(language.pop("bias", False))
    language["tie_word_embeddings"] = False
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
            "image_size": config.tile_size,
            "patch_size": vision["patch_size"],
            "hidden_act": vision.get("hidden_act", "gelu"),
            "use_absolute_position_embeddings": True,
            "use_mean_pooling": True,
        },
        text_config={**language, "model_type": LANGUAGE_MODELS[config.language_type]},
        image_token_id=image_token_id,
        image_seq_length=config.tokens_per_tile,
        downsample_ratio=config.downsample_ratio,
        projector_hidden_act="gelu",
        vision_feature_layer=-1,
        vision_feature_select_strategy="default",
        tie_word_embeddings=False,
    )
