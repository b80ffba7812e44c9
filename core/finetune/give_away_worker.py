"""The worker that writes a version for others: its own process, so that the window stays quick and free of torch.

    python -m core.finetune.give_away_worker VERSION TARGET whole|adapter

Events go to standard output, one JSON object a line; {"verb": "cancel"} on standard input stops it, and so does the end of
that input: the window is gone then. There is exactly one ending: done, failed or cancelled. Nothing half is left.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from core.errors import ExportError, KnownError, WorkerError
from core.inference.worker import claim_standard_output
from core.log_file import log_what_nobody_catches, open_log
from core.worker_protocol import (
    Message,
    cancelled_message,
    decode_line,
    done_message,
    encode_line,
    failed_message,
    progress_message,
    ready_message,
)

log = logging.getLogger(__name__)

STEPS = 200
"""At most so many lines say how far it is."""


class Cancelled(BaseException):
    """Nobody wants it any more."""


class GiveAwayWorker:
    """Writes one version and says how it goes."""

    def __init__(self, commands: BinaryIO, events: BinaryIO, version: Path, target: Path, adapter_only: bool) -> None:
        self._commands, self._events = commands, events
        self._version, self._target, self._adapter_only = version, target, adapter_only
        self._stop = threading.Event()
        self._last = -1

    def run(self) -> int:
        """Write to the one ending; returns the exit code."""
        self._send(ready_message())
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        try:
            from core.finetune.give_away import give_away

            self._ask()
            result = give_away(self._version, self._target, self._adapter_only, self._advance)
        except Cancelled:
            self._send(cancelled_message())
            return 0
        except KnownError as error:
            self._send(failed_message(None, error))
            return 1
        except Exception as error:  # noqa: BLE001 (the entry of the worker: the window must hear of every ending)
            log.error("unexpected error while a version was written", exc_info=error)
            self._send(failed_message(None, _mistake()))
            return 1
        self._send(done_message(None, result))
        return 0

    def _ask(self) -> None:
        if self._stop.is_set():
            raise Cancelled

    def _advance(self, done: int, total: int) -> None:
        self._ask()
        step = STEPS * done // max(1, total)
        if step != self._last:
            self._last = step
            self._send(progress_message(None, "Writing the model", step / STEPS))

    def _listen(self) -> None:
        for line in self._commands:
            try:
                if decode_line(line).get("verb") == "cancel":
                    break
            except WorkerError:
                log.info("a line on standard input was not understood")
        self._stop.set()

    def _send(self, message: Message) -> None:
        try:
            self._events.write(encode_line(message))
            self._events.flush()
        except OSError:
            self._stop.set()


def _mistake() -> ExportError:
    return ExportError(
        "Something went wrong inside the program while the model was written; your versions and labels are safe.",
        "Try again. If it happens again, send us the log file.",
    )


def main() -> int:
    """Entry of the process."""
    events = claim_standard_output()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    open_log("give_away")
    log_what_nobody_catches()
    for name, value in (("TRANSFORMERS_VERBOSITY", "error"), ("HF_HUB_DISABLE_PROGRESS_BARS", "1")):
        os.environ.setdefault(name, value)
    if len(sys.argv) != 4 or sys.argv[3] not in ("whole", "adapter"):
        print("usage: python -m core.finetune.give_away_worker VERSION TARGET whole|adapter", file=sys.stderr)
        return 2
    version, target = Path(sys.argv[1]), Path(sys.argv[2])
    code = GiveAwayWorker(sys.stdin.buffer, events, version, target, sys.argv[3] == "adapter").run()
    sys.stderr.flush()
    os._exit(code)  # the listening thread waits on standard input and would hold the process


if __name__ == "__main__":
    sys.exit(main())
