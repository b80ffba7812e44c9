"""Whether the model decides by itself that a structure is on an image: a choice of the project.

Usually the answer is forced: somebody named the structure, so there is a mask of it. A model that decides writes its answer
word by word, and may answer without a mask, or with several.
"""

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton

from app.session import Session
from core.errors import KnownError

LET_DECIDE = "let_decide"


def model_decides(session: Session) -> bool:
    """Whether the model of the open project decides; False without one. Raises StoreError if it cannot be read."""
    return session.store is not None and session.store.meta(LET_DECIDE) == "yes"


def let_model_decide(session: Session, on: bool) -> None:
    """Keep the choice with the open project. Raises StoreError if it cannot be written."""
    if session.store is not None and on != model_decides(session):
        session.store.set_meta(LET_DECIDE, "yes" if on else None)


class DecisionSwitch(QObject):
    """The controls that show and change the choice, wherever they stand."""

    def __init__(self, session: Session, controls: Sequence[QAbstractButton | QAction], parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._controls = session, controls
        for control in controls:
            control.toggled.connect(self._keep)
        session.project_changed.connect(self._show)
        self._show()

    def _keep(self, on: bool) -> None:
        try:
            let_model_decide(self._session, on)
        except KnownError as error:
            self._session.failed.emit(error)
        self._show()

    def _show(self) -> None:
        try:
            on = model_decides(self._session)
        except KnownError as error:
            self._session.failed.emit(error)
            return
        for control in self._controls:
            control.setEnabled(self._session.store is not None)
            control.blockSignals(True)
            control.setChecked(on)
            control.blockSignals(False)
