"""The training loop: one flat function, read from top to bottom."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import psutil
import torch

from core.errors import FinetuneError
from core.finetune.best_epoch import BestEpoch
from core.finetune.dataset import Sample
from core.finetune.forward import Forward, batch_loss
from core.finetune.job import Job
from core.finetune.kept import Course, Keeper, kept_at_pause
from core.finetune.parts import Parts
from core.finetune.recorded import Recordings
from core.inference.memory import is_out_of_memory

T = TypeVar("T")
MAX_NORM = 1.0
WARM_UP_SHARE = 0.1


@dataclass(frozen=True)
class Epoch:
    """How one epoch went: `epoch` counts from 1, `seconds_left` is what the rest will take at most, `speed` samples a second."""

    epoch: int
    epochs: int
    loss: float
    seconds_left: float
    speed: float


class Room:
    """How many samples of a batch are computed at a time: all of them, until the memory does not suffice."""

    def __init__(self, batch: int, on_less: Callable[[int], None] = lambda size: None) -> None:
        """Prepare; `on_less` hears of a smaller number."""
        self.size, self._on_less = batch, on_less
        self._recorded = Recordings()

    def within(self, count: int, work: Callable[[int], T]) -> T:
        """Do something with as many of `count` samples at a time as the memory holds; returns what it returned.

        Raises:
            MemoryError, RuntimeError: a single sample is too much.
        """
        while True:
            try:
                return work(self.size)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error) or self.size == 1:
                    raise
            # Outside of the handler, whose error holds on to the tensors that were too many.
            self.size = max(1, min(self.size, count) // 2)
            self._recorded.clear()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            self._on_less(self.size)

    def gradients(
        self, forward: Forward, parts: Parts, batch: Sequence[Sample], chance: random.Random | None = None
    ) -> float:
        """Compute the gradients of a batch's mean loss, which is returned; the way through the memory does not change them.

        Raises:
            MemoryError, RuntimeError: a single sample is too much.
        """

        def work(size: int) -> float:
            for parameter in parts.trainable.values():
                parameter.grad = None
            return self._piece_by_piece(forward, parts, batch, chance)

        return self.within(len(batch), work)

    def _piece_by_piece(
        self, forward: Forward, parts: Parts, batch: Sequence[Sample], chance: random.Random | None
    ) -> float:
        if len(batch) <= self.size and self._recorded.can_play(forward):
            return self._recorded.gradients(forward, parts, batch)
        total = 0.0
        for start in range(0, len(batch), self.size):
            piece = batch[start : start + self.size]
            loss = batch_loss(forward, piece, chance) * (len(piece) / len(batch))
            loss.backward()
            total += float(loss.detach())
        return total


def memory_of(device: torch.device) -> int:
    """Bytes: of a graphics card the most that was ever used, otherwise what this process holds."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    return int(psutil.Process().memory_info().rss)


def train(
    forward: Forward,
    parts: Parts,
    samples: Sequence[Sample],
    job: Job,
    on_epoch: Callable[[Epoch], None],
    check_stop: Callable[[], None],
    room: Room,
    best: BestEpoch | None = None,
    keeper: Keeper | None = None,
) -> list[float]:
    """Train in place.

    Args:
        forward: how samples are answered.
        parts: what is trained.
        samples: what is learned from.
        job: epochs, batch, learning rates, seed.
        on_epoch: called after each epoch.
        check_stop: called before each step; raises to stop.
        room: how many samples are computed at a time.
        best: says when it is enough, and keeps the best epoch; None learns all of them and keeps the last.
        keeper: keeps the state after each epoch and at a pause, and goes on from one that is there.

    Returns:
        Mean loss of each epoch.

    Raises:
        FinetuneError: the loss is no number any more.
    """
    torch.manual_seed(job.seed)
    optimiser = parts.optimiser(job.learning_rate, job.encoder_rate)
    course = Course(optimiser, random.Random(job.seed), random.Random(job.seed))
    if keeper is not None:
        keeper.take_up(course)
    total = job.epochs * math.ceil(len(samples) / job.batch)
    begun, first = time.monotonic(), course.epoch
    with kept_at_pause(keeper, course):
        while course.epoch < job.epochs and not course.over:
            course.order = course.order or shuffled(len(samples), course.chooser)
            epoch_begun, learned_before = time.monotonic(), course.place
            while course.place < len(samples):
                check_stop()
                _set_rates(optimiser, course.step, total)
                batch = [samples[number] for number in course.order[course.place : course.place + job.batch]]
                loss = room.gradients(forward, parts, batch, course.chance)
                _clip(parts)
                optimiser.step()
                course.learned(len(batch), loss)
            speed = (len(samples) - learned_before) / max(1e-6, time.monotonic() - epoch_begun)
            epoch, mean = course.epoch + 1, course.sum_of_losses / len(samples)
            enough = best is not None and best.is_over(epoch)
            each = (time.monotonic() - begun) / (epoch - first)
            on_epoch(Epoch(epoch, job.epochs, mean, 0.0 if enough else each * (job.epochs - epoch), speed))
            course.end_epoch(mean, enough)
            if keeper is not None:
                keeper.epoch_over(course)
    if best is not None:
        best.take()
    return course.losses


def shuffled(count: int, chooser: random.Random) -> list[int]:
    """The numbers below `count` in the order of one epoch."""
    order = list(range(count))
    chooser.shuffle(order)
    return order


def _set_rates(optimiser: torch.optim.Optimizer, step: int, total: int) -> None:
    """Warm up, then fall along half a cosine (Loshchilov and Hutter, SGDR, ICLR 2017)."""
    warm_up = max(1, int(total * WARM_UP_SHARE))
    share = min(1.0, (step + 1) / warm_up) * 0.5 * (1 + math.cos(math.pi * step / total))
    for group in optimiser.param_groups:
        group["lr"] = group["rate"] * share


def _clip(parts: Parts) -> None:
    """Shorten gradients that are too long. Raises FinetuneError where they are no numbers any more."""
    if not bool(torch.isfinite(torch.nn.utils.clip_grad_norm_(parts.trainable.values(), MAX_NORM))):
        raise FinetuneError(
            "The fine-tune ran out of bounds and was stopped; your labels are safe and nothing was changed.",
            "Start it again; if it happens again, send us the log file.",
        )
