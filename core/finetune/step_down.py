"""Where the memory does not suffice: first fewer samples at a time (`core.finetune.trainer.Room`), then a smaller preset, then the
processor. Image encoder and language model compute their layers again on the way back in any case, which takes the least memory.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from core.errors import FinetuneError, TooLittleMemory
from core.finetune.job import Job
from core.finetune.presets import DEEP, PRESETS, QUICK, WHOLE
from core.inference.memory import is_out_of_memory

SMALLER = (
    "The memory does not suffice for that much, so the model learns how masks are drawn (“Quick”) and nothing else"
)
PROCESSOR = "The memory of the graphics card does not suffice, so the processor computes instead; it takes longer"

Attempt = Callable[[Job], dict[str, Any]]


def has_card() -> bool:
    """Whether something else than the processor could have computed."""
    return torch.cuda.is_available() or torch.backends.mps.is_available()


def smaller(job: Job, loaded: bool, card: bool) -> Job | None:
    """The next smaller way to do a job; None where there is none.

    Args:
        job: what did not fit.
        loaded: whether the model itself fitted.
        card: whether the job may have run on a graphics card.
    """
    if loaded and job.preset in (DEEP, WHOLE):
        return replace(job, preset=QUICK, **PRESETS[QUICK].settings)
    if card and job.device != "cpu":
        return replace(job, device="cpu")
    return None


def with_less(job: Job, attempt: Attempt, stage: Callable[[str], None], card: bool | None = None) -> dict[str, Any]:
    """Try a job, and try it smaller as long as the memory does not suffice.

    Args:
        job: what to do.
        attempt: does it.
        stage: hears what is done otherwise than wished.
        card: whether there is a graphics card; None looks.

    Returns:
        What the first attempt that fitted returned.

    Raises:
        FinetuneError: even the smallest way does not fit.
        TooLittleMemory: the model itself does not.
    """
    card = has_card() if card is None else card
    while True:
        try:
            return attempt(job)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            less = smaller(job, True, card)
            if less is None:
                raise FinetuneError(
                    "The computer's memory did not suffice for this fine-tune, so it was stopped; your labels are safe.",
                    "Close other programs, or choose “processor” as the device, and start it again.",
                ) from error
        except TooLittleMemory:
            less = smaller(job, False, card)
            if less is None:
                raise
        # Outside of the handlers, whose error holds on to the model that was too large.
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if less.preset != job.preset:
            stage(SMALLER)
        else:
            stage(PROCESSOR)
        job = less
