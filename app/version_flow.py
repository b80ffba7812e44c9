"""Looking closer at a version, noting, deleting and importing: connects the list of versions with dialogs and sentences."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from app.message_bar import MessageBar
from app.session import Session
from app.version_dialog import VersionDialog
from app.version_import import VersionImport
from app.versions import Versions
from app.versions_panel import VersionsPanel
from core.errors import KnownError


class VersionFlow(QObject):
    """The buttons below the list of versions."""

    def __init__(self, session: Session, panel: VersionsPanel, messages: MessageBar, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._messages, self._window = session, messages, parent
        self._versions: Versions = panel.versions
        self.imports = VersionImport(session, self._versions, self)
        self.imports.done.connect(self._imported)
        self.imports.failed.connect(self._refused)
        panel.details_wanted.connect(self._show)
        panel.import_wanted.connect(self._ask)

    def _show(self, version_id: str) -> None:
        try:
            row = next((row for row in self._versions.rows() if row.id == version_id), None)
            if row is None:
                return
            dialog = VersionDialog(self._session, self._versions, row, self._window)
        except KnownError as error:
            self._session.failed.emit(error)
            return
        dialog.deleted.connect(lambda name: self._messages.say("version_deleted", name=name))
        dialog.open()

    def _ask(self) -> None:
        if self.imports.is_running or self._session.store is None:
            return
        file, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Choose a version that a colleague has exported"),
            "",
            self.tr("Versions") + " (*.zip adapter_model.safetensors)",
        )
        if file:
            self._messages.say("version_importing")
            self.imports.start(Path(file))

    def _refused(self, error: KnownError) -> None:
        self._messages.clear("version_importing")
        self._messages.say_error(error)

    def _imported(self, version_id: str) -> None:
        self._messages.clear("version_importing")
        try:
            self._messages.say("version_imported", name=self._versions.name_of(version_id))
        except KnownError as error:
            self._messages.say_error(error)
