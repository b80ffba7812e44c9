"""What a project says of patients, users and places; and a copy for a colleague that says none of it."""

from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.background import Background, Progress, Work
from app.controls import button, label
from app.messages import text_of_error
from app.outcome_line import OutcomeLine
from app.theme import Theme
from core import privacy
from core.errors import KnownError
from core.store import Store


class PrivacyDialog(QDialog):
    """Looks through the project as soon as it opens; copies where that is wanted."""

    def __init__(self, project: Path, theme: Theme, parent: QWidget | None = None) -> None:
        """Begin to look.

        Args:
            project: folder of the open project.
            theme: for icons.
            parent: the window.
        """
        super().__init__(parent)
        self._project = project
        self._work: Background | None = None
        self.setWindowTitle(self.tr("Privacy"))
        self.setMinimumWidth(540)
        words = label(
            self.tr("Nothing of this leaves the computer by itself. This is what the folder of the project holds:"),
            "muted",
        )
        words.setWordWrap(True)
        self.held = label(self.tr("Looking …"), "plain")
        self.held.setWordWrap(True)
        text = self.tr(
            "A copy for a colleague holds the images as you see them (8-bit PNG) under new names, with all masks and strokes; no "
            "paths, file names, patients, notes or DICOM entries. Look at the pictures yourself: what is written in them stays."
        )
        about = label(text, "muted")
        about.setWordWrap(True)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setObjectName("thin")
        self.closing = OutcomeLine(theme)
        self.copy = button(self.tr("Copy for a colleague…"), 34)
        self.cancel = button(self.tr("Close"), 34)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        for part in (words, self.held, about, self.bar, self.closing):
            column.addWidget(part)
        column.addLayout(buttons)
        self.copy.clicked.connect(self._ask_copy)
        self.cancel.clicked.connect(self.reject)

        def look(progress: Progress) -> list[privacy.Finding]:
            with Store.open(project, read_only=True) as store:
                return privacy.what_it_holds(store, progress)

        self._begin(look)

    def make_copy(self, out: Path) -> None:
        """Write the copy beside the window."""
        project = self._project

        def copy(progress: Progress) -> int:
            with Store.open(project, read_only=True) as store:
                return privacy.copy_for_others(store, out, progress)

        self.closing.say("", "")
        self._begin(copy)

    def reject(self) -> None:
        """Close; a copy that is being made is stopped and taken away."""
        if self._work is not None:
            self._work.close()
            self._work = None
        super().reject()

    def _begin(self, work: Work) -> None:
        self._work = Background(work, self)
        self._work.progressed.connect(self._advance)
        self._work.done.connect(self._done)
        self._work.failed.connect(self._fail)
        self.bar.setRange(0, 0)
        self._follow()
        self._work.start()

    def _ask_copy(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose an empty folder for the copy"))
        if folder:
            self.make_copy(Path(folder))

    def _advance(self, done: int, total: int, _name: str) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _done(self, result: list[privacy.Finding] | int) -> None:
        self._work = None
        if isinstance(result, int):
            self.closing.say("success", self.tr("The copy is ready. Images in it: {count}.").format(count=result))
        else:
            words = self._words()
            lines = [f"• {words[one.kind]}: {one.count}" for one in result]
            self.held.setText("\n".join(lines) or self.tr("Nothing that names a patient, a user or a place."))
        self._follow()

    def _fail(self, error: KnownError) -> None:
        self._work = None
        self.closing.say("error", text_of_error(error))
        self._follow()

    def _follow(self) -> None:
        is_idle = self._work is None
        self.bar.setVisible(not is_idle)
        self.copy.setEnabled(is_idle)
        self.cancel.setText(self.tr("Close") if is_idle else self.tr("Cancel"))
        self.adjustSize()

    def _words(self) -> dict[str, str]:
        return {
            privacy.PATHS: self.tr("Paths of images outside of the project"),
            privacy.FILE_NAMES: self.tr("File names of images"),
            privacy.PATIENTS: self.tr("Words for patients"),
            privacy.NOTES: self.tr("Notes on images"),
            privacy.PLACES: self.tr("Folder of the last export"),
            privacy.DICOM_TAGS: self.tr("DICOM files with names or numbers of patients"),
            privacy.METADATA: self.tr("Pictures with entries beside their pixels (EXIF)"),
            privacy.LOGS: self.tr("Log files"),
            privacy.BACKUPS: self.tr("Older copies of the project file"),
            privacy.TABLES: self.tr("Tables of exported masks"),
            privacy.JOBS: self.tr("Folders of fine-tunes"),
        }
