"""The worker that compares two versions: its own process, so that the window stays quick and free of torch.

python -m core.finetune.compare_worker PROJECT FIRST SECOND accepted|test|new DEVICE
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from core.errors import FinetuneError
from core.task_worker import Cancelled, Task, begin_process, run_task
from core.worker_protocol import Message, progress_message


class CompareTask(Task):
    """Compares once and says how far it is."""

    mistake = FinetuneError(
        "Something went wrong inside the program while the versions were compared; nothing was changed.",
        "Try again. If it happens again, send us the log file.",
    )

    def __init__(self, project: Path, references: tuple[str, str], which: str, device: str) -> None:
        self._project, self._references, self._which, self._device = project, references, which, device

    def work(self, tell: Callable[[Message], None], should_stop: Callable[[], bool]) -> Message:
        """Return what `core.finetune.compare_versions` finds. Raises KnownError, Cancelled."""
        from core.finetune.compare_versions import Comparison, compare_versions

        def advance(done: int, total: int) -> None:
            if should_stop():
                raise Cancelled
            tell(progress_message(None, "Comparing", done / max(1, total)))

        if should_stop():
            raise Cancelled
        return compare_versions(Comparison(self._project, self._references, self._which, self._device), advance)


def main() -> int:
    """Entry of the process."""
    events = begin_process("compare")
    if len(sys.argv) != 6:
        usage = "usage: python -m core.finetune.compare_worker PROJECT FIRST SECOND accepted|test|new DEVICE"
        print(usage, file=sys.stderr)
        return 2
    project, first, second, which, device = sys.argv[1:]
    run_task(events, CompareTask(Path(project), (first, second), which, device))
    return 0


if __name__ == "__main__":
    sys.exit(main())
