"""The last run of a project, where it was paused or cut off: it can be gone on with, or given up."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from core.errors import FinetuneError
from core.finetune.job import Job
from core.finetune.reached import Reached, forget, reached
from core.store import RunRow, Store

GONE_ON_WITH = ("paused", "died")


@dataclass(frozen=True)
class InterruptedRun:
    """A run that has not come to its end.

    Attributes:
        run_id: in the project.
        job: what it was told.
        reached: how far it came.
        paused: whether somebody wished it to stop there.
    """

    run_id: str
    job: Job
    reached: Reached
    paused: bool


def folder_of(store: Store, run: RunRow) -> Path:
    """The job folder of a run."""
    place = Path(run.folder)
    return place if place.is_absolute() else store.folder / place


def interrupted_run(store: Store) -> InterruptedRun | None:
    """The last run, if it can be gone on with. Raises StoreError."""
    runs = store.runs()
    if not runs or runs[-1].outcome not in GONE_ON_WITH:
        return None
    folder, paused = folder_of(store, runs[-1]), runs[-1].outcome == "paused"
    try:
        job = Job.read(folder)
        came = reached(folder)
    except FinetuneError:  # its folder was taken away
        return None
    if came is None and paused:  # it was still looking at the images
        came = Reached(0, job.epochs)
    return None if came is None else InterruptedRun(runs[-1].id, job, came, paused)


def reopen(store: Store, run: InterruptedRun) -> None:
    """Record that a run goes on; a version that it wrote and nobody knows of makes room. Raises StoreError."""
    out = Path(run.job.out)
    if run.run_id not in {row.id for row in store.versions(removed=True)}:
        shutil.rmtree(out, ignore_errors=True)
    store.reopen_run(run.run_id)


def give_up(store: Store, run: InterruptedRun) -> None:
    """Record that nobody will go on with a run, and take away what it left. Raises StoreError."""
    store.finish_run(run.run_id, "cancelled")
    forget(Path(run.job.folder))
