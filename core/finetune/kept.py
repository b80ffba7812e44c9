"""What a run keeps aside of its training, so that a run gone on with ends as if it had never been interrupted.

Numbers only: tensors as safetensors, everything else as JSON (`core.finetune.reached` says where).
"""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from core.finetune.best_epoch import BestEpoch
from core.finetune.parts import Parts
from core.finetune.reached import COURSE, STATE, TENSORS, forget, states
from core.finetune.version import Trained
from core.task_worker import Paused

log = logging.getLogger(__name__)

FORMAT = 1
SPARING = 20
"""Where epochs are short, not each is kept: at most one part in so many of the time goes into writing."""

_NOW, _BEST, _OPTIMISER, _RANDOM, _CARD = "now", "best", "optimiser", "random", "card"


@dataclass
class Course:
    """Where a training stands, beside the weights.

    Attributes:
        optimiser: with its moments.
        chooser: shuffles the samples of an epoch.
        chance: varies pictures.
        epoch: epochs that are over.
        step: steps that are done.
        losses: mean loss of each epoch that is over.
        order: of the epoch under way, places in the list of samples; empty between two epochs.
        place: how many of them are learned.
        sum_of_losses: over these.
        over: nothing better came for long enough.
    """

    optimiser: torch.optim.Optimizer
    chooser: random.Random
    chance: random.Random
    epoch: int = 0
    step: int = 0
    losses: list[float] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    place: int = 0
    sum_of_losses: float = 0.0
    over: bool = False

    def learned(self, count: int, loss: float) -> None:
        """One more step is done, on so many samples with this mean loss."""
        self.step += 1
        self.place += count
        self.sum_of_losses += loss * count

    def end_epoch(self, loss: float, over: bool) -> None:
        """The epoch is over, all that looks at it has looked; `over` says that no other one comes."""
        self.losses.append(loss)
        self.epoch += 1
        self.order, self.place, self.sum_of_losses, self.over = [], 0, 0.0, over


_PLAIN = ("epoch", "step", "losses", "order", "place", "sum_of_losses", "over")


class Keeper:
    """Writes the state of one training into the job folder, and puts it back.

    The events of the epochs that are over, the curves, are part of it and are told again.

    Attributes:
        before: seconds that were learned before this process.
    """

    def __init__(
        self,
        folder: Path,
        kind: str,
        parts: Parts,
        best: BestEpoch | None,
        tell: Callable[[dict[str, Any]], None],
        training: int = 0,
        lasting: bool = False,
    ) -> None:
        """Prepare.

        Args:
            folder: of the job.
            kind: what is trained of which model; a state of another kind is not taken up.
            parts: what is trained.
            best: the best epoch so far, if one is chosen.
            tell: hears events.
            training: which one of the run's trainings it is, from 0.
            lasting: others come after it, and who goes on there needs its end as well.
        """
        self._training, self._lasting = training, lasting
        self._folder, self._kind, self._parts, self._best = folder, f"{kind} {training}", parts, best
        self._tell = tell
        self._told: list[dict[str, Any]] = []
        self._begun, self._not_before = time.monotonic(), 0.0
        self.before = 0.0

    @property
    def seconds(self) -> float:
        """Seconds of learning, those before an interruption included."""
        return self.before + time.monotonic() - self._begun

    def take_up(self, course: Course) -> bool:
        """Put back the newest state that is whole, if there is one: into the course, the parts and the best epoch."""
        for tensors, said in self._whole():
            self._put(course, said, tensors)
            for event in self._told:
                self._tell(event)
            return True
        return False

    def tell(self, event: dict[str, Any]) -> None:
        """Tell that an epoch is over, and remember it for who goes on from here."""
        self._told.append(event)
        self._tell(event)

    def _whole(self) -> Iterator[tuple[dict[str, torch.Tensor], dict[str, Any]]]:
        """The states of this kind that can be read, the newest first."""
        for place in states(self._folder):
            try:
                said = json.loads((place / COURSE).read_text(encoding="utf-8"))
                if (said["format"], said["kind"]) == (FORMAT, self._kind):
                    yield load_file(place / TENSORS), said
            except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
                log.info("a state cannot be gone on from", exc_info=error)

    def epoch_over(self, course: Course) -> None:
        """Keep the state, unless the last one was kept a moment ago."""
        if time.monotonic() >= self._not_before:
            self.keep(course)

    def training_over(self, course: Course) -> None:
        """Keep the end of a training that others follow."""
        if self._lasting:
            self.keep(course)

    def keep(self, course: Course) -> None:
        """Write the state aside, rename it, and take away the ones before. A full disk loses the state, never the run."""
        begun = time.monotonic()
        place = self._folder / STATE / f"{self._training:02d}-{course.step:08d}"
        aside = place.with_name(f".{place.name}.part")
        older = [one for one in states(self._folder) if one.name.startswith(f"{self._training:02d}-")]
        try:
            for one in (aside, place):
                shutil.rmtree(one, ignore_errors=True)
            aside.mkdir(parents=True)
            save_file(self._tensors(course), aside / TENSORS)
            (aside / COURSE).write_text(json.dumps(self._said(course)), encoding="utf-8")
            for file in aside.iterdir():
                with file.open("rb+") as stream:
                    os.fsync(stream.fileno())
            os.rename(aside, place)
        except (OSError, SafetensorError) as error:
            log.info("the state of the run could not be kept", exc_info=error)
            shutil.rmtree(aside, ignore_errors=True)
            return
        finally:
            ended = time.monotonic()
            self._not_before = ended + SPARING * (ended - begun)
        for one in older:
            if one != place:
                shutil.rmtree(one, ignore_errors=True)

    def forget(self) -> None:
        """The run is over: nobody will go on from here."""
        forget(self._folder)

    def _said(self, course: Course) -> dict[str, Any]:
        best = self._best.found if self._best is not None else None
        return {
            "format": FORMAT,
            "kind": self._kind,
            **{name: getattr(course, name) for name in _PLAIN},
            "chooser": course.chooser.getstate(),
            "chance": course.chance.getstate(),
            "best": None if best is None or self._best is None else [best[0], self._best.epoch],
            "told": self._told,
            "seconds": self.seconds,
        }

    def _tensors(self, course: Course) -> dict[str, torch.Tensor]:
        tensors = _flat(_NOW, self._parts.trained())
        if self._best is not None and self._best.found is not None:
            tensors |= _flat(_BEST, self._best.found[1])
        for number, moments in course.optimiser.state_dict()["state"].items():
            for name, moment in moments.items():
                tensors[f"{_OPTIMISER}|{number}|{name}"] = moment.detach().cpu().contiguous()
        tensors[_RANDOM] = torch.get_rng_state()
        device = self._parts.segmenter.device
        if device.type == "cuda":
            tensors[_CARD] = torch.cuda.get_rng_state(device)
        return tensors

    def _put(self, course: Course, said: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        now, state = self._trained(_NOW, tensors), course.optimiser.state_dict()
        moments: dict[int, dict[str, torch.Tensor]] = {}
        for key, tensor in tensors.items():
            kind, *rest = key.split("|")
            if kind == _OPTIMISER:
                moments.setdefault(int(rest[0]), {})[rest[1]] = tensor
        chooser, chance = (state_of_chance(said[name]) for name in ("chooser", "chance"))
        course.chooser.setstate(chooser)
        course.chance.setstate(chance)
        for name in _PLAIN:
            setattr(course, name, said[name])
        self._told, self.before = list(said["told"]), float(said["seconds"])
        self._parts.take(now)
        course.optimiser.load_state_dict({**state, "state": moments})
        if self._best is not None and said["best"] is not None:
            score, epoch = said["best"]
            self._best.go_on(float(score), int(epoch), self._trained(_BEST, tensors))
        torch.set_rng_state(tensors[_RANDOM])
        if _CARD in tensors and self._parts.segmenter.device.type == "cuda":
            torch.cuda.set_rng_state(tensors[_CARD], self._parts.segmenter.device)

    def _trained(self, prefix: str, tensors: dict[str, torch.Tensor]) -> Trained:
        """What `_flat` took apart. Raises KeyError if a part of it is missing."""
        like = self._parts.trained()
        parts = {
            path: {name: tensors[f"{prefix}|{path}|{name}"] for name in state} for path, state in like.parts.items()
        }
        return Trained(parts, like.adapters, {name: tensors[f"{prefix}||{name}"] for name in like.tensors})


@contextmanager
def kept_at_pause(keeper: Keeper | None, course: Course) -> Iterator[None]:
    """When a pause comes in the middle of an epoch, what it has learned so far is kept too; and so is a training's end."""
    try:
        yield
    except Paused:
        if keeper is not None:
            keeper.keep(course)
        raise
    if keeper is not None:
        keeper.training_over(course)


def _flat(prefix: str, trained: Trained) -> dict[str, torch.Tensor]:
    found = {f"{prefix}|{path}|{name}": one for path, part in trained.parts.items() for name, one in part.items()}
    return found | {f"{prefix}||{name}": one for name, one in trained.tensors.items()}


def state_of_chance(said: list[Any]) -> tuple[Any, ...]:
    """A state of random.Random, which JSON made lists of."""
    version, numbers, gauss = said
    return version, tuple(numbers), gauss
