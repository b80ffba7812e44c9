"""Tensor names of InternVL: as published <-> as in transformers' network (parity NOTES, section 6)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import torch

from core.sa2va.config import Sa2VAConfig

_TOWER, _TEXT = "vision_language.model.vision_tower.", "vision_language.model.language_model."
_PROJECTION, _HEAD = "vision_language.model.multi_modal_projector.", "vision_language.lm_head."

_LAYER = re.compile(r"\.\d+\.")
_VISION = (
    ("embeddings.class_embedding", "embeddings.cls_token"),
    ("embeddings.position_embedding", "embeddings.position_embeddings"),
    ("embeddings.patch_embedding.", "embeddings.patch_embeddings.projection."),
    ("encoder.layers.N.attn.proj.", "encoder.layer.N.attention.projection_layer."),
    ("encoder.layers.N.attn.q_norm.", "encoder.layer.N.attention.q_norm."),
    ("encoder.layers.N.attn.k_norm.", "encoder.layer.N.attention.k_norm."),
    ("encoder.layers.N.norm1.", "encoder.layer.N.layernorm_before."),
    ("encoder.layers.N.norm2.", "encoder.layer.N.layernorm_after."),
    ("encoder.layers.N.ls1", "encoder.layer.N.lambda_1"),
    ("encoder.layers.N.ls2", "encoder.layer.N.lambda_2"),
    ("encoder.layers.N.mlp.", "encoder.layer.N.mlp."),
)
_PROJECTOR = (("0.", "layer_norm."), ("1.", "linear_1."), ("3.", "linear_2."))
_QWEN2 = (("model.", "language_model."), ("lm_head.", "lm_head."))
_INTERNLM2 = (
    ("model.tok_embeddings.", "language_model.embed_tokens."),
    ("model.norm.", "language_model.norm."),
    ("model.layers.N.attention_norm.", "language_model.layers.N.input_layernorm."),
    ("model.layers.N.ffn_norm.", "language_model.layers.N.post_attention_layernorm."),
    ("model.layers.N.attention.wo.", "language_model.layers.N.self_attn.o_proj."),
    ("model.layers.N.feed_forward.w1.", "language_model.layers.N.mlp.gate_proj."),
    ("model.layers.N.feed_forward.w3.", "language_model.layers.N.mlp.up_proj."),
    ("model.layers.N.feed_forward.w2.", "language_model.layers.N.mlp.down_proj."),
    ("output.", "lm_head."),
)
_QKV_VISION = re.compile(r"^vision_model\.encoder\.layers\.(\d+)\.attn\.qkv\.(weight|bias)$")
_QKV_INTERNLM2 = re.compile(r"^language_model\.model\.layers\.(\d+)\.attention\.wqkv\.(weight|bias)$")
_PART_VISION = re.compile(r"^encoder\.layer\.(\d+)\.attention\.([qkv])_proj\.(weight|bias)$")
_PART_LANGUAGE = re.compile(r"^layers\.(\d+)\.self_attn\.([qkv])_proj\.(weight|bias)$")


def convert(key: str, tensor: torch.Tensor, config: Sa2VAConfig) -> Iterator[tuple[str, torch.Tensor]]:
    """One published tensor -> (name in our network, tensor); three of them where query, key and value are published joined.

    Raises:
        KeyError: a name that no rule knows.
    """
    internlm2 = config.language_type == "internlm2"
    if found := _QKV_VISION.match(key):
        for part, piece in zip("qkv", tensor.chunk(3, dim=0), strict=True):
            yield f"{_TOWER}encoder.layer.{found[1]}.attention.{part}_proj.{found[2]}", piece
    elif internlm2 and (found := _QKV_INTERNLM2.match(key)):
        for part, piece in _split_grouped(tensor, config):
            yield f"{_TEXT}layers.{found[1]}.self_attn.{part}_proj.{found[2]}", piece
    elif key.startswith("vision_model."):
        yield _TOWER + _rename(key.removeprefix("vision_model."), _VISION), tensor
    elif key.startswith("mlp1."):
        yield _PROJECTION + _rename(key.removeprefix("mlp1."), _PROJECTOR), tensor
    elif key.startswith("language_model."):
        name = _rename(key.removeprefix("language_model."), _INTERNLM2 if internlm2 else _QWEN2)
        yield ("vision_language." if name.startswith("lm_head.") else "vision_language.model.") + name, tensor
    else:
        raise KeyError(key)


def publish(tensors: Mapping[str, torch.Tensor], config: Sa2VAConfig) -> dict[str, torch.Tensor]:
    """The inverse of `convert`: whole groups of query, key and value only.

    Raises:
        KeyError: a name that no rule knows, or a group of which a part is missing.
    """
    internlm2 = config.language_type == "internlm2"
    published: dict[str, torch.Tensor] = {}
    joined: dict[str, dict[str, torch.Tensor]] = defaultdict(dict)
    for name, tensor in tensors.items():
        if found := _PART_VISION.match(name.removeprefix(_TOWER)):
            joined[f"vision_model.encoder.layers.{found[1]}.attn.qkv.{found[3]}"][found[2]] = tensor
        elif internlm2 and (found := _PART_LANGUAGE.match(name.removeprefix(_TEXT))):
            joined[f"language_model.model.layers.{found[1]}.attention.wqkv.{found[3]}"][found[2]] = tensor
        else:
            published[_published(name, internlm2)] = tensor
    for key, parts in joined.items():
        published[key] = _join(parts, config, grouped=key.startswith("language_model."))
    return published


def _published(name: str, internlm2: bool) -> str:
    if name.startswith(_TOWER):
        return "vision_model." + _rename(name.removeprefix(_TOWER), _VISION, back=True)
    if name.startswith(_PROJECTION):
        return "mlp1." + _rename(name.removeprefix(_PROJECTION), _PROJECTOR, back=True)
    if name.startswith((_TEXT, _HEAD)):
        short = name.removeprefix("vision_language.").removeprefix("model.")
        return "language_model." + _rename(short, _INTERNLM2 if internlm2 else _QWEN2, back=True)
    raise KeyError(name)


def _rename(name: str, rules: tuple[tuple[str, str], ...], back: bool = False) -> str:
    """Exchange the beginning of a name by the one rule that fits; N in a rule is the number of a layer."""
    number = _LAYER.search(name)
    short = _LAYER.sub(".N.", name, count=1)
    for rule in rules:
        old, new = reversed(rule) if back else rule
        if short == old or (old.endswith(".") and short.startswith(old)):
            renamed = new + short[len(old) :]
            return renamed.replace(".N.", number[0]) if number else renamed
    raise KeyError(name)


def _split_grouped(tensor: torch.Tensor, config: Sa2VAConfig) -> Iterator[tuple[str, torch.Tensor]]:
    """InternLM2 keeps, for every key/value head, its queries, then its key, then its value."""
    heads = int(config.language["num_attention_heads"])
    groups = int(config.language["num_key_value_heads"])
    head_dim = int(config.language["hidden_size"]) // heads
    grouped = tensor.view(groups, heads // groups + 2, head_dim, *tensor.shape[1:])
    yield "q", grouped[:, :-2].reshape(heads * head_dim, *tensor.shape[1:])
    yield "k", grouped[:, -2].reshape(groups * head_dim, *tensor.shape[1:])
    yield "v", grouped[:, -1].reshape(groups * head_dim, *tensor.shape[1:])


def _join(parts: dict[str, torch.Tensor], config: Sa2VAConfig, grouped: bool) -> torch.Tensor:
    if not grouped:
        return torch.cat([parts[part] for part in "qkv"])
    groups = int(config.language["num_key_value_heads"])
    tail = parts["q"].shape[1:]
    q, k, v = (parts[part].reshape(groups, -1, *tail) for part in "qkv")
    return torch.cat([q, k, v], dim=1).reshape(-1, *tail)
