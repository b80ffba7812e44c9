"""The worker that takes in a colleague's version: its own process, so that the window stays free of torch.

python -m core.finetune.take_in_worker SOURCE BASE TARGET
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from core.errors import ModelError
from core.task_worker import Cancelled, Task, begin_process, run_task
from core.worker_protocol import Message


class TakeInTask(Task):
    """Checks one version and copies it."""

    mistake = ModelError(
        "Something went wrong inside the program while the version was imported; your versions and labels are safe.",
        "Try again. If it happens again, send us the log file.",
    )

    def __init__(self, source: Path, base: str, target: Path) -> None:
        self._source, self._base, self._target = source, base, target

    def work(self, tell: Callable[[Message], None], should_stop: Callable[[], bool]) -> Message:
        """Import and return what `core.finetune.take_in.take_in` does. Raises KnownError, Cancelled."""
        from core.finetune.take_in import take_in

        if should_stop():
            raise Cancelled
        return take_in(self._source, self._base, self._target)

    def clean_up(self) -> None:
        """Take away what was written aside."""
        for place in (self._target, self._target.with_name(f".{self._target.name}.part")):
            shutil.rmtree(place, ignore_errors=True)


def main() -> int:
    """Entry of the process."""
    events = begin_process("take_in")
    if len(sys.argv) != 4:
        print("usage: python -m core.finetune.take_in_worker SOURCE BASE TARGET", file=sys.stderr)
        return 2
    run_task(events, TakeInTask(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
