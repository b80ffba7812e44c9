"""The check of an installation in its own process (`core.task_worker`), so that a package that crashes takes nothing with it.

python -m core.self_check_worker [PROJECT]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from core.errors import WorkerError
from core.self_check import check_installation
from core.task_worker import Cancelled, Task, begin_process, run_task
from core.worker_protocol import Message

STEPS = 9


class SelfCheckTask(Task):
    """Checks once; its result is {"findings": [{"ok", "what", "to_do", "values"}]}."""

    mistake = WorkerError(
        "Something went wrong inside the program during the check, so it was not finished.",
        "Try again. If it happens again, send us the log file.",
    )

    def __init__(self, project: Path | None) -> None:
        """Prepare; `project` is looked at as well."""
        self._project = project

    def work(self, tell: Callable[[Message], None], should_stop: Callable[[], bool]) -> Message:
        """Check, and say how far it is. Raises Cancelled."""

        def stop() -> None:
            if should_stop():
                raise Cancelled

        findings = []
        for finding in check_installation(self._project, stop):
            findings.append(asdict(finding))
            tell({"event": "stage", "text": finding.what, "values": finding.values})
        return {"findings": findings}


def main() -> int:
    """Entry of the process."""
    events = begin_process("self_check")
    if len(sys.argv) > 2:
        print("usage: python -m core.self_check_worker [PROJECT]", file=sys.stderr)
        return 2
    run_task(events, SelfCheckTask(Path(sys.argv[1]) if len(sys.argv) == 2 else None))
    return 0


if __name__ == "__main__":
    sys.exit(main())
