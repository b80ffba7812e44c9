"""The tensors of a checkpoint that are not loaded with it, one by one: SAM 2's memory, which follows an object through a video.

A still picture never runs these modules (parity NOTES, section 2); `core.sa2va.memory` loads them when a stack is first walked
through. Any other tensor of a checkpoint must find its place.
"""

from __future__ import annotations

_BOTH = ("weight", "bias")
_ATTENTION_LAYERS = range(4)
_ATTENTION_PARTS = (
    "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj",
    "cross_attn_image.q_proj", "cross_attn_image.k_proj", "cross_attn_image.v_proj", "cross_attn_image.out_proj",
    "linear1", "linear2", "norm1", "norm2", "norm3",
)  # fmt: skip
_FUSER_LAYERS = range(2)
_FUSER_PARTS = ("dwconv", "norm", "pwconv1", "pwconv2")
_DOWNSAMPLER_LAYERS = (0, 1, 3, 4, 6, 7, 9, 10, 12)
_POINTER_LAYERS = range(3)

SAM2_MEMORY = frozenset(
    [
        "maskmem_tpos_enc",
        "no_mem_pos_enc",
        "no_obj_ptr",
        *(f"mask_downsample.{kind}" for kind in _BOTH),
        *(f"obj_ptr_proj.layers.{layer}.{kind}" for layer in _POINTER_LAYERS for kind in _BOTH),
        *(
            f"memory_attention.layers.{layer}.{part}.{kind}"
            for layer in _ATTENTION_LAYERS
            for part in _ATTENTION_PARTS
            for kind in _BOTH
        ),
        *(f"memory_attention.norm.{kind}" for kind in _BOTH),
        *(f"memory_encoder.mask_downsampler.encoder.{layer}.{kind}" for layer in _DOWNSAMPLER_LAYERS for kind in _BOTH),
        *(f"memory_encoder.pix_feat_proj.{kind}" for kind in _BOTH),
        *(f"memory_encoder.fuser.layers.{layer}.{part}.{kind}" for layer in _FUSER_LAYERS for part in _FUSER_PARTS for kind in _BOTH),
        *(f"memory_encoder.fuser.layers.{layer}.g_weight" for layer in _FUSER_LAYERS),
        *(f"memory_encoder.out_proj.{kind}" for kind in _BOTH),
    ]
)  # fmt: skip
"""Names behind `grounding_encoder.sam2_model.`."""

NEVER_RUN = frozenset(["no_mem_pos_enc"])
"""Those of them that Sa2VA's way through a video does not run either: `no_mem_embed` is added without a place."""
