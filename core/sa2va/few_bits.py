"""The language model's large matrices in 8 or 4 bits, by bitsandbytes (the extra "quant"). For prediction only."""

from __future__ import annotations

import logging
from types import ModuleType
from typing import Any

import torch
from torch import nn

from core.errors import DeviceError
from core.sa2va.precision import is_in_few_bits

_NEVER_OUTLIERS = 6.0
"""Numbers beyond it are multiplied in half precision: the value that bitsandbytes and transformers take."""


def library() -> ModuleType:
    """Import bitsandbytes. Raises DeviceError when it is not installed or does not work here."""
    try:
        import bitsandbytes
    except (ImportError, OSError, RuntimeError) as error:
        raise DeviceError(
            "The language part cannot be loaded in 8 or 4 bits because the addition for it (bitsandbytes) is not installed.",
            "Ask those who installed the program to add “quant”, or load the model in full.",
        ) from error
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it would remark on every rounding
    found: ModuleType = bitsandbytes
    return found


def exchange_layers(network: nn.Module, bits: int) -> None:
    """Put layers of few bits in the place of the language model's linear layers, still without numbers.

    Args:
        network: on the meta device.
        bits: 8 or 4.

    Raises:
        DeviceError: bitsandbytes is not there.
    """
    layers = library().nn
    for path, module in list(network.named_modules()):
        if isinstance(module, nn.Linear) and is_in_few_bits(f"{path}.weight", tuple(module.weight.shape)):
            sizes: Any = (module.in_features, module.out_features)
            bias = module.bias is not None
            with torch.device("meta"):
                if bits == 8:
                    small = layers.Linear8bitLt(*sizes, bias=bias, has_fp16_weights=False, threshold=_NEVER_OUTLIERS)
                else:
                    small = layers.Linear4bit(*sizes, bias=bias, compute_dtype=None, quant_type="nf4")
            parent, _, name = path.rpartition(".")
            setattr(network.get_submodule(parent), name, small)


def put_weight(network: nn.Module, place: str, tensor: torch.Tensor, device: torch.device, bits: int) -> None:
    """Make a matrix small and put it in its place; the large one is free afterwards.

    Args:
        network: after `exchange_layers`.
        place: name of the weight.
        tensor: (out, in), float.
        device: where it goes.
        bits: as in `exchange_layers`.
    """
    layers = library().nn
    module = network.get_submodule(place.removesuffix(".weight"))
    if bits == 8:
        module.weight = layers.Int8Params(tensor.contiguous(), requires_grad=False, has_fp16_weights=False).to(device)
    else:
        module.weight = layers.Params4bit(tensor.contiguous(), requires_grad=False, quant_type="nf4").to(device)
