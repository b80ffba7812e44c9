"""Recognise a full memory, whoever reports it, and say it in words. Works without torch."""

from __future__ import annotations

from core.errors import DeviceError

_WORDS = ("out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory", "alloc_failed")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error is the memory's, of the computer or of the graphics card (torch says so with a RuntimeError)."""
    if isinstance(error, MemoryError):
        return True
    words = str(error).lower()
    return isinstance(error, RuntimeError) and any(phrase in words for phrase in _WORDS)


def out_of_memory() -> DeviceError:
    """The sentence for a full memory."""
    return DeviceError(
        "The computer's memory did not suffice for this image, so it has no prediction; everything else is kept.",
        "Close other programs, choose “processor” as the device, or use a smaller model, and try again.",
    )
