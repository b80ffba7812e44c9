"""The fine-tune worker: its own process over a frozen job folder.

    python -m core.finetune.worker JOB_FOLDER

Events go to standard output, one JSON object a line; {"verb": "cancel"} on standard input stops the run, and so does
the end of that input: the window is gone then. There is exactly one ending: done, failed or cancelled.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import FinetuneError, KnownError, WorkerError
from core.finetune.job import Job
from core.inference.worker import claim_standard_output
from core.log_file import Plain, log_what_nobody_catches, open_log
from core.worker_protocol import (
    cancelled_message,
    decode_line,
    done_message,
    encode_line,
    failed_message,
    ready_message,
)

log = logging.getLogger(__name__)

GRACE_SECONDS = 1.5
"""After that a cancelled run is ended wherever it is: a version is written aside and renamed, so none is ever half."""


class FinetuneWorker:
    """Runs one job and says how it goes."""

    def __init__(
        self, commands: BinaryIO, events: BinaryIO, folder: Path, run_job: Callable[..., dict[str, Any]] | None = None
    ) -> None:
        """Read commands, write events; `run_job` is the program's own training unless another is given."""
        self._run_job = run_job
        self._commands, self._events, self._folder = commands, events, folder
        self._stop = threading.Event()
        self._ended = threading.Lock()
        self._out: Path | None = None

    def run(self) -> int:
        """Run to the one ending; returns the exit code."""
        self._send(ready_message())
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        try:
            job = Job.read(self._folder)
            self._out = Path(job.out)
            from core.finetune.run import Cancelled, run_job
        except KnownError as error:
            return self._end(failed_message(None, error), 1)
        try:
            result = (self._run_job or run_job)(job, self._send, self._stop.is_set)
        except Cancelled:
            return self._end(cancelled_message(), 0)
        except KnownError as error:
            part = Plain(error.values.get("part", ""))  # of the model, for who reads the log
            log.info("the fine-tune stopped: %s %s", Plain(type(error).__name__), part)
            return self._end(failed_message(None, error), 1)
        except Exception as error:  # noqa: BLE001 (the entry of the worker: the window must hear of every ending)
            log.error("unexpected error in the fine-tune worker", exc_info=error)
            return self._end(failed_message(None, _mistake()), 1)
        return self._end(done_message(None, result), 0)

    def _listen(self) -> None:
        for line in self._commands:
            try:
                if decode_line(line).get("verb") == "cancel":
                    break
            except WorkerError:
                log.info("a line on standard input was not understood")
        self._stop.set()
        threading.Timer(GRACE_SECONDS, self._give_up).start()

    def _give_up(self) -> None:
        if self._out is not None:
            shutil.rmtree(self._out.with_name(f".{self._out.name}.part"), ignore_errors=True)
        self._end(cancelled_message(), 0)
        os._exit(0)

    def _end(self, message: dict[str, Any], code: int) -> int:
        """Send the ending, unless another one was sent already."""
        if self._ended.acquire(blocking=False):
            self._send(message)
        return code

    def _send(self, message: dict[str, Any]) -> None:
        try:
            self._events.write(encode_line(message))
            self._events.flush()
        except OSError:
            self._stop.set()


def _mistake() -> FinetuneError:
    return FinetuneError(
        "Something went wrong inside the program during the fine-tune; your labels are safe and nothing was changed.",
        "Start it again. If it happens again, send us the log file.",
    )


def main() -> int:
    """Entry of the process."""
    events = claim_standard_output()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    open_log("finetune")
    log_what_nobody_catches()
    for name, value in (("TRANSFORMERS_VERBOSITY", "error"), ("HF_HUB_DISABLE_PROGRESS_BARS", "1")):
        os.environ.setdefault(name, value)
    if len(sys.argv) != 2:
        print("usage: python -m core.finetune.worker JOB_FOLDER", file=sys.stderr)
        return 2
    code = FinetuneWorker(sys.stdin.buffer, events, Path(sys.argv[1])).run()
    sys.stderr.flush()
    os._exit(code)  # the listening thread waits on standard input and would hold the process


if __name__ == "__main__":
    sys.exit(main())
