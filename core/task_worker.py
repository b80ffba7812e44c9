"""A process with one task: events on standard output, one JSON object a line, and exactly one ending: done, failed,
cancelled or paused.

{"verb": "cancel"} on standard input stops it, and so does the end of that input: the window is gone then. {"verb": "pause"} asks
it to put aside what it has and to end, so that it can be gone on with later.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import BinaryIO

from core.errors import KnownError, WorkerError
from core.log_file import Plain, log_what_nobody_catches, open_log
from core.lost_card import is_lost_card, lost_card
from core.worker_protocol import (
    Message,
    decode_line,
    done_message,
    encode_line,
    failed_message,
    ready_message,
    stopped_message,
)

log = logging.getLogger(__name__)

GRACE_SECONDS = 1.5
"""After that a cancelled task is ended wherever it waits: what it makes is written aside and renamed, so nothing is ever half."""


class Cancelled(BaseException):
    """Ends a task from inside: nobody wants it any more."""


class Paused(Cancelled):
    """Ends a task from inside: it is to be gone on with later."""


class Task(ABC):
    """What a worker does.

    Attributes:
        mistake: the sentence for a mistake of our own.
    """

    mistake: KnownError

    @abstractmethod
    def work(self, tell: Callable[[Message], None], should_stop: Callable[[], bool]) -> Message:
        """Do it and return the result.

        Args:
            tell: sends an event to the window.
            should_stop: asked now and then; when it says so, Cancelled is raised. It raises Paused itself.

        Raises:
            KnownError: in words, what kept it from its end.
            Cancelled: it was stopped; Paused: it is to be gone on with.
        """

    def clean_up(self) -> None:  # noqa: B027 (most tasks leave nothing)
        """Take away what was written aside, when the task had to be ended from outside."""


class TaskWorker:
    """Runs one task between a window's commands and its events."""

    def __init__(self, commands: Iterable[bytes], events: BinaryIO, task: Task) -> None:
        self._commands, self._events, self._task = commands, events, task
        self._stop, self._pause = threading.Event(), threading.Event()
        self._ended = threading.Lock()

    def run(self) -> int:
        """Run to the one ending; returns the exit code."""
        self._send(ready_message())
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        try:
            result = self._task.work(self._send, self._should_stop)
        except Paused:
            return self._end(stopped_message("paused"), 0)
        except Cancelled:
            return self._end(stopped_message("cancelled"), 0)
        except KnownError as error:
            part = Plain(error.values.get("part", ""))  # of the model, for who reads the log
            log.info("the task stopped: %s %s", Plain(type(error).__name__), part)
            return self._end(failed_message(None, error), 1)
        except Exception as error:  # noqa: BLE001 (the entry of the worker: the window must hear of every ending)
            log.error("unexpected error in the worker", exc_info=error)
            sentence = lost_card() if is_lost_card(error) else self._task.mistake
            return self._end(failed_message(None, sentence), 1)
        return self._end(done_message(None, result), 0)

    def _should_stop(self) -> bool:
        if self._stop.is_set():
            return True
        if self._pause.is_set():
            raise Paused
        return False

    def _listen(self) -> None:
        for line in self._commands:
            try:
                verb = decode_line(line).get("verb")
            except WorkerError:
                log.info("a command was not understood")
                continue
            if verb == "cancel":
                break
            if verb == "pause":
                self._pause.set()
        self._stop.set()
        threading.Timer(GRACE_SECONDS, self._give_up).start()

    def _give_up(self) -> None:
        self._task.clean_up()
        self._end(stopped_message("cancelled"), 0)
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


def claim_standard_output() -> BinaryIO:
    """Keep the real standard output for events; what anything else prints there goes to standard error instead."""
    sys.stdout.flush()
    events = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return events


def begin_process(name: str) -> BinaryIO:
    """What every worker's process does first: claim standard output, open its log, keep libraries quiet.

    Args:
        name: of the log file.

    Returns:
        Where events go.
    """
    events = claim_standard_output()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    open_log(name)
    log_what_nobody_catches()
    for variable, value in (("TRANSFORMERS_VERBOSITY", "error"), ("HF_HUB_DISABLE_PROGRESS_BARS", "1")):
        os.environ.setdefault(variable, value)
    return events


def run_task(events: BinaryIO, task: Task, commands: Iterable[bytes] | None = None) -> None:
    """Run a task and leave; `commands` are the lines of this process's input unless others are given."""
    code = TaskWorker(sys.stdin.buffer if commands is None else commands, events, task).run()
    sys.stderr.flush()
    os._exit(code)  # the listening thread waits for commands and would hold the process
