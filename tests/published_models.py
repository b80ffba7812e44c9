"""The published models as their manifests describe them: tensor names and shapes, and the config.json that follows from these.

What shapes do not show (numbers of heads, and which vision blocks of Qwen2.5-VL see the whole picture) is what the base models
are known for; it decides no shape but the way in which joined attention tensors are cut.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

MANIFESTS = Path(__file__).parent / "data" / "manifests"
NAMES = tuple(sorted(file.name.removesuffix(".json.gz") for file in MANIFESTS.glob("*.json.gz")))

Manifest = dict[str, list[int]]


def read_manifest(name: str) -> Manifest:
    """Published name -> shape."""
    with gzip.open(MANIFESTS / f"{name}.json.gz", "rt", encoding="utf-8") as stream:
        manifest: Manifest = json.load(stream)
    return manifest


def config_of(manifest: Manifest) -> dict[str, Any]:
    """The config.json that belongs to a manifest."""
    if "vision_model.embeddings.class_embedding" in manifest:
        return _internvl(manifest)
    return _qwen(manifest)


def _layers(manifest: Manifest, prefix: str) -> int:
    return len({key[len(prefix) :].split(".")[0] for key in manifest if key.startswith(prefix)})


def _text(manifest: Manifest, prefix: str, head: str, head_dim: int) -> dict[str, Any]:
    """Settings that Qwen2, Qwen2.5-VL and Qwen3-VL share; `prefix` ends where the names of the language model begin."""
    vocabulary, hidden = manifest[head]
    layer = f"{prefix}layers.0."
    return {
        "vocab_size": vocabulary,
        "hidden_size": hidden,
        "intermediate_size": manifest[f"{layer}mlp.gate_proj.weight"][0],
        "num_hidden_layers": _layers(manifest, f"{prefix}layers."),
        "num_attention_heads": manifest[f"{layer}self_attn.q_proj.weight"][0] // head_dim,
        "num_key_value_heads": manifest[f"{layer}self_attn.k_proj.weight"][0] // head_dim,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-6,
        "max_position_embeddings": 32768,
        "rope_theta": 1000000.0,
    }


def _internlm2(manifest: Manifest) -> dict[str, Any]:
    vocabulary, hidden = manifest["language_model.output.weight"]
    layer = "language_model.model.layers.0."
    heads = hidden // 128
    return {
        "model_type": "internlm2",
        "vocab_size": vocabulary,
        "hidden_size": hidden,
        "intermediate_size": manifest[f"{layer}feed_forward.w1.weight"][0],
        "num_hidden_layers": _layers(manifest, "language_model.model.layers."),
        "num_attention_heads": heads,
        "num_key_value_heads": (manifest[f"{layer}attention.wqkv.weight"][0] // 128 - heads) // 2,
        "bias": False,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-5,
        "max_position_embeddings": 32768,
        "rope_theta": 1000000.0,
        "rope_scaling": {"type": "dynamic", "factor": 2.0},
    }


def _internvl(manifest: Manifest) -> dict[str, Any]:
    if "language_model.output.weight" in manifest:
        language = _internlm2(manifest)
    else:
        head_dim = 64 if manifest["language_model.lm_head.weight"][1] == 896 else 128
        text = _text(manifest, "language_model.model.", "language_model.lm_head.weight", head_dim)
        # What older versions of the library wrote into every config.json; today's must not stumble over it.
        old = {"do_sample": False, "top_k": 50, "temperature": 1.0, "num_beams": 1, "torchscript": False, "pruned_heads": {},
               "use_bfloat16": True, "return_dict": True, "id2label": {"0": "LABEL_0"}, "_name_or_path": "x",
               "max_window_layers": 70, "sliding_window": None, "use_sliding_window": False, "torch_dtype": "bfloat16"}  # fmt: skip
        language = {**old, **text, "model_type": "qwen2"}
    vision, blocks = "vision_model.", "vision_model.encoder.layers."
    hidden = manifest[f"{vision}embeddings.class_embedding"][-1]
    return {
        "model_type": "sa2va_chat",
        "force_image_size": 448,
        "downsample_ratio": 0.5,
        "llm_config": language,
        "vision_config": {
            "model_type": "intern_vit_6b",
            "hidden_size": hidden,
            "intermediate_size": manifest[f"{blocks}0.mlp.fc1.weight"][0],
            "num_hidden_layers": _layers(manifest, blocks),
            "num_attention_heads": 25 if hidden == 3200 else 16,
            "image_size": 448,
            "patch_size": manifest[f"{vision}embeddings.patch_embedding.weight"][-1],
            "qkv_bias": f"{blocks}0.attn.qkv.bias" in manifest,
            "qk_normalization": f"{blocks}0.attn.q_norm.weight" in manifest,
            "norm_type": "layer_norm" if f"{blocks}0.norm1.bias" in manifest else "rms_norm",
            "layer_norm_eps": 1e-6,
            "hidden_act": "gelu",
        },
    }


def _qwen(manifest: Manifest) -> dict[str, Any]:
    prefix, visual = "model.model.language_model.", "model.model.visual."
    text = _text(manifest, prefix, "model.lm_head.weight", 128)
    hidden, channels, frames, patch, _ = manifest[f"{visual}patch_embed.proj.weight"]
    vision = {
        "depth": _layers(manifest, f"{visual}blocks."),
        "hidden_size": hidden,
        "num_heads": 16,
        "patch_size": patch,
        "temporal_patch_size": frames,
        "spatial_merge_size": 2,
        "out_hidden_size": text["hidden_size"],
    }
    if f"{visual}pos_embed.weight" in manifest:
        blocks = _layers(manifest, f"{visual}deepstack_merger_list.")
        positions = {"rope_type": "default", "mrope_interleaved": True, "mrope_section": [24, 20, 20]}
        text |= {"model_type": "qwen3_vl_text", "head_dim": 128, "rope_theta": 5000000.0, "rope_scaling": positions}
        vision |= {
            "model_type": "qwen3_vl",
            "in_channels": channels,
            "intermediate_size": manifest[f"{visual}blocks.0.mlp.linear_fc1.weight"][0],
            "num_position_embeddings": manifest[f"{visual}pos_embed.weight"][0],
            "deepstack_visual_indexes": [5, 11, 17][:blocks],
            "hidden_act": "gelu_pytorch_tanh",
        }
    else:
        positions = {"rope_type": "default", "type": "default", "mrope_section": [16, 24, 24]}
        text |= {"model_type": "qwen2_5_vl_text", "rope_scaling": positions}
        vision |= {
            "model_type": "qwen2_5_vl",
            "in_chans": channels,
            "intermediate_size": manifest[f"{visual}blocks.0.mlp.gate_proj.weight"][0],
            "fullatt_block_indexes": [7, 15, 23, 31],
            "window_size": 112,
            "hidden_act": "silu",
        }
    return {"model_type": "sa2va_chat", "text_config": text, "vision_config": vision}
