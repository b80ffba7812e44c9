"""The mask on the screen as the model is shown it; made once for as long as nothing is painted."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from app.session import Session
from core.correction import EditLayer
from core.mask_prompt import mask_prompt
from core.store import PredictionRow


class PromptMask(QObject):
    """Keeps the mask prompt of the mask that is being corrected: on a large image it is too much for every move of the pointer."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._made_of: tuple[PredictionRow | None, EditLayer | None] | None = None
        self._known: NDArray[np.floating] | None = None
        session.mask_changed.connect(self._forget)

    def now(self) -> NDArray[np.floating] | None:
        """(g, g) logits for `InferenceProcess.predict`; None where nothing was answered and nothing painted."""
        prediction, edits = self._session.editing.prediction, self._session.editing.edits
        if self._made_of is None or self._made_of[0] is not prediction or self._made_of[1] is not edits:
            answer = prediction.logits if prediction is not None else None
            self._known = mask_prompt(answer, edits.layer) if edits is not None else answer
            self._made_of = (prediction, edits)
        return self._known

    def _forget(self) -> None:
        self._made_of = self._known = None
