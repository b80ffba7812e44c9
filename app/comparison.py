"""What is shown beside the mask: the original, the uncertainty, or what another version of the model predicts.

What another version predicted before is taken from the project; else the model is asked, once somebody wants that. Such an answer
is only looked at: it is not stored, so it never becomes the prediction that counts.
"""

from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.answers import offers_of
from app.background import Background
from app.inference_process import InferenceProcess
from app.prediction import Predictions, cache_folder
from app.session import Session
from app.settings import Settings
from app.versions import Versions
from core.errors import KnownError
from core.mask import probability_levels

ORIGINAL, DOUBT, VERSION = "original", "doubt", "version:"
MOST_ANSWERS = 32

Key = tuple[int, int, str | None, str]
"""Image, structure, version and words."""


class Comparison(QObject):
    """What the right half of the picture shows.

    Attributes:
        what: `ORIGINAL`, `DOUBT`, or `VERSION` with the id of a version ("" for the base model).
        is_open: whether there is a right half.
        levels: (H, W) uint8, 0..199, of what is drawn over the picture; None for nothing.
        is_missing: whether the chosen version has not predicted this image and can be asked.

    Signals:
        changed: something else is shown.
        asking: whether the model is being asked.
    """

    changed = Signal()
    asking = Signal(bool)

    def __init__(
        self,
        session: Session,
        versions: Versions,
        process: InferenceProcess,
        predictions: Predictions,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._versions, self._settings = session, versions, settings
        self._process, self._predictions = process, predictions
        self.what, self.is_open, self.is_missing = ORIGINAL, False, False
        self.levels: NDArray[np.uint8] | None = None
        self._answers: OrderedDict[Key, NDArray[np.float16]] = OrderedDict()
        self._waits = False
        self._load: int | None = None
        self._asked: tuple[int, Key] | None = None
        self._work: Background | None = None
        for signal in (session.image_changed, session.structure_changed, session.prediction_changed):
            signal.connect(self.look)
        session.project_changed.connect(self._forget)
        session.project_closing.connect(self._give_up_work)
        predictions.idle.connect(lambda _: self._send())
        process.answered.connect(self._answered)
        process.failed.connect(self._failed)

    def choices(self) -> list[tuple[str, str]]:
        """What can be chosen, and its words; the project is read. Raises StoreError."""
        found = [(ORIGINAL, self.tr("The original")), (DOUBT, self.tr("Uncertainty of the model"))]
        if self._session.store is not None:
            active = self._versions.active_id()
            for key in (None, *(row.id for row in self._versions.rows())):
                name = self._versions.name_of(key)
                words = self.tr("{version}, in use").format(version=name) if key == active else name
                found.append((VERSION + (key or ""), words))
        return found

    def choose(self, what: str) -> None:
        """Show something else on the right."""
        self.what = what
        self.look()

    def open(self, is_open: bool) -> None:
        """Show the right half, or do not."""
        self.is_open = is_open
        self.look()

    def look(self) -> None:
        """Find what belongs to the image and the structure on the screen."""
        self._give_up_work()
        self.levels, self.is_missing = None, False
        editing = self._session.editing
        if self.is_open and editing.levels is not None:
            if self.what == DOUBT and editing.has_prediction:
                self.levels = editing.levels
            elif self.what.startswith(VERSION):
                self._look_at_version(editing.levels.shape)
        self.changed.emit()

    def ask(self) -> None:
        """Let the chosen version predict the image on the screen, as soon as nothing else is being predicted."""
        self._waits = True
        self.asking.emit(True)
        if not self._predictions.is_busy:
            self._send()

    @property
    def is_asking(self) -> bool:
        """Whether the model is asked, or soon will be."""
        return self._waits or (self._asked is not None and self._process.awaits(self._asked[0]))

    def _look_at_version(self, size: tuple[int, ...]) -> None:
        key, store = self._key(), self._session.store
        if key is None or store is None:
            return
        try:
            logits = self._answers.get(key)
            if logits is None:
                logits = store.logits_of_version(*key)
        except KnownError as error:
            self._session.failed.emit(error)
            return
        if logits is None:
            self.is_missing = True
            return
        height, width = size
        found = logits
        self._work = Background(lambda _: probability_levels(found, height, width), self)
        self._work.done.connect(self._show)
        self._work.start()

    def _show(self, levels: NDArray[np.uint8]) -> None:
        self.levels = levels
        if self._work is not None:
            self._work.deleteLater()
            self._work = None
        self.changed.emit()

    def _key(self) -> Key | None:
        """What is looked for; None where a version cannot be shown."""
        session, row = self._session, self._session.structure_row
        if session.image_id is None or row is None or not self.what.startswith(VERSION):
            return None
        return session.image_id, row.id, self.what.removeprefix(VERSION) or None, row.prompt

    def _send(self) -> None:
        """Ask, unless predictions that count are asked for: they load their model and ask it in two steps."""
        key, path, row = self._key(), self._session.image_path, self._session.structure_row
        if not self._waits or self._predictions.is_busy:
            return
        self._waits = False
        if key is None or path is None or row is None:
            self.asking.emit(False)
            return
        try:
            reference = self._versions.reference_of(key[2])
        except KnownError as error:
            self.asking.emit(False)
            self._session.failed.emit(error)
            return
        differs = self._process.model != reference
        settings = self._settings
        self._load = self._process.load(reference, settings.device, settings.precision) if differs else None
        number = self._process.predict(str(path.resolve()), row.prompt, cache_folder(self._session), zoom=row.zoom)
        self._asked = (number, key)

    def _answered(self, number: int, result: dict[str, Any]) -> None:
        if self._asked is None or number != self._asked[0]:
            return
        key, self._asked = self._asked[1], None
        self.asking.emit(False)
        try:
            offer = offers_of(result, 1)[0]
        except KnownError as error:
            self._session.failed.emit(error)
            return
        self._answers[key] = offer.candidates[offer.chosen]
        while len(self._answers) > MOST_ANSWERS:
            self._answers.popitem(last=False)
        self.look()

    def _failed(self, number: int, error: KnownError) -> None:
        if self._asked is None or number not in (self._asked[0], self._load):
            return
        self._process.drop(self._asked[0])
        self._asked = None
        self.asking.emit(False)
        self._session.failed.emit(error)

    def _give_up_work(self) -> None:
        if self._work is not None:
            self._work.close()
            self._work.deleteLater()
            self._work = None

    def _forget(self) -> None:
        """Another project, or none, is open."""
        if self._asked is not None:
            self._process.drop(self._asked[0])
        self._answers.clear()
        self._asked, self._waits, self.what = None, False, ORIGINAL
        self.asking.emit(False)
        self.look()
