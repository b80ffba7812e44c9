"""The way back: the network's tensors under upstream's names and in upstream's shapes (the inverse of `core.sa2va.keys`)."""

from __future__ import annotations

import re
from collections import defaultdict

import torch

from core.sa2va.config import Sa2VAConfig
from core.sa2va.keys import SAM2_PREFIX

_VISION = (
    (r"^embeddings\.cls_token$", "embeddings.class_embedding"),
    (r"^embeddings\.position_embeddings$", "embeddings.position_embedding"),
    (r"^embeddings\.patch_embeddings\.projection\.", "embeddings.patch_embedding."),
    (r"^encoder\.layer\.(\d+)\.attention\.projection_layer\.", r"encoder.layers.\1.attn.proj."),
    (r"^encoder\.layer\.(\d+)\.attention\.(q_norm|k_norm)\.", r"encoder.layers.\1.attn.\2."),
    (r"^encoder\.layer\.(\d+)\.layernorm_before\.", r"encoder.layers.\1.norm1."),
    (r"^encoder\.layer\.(\d+)\.layernorm_after\.", r"encoder.layers.\1.norm2."),
    (r"^encoder\.layer\.(\d+)\.lambda_([12])$", r"encoder.layers.\1.ls\2"),
    (r"^encoder\.layer\.(\d+)\.mlp\.", r"encoder.layers.\1.mlp."),
)
_PROJECTOR = {"layer_norm.": "mlp1.0.", "linear_1.": "mlp1.1.", "linear_2.": "mlp1.3."}
_INTERNLM2 = (
    (r"^model\.embed_tokens\.", "model.tok_embeddings."),
    (r"^lm_head\.", "output."),
    (r"\.input_layernorm\.", ".attention_norm."),
    (r"\.post_attention_layernorm\.", ".ffn_norm."),
    (r"\.self_attn\.o_proj\.", ".attention.wo."),
    (r"\.mlp\.gate_proj\.", ".feed_forward.w1."),
    (r"\.mlp\.up_proj\.", ".feed_forward.w3."),
    (r"\.mlp\.down_proj\.", ".feed_forward.w2."),
)
_TOWER, _TEXT = "vision_language.model.vision_tower.", "vision_language.model.language_model."
_PROJ, _HEAD = "vision_language.model.multi_modal_projector.", "vision_language.lm_head."


def publish(tensors: dict[str, torch.Tensor], config: Sa2VAConfig) -> dict[str, torch.Tensor]:
    """Rename and join a network's state.

    Args:
        tensors: name in the network -> tensor, all of them.
        config: of the network.

    Returns:
        Published name -> tensor. `core.sa2va.keys.convert` gives the same tensors back.

    Raises:
        KeyError: a name that no rule knows.
    """
    published: dict[str, torch.Tensor] = {}
    joined: dict[str, dict[str, torch.Tensor]] = defaultdict(dict)
    for name, tensor in tensors.items():
        if name.startswith("grounding."):
            published[SAM2_PREFIX + name[len("grounding.") :]] = tensor
        elif name.startswith("text_hidden_fcs."):
            published[name] = tensor
        elif name.startswith(_PROJ):
            head, rest = re.match(r"([a-z_0-9]+\.)(.*)", name[len(_PROJ) :]).groups()  # type: ignore[union-attr]
            published[_PROJECTOR[head] + rest] = tensor
        elif found := re.match(r"^encoder\.layer\.(\d+)\.attention\.([qkv])_proj\.(\w+)$", name.removeprefix(_TOWER)):
            joined[f"vision_model.encoder.layers.{found[1]}.attn.qkv.{found[3]}"][found[2]] = tensor
        elif name.startswith(_TOWER):
            published["vision_model." + _rename(name[len(_TOWER) :], _VISION)] = tensor
        else:
            key = _language(name)
            found = re.match(r"^model\.layers\.(\d+)\.self_attn\.([qkv])_proj\.(\w+)$", key)
            if config.language_type == "internlm2" and found:
                joined[f"language_model.model.layers.{found[1]}.attention.wqkv.{found[3]}"][found[2]] = tensor
                continue
            if config.language_type == "internlm2":
                for pattern, replacement in _INTERNLM2:
                    key = re.sub(pattern, replacement, key)
            published["language_model." + key] = tensor
    for key, parts in joined.items():
        published[key] = _join(parts, config, grouped=key.startswith("language_model."))
    return published


def _language(name: str) -> str:
    if name.startswith(_TEXT):
        return "model." + name[len(_TEXT) :]
    if name.startswith(_HEAD):
        return "lm_head." + name[len(_HEAD) :]
    raise KeyError(name)


def _rename(name: str, rules: tuple[tuple[str, str], ...]) -> str:
    for pattern, replacement in rules:
        renamed, count = re.subn(pattern, replacement, name)
        if count:
            return renamed
    raise KeyError(name)


def _join(parts: dict[str, torch.Tensor], config: Sa2VAConfig, grouped: bool) -> torch.Tensor:
    if not grouped:
        return torch.cat([parts[part] for part in "qkv"])
    groups = int(config.language["num_key_value_heads"])
    tail = parts["q"].shape[1:]
    q, k, v = (parts[part].reshape(groups, -1, *tail) for part in "qkv")
    return torch.cat([q, k, v], dim=1).reshape(-1, *tail)
