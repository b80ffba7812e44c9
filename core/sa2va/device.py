"""Which processor runs the model, and why; and how much memory is free on it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import psutil
import torch

from core.errors import DeviceError

log = logging.getLogger(__name__)

NO_CARD = "No graphics card was found, so the processor is used."
NO_ANSWER = "A graphics card was found but does not answer, so the processor is used."
AUTO, PROCESSOR, CARD, APPLE = "auto", "cpu", "cuda", "mps"


@dataclass(frozen=True)
class Available:
    """Something that can compute.

    Attributes:
        key: what `choose_device` takes: "cuda", "mps" or "cpu".
        name: of the product, for a person; "" for the processor.
        cards: how many of them there are.
    """

    key: str
    name: str
    cards: int = 1


def answers(device: str) -> bool:
    """Whether a graphics processor that the system names does compute: one that was lost may be named all the same."""
    try:
        return float(torch.ones(1, device=device).add_(1).item()) == 2.0
    except RuntimeError as error:
        log.warning("the graphics card is there but does not answer", exc_info=error)
        return False


def available_devices() -> list[Available]:
    """What can compute here, the quickest first; the processor is always among it."""
    found = []
    if torch.cuda.is_available() and answers(CARD):
        found.append(Available(CARD, torch.cuda.get_device_name(0), torch.cuda.device_count()))
    if torch.backends.mps.is_available() and answers(APPLE):
        found.append(Available(APPLE, "Apple"))
    return [*found, Available(PROCESSOR, "")]


def choose_device(wanted: str = AUTO) -> tuple[torch.device, str]:
    """A device and the reason for it, one sentence of the context "core".

    Args:
        wanted: "auto", "cpu", "cuda" or "mps". What was asked for by name is never exchanged for something else.

    Raises:
        DeviceError: a graphics card was asked for and there is none.
    """
    found = [one.key for one in available_devices()]
    if wanted == AUTO:
        reasons = {
            CARD: "A graphics card was found and is used.",
            APPLE: "The graphics processor of this Apple computer was found and is used.",
            PROCESSOR: NO_ANSWER if torch.cuda.is_available() else NO_CARD,
        }
        return torch.device(found[0]), reasons[found[0]]
    if wanted == PROCESSOR:
        return torch.device(PROCESSOR), "The processor is used because it was chosen."
    if wanted not in found:
        raise DeviceError(
            "This computer has no graphics card that the model can use, although one was asked for; nothing was started.",
            "Choose “automatic” or “processor” as the device and try again.",
        )
    return torch.device(wanted), "The graphics card is used because it was chosen."


def device_name(device: torch.device) -> str:
    """The name of the product that computes; "" for the processor."""
    if device.type == CARD:
        return torch.cuda.get_device_name(device)
    return "Apple" if device.type == APPLE else ""


def free_memory(device: torch.device) -> int:
    """Bytes that a model could take on a device now."""
    if device.type == CARD:
        torch.cuda.empty_cache()
        return torch.cuda.mem_get_info(device)[0]
    free = int(psutil.virtual_memory().available)
    if device.type == APPLE:
        return min(free, torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory())
    return free
