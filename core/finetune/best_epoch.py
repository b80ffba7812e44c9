"""Which epoch is kept: a part of the learned patients is not learned from and says when the model was best.

It is taken from those that the run may learn from. The held-out patients choose nothing: they are for the comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.finetune.dataset import Sample
from core.finetune.parts import Parts
from core.finetune.split import split
from core.finetune.version import Trained

PATIENCE = 0.25
"""Share of all epochs without a better one after which the training ends."""


def part_for_choosing(samples: Sequence[Sample], seed: int, least: int) -> tuple[list[Sample], list[Sample]]:
    """Samples to learn from, and the plain views of a quarter of the images, patient by patient, to choose the epoch by.

    With fewer than `least` images all are learned from: beside the part there would be too little, and every epoch counts.
    """
    examples = tuple(dict.fromkeys(sample.example for sample in samples))
    if len({example.image_sha256 for example in examples}) < least:
        return list(samples), []
    aside = set(split([replace(example, split="") for example in examples], seed + 1).held_out)
    chosen = {example for example in examples if replace(example, split="") in aside}
    return (
        [sample for sample in samples if sample.example not in chosen],
        [sample for sample in samples if sample.example in chosen and sample.view == 0],
    )


class BestEpoch:
    """Keeps the best weights so far.

    Attributes:
        found: their score and themselves, None before the first epoch.
        epoch: in which they were, from 1.
    """

    def __init__(self, parts: Parts, score: Callable[[], float], epochs: int) -> None:
        """Prepare.

        Args:
            parts: what is trained.
            score: how good the model is now, on the part for choosing.
            epochs: that are planned.
        """
        self._parts, self._score = parts, score
        self._patience = max(4, round(epochs * PATIENCE))
        self.found: tuple[float, Trained] | None = None
        self.epoch = 0

    def is_over(self, epoch: int) -> bool:
        """Look at the epoch that has just ended, from 1; True if none was better for a long time."""
        score = self._score()
        if self.found is None or score > self.found[0]:
            self.found, self.epoch = (score, self._parts.trained()), epoch
        return epoch - self.epoch >= self._patience

    def go_on(self, score: float, epoch: int, trained: Trained) -> None:
        """Take up what an interrupted run had found."""
        self.found, self.epoch = (score, trained), epoch

    def take(self) -> None:
        """Put the best weights back."""
        if self.found is not None:
            self._parts.take(self.found[1])
