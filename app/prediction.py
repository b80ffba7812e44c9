"""Predictions as the clinician asks for them: one after the other, in the model's own process, never in the way.

The image may be changed while the model works; the answer then goes to the image it was asked for. Once a structure was
predicted, the next unseen image is predicted by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from app.answers import offers_of
from app.deciding import model_decides
from app.inference_process import InferenceProcess
from app.outcome_words import words_for
from app.session import Session
from app.start_threshold import start_step
from app.structure_lock import is_locked, refuses
from app.versions import ModelInUse, Versions
from core.errors import KnownError
from core.image_file import file_of
from core.store import ImageRow, StructureRow

AUTOMATIC_AFTER_MS = 150
PAINTING_MS = 50
CACHE = "cache"


@dataclass(frozen=True)
class Wanted:
    """A prediction that somebody waits for.

    Attributes:
        image_id: of the image.
        path: of its file.
        structures: id and prompt of each structure to be found on it.
        zoom: how close to look for all of them.
        decide: whether the model may answer that there is nothing.
        automatic: whether nobody asked for it by hand.
        later: whether it is one of many and waits for everything else.
    """

    image_id: int
    path: str
    structures: tuple[tuple[int, str], ...]
    zoom: int
    decide: bool
    automatic: bool
    later: bool = False


class Predictions(QObject):
    """Asks the model, in turn, for what is wanted, and hands the answers to the session.

    Attributes:
        automatic: whether an unseen image is predicted by itself once its structure was asked for.

    Signals:
        busy: what the model does now, in words.
        idle: the model has nothing to do; what came of the last prediction, in words, or "".
        answered: a prediction was stored.
        found_none: names of structures for which the model, asked by hand, answered without a mask.
        failed: a KnownError the clinician must read.
    """

    answered = Signal()
    found_none = Signal(list)
    busy = Signal(str)
    idle = Signal(str)
    failed = Signal(object)

    def __init__(
        self, session: Session, versions: Versions, process: InferenceProcess, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._versions, self._process = session, versions, process
        self.automatic = True
        self._queue: list[Wanted] = []
        self._now: Wanted | None = None
        self._model: ModelInUse | None = None
        self._number: int | None = None
        self._loading = False
        self._how, self._device = ("auto", "auto"), ""
        self._asked: set[int] = set()
        self._overtaken: set[tuple[int, int]] = set()
        self._soon = QTimer(self, singleShot=True, interval=AUTOMATIC_AFTER_MS)
        self._soon.timeout.connect(self._want_by_itself)
        session.image_changed.connect(self._image_changed)
        session.structure_changed.connect(self._image_changed)
        session.project_changed.connect(self._forget)
        process.answered.connect(self._answered)
        process.failed.connect(self._request_failed)
        process.progressed.connect(self._progressed)
        process.died.connect(self.failed)

    @property
    def is_busy(self) -> bool:
        """Whether the model works on something."""
        return self._now is not None

    def want(self, words: str) -> str:
        """Ask for the current structure on the current image.

        Args:
            words: what stands in the prompt now.

        Returns:
            "" when it was asked for, or the structure is locked (which is said); else the key of the sentence that says why not.
        """
        structure = self._session.structure_row
        if structure is None:
            return "needs_structure"
        if refuses(self._session):
            return ""
        if not words.strip():
            return "prompt_empty"
        self._enqueue([structure], automatic=False)
        return ""

    def want_all(self) -> str:
        """Ask for every structure of the current image that nobody has worked on, in one look at it.

        Returns:
            "" when it was asked for, else the key of the sentence that says why not.
        """
        store, image_id, rows = self._session.store, self._session.image_id, self._session.structures
        if store is None or image_id is None or not rows:
            return "needs_structure"
        try:
            fresh = [
                row
                for row in rows
                if not row.is_locked and store.correction(image_id, row.id).status in ("unseen", "predicted")
            ]
        except KnownError as error:
            self.failed.emit(error)
            return ""
        self._enqueue(fresh, automatic=False)
        return "" if fresh else "all_worked_on"

    def overtake(self) -> None:
        """A click asks with the words as well: an answer to the words alone that is still to come is not wanted any more."""
        for wanted in (self._now, *self._queue):
            if wanted is not None and wanted.image_id == self._session.image_id:
                self._overtaken.add((wanted.image_id, self._session.structure_id or 0))

    def want_images(self, rows: Sequence[ImageRow]) -> None:
        """Ask for the current structure on many images, one after the other, behind whatever a person asks for meanwhile."""
        store, structure = self._session.store, self._session.structure_row
        if store is None or structure is None or refuses(self._session):
            return
        try:
            decide = model_decides(self._session)
        except KnownError as error:
            self.failed.emit(error)
            return
        asked = ((structure.id, structure.prompt),)
        waiting = {wanted.image_id for wanted in self._queue if wanted.later and wanted.structures == asked}
        self._queue += [
            Wanted(
                row.id, str(store.image_path(row).resolve()), asked, structure.zoom, decide, automatic=True, later=True
            )
            for row in rows
            if row.id not in waiting
        ]
        self._next()

    def compute(self, device: str, precision: str) -> None:
        """Let the model compute elsewhere or in another precision, from the next prediction on.

        Args:
            device: "auto", "cpu", "cuda" or "mps".
            precision: "auto", "fp32", "bf16", "8bit" or "4bit".
        """
        if (device, precision) == self._how:
            return
        self._how = device, precision
        self.stop()
        self._process.stop()

    def stop(self) -> None:
        """Give up what is asked for; the model's process ends and is started again with the next prediction."""
        self._queue.clear()
        if self._now is not None:
            self._process.stop()
            self._end(self.tr("Stopped."))

    def close(self) -> None:
        """End the model's process and wait for it."""
        self._forget()
        self._process.close()

    def _image_changed(self) -> None:
        self._queue = [wanted for wanted in self._queue if wanted.later or not wanted.automatic]
        if self._now is None:
            self.idle.emit("")
        self._soon.start()

    def _want_by_itself(self) -> None:
        if self.automatic and self._session.structure_id in self._asked and is_fresh(self._session, self._versions):
            structure = self._session.structure_row
            self._enqueue([structure] if structure is not None else [], automatic=True)

    def _enqueue(self, structures: list[StructureRow], automatic: bool) -> None:
        if not automatic:
            self._soon.stop()  # a person has asked: the image need not be predicted by itself any more
        image, path = self._session.image_id, self._session.image_path
        if image is None or path is None or not structures or self._session.image is None:
            return
        try:
            decide = model_decides(self._session)
        except KnownError as error:
            self.failed.emit(error)
            return
        self._asked.update(row.id for row in structures)
        self._overtaken -= {(image, row.id) for row in structures}
        soon = [one for one in self._queue if not one.later]
        known = [one for one in (self._now, *soon) if one is not None and one.image_id == image]
        for zoom in sorted({row.zoom for row in structures}):
            asked = tuple((row.id, row.prompt) for row in structures if row.zoom == zoom)
            alike = [one for one in known if (one.decide, one.zoom) == (decide, zoom)]
            if not any(set(asked) <= set(one.structures) for one in alike):
                soon.append(Wanted(image, str(path.resolve()), asked, zoom, decide, automatic))
        self._queue = [*soon, *(one for one in self._queue if one.later)]
        self._next()

    def _next(self) -> None:
        if self._now is not None or not self._queue:
            return
        try:
            self._queue = without_what_was_seen(self._session, self._queue)
            if not self._queue:
                self.idle.emit("")
                return
            self._model = self._versions.in_use()
        except KnownError as error:
            self._queue.clear()
            self.failed.emit(error)
            return
        self._now = self._queue.pop(0)
        self._loading = self._process.model != self._model.reference
        if self._loading:
            self.busy.emit(self.tr("Loading the model …"))
            self._number = self._process.load(self._model.reference, *self._how)
        else:
            self._ask()

    def _ask(self) -> None:
        assert self._now is not None
        wanted, cache = self._now, cache_folder(self._session)
        words = self.tr("Looking at {image} …").format(image=file_of(Path(wanted.path)).name)
        if wanted.later:
            words += " " + self.tr("{count} more").format(count=len(self._queue))
        self.busy.emit(words)
        prompts = [prompt for _, prompt in wanted.structures]
        if len(prompts) == 1:
            self._number = self._process.predict(wanted.path, prompts[0], cache, wanted.decide, wanted.zoom)
        else:
            self._number = self._process.predict_several(wanted.path, prompts, cache, wanted.decide, wanted.zoom)

    def _answered(self, number: int, result: dict[str, Any]) -> None:
        if number != self._number or self._now is None:
            return
        if self._loading:
            self._loading = False
            self._device = str(result.get("device", ""))
            self._ask()
        else:
            self._number = None
            self._deliver(self._now, result)

    def _deliver(self, wanted: Wanted, result: dict[str, Any]) -> None:
        """Hand the answer over, but not in the middle of a stroke."""
        if self._now is not wanted or self._model is None:
            return
        if self._session.editing.is_painting:
            QTimer.singleShot(PAINTING_MS, self, lambda: self._deliver(wanted, result))
            return
        try:
            offers = offers_of(result, len(wanted.structures))
            for (structure_id, prompt), offer in zip(wanted.structures, offers, strict=True):
                if (wanted.image_id, structure_id) in self._overtaken:
                    continue
                logits, iou = offer.candidates[offer.chosen], offer.ious[offer.chosen]
                self._session.take_prediction(
                    wanted.image_id,
                    structure_id,
                    self._model.version_id,
                    prompt,
                    logits,
                    iou,
                    start_step(self._session, structure_id, self._model.step),
                    offer,
                )
        except KnownError as error:
            self.failed.emit(error)
            self._end("")
            return
        self.answered.emit()
        found = {structure_id: offer for (structure_id, _), offer in zip(wanted.structures, offers, strict=True)}
        names = [row.name for row in self._session.structures if row.id in found and found[row.id].parts == 0]
        if names and not wanted.automatic:
            self.found_none.emit(names)
        shown = wanted.image_id == self._session.image_id and self._session.structure_id in found
        seconds = float(result.get("seconds", 0.0))
        self._end(words_for(self._session, len(found), seconds, self._device) if shown else "")

    def _request_failed(self, number: int, error: KnownError) -> None:
        if number != self._number or self._now is None:
            return
        if self._loading or not self._process.is_running:
            self._queue.clear()
        self.failed.emit(error)
        self._end("")

    def _progressed(self, number: int, text: str, _fraction: float | None) -> None:
        if number == self._number and self._loading:
            self.busy.emit(QCoreApplication.translate("core", text) + " …")

    def _end(self, words: str) -> None:
        self._now, self._number, self._loading = None, None, False
        if self._queue:
            self._next()
        else:
            self.idle.emit(words)

    def _forget(self) -> None:
        """Another project is open: nothing of the old one is wanted any more."""
        if self._number is not None:
            self._process.drop(self._number)
        self._queue.clear()
        self._asked.clear()
        self._overtaken.clear()
        self._now, self._number, self._loading = None, None, False
        self.idle.emit("")


def is_fresh(session: Session, versions: Versions) -> bool:
    """Whether nobody worked on the current image yet, and this model has not seen it."""
    store, image_id, structure_id = session.store, session.image_id, session.structure_id
    if store is None or image_id is None or structure_id is None or is_locked(session):
        return False
    try:
        (review,) = store.reviews(structure_id, image_id)
        if review.status != "predicted":
            return review.status == "unseen"
        prediction = store.prediction(image_id, structure_id)
        return prediction is not None and prediction.version_id != versions.active_id()
    except KnownError as error:
        session.failed.emit(error)
        return False


def without_what_was_seen(session: Session, queue: list[Wanted]) -> list[Wanted]:
    """The queue from the first on that is still wanted: of many, an image that somebody has begun meanwhile is left alone.

    Raises:
        StoreError: the project cannot be read.
    """
    for place, wanted in enumerate(queue):
        structure_id = wanted.structures[0][0]
        if not wanted.later or session.store is None:
            return queue[place:]
        (review,) = session.store.reviews(structure_id, wanted.image_id)
        if review.status == "unseen":
            return queue[place:]
    return []


def cache_folder(session: Session) -> str:
    """Where the open project keeps what was computed of its images; "" without one."""
    return str((session.folder / CACHE).resolve()) if session.folder is not None else ""
