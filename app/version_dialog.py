"""All that is known of one version: where it comes from, what it learned, what it takes on the disk; its note, and deleting it."""

from typing import Any

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.controls import WordsEdit, button, label
from app.session import Session
from app.versions import Versions
from core.amounts import amount
from core.errors import KnownError
from core.finetune.job import Job
from core.finetune.keeping import bytes_of, delete_version
from core.store import VersionRow


class VersionDialog(QDialog):
    """Facts, a note that can be changed, and a button that deletes.

    Signals:
        deleted: the name of the version whose files were deleted.
    """

    deleted = Signal(str)

    def __init__(self, session: Session, versions: Versions, row: VersionRow, parent: QWidget | None = None) -> None:
        """Fill the dialog. Raises StoreError if the project cannot be read."""
        super().__init__(parent)
        assert session.store is not None
        self._session, self._store, self._row = session, session.store, row
        self._name = versions.name_of(row.id)
        self.setWindowTitle(self.tr("About {name}").format(name=self._name))
        self.setMinimumWidth(460)
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(18)
        self.note = WordsEdit(row.note, maxLength=200)
        self.note.setAccessibleName(self.tr("Note"))
        self.facts = dict(self._facts(versions))
        for name, value in self.facts.items():
            words = label(value, "plain")
            words.setWordWrap(True)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(label(name, "muted"), words)
        form.addRow(label(self.tr("Note"), "muted"), self.note)
        self.why_not = label(
            self.tr("In use: choose another version or the base model before you delete it."), "notice"
        )
        self.why_not.setWordWrap(True)
        in_use = versions.active_id() == row.id
        self.why_not.setVisible(in_use)
        self.delete = button(self.tr("Delete…"), 34)
        self.delete.setEnabled(not in_use and not session.read_only)
        self.close_it = button(self.tr("Close"), 34, primary=True)
        self.close_it.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.delete)
        buttons.addStretch(1)
        buttons.addWidget(self.close_it)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(14)
        column.addLayout(form)
        column.addWidget(self.why_not)
        column.addLayout(buttons)
        self.delete.clicked.connect(self._ask_delete)
        self.close_it.clicked.connect(self.accept)
        session.project_closing.connect(self.reject)

    def done(self, answer: int) -> None:
        """Keep the note, however the dialog is closed."""
        self._keep_note()
        super().done(answer)

    def _facts(self, versions: Versions) -> list[tuple[str, str]]:
        row, figures, record = self._row, self._row.figures, self._record()
        time = QDateTime.fromString(row.created[:19] + "Z", Qt.DateFormat.ISODate).toLocalTime()
        origin = versions.name_of(row.parent_id)
        if figures.get("imported"):
            origin = self.tr("imported from a colleague")
        before, after = figures.get("base_at_best"), figures.get("tuned_at_best")
        numbers = isinstance(before, int | float) and isinstance(after, int | float)
        settings = [
            f"{record[key]:g} {name}" for key, name in self._settings() if isinstance(record.get(key), int | float)
        ]
        labels = figures.get("learned_from")
        folder = self._store.version_folder(row)
        return [
            (name, value)
            for name, value in (
                (self.tr("Made"), QLocale().toString(time, QLocale.FormatType.ShortFormat)),
                (self.tr("Comes from"), origin),
                (self.tr("Base model"), f"{versions.base_name()} · {row.base_id[:12]}"),
                (self.tr("Dice"), f"{before:.3f} → {after:.3f}" if numbers else ""),
                (
                    self.tr("Learned from"),
                    self.tr("{count} masks").format(count=labels) if isinstance(labels, int) else "",
                ),
                (self.tr("Mark of these masks"), str(record.get("data_hash", ""))),
                (self.tr("Settings"), " · ".join([str(record.get("preset", "")), *settings]).strip(" ·")),
                (self.tr("On the disk"), f"{amount(bytes_of(folder))} · {folder.name}"),
            )
            if value
        ]

    def _settings(self) -> list[tuple[str, str]]:
        return [
            ("epochs", self.tr("{n} rounds")),
            ("batch", self.tr("{n} masks a step")),
            ("views", self.tr("{n} views")),
            ("seed", self.tr("seed {n}")),
        ]

    def _record(self) -> dict[str, Any]:
        """What the run was told, by its job; nothing where that is gone."""
        try:
            job = Job.read(self._store.folder / "runs" / self._row.id)
        except KnownError:
            return dict(self._row.figures)
        told = {name: getattr(job, name) for name in ("preset", "epochs", "batch", "views", "seed")}
        return {**told, **{name: self._row.figures[name] for name in ("data_hash",) if name in self._row.figures}}

    def _keep_note(self) -> None:
        gone = self._session.store is not self._store or self._session.read_only
        if gone or self.note.text().strip() == self._row.note:
            return
        try:
            self._store.note_version(self._row.id, self.note.text().strip())
        except KnownError as error:
            self._session.failed.emit(error)
            return
        self._session.version_changed.emit()

    def _ask_delete(self) -> None:
        question = self.tr("Delete {name}? Its files are gone then; masks and predictions that it made stay.")
        answer = DeleteDialog(question.format(name=self._name), self).exec()
        if not answer:
            return
        try:
            delete_version(self._store, self._row.id)
        except KnownError as error:
            self._session.failed.emit(error)
            return
        self._session.version_changed.emit()
        self.deleted.emit(self._name)
        self.accept()


class DeleteDialog(QDialog):
    """Asks once before something is deleted. The safe answer is the default."""

    def __init__(self, question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Delete"))
        self.setMinimumWidth(420)
        words = label(question, "plain")
        words.setWordWrap(True)
        self.keep = button(self.tr("Keep it"), 34, primary=True)
        self.keep.setDefault(True)
        self.delete = button(self.tr("Delete"), 34)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.delete)
        buttons.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(16)
        column.addWidget(words)
        column.addLayout(buttons)
        self.keep.clicked.connect(self.reject)
        self.delete.clicked.connect(self.accept)
