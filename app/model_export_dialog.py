"""What of a version is written for others, where to, and how the writing went."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.controls import button, label
from app.icons import icon
from app.messages import text_of_error
from app.model_export_process import ModelExportProcess
from app.outcome_line import OutcomeLine
from app.session import Session
from app.theme import Theme
from app.versions import Versions
from core.errors import KnownError
from core.export.names import safe_name

DEFAULT_FOLDER = "exported models"
LAST_FOLDER = "model_export_folder"
RANGE = 1000


class ModelExportDialog(QDialog):
    """Writes one version of the open project, in a process beside the window."""

    def __init__(
        self,
        session: Session,
        theme: Theme,
        version: Path,
        name: str,
        base_name: str,
        parent: QWidget | None = None,
    ) -> None:
        """Fill the dialog.

        Args:
            session: with an open project.
            theme: for icons.
            version: folder of the version.
            name: how the version is called.
            base_name: how its base model is called.
            parent: the window.

        Raises:
            StoreError: the project cannot be read.
        """
        super().__init__(parent)
        assert session.store is not None and session.folder is not None
        self._session, self._store, self._theme = session, session.store, theme
        self._version = version
        self._process: ModelExportProcess | None = None
        self._written: Path | None = None
        self.setWindowTitle(self.tr("Export {name}").format(name=name))
        self.setMinimumWidth(540)
        self._parent_folder = Path(self._store.meta(LAST_FOLDER) or session.folder / DEFAULT_FOLDER)
        self._file_name = safe_name(f"{base_name} {name}".replace(" ", "-"))
        self.whole = QRadioButton(self.tr("A whole model in the layout of Sa2VA"))
        self.alone = QRadioButton(self.tr("Only what was learned"))
        self.whole.setChecked(True)
        self._notes = [
            self.tr("Base model and version in one folder, for every program that opens Sa2VA models."),
            self.tr("A small folder. Whoever uses it needs the same base model: {base}.").format(base=base_name),
        ]
        self.place = QLineEdit()
        self.place.setAccessibleName(self.tr("Folder"))
        self.choose = button(self.tr("Choose…"), 30)
        self.bar = QProgressBar(textVisible=False, maximum=RANGE)
        self.bar.setObjectName("thin")
        self.closing = OutcomeLine(theme)
        self.choose.setAutoDefault(False)  # or Enter in the field beside it would open the choice
        self.start = button(self.tr("Export"), 34, primary=True)
        self.start.setDefault(True)
        self.show_folder = button(self.tr("Open folder"), 34)
        self.cancel = button(self.tr("Close"), 34)
        self._arrange()
        self._connect()
        self._suggest()
        self._show_running(False)

    def export(self) -> None:
        """Write the model in a process of its own."""
        target = Path(self.place.text().strip()).expanduser()
        self._process = ModelExportProcess(self._version, target, self.alone.isChecked(), parent=self)
        self._process.advanced.connect(lambda fraction: self._advance(round(RANGE * fraction)))
        self._process.done.connect(lambda: self._done(target))
        self._process.failed.connect(lambda error: self._end("error", text_of_error(error)))
        self._process.cancelled.connect(lambda: self._end("information", self.tr("Stopped. Nothing was written.")))
        self.closing.say("", "")
        self.bar.setRange(0, 0)
        self._written = None
        self._show_running(True)
        self._process.start()

    def reject(self) -> None:
        """Close; while the model is being written, stop that first."""
        if self._process is None:
            super().reject()
            return
        self.cancel.setEnabled(False)
        self._process.cancel()

    def _arrange(self) -> None:
        where = QHBoxLayout()
        where.addWidget(self.place, 1)
        where.addWidget(self.choose)
        buttons = QHBoxLayout()
        buttons.addWidget(self.show_folder)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(8)
        for choice, text in zip((self.whole, self.alone), self._notes, strict=True):
            note = label(text, "notice")
            note.setWordWrap(True)
            note.setContentsMargins(25, 0, 0, 4)
            column.addWidget(choice)
            column.addWidget(note)
        column.addWidget(label(self.tr("Folder"), "heading"))
        column.addLayout(where)
        column.addStretch(1)
        column.addWidget(self.bar)
        column.addWidget(self.closing)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.whole.toggled.connect(self._suggest)
        self.choose.clicked.connect(self._choose_place)
        self.place.textChanged.connect(self._enable)
        self.start.clicked.connect(self.export)
        self.show_folder.clicked.connect(self._open_folder)
        self.cancel.clicked.connect(self.reject)
        self._session.project_closing.connect(self._leave)

    def _suggest(self) -> None:
        """A folder that is not there yet: the model needs one of its own."""
        name = self._file_name if self.whole.isChecked() else f"{self._file_name}-adapter"
        place, number = self._parent_folder / name, 1
        while place.exists():
            number += 1
            place = self._parent_folder / f"{name}-{number}"
        self.place.setText(str(place))

    def _choose_place(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self, self.tr("Choose where the model's folder is made"), str(self._parent_folder)
        )
        if folder:
            self._parent_folder = Path(folder)
            self._suggest()

    def _enable(self) -> None:
        self.start.setEnabled(bool(self.place.text().strip()) and self._process is None)

    def _advance(self, value: int) -> None:
        self.bar.setRange(0, RANGE)
        self.bar.setValue(value)

    def _done(self, target: Path) -> None:
        self._written = target
        self._end("success", self.tr("Written and read again. It is in {folder}.").format(folder=target))
        self.start.setEnabled(False)
        self.cancel.setFocus()
        try:
            self._store.set_meta(LAST_FOLDER, str(target.parent))
        except KnownError as error:
            self._session.failed.emit(error)

    def _end(self, level: str, text: str) -> None:
        if self._process is not None:
            self._process.deleteLater()
        self._process = None
        self.closing.say(level, text)
        self._show_running(False)

    def _leave(self) -> None:
        """The project is closed under the dialog."""
        if self._process is not None:
            self._process.close()

    def _show_running(self, running: bool) -> None:
        self.bar.setVisible(running)
        self.show_folder.setVisible(self._written is not None and not running)
        self.show_folder.setIcon(icon("open", self._theme.tones.text))
        self.cancel.setText(self.tr("Cancel") if running else self.tr("Close"))
        self.cancel.setEnabled(True)
        for widget in (self.place, self.choose, self.whole, self.alone):
            widget.setEnabled(not running)
        self._enable()
        self.adjustSize()

    def _open_folder(self) -> None:
        if self._written is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written)))


def ask_model_export(session: Session, versions: Versions, version_id: str, theme: Theme, parent: QWidget) -> None:
    """Ask where a version of the open project is written for others, and as what."""
    if session.store is None:
        return
    try:
        row = next(row for row in versions.rows() if row.id == version_id)
        folder = session.store.version_folder(row).resolve()
        name, base = versions.name_of(version_id), versions.base_name()
        dialog = ModelExportDialog(session, theme, folder, name, base, parent)
    except KnownError as error:
        session.failed.emit(error)
        return
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
