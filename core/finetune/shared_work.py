"""The steps of a training shared among several processes, as `accelerate launch` starts them; the figures stay those of one.

The first process runs the job as if it were alone: it divides, proves, chooses the epoch, judges, writes and speaks. Only the
gradients of a step are computed by all. Each begins at the first one's weights and takes its share of the batch; the sum of their
gradients is that of the whole batch. The others (`core.finetune.helping`) decide nothing and write nothing.
"""

from __future__ import annotations

import json
import math
import os
import random
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Any

import torch
import torch.distributed as dist

from core.errors import FinetuneError
from core.finetune.dataset import Sample
from core.finetune.forward import Forward
from core.finetune.jitter import skip
from core.finetune.job import Job
from core.finetune.parts import Parts
from core.finetune.trainer import Room
from core.inference.memory import is_out_of_memory

FINE, MEMORY, FAILED = range(3)
"""How a process came through: as it should, its memory did not suffice, or something else kept it."""
LONGEST, TOGETHER = timedelta(days=30), timedelta(minutes=10)
"""The others wait for the first one while it judges; that it is gone they notice by its closed line, not by a time. Tensors are
exchanged only once all have said that they are there."""
CHANGED = ("preset", "epochs", "learning_rate", "batch", "views", "device")
"""What a job that has to do with less memory is told otherwise than its folder says (`core.finetune.step_down`)."""


class Alone:
    """One process does all of the work."""

    def begin(self, job: Job) -> None:
        """The job is about to be worked on, as it is told here; the model can be loaded."""

    def room(self, job: Job, on_less: Callable[[int], None]) -> Room:
        """What computes the gradients of a step."""
        return Room(job.batch, on_less)


class Together(Alone):
    """One of several processes that share the work; number 0 leads.

    Attributes:
        number: of this process, from 0.
        count: of all processes.
    """

    def __init__(self) -> None:
        """Meet the other processes. Each sees one graphics card, its own, where there are any."""
        _take_own_card()
        # What the launcher ends must still take its folders away.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo", timeout=TOGETHER)
        self.number, self.count = dist.get_rank(), dist.get_world_size()
        self._line = dist.new_group(backend="gloo", timeout=LONGEST)

    def __enter__(self) -> Together:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """The first one lets the others go. Where it is stopped from outside they notice by the closed line."""
        if kind is not None and not issubclass(kind, Exception):
            return
        if self.number == 0:
            with suppress(FinetuneError):
                self.say({"verb": "end"})
        dist.destroy_process_group()

    def begin(self, job: Job) -> None:
        """Tell the others to load the model and the labels of a job."""
        self.say({"verb": "begin", "folder": job.folder, "changed": {name: getattr(job, name) for name in CHANGED}})

    def room(self, job: Job, on_less: Callable[[int], None]) -> Room:
        """As `Alone.room`; of the first process it calls the others to every step."""
        return SharedRoom(self, job, on_less) if self.number == 0 else Room(job.batch, on_less)

    def say(self, order: dict[str, Any]) -> None:
        """Tell all others something. Raises FinetuneError if one is gone."""
        words = torch.frombuffer(bytearray(json.dumps(order).encode()), dtype=torch.uint8)
        length = torch.tensor([len(words)])
        _connected(lambda: dist.broadcast(length, 0, group=self._line))
        _connected(lambda: dist.broadcast(words, 0, group=self._line))

    def hear(self) -> dict[str, Any]:
        """What the first one says next. Raises FinetuneError if it is gone."""
        length = torch.zeros(1, dtype=torch.int64)
        _connected(lambda: dist.broadcast(length, 0, group=self._line))
        words = torch.zeros(int(length), dtype=torch.uint8)
        _connected(lambda: dist.broadcast(words, 0, group=self._line))
        order: dict[str, Any] = json.loads(words.numpy().tobytes())
        return order

    def worst(self, how: int) -> int:
        """How the process that came through worst did; all wait for each other. Raises FinetuneError if one is gone."""
        found = torch.tensor([how])
        _connected(lambda: dist.all_reduce(found, dist.ReduceOp.MAX, group=self._line))
        return int(found)

    def share(self, count: int) -> slice:
        """Which of `count` samples are this process's; the first one always has some."""
        return slice(*(math.ceil(count * number / self.count) for number in (self.number, self.number + 1)))

    def step(
        self, room: Room, forward: Forward, parts: Parts, batch: Sequence[Sample], chance: random.Random | None
    ) -> float:
        """This process's part of one step; afterwards each has the gradients of the whole batch, and its mean loss.

        Raises:
            FinetuneError: another process failed or is gone.
            MemoryError, RuntimeError: a single sample is too much, here or for another process.
        """
        self._take_weights(parts)
        mine, loss, fault = self.share(len(batch)), 0.0, None
        for parameter in parts.trainable.values():
            parameter.grad = None
        try:
            if chance is not None:
                skip(chance, mine.start)
            if batch[mine]:
                loss = Room.gradients(room, forward, parts, batch[mine], chance)
            if chance is not None:
                skip(chance, len(batch) - mine.stop)
        except Exception as error:  # noqa: BLE001 (raised again as soon as the others know)
            fault = error
        self.meet(fault)
        return self._add_up(parts, loss, len(batch[mine]) / len(batch))

    def meet(self, fault: Exception | None) -> None:
        """Wait for all, and go on only where nobody failed.

        Raises:
            Exception: the own fault.
            MemoryError: the memory of another process did not suffice.
            FinetuneError: another process failed or is gone.
        """
        how = FINE if fault is None else MEMORY if is_out_of_memory(fault) else FAILED
        worst = self.worst(how)
        if fault is not None:
            raise fault
        if worst == MEMORY:
            raise MemoryError
        if worst == FAILED:
            raise _other_failed()

    def _take_weights(self, parts: Parts) -> None:
        """Everyone begins where the first one is, whatever it has put back or chosen in the meantime."""
        with torch.no_grad():
            flat = torch.cat([one.reshape(-1) for one in parts.trainable.values()])
            _connected(lambda: dist.broadcast(flat, 0))
            if self.number:
                for one, piece in zip(parts.trainable.values(), _pieces(flat, parts), strict=True):
                    one.copy_(piece.view_as(one))

    def _add_up(self, parts: Parts, loss: float, weight: float) -> float:
        """Sum the gradients of all, each weighted with its share of the batch; returns the loss of the whole batch."""
        found = [torch.zeros_like(one) if one.grad is None else one.grad for one in parts.trainable.values()]
        flat = torch.cat([*(one.reshape(-1) for one in found), found[0].new_tensor([loss])]) * weight
        _connected(lambda: dist.all_reduce(flat))
        for one, piece in zip(parts.trainable.values(), _pieces(flat, parts), strict=True):
            one.grad = piece.view_as(one).to(one.dtype)
        return float(flat[-1])


class SharedRoom(Room):
    """The first process's: it tells the others which samples come, and takes its own share of them."""

    def __init__(self, team: Together, job: Job, on_less: Callable[[int], None]) -> None:
        super().__init__(job.batch, on_less)
        self._team = team
        self._numbers = {example: number for number, example in enumerate(job.examples)}

    def gradients(
        self, forward: Forward, parts: Parts, batch: Sequence[Sample], chance: random.Random | None = None
    ) -> float:
        """As `Room.gradients`. Raises FinetuneError besides, if another process failed or is gone."""
        samples = [(self._numbers[one.example], one.view, one.crop) for one in batch]
        self._team.say({"verb": "step", "samples": samples, "chance": None if chance is None else chance.getstate()})
        self._team.meet(None)
        return self._team.step(self, forward, parts, batch, chance)


def _pieces(flat: torch.Tensor, parts: Parts) -> list[torch.Tensor]:
    sizes = [one.numel() for one in parts.trainable.values()]
    return list(flat[: sum(sizes)].split(sizes))


def _connected(work: Callable[[], object]) -> None:
    try:
        work()
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise
        raise _other_failed() from error


def _other_failed() -> FinetuneError:
    return FinetuneError(
        "Another process of this fine-tune failed or was ended, so it was stopped; your labels are safe and nothing was changed.",
        "Start it again, with fewer processes if that does not help.",
    )


def _take_own_card() -> None:
    """The card with this process's number, of those that it was given. To be called before anything is computed."""
    number = int(os.environ["LOCAL_RANK"])
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    cards = given.split(",") if given else [str(card) for card in range(torch.cuda.device_count())]
    if number < len(cards):
        os.environ["CUDA_VISIBLE_DEVICES"] = cards[number]
