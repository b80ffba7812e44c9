"""Which model predicts: the base model or a version that was learned from this project's labels, and the way back."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from app.language import QT_TRANSLATE_NOOP
from app.messages import text_of_template
from app.session import Session
from core.errors import KnownError, ModelError
from core.hub_cache import Presence, is_hub_name, presence
from core.mask import HALF, STEPS
from core.store import VersionRow

DEMO = "demo"
BASE_MODEL = "base_model"
EARLIER = "earlier_versions"
MOST_EARLIER = 50
NO_MODEL = (
    QT_TRANSLATE_NOOP(
        "core",
        "There is no model in the folder “{folder}”, so the model was not changed (config.json or weights are missing).",
    ),
    QT_TRANSLATE_NOOP("core", "Choose the folder of a Sa2VA model."),
)


@dataclass(frozen=True)
class ModelInUse:
    """What the next prediction is made with.

    Attributes:
        version_id: None for the base model.
        reference: what the inference worker loads.
        step: threshold step 1..199 with which a fresh prediction starts where nobody chose another (app/start_threshold.py).
    """

    version_id: str | None
    reference: str
    step: int


class Versions(QObject):
    """The versions of the open project. Changes are told by the session's `version_changed`."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session

    def rows(self) -> list[VersionRow]:
        """All versions, the oldest first; none without a project.

        Raises:
            StoreError: the project cannot be read.
        """
        return self._session.store.versions() if self._session.store is not None else []

    def active_id(self) -> str | None:
        """The version in use, None for the base model. Raises StoreError."""
        store = self._session.store
        active = store.active_version() if store is not None else None
        return active.id if active is not None else None

    def base_reference(self) -> str:
        """The base model of the project: a folder, a hub name or "demo". Raises StoreError."""
        store = self._session.store
        return (store.meta(BASE_MODEL) if store is not None else None) or DEMO

    def in_use(self) -> ModelInUse:
        """The model of the next prediction. Raises StoreError."""
        store = self._session.store
        active = store.active_version() if store is not None else None
        if store is None or active is None:
            return ModelInUse(None, self.base_reference(), HALF)
        return ModelInUse(active.id, str(store.version_folder(active).resolve()), step_of_version(active.figures))

    def reference_of(self, version_id: str | None) -> str:
        """What the inference worker loads for a version, None for the base model. Raises StoreError."""
        store = self._session.store
        row = next((row for row in self.rows() if row.id == version_id), None)
        if store is None or row is None:
            return self.base_reference()
        return str(store.version_folder(row).resolve())

    def base_name(self) -> str:
        """How the base model is called: the name of its folder. Raises StoreError."""
        reference = self.base_reference()
        return self.tr("demo model") if reference == DEMO else Path(reference).name

    def check_base(self, reference: str) -> None:
        """Look whether a model is here at all, before anything is loaded.

        Args:
            reference: folder of a base model, name on the hub, or "demo".

        Raises:
            ModelError: there is no model in the folder, or the model was not downloaded.
        """
        folder = Path(reference)
        if reference == DEMO or (is_hub_name(reference) and presence(reference) is Presence.WHOLE):
            return
        if not (folder / "config.json").is_file() or not any(folder.glob("*.safetensors")):
            raise ModelError(*NO_MODEL, folder=folder.name)

    def choose_base(self, reference: str) -> None:
        """Use another base model for this project, and no version: versions belong to the model they learned on.

        Args:
            reference: of a model that was loaded: a folder, the name of a downloaded model, or "demo".

        Raises:
            StoreError: the project cannot be written.
        """
        store = self._session.store
        if store is None:
            return
        before = self.active_id()
        store.set_meta(BASE_MODEL, reference)
        store.activate(None)
        self.remember(before)
        self._session.version_changed.emit()

    def name_of(self, version_id: str | None) -> str:
        """How a version is called: by its number in the project. Raises StoreError."""
        if version_id is None:
            return self.tr("Base model")
        store = self._session.store
        ids = [row.id for row in store.versions(removed=True)] if store is not None else []
        number = ids.index(version_id) + 1 if version_id in ids else len(ids) + 1
        return self.tr("Version {number}").format(number=number)

    def activate(self, version_id: str | None) -> bool:
        """Use a version from now on; False when the project cannot be written (the session says why)."""
        store = self._session.store
        if store is None:
            return False
        try:
            before = self.active_id()
            store.activate(version_id)
            self.remember(before)
        except KnownError as error:
            self._session.failed.emit(error)
            return False
        self._session.version_changed.emit()
        return True

    def remember(self, before: str | None) -> None:
        """Note which version was in use until now, for the way back. Raises StoreError."""
        store = self._session.store
        if store is not None and before != self.active_id():
            store.set_meta(EARLIER, json.dumps([*self._earlier(), before][-MOST_EARLIER:]))

    def can_go_back(self) -> bool:
        """Whether another model was in use before. Raises StoreError."""
        return self._session.store is not None and (bool(self._earlier()) or self.active_id() is not None)

    def earlier(self) -> str | None:
        """What "go back" would put in use: the version before, None for the base model. Raises StoreError."""
        return next(reversed(self._earlier()), None)

    def go_back(self) -> bool:
        """Put the model in use that was in use before; False when there is none, or the project cannot be written."""
        store = self._session.store
        try:
            if store is None or not self.can_go_back():
                return False
            earlier = self._earlier()
            store.activate(self.earlier())
            store.set_meta(EARLIER, json.dumps(earlier[:-1]))
        except KnownError as error:
            self._session.failed.emit(error)
            return False
        self._session.version_changed.emit()
        return True

    def _earlier(self) -> list[str | None]:
        """Ids of the versions in use before, the last one last; those that are gone are left out."""
        store = self._session.store
        text = store.meta(EARLIER) if store is not None else None
        try:
            found = json.loads(text) if text else []
        except ValueError:
            found = []
        known = {row.id for row in self.rows()} | {None}
        return [one for one in found if one in known] if isinstance(found, list) else []


def step_of_version(figures: dict[str, Any]) -> int:
    """The threshold step at which a version was best when it was made; that of 0.5 when it does not say."""
    step = figures.get("tuned_step")
    return step if isinstance(step, int) and 1 <= step < STEPS else HALF


def reason_of(figures: dict[str, Any]) -> str:
    """Why a version was put in use or not, in the window's language; "" where nothing is recorded."""
    template, values = figures.get("reason_template"), figures.get("reason_values")
    if isinstance(template, str) and isinstance(values, dict):
        try:
            return text_of_template(template, values)
        except (KeyError, IndexError, ValueError):
            pass
    return str(figures.get("reason", ""))
