"""Where the masks go, which ones, and how the writing went."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.background import Background, Progress
from app.controls import button, label
from app.export_options import ExportOptions
from app.icons import icon, swatch
from app.messages import text_of, text_of_error, text_of_template
from app.outcome_line import OutcomeLine
from app.session import Session
from app.theme import Theme
from core.errors import KnownError
from core.export.write import ExportReport, export_masks
from core.store import Store

DEFAULT_FOLDER = "masks"
LAST_FOLDER = "export_folder"


class ExportDialog(QDialog):
    """Writes the accepted masks of the open project as files, PNG first, beside the window's work."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        """Fill the dialog with what is accepted now.

        Args:
            session: with an open project.
            theme: for icons.
            parent: the window.

        Raises:
            StoreError: the project cannot be read.
        """
        super().__init__(parent)
        assert session.store is not None and session.folder is not None
        self._session, self._store, self._project = session, session.store, session.folder
        self._theme = theme
        self._work: Background | None = None
        self._report: ExportReport | None = None
        self.setWindowTitle(self.tr("Export masks"))
        self.setMinimumWidth(520)
        text = self.tr(
            "Every accepted mask becomes a file in the exact size of its image, with a table (manifest.csv) beside them. "
            "What is written is read again and compared with the project."
        )
        what = label(text, "muted")
        what.setWordWrap(True)
        last = self._store.meta(LAST_FOLDER) or str(self._project / DEFAULT_FOLDER)
        self.place = QLineEdit(last)
        self.place.setAccessibleName(self.tr("Folder"))
        self.choose = button(self.tr("Choose…"), 30)
        self.boxes: dict[int, QCheckBox] = {}
        self._counts = accepted_counts(session)
        self._begun = {row.id: _count_begun(session, row.id) for row in session.structures}
        self.options = ExportOptions(session)
        self.total = label("", "strong")
        self.bar = QProgressBar(textVisible=False)
        self.bar.setObjectName("thin")
        self.closing = OutcomeLine(theme)
        self.choose.setAutoDefault(False)  # or Enter in the field beside it would open the choice
        self.start = button(self.tr("Export"), 34, primary=True)
        self.start.setDefault(True)
        self.show_folder = button(self.tr("Open folder"), 34)
        self.cancel = button(self.tr("Close"), 34)
        self._arrange(what)
        self.choose.clicked.connect(self._choose_place)
        self.place.textChanged.connect(self._count)
        self.options.changed.connect(self._count)
        self.start.clicked.connect(self.export)
        self.show_folder.clicked.connect(self._open_folder)
        self.cancel.clicked.connect(self.reject)
        self._show_running(False)

    def export(self) -> None:
        """Write the masks in a thread of its own."""
        if not self._session.save():
            return
        choice = self.options.choice([key for key, box in self.boxes.items() if box.isChecked()])
        project, out = self._project, Path(self.place.text().strip()).expanduser()

        def write(progress: Progress) -> ExportReport:
            with Store.open(project, read_only=True) as store:
                return export_masks(store, out, choice, progress)

        self._work = Background(write, self)
        self._work.progressed.connect(self._advance)
        self._work.done.connect(self._done)
        self._work.failed.connect(self._failed)
        self.closing.say("", "")
        self.bar.setRange(0, 0)
        self._show_running(True)
        self._work.start()

    def reject(self) -> None:
        """Close; an export that is running is stopped, and the folder is as it was."""
        if self._work is not None:
            self._work.close()
            self._work = None
        super().reject()

    def _arrange(self, what: QWidget) -> None:
        where = QHBoxLayout()
        where.addWidget(self.place, 1)
        where.addWidget(self.choose)
        rows = QWidget()
        boxes = QVBoxLayout(rows)
        boxes.setContentsMargins(0, 0, 0, 0)
        boxes.setSpacing(4)
        text = self.tr("{name}: {count} of {total} accepted")
        for structure in self._session.structures:
            count = self._counts[structure.id]
            words = text.format(name=structure.name, count=count, total=len(self._session.images))
            box = QCheckBox(words.replace("&", "&&"))
            box.setIcon(swatch(structure.colour))
            box.setChecked(count > 0)
            box.toggled.connect(self._count)
            self.boxes[structure.id] = box
            boxes.addWidget(box)
        area = QScrollArea(widgetResizable=True)
        area.setWidget(rows)
        area.setMaximumHeight(min(180, rows.sizeHint().height() + 4))
        buttons = QHBoxLayout()
        buttons.addWidget(self.show_folder)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(what)
        column.addWidget(label(self.tr("Folder"), "heading"))
        column.addLayout(where)
        column.addWidget(label(self.tr("Structures"), "heading"))
        column.addWidget(area)
        column.addWidget(label(self.tr("Formats"), "heading"))
        column.addWidget(self.options)
        column.addWidget(self.total)
        column.addWidget(self.bar)
        column.addWidget(self.closing)
        column.addLayout(buttons)

    def _choose_place(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder for the masks"), self.place.text())
        if folder:
            self.place.setText(folder)

    def _count(self) -> None:
        """Say how many masks would be written, and let it be started where there are any."""
        is_idle = self._work is None
        for key, box in self.boxes.items():
            box.setEnabled(is_idle and self._masks_of(key) > 0)
        count = sum(self._masks_of(key) for key, box in self.boxes.items() if box.isChecked())
        self.total.setText(self.tr("Masks to write: {count}").format(count=count))
        possible = count > 0 and bool(self.place.text().strip()) and self.options.is_possible()
        self.start.setEnabled(possible and is_idle)

    def _masks_of(self, structure_id: int) -> int:
        return self._counts[structure_id] + (self._begun[structure_id] if self.options.unreviewed.isChecked() else 0)

    def _advance(self, done: int, total: int, _name: str) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _done(self, report: ExportReport) -> None:
        self._work, self._report = None, report
        sentence = text_of("exported", {"count": report.written, "folder": report.folder})
        remarks = [text_of_template(remark.template, remark.values) for remark in report.remarks]
        self.closing.say("success", "\n".join([sentence, *remarks]))
        self._show_running(False)
        self.start.setEnabled(False)
        self.cancel.setFocus()
        try:
            self._store.set_meta(LAST_FOLDER, str(report.folder))
        except KnownError as error:
            self._session.failed.emit(error)

    def _failed(self, error: KnownError) -> None:
        self._work = None
        self.closing.say("error", text_of_error(error))
        self._show_running(False)

    def _show_running(self, running: bool) -> None:
        self.bar.setVisible(running)
        self.show_folder.setVisible(self._report is not None and not running)
        self.show_folder.setIcon(icon("open", self._theme.tones.text))
        self.cancel.setText(self.tr("Cancel") if running else self.tr("Close"))
        for widget in (self.place, self.choose, self.options):
            widget.setEnabled(not running)
        self._count()
        self.adjustSize()

    def _open_folder(self) -> None:
        if self._report is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._report.folder)))


def _count_begun(session: Session, structure_id: int) -> int:
    """How many masks of a structure nobody accepted yet. Raises StoreError."""
    assert session.store is not None
    statuses = list(session.store.statuses(structure_id).values())
    return statuses.count("in_work") + statuses.count("predicted")


def accepted_counts(session: Session) -> dict[int, int]:
    """For every structure of the open project, how many of its masks are accepted. Raises StoreError."""
    if session.store is None:
        return {}
    found = {row.id: session.store.statuses(row.id) for row in session.structures}
    return {key: list(statuses.values()).count("accepted") for key, statuses in found.items()}
