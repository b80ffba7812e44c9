"""What a click at the pointer would give, as a thin outline, where the machine is quick enough for it. Nothing of it is kept."""

import math
import time
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF
from PySide6.QtGui import QPolygonF

from app.answers import offers_of
from app.click_answers import ClickAnswers
from app.click_tool import ClickTool
from app.clicking import Clicking
from app.inference_process import InferenceProcess
from app.prediction import cache_folder
from app.prompt_mask import PromptMask
from app.session import Session
from app.versions import Versions
from core.errors import KnownError
from core.mask import threshold_of

QUICK = 0.06
"""Seconds within which the last answer must have come; reading an image or words that were new does not count."""
LATE = 0.25
"""An answer after so many seconds is of a place where the pointer is no more."""
SIDE = 512
"""The outline is looked for on a map of this side."""


class ClickPreview(QObject):
    """Asks while the pointer moves with nothing pressed: one question at a time, for the newest place.

    Attributes:
        took: seconds of the last answer, whatever was asked, None where none was measured.
    """

    def __init__(
        self,
        session: Session,
        versions: Versions,
        process: InferenceProcess,
        clicking: Clicking,
        answers: ClickAnswers,
        tool: ClickTool,
        mask: PromptMask,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._versions, self._process = session, versions, process
        self._clicking, self._answers, self._tool, self._mask = clicking, answers, tool, mask
        self._wanted: QPointF | None = None
        self._number: int | None = None
        self._begun = 0.0
        self.took: float | None = None
        tool.hovered.connect(self._hover)
        clicking.changed.connect(self._clear)
        process.answered.connect(self._answered)
        process.failed.connect(self._failed)

    def _hover(self, point: QPointF | None) -> None:
        if point is None:
            self._clear()
        else:
            self._wanted = point
            self._ask()

    def _clear(self) -> None:
        self._wanted = None
        if self._number is not None:
            self._process.drop(self._number)
            self._number = None
        self._show([])

    def _ask(self) -> None:
        """Ask for the newest place, unless something is being asked or the machine is too slow for it."""
        if self._number is not None and self._process.awaits(self._number):
            return
        session, point, took = self._session, self._wanted, self.took
        structure, path = session.structure_row, session.image_path
        if point is None or took is None or took > QUICK or self._answers.is_busy:
            return
        if structure is None or path is None or not self._is_loaded():
            return
        self._wanted, self._begun = None, time.perf_counter()
        self._number = self._process.predict(
            str(path.resolve()),
            structure.prompt,
            cache_folder(session),
            zoom=structure.zoom,
            clicks=self._clicking.row.clicks.with_point(point.x(), point.y(), True),
            before=self._mask.now(),
        )

    def _is_loaded(self) -> bool:
        try:
            return self._process.model == self._versions.in_use().reference
        except KnownError:
            return False  # whoever clicks will be told

    def _answered(self, number: int, result: dict[str, Any]) -> None:
        decoding = float(result.get("decoding", 0.0))
        if number != self._number:
            self.took = decoding or self.took
            return
        self._number, took, image = None, time.perf_counter() - self._begun, self._session.image
        self.took = took - max(0.0, float(result.get("seconds", 0.0)) - decoding)
        try:
            offer = offers_of(result, 1)[0]
        except KnownError:
            return  # a click will say it
        if image is not None and took <= LATE:
            step = self._session.editing.step
            self._show(outline_of(offer.candidates[offer.chosen], step, image.height, image.width))
        self._ask()

    def _failed(self, number: int, _error: KnownError) -> None:
        if number == self._number:
            self._number, self.took = None, None

    def _show(self, lines: list[QPolygonF]) -> None:
        if lines or self._tool.preview:
            self._tool.preview = lines
            self._tool.changed.emit()


def outline_of(logits: NDArray[np.float16], step: int, height: int, width: int) -> list[QPolygonF]:
    """The edge of a mask in image pixels, near enough to look at.

    Args:
        logits: (g, g), the whole image squeezed into a square.
        step: 1..199, of the threshold.
        height: of the image in pixels.
        width: of the image in pixels.
    """
    level = threshold_of(step)
    side = max(SIDE, len(logits))
    square = cv2.resize(logits.astype(np.float32), (side, side), interpolation=cv2.INTER_LINEAR)
    inside = (square > math.log(level / (1 - level))).astype(np.uint8)
    found, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    scale = np.array([width / side, height / side])
    lines = [((line.reshape(-1, 2) + 0.5) * scale).tolist() for line in found]
    return [QPolygonF([QPointF(x, y) for x, y in line]) for line in lines]
