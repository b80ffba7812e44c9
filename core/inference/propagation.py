"""What the inference worker does for a walk through a stack: forward, backward, a message for each slice, an end by itself in doubt."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from core.inference.doubt import doubt_of
from core.inference.interruption import Interrupted, interruptible
from core.inference.predictor import Predictor
from core.inference.stack_walk import StackWalk, Step
from core.propagate_protocol import (
    DoubtAnswer,
    PropagateRequest,
    SliceAnswer,
    Way,
    doubt_message,
    mask_of,
    slice_message,
)
from core.worker_protocol import Message

T = TypeVar("T")


class MakingWay(Protocol):
    """What a walk makes way for."""

    def is_wanted(self) -> bool:
        """Whether something waits that goes before the walk, or ends it; asked before every layer of the model."""
        ...

    def go_on(self) -> bool:
        """Do what goes before the walk. Returns whether the walk is to go on."""
        ...


class Propagation:
    """One request on its way.

    Args:
        predictor: a loaded model with its memory for images.
        request: what was asked for.
        send: takes the messages for the window.
        making_way: what goes before the walk.
    """

    def __init__(
        self, predictor: Predictor, request: PropagateRequest, send: Callable[[Message], None], making_way: MakingWay
    ) -> None:
        self._predictor, self._request, self._send, self._making_way = predictor, request, send, making_way
        self._sent = 0
        self._way: Way | None = None

    def run(self) -> Message:
        """Walk in both directions and return the result.

        Raises:
            WorkerError: the mask is none.
            InputError, ImageError, ModelError: as `StackWalk`; what was sent before holds.
        """
        start = time.perf_counter()
        to_its_end = all(
            self._go(steps, forward)
            for steps, forward in ((self._request.forward, True), (self._request.backward, False))
        )
        return {
            "way": self._way,
            "slices": self._sent,
            "stopped": not to_its_end,
            "model_id": self._predictor.segmenter.model_id,
            "seconds": round(time.perf_counter() - start, 4),
        }

    def _go(self, steps: int, forward: bool) -> bool:
        """Walk in one direction; False if it was ended from outside."""
        request = self._request
        last = len(request.images) - 1
        steps = min(steps, last - request.start if forward else request.start)
        if not steps:
            return True
        places = [Path(image) for image in request.images]

        def begin() -> StackWalk:
            return StackWalk(self._predictor, places, request.start, mask_of(request), request.prompt, forward)

        walk = self._undisturbed(begin)
        if walk is None:
            return False
        self._way = walk.way
        for _ in range(steps):
            step = self._undisturbed(walk.step)
            if step is None:
                return False
            if (why := doubt_of(step)) is not None:
                self._send(doubt_message(DoubtAnswer(request.id, step.index, why)))
                return True
            self._send(slice_message(_answer(request.id, step, walk.way)))
            self._sent += 1
        return True

    def _undisturbed(self, work: Callable[[], T]) -> T | None:
        """Do a piece of work from its beginning as often as something goes before it; None if the walk is to end."""
        while self._making_way.go_on():
            try:
                with interruptible(self._making_way.is_wanted):
                    return work()
            except Interrupted:
                continue
        return None


def _answer(number: int, step: Step, way: Way) -> SliceAnswer:
    return SliceAnswer(number, step.index, step.logits, step.predicted_iou, way)
