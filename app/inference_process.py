"""The model in its own process, as the window sees it: numbered requests, and exactly one ending for each.

The process is started with the first request and again with the first one after it died. Requests are worked on in their
order. An answer that is not wanted any more is dropped by its number.
"""

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.language import QT_TRANSLATE_NOOP
from app.worker_process import Ending, How, WorkerProcess, worker_command
from core.clicks import Clicks
from core.errors import WorkerError
from core.log_file import Plain
from core.lost_card import lost_card
from core.packed_array import pack_array
from core.propagate_protocol import DoubtAnswer, PropagateRequest, SliceAnswer, StopPropagateRequest
from core.worker_protocol import (
    DoneEvent,
    FailedEvent,
    LoadRequest,
    PredictRequest,
    PredictSeveralRequest,
    PrepareRequest,
    ProgressEvent,
    QuitRequest,
    RestRequest,
)

log = logging.getLogger(__name__)

SENTENCES: dict[How, tuple[str, str]] = {
    How.DIED: (
        QT_TRANSLATE_NOOP(
            "core", "The model stopped unexpectedly, so it gave no answer; your labels and strokes are safe."
        ),
        QT_TRANSLATE_NOOP(
            "core",
            "Press Predict to load it again. If it happens again, close other programs: the memory may be too small.",
        ),
    ),
    How.NOT_STARTED: (
        QT_TRANSLATE_NOOP("core", "The model could not be started; your labels and strokes are safe."),
        QT_TRANSLATE_NOOP("core", "Try again. If it happens again, install the program again."),
    ),
    How.MISMATCH: (
        QT_TRANSLATE_NOOP(
            "core",
            "The window and its background worker belong to two different installations, so the model was not started.",
        ),
        QT_TRANSLATE_NOOP("core", "Close the program and install it again; your labels are safe."),
    ),
}


class InferenceProcess(QObject):
    """Loads models and predicts in another process.

    Attributes:
        model: the reference that the process has loaded or is about to load, None when it holds none.

    Signals:
        answered: number and result of a request that came to its good end.
        failed: number of a request and a KnownError.
        progressed: number of a request, an English text (context "core"), and a fraction 0..1 or None.
        walked: number of a walk through a stack that is under way, and a SliceAnswer or a DoubtAnswer of it.
        stopped: the process was let go; nothing is delivered any more for what was asked of it.
        died: a KnownError; the process ended unasked while nobody waited for an answer.
    """

    answered = Signal(int, dict)
    failed = Signal(int, object)
    progressed = Signal(int, str, object)
    walked = Signal(int, object)
    stopped = Signal()
    died = Signal(object)

    def __init__(self, command: Sequence[str] | None = None, parent: QObject | None = None) -> None:
        """Prepare; nothing is started yet.

        Args:
            command: program and arguments; the program's own worker when left out.
            parent: owner.
        """
        super().__init__(parent)
        self._command = list(command) if command is not None else worker_command("core.inference.worker")
        self._worker: WorkerProcess | None = None
        self._leaving: list[WorkerProcess] = []
        self._open: dict[int, bool] = {}
        self._loads: set[int] = set()
        self._last = 0
        self.model: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is a process now."""
        return self._worker is not None

    @property
    def is_waited_for(self) -> bool:
        """Whether an answer is still to be delivered."""
        return any(self._open.values())

    def load(self, model: str, device: str = "auto", precision: str = "auto") -> int:
        """Ask for a model and return the number of the request.

        Args:
            model: folder of a base model or of a version, hub name, or "demo".
            device: "auto", "cpu", "cuda" or "mps".
            precision: "auto", "fp32", "bf16", "8bit" or "4bit".
        """
        number = self._number()
        self._loads.add(number)
        self.model = model
        self._send(LoadRequest(number, model, device, precision))
        return number

    def predict(
        self,
        image: str,
        prompt: str,
        cache: str = "",
        decide: bool = False,
        zoom: int = 1,
        clicks: Clicks = Clicks(),  # noqa: B008
        before: NDArray[np.floating] | None = None,
    ) -> int:
        """Ask for a prediction and return the number of the request.

        Args:
            image: path of the image file.
            prompt: the structure in words.
            cache: folder in which the project keeps features of its images.
            decide: whether the model may answer that there is nothing.
            zoom: 2 or 3 sees the image in 4 or 9 crops.
            clicks: in image pixels.
            before: (g, g) logits of the mask that the clicks correct (`core.mask_prompt`), None for none.
        """
        number = self._number()
        packed = pack_array(before) if before is not None else None
        self._send(PredictRequest(number, image, prompt, clicks, cache, decide, zoom, packed))
        return number

    def predict_several(
        self, image: str, prompts: Sequence[str], cache: str = "", decide: bool = False, zoom: int = 1
    ) -> int:
        """As `predict`, for several structures that the model looks for at once."""
        number = self._number()
        self._send(PredictSeveralRequest(number, image, tuple(prompts), cache, decide, zoom))
        return number

    def prepare(self, image: str, prompts: Sequence[str], cache: str, zoom: int = 1) -> int:
        """Ask to compute ahead what a prediction will need, and return the number of the request.

        It makes way for every other request; its answer then says {"prepared": False}.
        """
        number = self._number()
        self._send(PrepareRequest(number, image, tuple(prompts), cache, zoom))
        return number

    def propagate(
        self,
        images: Sequence[str],
        start: int,
        mask: NDArray[np.bool_],
        prompt: str,
        forward: int,
        backward: int,
        cache: str = "",
    ) -> int:
        """Ask to carry a mask through a stack, and return the number of the request.

        Args:
            images: paths of the slices in order.
            start: index of the slice that has the mask.
            mask: (H, W) bool in the size of that slice.
            prompt: the structure in words.
            forward: how many slices after it at most.
            backward: how many before it.
            cache: folder in which the project keeps features of its images.
        """
        number = self._number()
        packed = pack_array(mask.astype(np.uint8))
        self._send(PropagateRequest(number, list(images), start, packed, prompt, forward, backward, cache))
        return number

    def end_walk(self, number: int) -> None:
        """Let a walk through a stack end early; its good ending follows."""
        if self._worker is not None:
            self._worker.send(StopPropagateRequest(number).message())

    def rest(self) -> None:
        """What is being prepared is given up at once."""
        if self._worker is not None:
            self._worker.send(RestRequest().message())

    def awaits(self, number: int) -> bool:
        """Whether an answer to this request will still be delivered."""
        return self._open.get(number, False)

    def drop(self, number: int) -> None:
        """The answer to this request is not wanted any more: nothing is delivered for it."""
        if number in self._open:
            self._open[number] = False

    def stop(self) -> None:
        """End the process; nothing is delivered for open requests. The next request starts it again."""
        if self._worker is not None:
            worker = self._let_go()
            worker.send(QuitRequest().message())
            worker.end()
            self.stopped.emit()

    def close(self) -> None:
        """As `stop`, but wait until the process is gone, and those that were stopped before."""
        if self._worker is not None:
            self._let_go()
        for worker in list(self._leaving):
            worker.close()

    def _let_go(self) -> WorkerProcess:
        assert self._worker is not None
        worker, self._worker = self._worker, None
        worker.came.disconnect(self._take)
        worker.ended.disconnect(self._ended)
        self._leaving.append(worker)
        self._open.clear()
        self._loads.clear()
        self.model = None
        return worker

    def _clear_left(self) -> None:
        for worker in [one for one in self._leaving if not one.is_running]:
            self._leaving.remove(worker)
            worker.deleteLater()

    def _number(self) -> int:
        if self._worker is None:
            self._clear_left()
            self._worker = WorkerProcess(self._command, self)
            self._worker.came.connect(self._take)
            self._worker.ended.connect(self._ended)
            self._worker.start()
        self._last += 1
        self._open[self._last] = True
        return self._last

    def _send(
        self, request: LoadRequest | PredictRequest | PredictSeveralRequest | PrepareRequest | PropagateRequest
    ) -> None:
        assert self._worker is not None
        self._worker.send(request.message())

    def _take(self, event: object) -> None:
        if isinstance(event, ProgressEvent):
            if event.id is not None and self._open.get(event.id):
                self.progressed.emit(event.id, event.text, event.fraction)
            return
        if isinstance(event, SliceAnswer | DoubtAnswer):
            if self._open.get(event.id):
                self.walked.emit(event.id, event)
            return
        number = event.id if isinstance(event, DoneEvent | FailedEvent) else None
        if number is None or number not in self._open:
            log.warning("an answer that nobody waits for: %s", Plain(type(event).__name__))
            return
        wanted = self._open.pop(number)
        if isinstance(event, FailedEvent) and number in self._loads:
            self.model = None
        self._loads.discard(number)
        if not wanted:
            return
        if isinstance(event, DoneEvent):
            self.answered.emit(number, event.result)
        elif isinstance(event, FailedEvent):
            self.failed.emit(number, event.error())

    def _ended(self, ending: Ending) -> None:
        waiting = [number for number, wanted in self._open.items() if wanted]
        self._let_go()
        words = SENTENCES.get(ending.how, SENTENCES[How.DIED])
        error = lost_card() if ending.how is How.LOST_CARD else WorkerError(*words)
        for number in waiting:
            self.failed.emit(number, error)
        if not waiting:
            self.died.emit(error)
