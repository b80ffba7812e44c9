"""The inference worker: `python -m core.inference.worker`, requests on standard input, events on standard output.

One request at a time, in order. Two kinds of work are not in a hurry: preparing ahead makes way for whatever comes, and a walk
through a stack for clicks and predictions. A second thread does nothing but read, so that "quit" and the end of the input (the
window is gone) stop the process at once, even in the middle of a prediction. What a library prints goes to standard error.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from core.errors import KnownError, WorkerError
from core.inference.memory import is_out_of_memory, out_of_memory
from core.inference.waiting import Waiting
from core.log_file import Plain
from core.lost_card import LOST_CARD_EXIT, is_lost_card
from core.propagate_protocol import PropagateRequest, StopPropagateRequest, walk_request
from core.task_worker import begin_process
from core.worker_protocol import (
    LoadRequest,
    Message,
    PredictRequest,
    PredictSeveralRequest,
    PrepareRequest,
    QuitRequest,
    RestRequest,
    decode_line,
    done_message,
    encode_line,
    failed_message,
    parse_request,
    progress_message,
    ready_message,
)

if TYPE_CHECKING:
    from core.inference.requests import InferenceService

log = logging.getLogger(__name__)

AnsweredRequest = LoadRequest | PredictRequest | PredictSeveralRequest | PrepareRequest | PropagateRequest


class InferenceWorker:
    """Reads requests, answers each exactly once.

    Args:
        requests: lines from the window.
        events: lines to the window.
        make_service: builds what answers; called with the first request, because it imports torch.
        stop: ends the process at once; called from the reading thread when the window is gone or says quit.
        give_up: ends the process at once and says with its exit code that the graphics card is lost: nobody can answer any
            more, and the window tells everybody who waits in one sentence.
    """

    def __init__(
        self,
        requests: BinaryIO,
        events: BinaryIO,
        make_service: Callable[[], InferenceService],
        stop: Callable[[], None],
        give_up: Callable[[], None] = lambda: os._exit(LOST_CARD_EXIT),
    ) -> None:
        self._requests = requests
        self._events = events
        self._make_service = make_service
        self._stop = stop
        self._give_up = give_up
        self._waiting = Waiting()
        self._service: InferenceService | None = None

    def run(self) -> None:
        """Serve until the input ends or quit comes."""
        reader = threading.Thread(target=self._read, name="read requests", daemon=True)
        reader.start()
        self._send(ready_message())
        while (line := self._waiting.get()) is not None:
            self._answer(line)

    def _read(self) -> None:
        """Pass lines on; runs in its own thread."""
        for line in self._requests:
            if _is_quit(line):
                break
            if line.strip():
                self._waiting.put(line)
        self._waiting.put(None)
        self._stop()

    def _answer(self, line: bytes) -> None:
        number: int | None = None
        try:
            message = decode_line(line)
            identity = message.get("id")
            number = identity if isinstance(identity, int) and not isinstance(identity, bool) else None
            request = walk_request(message) or parse_request(message)
            if isinstance(request, RestRequest | QuitRequest | StopPropagateRequest):
                return
            self._send(done_message(number, self._carry_out(request, number)))
        except KnownError as error:
            log.info("a request failed: %s", Plain(type(error).__name__))
            self._send(failed_message(number, error))
        except Exception as error:  # noqa: BLE001 (the entry of the worker: the window must hear of every ending)
            if is_lost_card(error):
                log.error("the graphics card is lost", exc_info=error)
                self._give_up()
                return
            self._send(failed_message(number, self._unexpected(error)))

    def _carry_out(self, request: AnsweredRequest, number: int | None) -> Message:
        if self._service is None:
            self._service = self._make_service()

        def progress(text: str, fraction: float | None) -> None:
            self._send(progress_message(number, text, fraction))

        if isinstance(request, LoadRequest):
            return self._service.load(request, progress)
        if isinstance(request, PrepareRequest):
            return self._service.prepare(request, lambda: not self._waiting.is_empty)
        if isinstance(request, PropagateRequest):
            return self._service.propagate(request, self._send, _MakingWay(self._waiting, self._answer, request.id))
        return self._service.predict(request, progress)

    def _unexpected(self, error: Exception) -> KnownError:
        """Log a mistake of the program, or recognise a full memory, and return the sentence for it."""
        if self._service is not None:
            self._service.free()
        if is_out_of_memory(error):
            return out_of_memory()
        log.error("unexpected error in the inference worker", exc_info=error)
        return WorkerError(
            "Something went wrong inside the program while the model was working; your labels are safe.",
            "Try again. If it happens again, send us the log file.",
        )

    def _send(self, message: Message) -> None:
        line = encode_line(message)
        try:
            self._events.write(line)
            self._events.flush()
        except OSError:
            self._stop()


@dataclass(frozen=True)
class _MakingWay:
    """What goes before a walk is answered in the middle of it. Fulfils `core.inference.propagation.MakingWay`."""

    waiting: Waiting
    answer: Callable[[bytes], None]
    walk: int

    def is_wanted(self) -> bool:
        return self.waiting.goes_before(self.walk)

    def go_on(self) -> bool:
        while (line := self.waiting.take_passing(self.walk)) is not None:
            self.answer(line)
        return not self.waiting.ends(self.walk)


def _is_quit(line: bytes) -> bool:
    try:
        return decode_line(line).get("verb") == "quit"
    except WorkerError:
        return False


def _make_service() -> InferenceService:
    """Import torch, as late as possible, and connect the model and the cache."""
    import torch

    from core.inference.requests import InferenceService
    from core.model_reference import open_segmenter

    torch.set_num_threads(max(1, min(8, os.cpu_count() or 1)))
    return InferenceService(open_segmenter)


def main() -> int:
    """Entry of the process."""
    events = begin_process("inference")

    def stop() -> None:
        # Nothing is lost: the worker owns no label, and files of the cache are written aside and renamed.
        os._exit(0)

    InferenceWorker(sys.stdin.buffer, events, _make_service, stop).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
