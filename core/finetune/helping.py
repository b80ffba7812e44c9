"""What the other processes of a shared training do (`core.finetune.shared_work`): load, wait, and compute their share of each step."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.errors import FinetuneError
from core.finetune.dataset import Shelf
from core.finetune.forward import forward_of
from core.finetune.job import Job
from core.finetune.kept import state_of_chance
from core.finetune.parts import open_parts
from core.finetune.rounds import rounds_of
from core.finetune.run import encode_labels
from core.finetune.shared_work import Together
from core.finetune.under_way import UnderWay
from core.segmenter import Segmenter


class _Share:
    """Model and labels of a job, as the first process has them."""

    def __init__(self, job: Job, team: Together, open_model: Callable[[str, str], Segmenter]) -> None:
        segmenter = open_model(job.version or job.model, job.device)
        place = Path(job.folder) / "features" / f"process {team.number}"
        rounds = rounds_of(job.examples, job.seed)
        run = UnderWay(job, segmenter, rounds, Shelf(place), lambda event: None, lambda: None, team)
        numbers = {example: number for number, example in enumerate(job.examples)}
        self._samples = {(numbers[one.example], one.view, one.crop): one for one in encode_labels(run)}
        self._team, self._room = team, run.room
        self._parts = open_parts(segmenter, run.preset)
        self._forward = forward_of(run.preset, segmenter, run.shelf, place / "pictures", job.thin)
        run.shelf.bring_near(segmenter.device)

    def step(self, order: dict[str, Any]) -> None:
        """Compute this process's share of a step."""
        batch = [self._samples[tuple(key)] for key in order["samples"]]
        chance = None
        if order["chance"] is not None:
            chance = random.Random()
            chance.setstate(state_of_chance(order["chance"]))
        self._team.step(self._room, self._forward, self._parts, batch, chance)


def help_out(team: Together, open_model: Callable[[str, str], Segmenter]) -> None:
    """Help until the first process says that it is over, or is gone.

    Raises:
        KnownError: what kept this process from helping; the first one has heard that there was something.
    """
    share: _Share | None = None
    fault: Exception | None = None
    while True:
        try:
            order = team.hear()
        except FinetuneError:
            break
        if order["verb"] == "end":
            break
        try:
            if order["verb"] == "begin":
                share = fault = None
                share = _Share(replace(Job.read(Path(order["folder"])), **order["changed"]), team, open_model)
            else:
                team.meet(fault)
                if share is not None:
                    share.step(order)
        except Exception as error:  # noqa: BLE001 (the first process hears of it at the next step, and decides)
            fault = error
    if fault is not None:
        raise fault
