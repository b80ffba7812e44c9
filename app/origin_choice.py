"""From where a fine-tune begins: from the base model, which is the rule, or from a version, which has to be chosen."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QComboBox, QSizePolicy, QVBoxLayout, QWidget

from app.controls import label
from app.session import Session
from app.versions import Versions
from core.errors import KnownError
from core.finetune.presets import QUICK, WHOLE

TAUGHT_FURTHER = (QUICK, WHOLE)
"""Presets whose versions can be taught further: they hold whole parts and no additions."""


class OriginChoice(QWidget):
    """A choice of origins; hidden while the base model is the only one."""

    def __init__(self, session: Session, versions: Versions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._versions = session, versions
        self.box = QComboBox()
        self.box.setAccessibleName(self.tr("Where the learning begins"))
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.what = label("", "notice")
        self.what.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.box)
        column.addWidget(self.what)
        self.box.currentIndexChanged.connect(self._explain)
        session.version_changed.connect(self.reload)
        session.project_changed.connect(self.reload)
        self.reload()

    def settings(self) -> dict[str, Any]:
        """What was chosen, for the run."""
        folder = self.box.currentData()
        return {"version": folder} if folder else {}

    def reload(self) -> None:
        """Offer the versions of the open project; the base model is chosen."""
        store = self._session.store
        found = [(self.tr("Begin with the base model"), "")]
        try:
            for row in self._versions.rows() if store is not None else []:
                folder = store.version_folder(row).resolve() if store is not None else Path()
                if row.figures.get("preset", QUICK) in TAUGHT_FURTHER and folder.is_dir():
                    name = self._versions.name_of(row.id)
                    found.append((self.tr("Go on from {name}").format(name=name), str(folder)))
        except KnownError as error:
            self._session.failed.emit(error)
        self.box.clear()
        for text, folder_text in found:
            self.box.addItem(text, folder_text)
        self.setVisible(len(found) > 1)

    def _explain(self) -> None:
        chosen = bool(self.box.currentData())
        self.what.setText(
            self.tr("What the version knows is kept and built upon; it learns from all your labels again.")
        )
        self.what.setVisible(chosen)
