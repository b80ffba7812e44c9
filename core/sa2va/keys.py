"""Published tensor names -> the names in this project's network, for every family (parity NOTES, section 6)."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from core.sa2va.config import Sa2VAConfig
from core.sa2va.families import family_of
from core.sa2va.not_loaded import SAM2_MEMORY

SAM2_PREFIX = "grounding_encoder.sam2_model."
PROJECTION = "text_hidden_fcs."


def is_left_out(key: str) -> bool:
    """True for the tensors of a video's memory, which stills never use (`core.sa2va.memory`)."""
    return key.startswith(SAM2_PREFIX) and key[len(SAM2_PREFIX) :] in SAM2_MEMORY


def convert(key: str, tensor: torch.Tensor, config: Sa2VAConfig) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield (name in the network, tensor) for one published tensor; nothing for one that is left out.

    Works on tensors of any device, the meta device included. Raises KeyError for a name that no rule knows.
    """
    if is_left_out(key):
        return
    if key.startswith(SAM2_PREFIX):
        yield "grounding." + key[len(SAM2_PREFIX) :], tensor
    elif key.startswith(PROJECTION):
        yield key, tensor
    else:
        yield from family_of(config).convert(key, tensor)
