"""The worker that writes a version for others: its own process, so that the window stays quick and free of torch.

python -m core.finetune.give_away_worker VERSION TARGET whole|adapter
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from core.errors import ExportError
from core.task_worker import Cancelled, Task, begin_process, run_task
from core.worker_protocol import Message, progress_message

STEPS = 200
"""At most so many lines say how far it is."""


class GiveAwayTask(Task):
    """Writes one version and says how it goes."""

    mistake = ExportError(
        "Something went wrong inside the program while the model was written; your versions and labels are safe.",
        "Try again. If it happens again, send us the log file.",
    )

    def __init__(self, version: Path, target: Path, adapter_only: bool) -> None:
        self._version, self._target, self._adapter_only = version, target, adapter_only

    def work(self, tell: Callable[[Message], None], should_stop: Callable[[], bool]) -> Message:
        """Write and return what `core.finetune.give_away.give_away` does. Raises KnownError, Cancelled."""
        from core.finetune.give_away import give_away

        last = -1

        def advance(done: int, total: int) -> None:
            nonlocal last
            if should_stop():
                raise Cancelled
            step = STEPS * done // max(1, total)
            if step != last:
                last = step
                tell(progress_message(None, "Writing the model", step / STEPS))

        if should_stop():
            raise Cancelled
        return give_away(self._version, self._target, self._adapter_only, advance)

    def clean_up(self) -> None:
        """Take away what was written beside the target."""
        shutil.rmtree(self._target.with_name(f".{self._target.name}.part"), ignore_errors=True)


def main() -> int:
    """Entry of the process."""
    events = begin_process("give_away")
    if len(sys.argv) != 4 or sys.argv[3] not in ("whole", "adapter"):
        print("usage: python -m core.finetune.give_away_worker VERSION TARGET whole|adapter", file=sys.stderr)
        return 2
    run_task(events, GiveAwayTask(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "adapter"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
