"""The fine-tune worker: its own process over a frozen job folder (`core.task_worker`).

python -m core.finetune.worker JOB_FOLDER [--background]

In the background it outlives the window: events and commands are files of the job folder then (`core.finetune.background`).
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock

from core.errors import FinetuneError
from core.finetune.background import PROGRESS, asked, work_on
from core.finetune.job import Job
from core.task_worker import Task, begin_process, run_task
from core.worker_protocol import Message


class FinetuneTask(Task):
    """Runs one job and says how it goes."""

    mistake = FinetuneError(
        "Something went wrong inside the program during the fine-tune; your labels are safe and nothing was changed.",
        "Start it again. If it happens again, send us the log file.",
    )

    def __init__(self, folder: Path, run_job: Callable[..., dict[str, Any]] | None = None) -> None:
        """Prepare; `run_job` is the program's own training unless another is given."""
        self._folder, self._run_job = folder, run_job
        self._out: Path | None = None
        self._lock: FileLock | None = None

    def work(self, tell: Callable[[Message], None], should_stop: Callable[[], bool]) -> Message:
        """Train and return what `core.finetune.run.run_job` does. Raises KnownError, Cancelled."""
        job = Job.read(self._folder)
        self._lock = work_on(self._folder)  # held until the process ends
        self._out = Path(job.out)
        return (self._run_job or _runner(job))(job, tell, should_stop)

    def clean_up(self) -> None:
        """Take away the version that was being written."""
        if self._out is not None:
            shutil.rmtree(self._out.with_name(f".{self._out.name}.part"), ignore_errors=True)


def _runner(job: Job) -> Callable[..., dict[str, Any]]:
    """What runs a job: this computer, or the cluster that it names."""
    if job.cluster:
        from core.finetune.ray_relay import hand_over

        return hand_over
    from core.finetune.run import run_job

    return run_job


def run_worker(arguments: Sequence[str], run_job: Callable[..., dict[str, Any]] | None = None) -> int:
    """The whole process, from its arguments to its one ending.

    Args:
        arguments: the job folder, and "--background" for a run without a window.
        run_job: trains; the program's own training unless another is given.

    Returns:
        The exit code, where the arguments were not understood; otherwise the process ends here.
    """
    events = begin_process("finetune")
    folder, background = Path(arguments[0]) if arguments else Path(), list(arguments[1:]) == ["--background"]
    if not arguments or (arguments[1:] and not background):
        print("usage: python -m core.finetune.worker JOB_FOLDER [--background]", file=sys.stderr)
        return 2
    task = FinetuneTask(folder, run_job)
    if background:
        run_task((folder / PROGRESS).open("ab"), task, asked(folder))
    run_task(events, task)
    return 0


def main() -> int:
    """Entry of the process."""
    return run_worker(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
