"""The fine-tune worker: its own process over a frozen job folder (`core.task_worker`).

python -m core.finetune.worker JOB_FOLDER
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import FinetuneError
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

    def work(self, tell: Callable[[Message], None], should_stop: Callable[[], bool]) -> Message:
        """Train and return what `core.finetune.run.run_job` does. Raises KnownError, Cancelled."""
        job = Job.read(self._folder)
        self._out = Path(job.out)
        from core.finetune.run import run_job

        return (self._run_job or run_job)(job, tell, should_stop)

    def clean_up(self) -> None:
        """Take away the version that was being written."""
        if self._out is not None:
            shutil.rmtree(self._out.with_name(f".{self._out.name}.part"), ignore_errors=True)


def main() -> int:
    """Entry of the process."""
    events = begin_process("finetune")
    if len(sys.argv) != 2:
        print("usage: python -m core.finetune.worker JOB_FOLDER", file=sys.stderr)
        return 2
    run_task(events, FinetuneTask(Path(sys.argv[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
