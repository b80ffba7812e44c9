"""The download worker: its own process for one model of the hub.

    python -m core.download_worker NAME

Events go to standard output, one JSON object a line; {"verb": "cancel"} on standard input stops it, and so does the end of that
input: the window is gone then. There is exactly one ending: done, failed or cancelled. What came is kept and gone on with.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from core.errors import KnownError, ModelError, WorkerError
from core.hub import Advance, download
from core.inference.worker import claim_standard_output
from core.log_file import log_what_nobody_catches, open_log
from core.worker_protocol import (
    Message,
    cancelled_message,
    decode_line,
    done_message,
    encode_line,
    failed_message,
    ready_message,
)

log = logging.getLogger(__name__)

GRACE_SECONDS = 1.5
"""After that a cancelled download is ended wherever it waits: whole files are renamed into place, so none is ever half."""
BETWEEN_SECONDS = 0.2
DOWNLOADING = "Downloading {file}"

Fetch = Callable[[str, Advance], Path]


class _Stopped(BaseException):
    """Ends the download from inside its progress call."""


class DownloadWorker:
    """Downloads one model and says how it goes.

    Args:
        commands: lines from the window.
        events: lines to the window.
        name: of the model on the hub.
        fetch: what downloads.
    """

    def __init__(self, commands: BinaryIO, events: BinaryIO, name: str, fetch: Fetch = download) -> None:
        self._commands, self._events, self._name, self._fetch = commands, events, name, fetch
        self._stop = threading.Event()
        self._ended = threading.Lock()
        self._told = 0.0

    def run(self) -> int:
        """Run to the one ending; returns the exit code."""
        self._send(ready_message())
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        try:
            folder = self._fetch(self._name, self._advance)
        except _Stopped:
            return self._end(cancelled_message(), 0)
        except KnownError as error:
            return self._end(failed_message(None, error), 1)
        except Exception as error:  # noqa: BLE001 (the entry of the worker: the window must hear of every ending)
            log.error("unexpected error in the download worker", exc_info=error)
            return self._end(failed_message(None, _mistake()), 1)
        return self._end(done_message(None, {"folder": str(folder)}), 0)

    def _advance(self, done: int, total: int, file: str) -> None:
        if self._stop.is_set():
            raise _Stopped
        if time.monotonic() - self._told >= BETWEEN_SECONDS or done == total:
            self._told = time.monotonic()
            values = {"file": file, "done": done, "total": total}
            self._send({"event": "stage", "text": DOWNLOADING, "values": values})

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
        self._end(cancelled_message(), 0)
        os._exit(0)

    def _end(self, message: Message, code: int) -> int:
        """Send the ending, unless another one was sent already."""
        if self._ended.acquire(blocking=False):
            self._send(message)
        return code

    def _send(self, message: Message) -> None:
        try:
            self._events.write(encode_line(message))
            self._events.flush()
        except OSError:
            self._stop.set()


def _mistake() -> ModelError:
    return ModelError(
        "Something went wrong inside the program during the download; the model in use stays in use.",
        "Try again. If it happens again, send us the log file.",
    )


def main() -> int:
    """Entry of the process."""
    events = claim_standard_output()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    open_log("download")
    log_what_nobody_catches()
    if len(sys.argv) != 2:
        print("usage: python -m core.download_worker NAME", file=sys.stderr)
        return 2
    code = DownloadWorker(sys.stdin.buffer, events, sys.argv[1]).run()
    sys.stderr.flush()
    os._exit(code)  # the listening thread waits on standard input and would hold the process


if __name__ == "__main__":
    sys.exit(main())
