"""How exactly the model computes: single or half precision, or its language part in few bits.

The projection and SAM 2's mask decoder with its prompts are always in single precision: they are what a fine-tune trains, and
small. What comes before them, the vision and language model and SAM 2's image encoder, is in the chosen one.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from core.sa2va.keys import PROJECTION, SAM2_PREFIX

AUTO = "auto"
_EXACT = (PROJECTION, "grounding.sam_mask_decoder.", "grounding.sam_prompt_encoder.", "grounding.no_mem_embed")
_EXACT_PUBLISHED = (
    PROJECTION,
    *(SAM2_PREFIX + part for part in ("sam_mask_decoder.", "sam_prompt_encoder.", "no_mem_embed")),
)
_LAYERS = (
    "vision_language.model.language_model.layers.",  # in our network
    "language_model.model.layers.",  # published by the InternVL families
    "model.model.language_model.layers.",  # and by those of Qwen
)


@dataclass(frozen=True)
class Precision:
    """A choice.

    Attributes:
        name: "fp32", "bf16", "8bit" or "4bit".
        dtype: of everything that is not exact and not in few bits.
        bits: of a number in the language model's layers, None for those of `dtype`.
    """

    name: str
    dtype: torch.dtype
    bits: int | None = None

    def dtype_of(self, place: str) -> torch.dtype:
        """The type of a tensor, by its name in the network."""
        return torch.float32 if place.startswith(_EXACT) else self.dtype

    def bytes_of(self, published: str, shape: tuple[int, ...]) -> float:
        """Bytes of a published tensor once it is loaded."""
        count = 1
        for length in shape:
            count *= length
        if published.startswith(_EXACT_PUBLISHED):
            return 4.0 * count
        if self.bits is not None and is_in_few_bits(published, shape):
            return count * self.bits / 8 * 1.07  # the scales beside the numbers
        return float(count * self.dtype.itemsize)


FULL = Precision("fp32", torch.float32)
HALF = Precision("bf16", torch.bfloat16)


def is_in_few_bits(name: str, shape: tuple[int, ...]) -> bool:
    """Whether a tensor is one of the large matrices of the language model's layers."""
    return len(shape) == 2 and name.startswith(_LAYERS)


def choose_precision(wanted: str, device: torch.device) -> Precision:
    """The precision for a device: half on graphics cards that know bfloat16, as upstream predicts; single elsewhere.

    Args:
        wanted: "auto", "fp32", "bf16", "8bit" or "4bit".
        device: where the model will be.

    Raises:
        ValueError: another word.
    """
    card = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    usual = HALF if card else FULL
    if wanted == AUTO:
        return usual
    if wanted in ("8bit", "4bit"):
        return Precision(wanted, usual.dtype, int(wanted[0]))
    known = {one.name: one for one in (FULL, HALF)}
    if wanted not in known:
        raise ValueError(f"there is no precision {wanted!r}")
    return known[wanted]
