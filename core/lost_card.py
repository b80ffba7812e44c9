"""Recognise a graphics card that stopped answering in the middle of the work, and say it in words. Works without torch.

After such an error nothing can be computed on the card in that process any more: not even what was there can be read back. So a
process that meets it ends, and the next one begins anew, on the processor where the card does not come back.
"""

from __future__ import annotations

from core.errors import DeviceError

LOST_CARD_EXIT = 76
"""Exit code of a worker that ends for this reason."""

_WORDS = ("cuda error", "hip error", "cudnn_status", "cublas_status", "cuda driver error", "device-side assert")
_OF_MEMORY = ("out of memory", "alloc_failed")


def is_lost_card(error: BaseException) -> bool:
    """Whether an error, or what it comes from, says that the card is lost (torch says so with a RuntimeError)."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        words = str(one).lower()
        if isinstance(one, RuntimeError) and any(part in words for part in _WORDS):
            return not any(part in words for part in _OF_MEMORY)
        one = one.__cause__ or one.__context__
    return False


def lost_card() -> DeviceError:
    """The sentence for a lost card."""
    return DeviceError(
        "The graphics card stopped answering, so this was not finished; your labels and strokes are safe.",
        "Try again: the model is loaded anew. If it happens again, restart the computer, or choose “processor” as the device.",
    )
