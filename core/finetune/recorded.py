"""A training step on cached features, recorded once on a graphics card and played back.

The step is a thousand small tasks; handing them out one by one takes the processor several times longer than the card needs to
do them. Source: CUDA graphs, as in PyTorch's notes on them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TypeGuard

import torch

from core.finetune.dataset import Sample
from core.finetune.forward import CachedForward, Forward, Given, loss_of
from core.finetune.parts import Parts
from core.inference.memory import is_out_of_memory

WARM_UP = 3
"""Rounds before the recording, in which libraries choose how they compute and take their memory."""
MOST_SIZES = 2
"""Sizes of a batch that are recorded: the usual one and the last of an epoch. Each recording holds its memory."""

TOLERANCE = 1e-2
"""By how much gradients may differ, as a share of their norm; sums whose order is left to the card are not always the same."""

_log = logging.getLogger(__name__)


class Recordings:
    """Plays steps on cached features; one recording for each size of a batch."""

    def __init__(self) -> None:
        self._by_size: dict[int, _Recording] = {}
        self._possible = True

    def can_play(self, forward: Forward) -> TypeGuard[CachedForward]:
        """Whether steps of this kind can be recorded: cached features, on a card that knows how."""
        return self._possible and isinstance(forward, CachedForward) and forward.segmenter.device.type == "cuda"

    def clear(self) -> None:
        """Forget all recordings, and give their memory back."""
        self._by_size.clear()

    def gradients(self, forward: CachedForward, parts: Parts, batch: Sequence[Sample]) -> float:
        """Put the gradients of a batch's mean loss into its parameters; the mean loss is returned.

        Raises:
            RuntimeError: the memory does not suffice.
        """
        given = forward.given(batch)
        recording = self._by_size.get(len(batch))
        if recording is None and self._possible and len(self._by_size) < MOST_SIZES:
            recording = self._record(forward, parts, given)
        if recording is None:
            loss = loss_of(forward.answer(given), forward.thin)
            loss.backward()
            return float(loss.detach())
        return recording.play(given)

    def _record(self, forward: CachedForward, parts: Parts, given: Given) -> _Recording | None:
        try:
            recording = _Recording(forward, parts, given)
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise
            _log.info("a step cannot be recorded on this graphics card: %s", error)
            self._possible = False
            for parameter in parts.trainable.values():
                parameter.grad = None
            return None
        self._by_size[len(given.states)] = recording
        return recording


def _alike(usual: Sequence[torch.Tensor | None], recorded: Sequence[torch.Tensor | None]) -> bool:
    """Whether two sets of gradients differ by no more than the order of their sums."""
    pairs = [(one, other) for one, other in zip(usual, recorded, strict=True) if one is not None and other is not None]
    missing = any((one is None) is not (other is None) for one, other in zip(usual, recorded, strict=True))
    apart = sum(float((one - other).square().sum()) for one, other in pairs)
    size = sum(float(one.square().sum()) for one, _ in pairs)
    # All together: a tensor whose true gradient is zero holds nothing but rounding, which is never the same.
    return not missing and apart <= TOLERANCE**2 * size


class _Recording:
    """One step: what it reads, what it writes, and the tasks between."""

    def __init__(self, forward: CachedForward, parts: Parts, given: Given) -> None:
        self._given = given
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                for parameter in parts.trainable.values():
                    parameter.grad = None
                loss_of(forward.answer(given), forward.thin).backward()
        torch.cuda.current_stream().wait_stream(aside)
        usual = [one.grad for one in parts.trainable.values()]
        for parameter in parts.trainable.values():
            parameter.grad = None
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            loss = loss_of(forward.answer(given), forward.thin)
            loss.backward()
        self._loss = loss.detach()
        self._gradients = [(one, one.grad) for one in parts.trainable.values()]
        self.play(given)
        if not _alike(usual, [one for _, one in self._gradients]):
            raise RuntimeError("a recorded step gives other gradients than the same step task by task")

    def play(self, given: Given) -> float:
        """Do the step with other samples."""
        for place, new in zip(self._given.tensors, given.tensors, strict=True):
            if place is not new:
                place.copy_(new)
        self._graph.replay()
        for parameter, gradient in self._gradients:
            parameter.grad = gradient
        return float(self._loss)
