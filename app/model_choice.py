"""Putting another base model in use: it is loaded first, and only one that was loaded replaces the model in use."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.inference_process import InferenceProcess
from app.session import Session
from app.settings import Settings
from app.versions import Versions
from core.errors import KnownError


class ModelChoice(QObject):
    """Tries a model in the inference process and makes it the base model of the project if it loads.

    Signals:
        trying: reference of the model that is being loaded.
        chosen: reference of the model that is the base model now.
        failed: a KnownError; the model in use stayed in use.
    """

    trying = Signal(str)
    chosen = Signal(str)
    failed = Signal(object)

    def __init__(
        self, session: Session, settings: Settings, versions: Versions, process: InferenceProcess, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._settings, self._versions, self._process = session, settings, versions, process
        self._number: int | None = None
        self._reference = ""
        process.answered.connect(self._answered)
        process.failed.connect(self._failed)
        session.project_changed.connect(self._forget)

    @property
    def is_trying(self) -> bool:
        """Whether a model is being loaded."""
        return self._number is not None

    def choose(self, reference: str) -> None:
        """Load a model; the signals say what became of it.

        Args:
            reference: folder of a base model, name of a downloaded model, or "demo".
        """
        if self._session.store is None or self._number is not None:
            return
        try:
            self._versions.check_base(reference)
        except KnownError as error:
            self.failed.emit(error)
            return
        self._reference = reference
        self.trying.emit(reference)
        self._number = self._process.load(reference, self._settings.device, self._settings.precision)

    def _answered(self, number: int, _result: dict[str, Any]) -> None:
        if number != self._number:
            return
        self._number = None
        try:
            self._versions.choose_base(self._reference)
        except KnownError as error:
            self.failed.emit(error)
            return
        self.chosen.emit(self._reference)

    def _failed(self, number: int, error: KnownError) -> None:
        if number == self._number:
            self._number = None
            self.failed.emit(error)

    def _forget(self) -> None:
        """Another project is open: the model is not for it."""
        if self._number is not None:
            self._process.drop(self._number)
            self._number = None


def title_of(reference: str) -> str:
    """How a model is called: the last part of its folder or name."""
    return Path(reference).name
