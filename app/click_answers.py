"""Asks the model for what the clicks on the screen say, and puts its answer under the painted pixels.

One question at a time; whatever was clicked meanwhile goes into the next one, together. The clicks of an image that is opened
again and were never answered are asked then. What the model answers to an image that was left is kept with that image.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from app.answers import offers_of
from app.background import Background
from app.clicking import Clicking
from app.inference_process import InferenceProcess
from app.prediction import PAINTING_MS, cache_folder
from app.prompt_mask import PromptMask
from app.session import Session
from app.settings import Settings
from app.versions import ModelInUse, Versions
from core.errors import KnownError
from core.mask import probability_levels
from core.store import ClicksRow, Offer


@dataclass(frozen=True)
class Question:
    """What the model was asked.

    Attributes:
        image_id, structure_id: of what.
        row: the clicks.
        prompt: the words beside them.
        size: height and width of the image.
    """

    image_id: int
    structure_id: int
    row: ClicksRow
    prompt: str
    size: tuple[int, int]


class ClickAnswers(QObject):
    """From clicks to a prediction that counts.

    Signals:
        asking: what is waited for, in words; "" when the answer is there, or will not come.
        failed: a KnownError the clinician must read.
    """

    asking = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        session: Session,
        versions: Versions,
        process: InferenceProcess,
        settings: Settings,
        clicking: Clicking,
        mask: PromptMask,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._versions, self._process = session, versions, process
        self._settings, self._clicking, self._mask = settings, clicking, mask
        self._now: Question | None = None
        self._model: ModelInUse | None = None
        self._load: int | None = None
        self._number: int | None = None
        self._given_up: Question | None = None
        self._background: Background | None = None
        clicking.changed.connect(self.look)
        session.project_changed.connect(self._forget)
        process.answered.connect(self._answered)
        process.failed.connect(self._failed)

    @property
    def is_busy(self) -> bool:
        """Whether the model is being asked."""
        return self._now is not None

    def look(self) -> None:
        """Ask, if there are clicks without an answer and nothing is being asked."""
        if self._number is not None and not self._process.awaits(self._number):  # the process was stopped
            self._give_up()
        question = self._question()
        if self._now is None and question is not None and question != self._given_up:
            self._ask(question)

    def close(self) -> None:
        """Deliver nothing more, and wait until nothing is computed any more."""
        self._forget()

    def _question(self) -> Question | None:
        session, row = self._session, self._clicking.row
        structure, image = session.structure_row, session.image
        if row.answered or structure is None or image is None or session.image_id is None or session.read_only:
            return None
        if session.editing.status == "accepted":  # it stays as it was reviewed
            return None
        return Question(session.image_id, structure.id, row, structure.prompt, (image.height, image.width))

    def _ask(self, question: Question) -> None:
        path, structure = self._session.image_path, self._session.structure_row
        assert path is not None and structure is not None
        try:
            self._model = self._versions.in_use()
        except KnownError as error:
            self._given_up = question
            self.failed.emit(error)
            return
        self._now, self._load = question, None
        if self._process.model != self._model.reference:
            self._load = self._process.load(self._model.reference, self._settings.device, self._settings.precision)
        self.asking.emit(self.tr("Loading the model …") if self._load is not None else self.tr("Asking the model …"))
        self._number = self._process.predict(
            str(path.resolve()),
            question.prompt,
            cache_folder(self._session),
            zoom=structure.zoom,
            clicks=question.row.clicks,
            before=self._mask.now(),
        )

    def _answered(self, number: int, result: dict[str, Any]) -> None:
        if self._load is not None and number == self._load:
            self.asking.emit(self.tr("Asking the model …"))
        if number != self._number or self._now is None:
            return
        self._number, question = None, self._now
        try:
            offer = offers_of(result, 1)[0]
        except KnownError as error:
            self._failed_with(error)
            return
        logits = offer.candidates[offer.chosen]
        self._background = Background(lambda _: probability_levels(logits, *question.size), self)
        self._background.done.connect(lambda levels: self._deliver(question, offer, levels))
        self._background.failed.connect(self._failed_with)
        self._background.start()

    def _deliver(self, question: Question, offer: Offer, levels: NDArray[np.uint8]) -> None:
        """Keep the answer and show it, but not in the middle of a stroke."""
        session, store, model = self._session, self._session.store, self._model
        if self._now is not question or store is None or model is None:
            return
        if session.editing.is_painting:
            QTimer.singleShot(PAINTING_MS, self, lambda: self._deliver(question, offer, levels))
            return
        key = (question.image_id, question.structure_id)
        shown = key == (session.image_id, session.structure_id) and session.editing.is_loaded
        try:
            kept = store.save_clicked(*key, model.version_id, question.prompt, offer, question.row, model.step)
            if shown and kept is not None:
                self._show(key, kept, levels)
        except KnownError as error:
            self._failed_with(error)
            return
        if kept is None:
            self._given_up = question
        self._end()

    def _show(self, key: tuple[int, int], kept: int, levels: NDArray[np.uint8]) -> None:
        """Show the prediction that counts now. Raises StoreError if it cannot be read."""
        editing, store = self._session.editing, self._session.store
        assert store is not None
        counts = store.prediction(*key)
        if counts is not None and counts.id == kept:
            editing.recent_levels.keep(counts, levels)
        if editing.has_prediction:
            editing.show_prediction()
        else:  # its threshold may be another one now
            editing.load(store, *key)
        editing.touch()

    def _failed(self, number: int, error: KnownError) -> None:
        if self._now is None or number not in (self._load, self._number):
            return
        if number == self._load and self._number is not None:
            self._process.drop(self._number)
        self._failed_with(error)

    def _failed_with(self, error: KnownError) -> None:
        self._give_up()
        self.failed.emit(error)

    def _give_up(self) -> None:
        """These clicks are not asked again by themselves; the next one asks for all."""
        self._given_up = self._now
        self._end()

    def _end(self) -> None:
        if self._background is not None:
            self._background.deleteLater()
        self._now = self._number = self._load = self._background = None
        self.asking.emit("")
        self.look()

    def _forget(self) -> None:
        """Another project is open, or the window closes."""
        for number in (self._load, self._number):
            if number is not None:
                self._process.drop(number)
        if self._background is not None:
            self._background.close()
        self._now = self._number = self._load = self._given_up = self._background = None
        self.asking.emit("")
