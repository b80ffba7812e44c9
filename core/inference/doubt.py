"""When a walk through a stack stops by itself.

The limits were measured (`python -m tests.benchmarks.propagate`), with the demo model, which has no memory: of 308 slices they keep
26, among them all 16 with a Dice above 0.7, and 4 with one below 0.5; without limits 87 % of what is kept lies below 0.5. The object
score is not asked: good and bad slices overlap widely in it (medians 5.8 and 4.5), and no published loss ever taught it.
"""

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

    iou: float = 0.3
    overlap: float = 0.7


MEASURED = Limits()


def doubt_of(step: Step, limits: Limits = MEASURED) -> str | None:
    """Why a walk is to end before this slice, one of `core.propagate_protocol.DOUBTS`; None if it goes on."""
    if step.is_empty:
        return EMPTY
    if step.predicted_iou < limits.iou:
        return UNSURE
    return CHANGED if step.overlap < limits.overlap else None
