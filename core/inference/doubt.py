"""When a walk through a stack stops by itself. The limits were measured (`python -m tests.benchmarks.propagate`), not chosen."""

from __future__ import annotations

from dataclasses import dataclass

from core.inference.stack_walk import Step
from core.propagate_protocol import CHANGED, EMPTY, UNSURE


@dataclass(frozen=True)
class Limits:
    """Below any of them an answer is doubtful; an empty one always is.

    Attributes:
        iou: the model's own guess of its mask's quality, 0..1.
        overlap: Dice of the mask with that of the slice before, 0..1.
    """

    iou: float = 0.5
    overlap: float = 0.5


MEASURED = Limits()


def doubt_of(step: Step, limits: Limits = MEASURED) -> str | None:
    """Why a walk is to end before this slice, one of `core.propagate_protocol.DOUBTS`; None if it goes on."""
    if step.is_empty:
        return EMPTY
    if step.predicted_iou < limits.iou:
        return UNSURE
    return CHANGED if step.overlap < limits.overlap else None
