"""The way back: the network's tensors under upstream's names and in upstream's shapes (the inverse of `core.sa2va.keys`)."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from core.sa2va.config import Sa2VAConfig
from core.sa2va.families import family_of
from core.sa2va.families.family import NATIVE
from core.sa2va.keys import PROJECTION, SAM2_PREFIX


def publish(tensors: Mapping[str, torch.Tensor], config: Sa2VAConfig) -> dict[str, torch.Tensor]:
    """Rename, and join what is published joined.

    Args:
        tensors: name in the network -> tensor: all of them, or some parts whole.
        config: of the network.

    Returns:
        Published name -> tensor. `core.sa2va.keys.convert` gives the same tensors back.

    Raises:
        KeyError: a name that no rule knows.
    """
    published: dict[str, torch.Tensor] = {}
    language: dict[str, torch.Tensor] = {}
    for name, tensor in tensors.items():
        if name.startswith("grounding."):
            published[SAM2_PREFIX + name[len("grounding.") :]] = tensor
        elif name.startswith(PROJECTION):
            published[name] = tensor
        elif name.startswith(NATIVE):
            language[name] = tensor
        else:
            raise KeyError(name)
    return published | family_of(config).publish(language)
