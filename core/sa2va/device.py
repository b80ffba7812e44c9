"""Which processor runs the model, and why."""

from __future__ import annotations

from collections.abc import Callable

import torch

from core.errors import DeviceError


def choose_device(wanted: str = "auto") -> tuple[torch.device, str]:
    """A device and the reason for it.

    Args:
        wanted: "auto", "cpu", "cuda" or "mps".

    Raises:
        DeviceError: a graphics card was asked for and there is none.
    """
    if wanted == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda"), f"graphics card found: {torch.cuda.get_device_name(0)}"
        if torch.backends.mps.is_available():
            return torch.device("mps"), "Apple graphics processor found"
        return torch.device("cpu"), "no graphics card found, so the processor is used"
    if wanted == "cpu":
        return torch.device("cpu"), "the processor was chosen in the settings"
    available: dict[str, Callable[[], bool]] = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    if wanted not in available or not available[wanted]():
        raise DeviceError(
            "This computer has no graphics card that the model can use, although one was asked for; nothing was started.",
            "Choose “automatic” or “processor” as the device and try again.",
        )
    return torch.device(wanted), "the graphics card was chosen in the settings"
