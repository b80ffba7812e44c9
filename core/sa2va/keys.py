"""Published tensor names -> the names in this project's network (parity NOTES, section 6).

The published SAM 2 part also holds modules that follow an object through a video. A still picture never runs them; they
are named here, one by one, and are the only tensors of a checkpoint that are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import torch

from core.sa2va.config import Sa2VAConfig

SAM2_PREFIX = "grounding_encoder.sam2_model."

NOT_FOR_STILLS = (
    "memory_attention.",
    "memory_encoder.",
    "obj_ptr_proj.",
    "mask_downsample.",
    "maskmem_tpos_enc",
    "no_mem_pos_enc",
    "no_obj_ptr",
)
"""SAM 2's memory of earlier frames, by module: not loaded for still pictures."""

_VISION = (
    (r"^vision_model\.embeddings\.class_embedding$", "embeddings.cls_token"),
    (r"^vision_model\.embeddings\.position_embedding$", "embeddings.position_embeddings"),
    (r"^vision_model\.embeddings\.patch_embedding\.", "embeddings.patch_embeddings.projection."),
    (r"^vision_model\.encoder\.layers\.(\d+)\.attn\.proj\.", r"encoder.layer.\1.attention.projection_layer."),
    (r"^vision_model\.encoder\.layers\.(\d+)\.attn\.(q_norm|k_norm)\.", r"encoder.layer.\1.attention.\2."),
    (r"^vision_model\.encoder\.layers\.(\d+)\.norm1\.", r"encoder.layer.\1.layernorm_before."),
    (r"^vision_model\.encoder\.layers\.(\d+)\.norm2\.", r"encoder.layer.\1.layernorm_after."),
    (r"^vision_model\.encoder\.layers\.(\d+)\.ls1$", r"encoder.layer.\1.lambda_1"),
    (r"^vision_model\.encoder\.layers\.(\d+)\.ls2$", r"encoder.layer.\1.lambda_2"),
    (r"^vision_model\.encoder\.layers\.(\d+)\.mlp\.", r"encoder.layer.\1.mlp."),
)
_PROJECTOR = {"mlp1.0.": "layer_norm.", "mlp1.1.": "linear_1.", "mlp1.3.": "linear_2."}
_INTERNLM2 = (
    (r"^language_model\.output\.", "lm_head."),
    (r"^language_model\.model\.tok_embeddings\.", "model.language_model.embed_tokens."),
    (r"\.attention_norm\.", ".input_layernorm."),
    (r"\.ffn_norm\.", ".post_attention_layernorm."),
    (r"\.attention\.wo\.", ".self_attn.o_proj."),
    (r"\.feed_forward\.w1\.", ".mlp.gate_proj."),
    (r"\.feed_forward\.w3\.", ".mlp.up_proj."),
    (r"\.feed_forward\.w2\.", ".mlp.down_proj."),
)
_QKV_VISION = re.compile(r"^vision_model\.encoder\.layers\.(\d+)\.attn\.qkv\.(weight|bias)$")
_QKV_INTERNLM2 = re.compile(r"^language_model\.model\.layers\.(\d+)\.attention\.wqkv\.(weight|bias)$")


def is_left_out(key: str) -> bool:
    """True for the tensors of a video's memory, which stills never use."""
    return key.startswith(SAM2_PREFIX) and key[len(SAM2_PREFIX) :].startswith(NOT_FOR_STILLS)


def convert(key: str, tensor: torch.Tensor, config: Sa2VAConfig) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield (name in the network, tensor) for one published tensor; nothing for one that is left out.

    Works on tensors of any device, the meta device included. Raises KeyError for a name that no rule knows.
    """
    if is_left_out(key):
        return
    if key.startswith(SAM2_PREFIX):
        yield "grounding." + key[len(SAM2_PREFIX) :], tensor
    elif key.startswith("text_hidden_fcs."):
        yield key, tensor
    elif key.startswith("mlp1."):
        head = key[: len("mlp1.0.")]
        yield "vision_language.model.multi_modal_projector." + _PROJECTOR[head] + key[len(head) :], tensor
    elif key.startswith("vision_model."):
        yield from _vision(key, tensor)
    elif key.startswith("language_model."):
        yield from _language(key, tensor, config)
    else:
        raise KeyError(key)


def _vision(key: str, tensor: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
    prefix = "vision_language.model.vision_tower."
    if found := _QKV_VISION.match(key):
        for part, piece in zip("qkv", tensor.chunk(3, dim=0), strict=True):
            yield f"{prefix}encoder.layer.{found[1]}.attention.{part}_proj.{found[2]}", piece
        return
    for pattern, replacement in _VISION:
        name, count = re.subn(pattern, replacement, key)
        if count:
            yield prefix + name, tensor
            return
    raise KeyError(key)


def _language(key: str, tensor: torch.Tensor, config: Sa2VAConfig) -> Iterator[tuple[str, torch.Tensor]]:
    name = key
    if config.language_type == "internlm2":
        if found := _QKV_INTERNLM2.match(key):
            for part, piece in _split_grouped_qkv(tensor, config):
                yield f"vision_language.model.language_model.layers.{found[1]}.self_attn.{part}_proj.{found[2]}", piece
            return
        for pattern, replacement in _INTERNLM2:
            name = re.sub(pattern, replacement, name)
    name = re.sub(r"^language_model\.lm_head\.", "lm_head.", name)
    name = re.sub(r"^language_model\.model\.", "model.language_model.", name)
    yield "vision_language." + name, tensor


def _split_grouped_qkv(tensor: torch.Tensor, config: Sa2VAConfig) -> Iterator[tuple[str, torch.Tensor]]:
    """InternLM2 keeps, for every key/value head, its queries, then its key, then its value."""
    heads = int(config.language["num_attention_heads"])
    groups = int(config.language["num_key_value_heads"])
    head_dim = int(config.language["hidden_size"]) // heads
    grouped = tensor.view(groups, heads // groups + 2, head_dim, *tensor.shape[1:])
    yield "q", grouped[:, :-2].reshape(heads * head_dim, *tensor.shape[1:])
    yield "k", grouped[:, -2].reshape(groups * head_dim, *tensor.shape[1:])
    yield "v", grouped[:, -1].reshape(groups * head_dim, *tensor.shape[1:])
