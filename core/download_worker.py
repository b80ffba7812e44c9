"""The download worker: its own process for one model of the hub (`core.task_worker`).

    python -m core.download_worker NAME

What came before it was stopped is kept and gone on with.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from core.errors import ModelError
from core.hub import Advance, download
from core.task_worker import Cancelled, Task, begin_process, run_task
from core.worker_protocol import Message

BETWEEN_SECONDS = 0.2
DOWNLOADING = "Downloading {file}"


class DownloadTask(Task):
    """Downloads one model and says how it goes."""

    mistake = ModelError(
        "Something went wrong inside the program during the download; the model in use stays in use.",
        "Try again. If it happens again, send us the log file.",
    )

    def __init__(self, name: str, fetch: Callable[[str, Advance], Path] = download) -> None:
        """Prepare.

        Args:
            name: of the model on the hub.
            fetch: what downloads.
        """
        self._name, self._fetch = name, fetch

    def work(self, tell: Callable[[Message], None], should_stop: Callable[[], bool]) -> Message:
        """Download and return {"folder": text}. Raises ModelError, Cancelled."""
        told = 0.0

        def advance(done: int, total: int, file: str) -> None:
            nonlocal told
            if should_stop():
                raise Cancelled
            if time.monotonic() - told >= BETWEEN_SECONDS or done == total:
                told = time.monotonic()
                values = {"file": file, "done": done, "total": total}
                tell({"event": "stage", "text": DOWNLOADING, "values": values})

        return {"folder": str(self._fetch(self._name, advance))}


def main() -> int:
    """Entry of the process."""
    events = begin_process("download")
    if len(sys.argv) != 2:
        print("usage: python -m core.download_worker NAME", file=sys.stderr)
        return 2
    run_task(events, DownloadTask(sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
