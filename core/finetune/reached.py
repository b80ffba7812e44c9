"""How far an interrupted run has come, told without torch: the window offers to go on from there.

A state is a folder of its own in the job folder, written aside and renamed, so it is whole or not
there. The first number is that of the training, where a run has several:

state/00-00000042/course.json          rounds, losses, random numbers, the curves as they were told
state/00-00000042/tensors.safetensors  weights, the optimiser's moments, the best round so far
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from core.finetune.job import Job

STATE = "state"
COURSE, TENSORS = "course.json", "tensors.safetensors"


@dataclass(frozen=True)
class Reached:
    """Where a run can be gone on from.

    Attributes:
        epoch: epochs that are over; 0 where only its preparation is.
        epochs: that were planned.
    """

    epoch: int
    epochs: int


def states(folder: Path) -> list[Path]:
    """The whole states in a job folder, the newest first."""
    found = (folder / STATE).glob("[0-9]*")
    return sorted((place for place in found if (place / COURSE).is_file()), reverse=True)


def reached(folder: Path) -> Reached | None:
    """How far the run of a job folder has come; None where it left no state to go on from.

    Raises:
        FinetuneError: the job itself is missing or damaged.
    """
    epochs = Job.read(folder).epochs
    for place in states(folder):
        try:
            epoch = json.loads((place / COURSE).read_text(encoding="utf-8"))["epoch"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if isinstance(epoch, int):
            return Reached(min(epoch, epochs), epochs)
    return None


def forget(folder: Path) -> None:
    """Take away what a run left to be gone on with."""
    shutil.rmtree(folder / STATE, ignore_errors=True)
