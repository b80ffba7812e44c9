"""Where the parts of a model go: all on one device, or divided among several graphics cards when none holds it alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from accelerate import dispatch_model, infer_auto_device_map
from torch import nn

from core.amounts import amount
from core.errors import TooLittleMemory
from core.sa2va.device import free_memory
from core.sa2va.precision import Precision

NATIVE = "vision_language"
TAIL = ("text_hidden_fcs", "grounding")
"""The projection and SAM 2: they belong to the end of the language model, whose [SEG] state they take up."""


@dataclass(frozen=True)
class Placement:
    """Where parts go.

    Attributes:
        parts: path of a module ("" for all) -> device.
    """

    parts: Mapping[str, torch.device]

    @property
    def is_divided(self) -> bool:
        """Whether there is more than one device."""
        return len(set(self.parts.values())) > 1

    @property
    def last(self) -> torch.device:
        """Where SAM 2 and the projection are."""
        return self.device_of(TAIL[-1])

    def device_of(self, place: str) -> torch.device:
        """The device of a tensor or module, by its name in the network."""
        part = place
        while part not in self.parts:
            if not part:
                raise KeyError(place)
            part = part.rpartition(".")[0]
        return self.parts[part]


def on_one(device: torch.device) -> Placement:
    """Everything on one device."""
    return Placement({"": device})


def divide(network: nn.Module, free: Mapping[int, int], working: int, precision: Precision) -> Placement | None:
    """Divide a model among graphics cards in the order of its layers.

    Args:
        network: a `Sa2VANetwork` on the meta device.
        free: number of a card -> bytes that are free on it.
        working: bytes to leave free on each.
        precision: of the weights.

    Returns:
        None if it does not fit. SAM 2 and the projection are where the language model ends.
    """
    native = network.get_submodule(NATIVE)
    tail = sum(
        tensor.numel() * precision.dtype_of(place).itemsize
        for place, tensor in network.state_dict().items()
        if not place.startswith(f"{NATIVE}.")
    )
    budgets: dict[int | str, int] = {card: max(0, size - working - tail) for card, size in free.items()}
    language = native.get_submodule("model.language_model")
    others = [module for name, module in native.get_submodule("model").named_children() if name != "language_model"]
    whole = {type(module).__name__ for module in (language.get_submodule("layers.0"), *others)}
    found = infer_auto_device_map(
        native, max_memory={**budgets, "cpu": 0}, no_split_module_classes=sorted(whole), dtype=precision.dtype
    )
    if any(not isinstance(card, int) for card in found.values()):
        return None
    parts = {f"{NATIVE}.{path}" if path else NATIVE: torch.device("cuda", int(card)) for path, card in found.items()}
    end = Placement(parts).device_of(f"{NATIVE}.model.language_model.norm")
    return Placement({**parts, **dict.fromkeys(TAIL, end)})


def find_place(
    network: nn.Module, device: torch.device, needed: int, working: int, precision: Precision, name: str
) -> Placement:
    """Decide where a model goes, or say that it has no room.

    Args:
        network: on the meta device.
        device: that was chosen; for graphics cards without a number any of them will do.
        needed: bytes of the whole model at work.
        working: bytes of it that are not weights.
        precision: of the weights.
        name: of the model, for the sentence.

    Raises:
        TooLittleMemory: with both figures.
    """
    if device.type != "cuda" or device.index is not None:
        free = {device: free_memory(device)}
    else:
        cards = (torch.device("cuda", number) for number in range(torch.cuda.device_count()))
        free = {card: free_memory(card) for card in cards}
    enough = [one for one, size in free.items() if size >= needed]
    if enough:
        return on_one(enough[0])
    if len(free) > 1 and precision.bits is None:
        divided = divide(network, {card.index: size for card, size in free.items()}, working, precision)
        if divided is not None:
            return divided
    raise _too_little(name, device, needed, sum(free.values()) if precision.bits is None else max(free.values()))


def attach(network: nn.Module, placement: Placement) -> None:
    """Let numbers travel between the devices of a divided model by themselves (accelerate's hooks)."""
    dispatch_model(network, device_map=dict(placement.parts), force_hooks=True)


def _too_little(name: str, device: torch.device, needed: int, free: int) -> TooLittleMemory:
    values = {"name": name, "needed": amount(needed), "free": amount(free)}
    if device.type == "cpu":
        return TooLittleMemory(
            "The model “{name}” needs {needed} of memory and {free} are free, so it was not loaded.",
            "Close other programs, or choose a smaller model.",
            **values,
        )
    return TooLittleMemory(
        "The model “{name}” needs {needed} of the graphics card's memory and {free} are free, so it was not loaded.",
        "Close other programs, choose a smaller model, or choose “processor” as the device.",
        **values,
    )
