"""While nobody waits for the model, it looks at the image on the screen for the other structures, and at the next images.

Only what is the same for every prediction is computed, and kept in the project's cache: the next image, and a second
structure, then cost the mask decoder alone. Whatever a person asks for goes first (the worker gives up preparing between two
layers of the model). No model is loaded for it, nothing is prepared while a fine-tune runs, and nothing without a project.
"""

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from app.deciding import model_decides
from app.finetuning import Finetuning
from app.inference_process import InferenceProcess
from app.prediction import Predictions, cache_folder
from app.session import Session
from app.versions import Versions
from core.errors import KnownError
from core.store import ImageRow

log = logging.getLogger(__name__)

IMAGES_AHEAD = 3
MOST_STRUCTURES = 16
QUIET_MS = 400
MOST_FAILURES = 3

Task = tuple[str, str, tuple[str, ...], int]
"""Model, path of the image, prompts, how close to look for them."""


class PreparingAhead(QObject):
    """Asks the worker for one image after the other, until the next images are prepared.

    Attributes:
        images: the current image and at most so many that come after it; in the order of the project until told otherwise.
    """

    def __init__(
        self,
        session: Session,
        versions: Versions,
        process: InferenceProcess,
        predictions: Predictions,
        finetuning: Finetuning,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._versions, self._process = session, versions, process
        self._predictions, self._finetuning = predictions, finetuning
        self.images: Callable[[int], list[ImageRow]] = self._images_of_the_project
        self._done: set[Task] = set()
        self._failures = 0
        self._task: Task | None = None
        self._number: int | None = None
        self._soon = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._soon.timeout.connect(self._go_on)
        for signal in (predictions.idle, finetuning.ended, session.image_changed, session.structures_changed):
            signal.connect(lambda *_: self._soon.start(QUIET_MS))
        predictions.busy.connect(lambda _: self._soon.stop())
        finetuning.started.connect(self._give_up)
        session.project_closing.connect(self._give_up)
        session.project_changed.connect(self._begin)
        process.answered.connect(self._answered)
        process.failed.connect(self._failed)

    def _begin(self) -> None:
        """Another project, or none, is open."""
        self._give_up()
        self._done.clear()
        self._failures = 0

    def _give_up(self) -> None:
        self._soon.stop()
        if self._number is not None:
            self._process.drop(self._number)
            self._process.rest()
            self._number = None

    def _go_on(self) -> None:
        if self._finetuning.is_running or self._predictions.is_busy or self._failures >= MOST_FAILURES:
            return
        if self._number is not None and self._process.awaits(self._number):
            return
        self._number, self._task = None, self._next_task()
        if self._task is not None:
            _, image, prompts, zoom = self._task
            self._number = self._process.prepare(image, prompts, cache_folder(self._session), zoom)

    def _next_task(self) -> Task | None:
        """What is to be prepared next; None when all is, or the model is not loaded."""
        session, store = self._session, self._session.store
        images = self.images(IMAGES_AHEAD)
        if store is None or session.image_id is None or not images:
            return None
        try:
            model = self._versions.in_use().reference
            decides = model_decides(session)
        except KnownError:
            return None  # who predicts next will be told
        if not self._process.is_running or self._process.model != model:
            return None
        rows = session.structures[:MOST_STRUCTURES]
        for image in images:
            for zoom in sorted({row.zoom for row in rows}):
                # A model that decides reads words and image together each time: only the image's features can be kept.
                prompts = () if decides else tuple(row.prompt for row in rows if row.zoom == zoom)
                task = (model, str(store.image_path(image).resolve()), prompts, zoom)
                if task not in self._done:
                    return task
        return None

    def _images_of_the_project(self, count: int) -> list[ImageRow]:
        ids = [row.id for row in self._session.images]
        here = ids.index(self._session.image_id) if self._session.image_id in ids else len(ids)
        return self._session.images[here : here + 1 + count]

    def _answered(self, number: int, result: dict[str, Any]) -> None:
        if number != self._number or self._task is None:
            return
        self._number = None
        if result.get("prepared") is True:
            self._done.add(self._task)
            self._failures = 0
        self._soon.start(QUIET_MS)

    def _failed(self, number: int, error: KnownError) -> None:
        """An image that cannot be read, or a full memory: nobody asked for it, so nobody is told; the prediction will say it."""
        if number != self._number or self._task is None:
            return
        log.info("an image could not be prepared: %s", error)
        self._number = None
        self._done.add(self._task)
        # A worker that died of it would die again.
        self._failures += 1 if self._process.is_running else MOST_FAILURES
        self._soon.start(QUIET_MS)
