"""Masks of another program into the project: what belongs to what, what of it is the structure, and only then the writing."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.background import Background, Progress, Work
from app.controls import button, label, resize_on_screen
from app.icons import swatch
from app.mask_question import SIDE, MaskQuestion
from app.messages import text_of_error
from app.outcome_line import OutcomeLine
from app.session import Session
from app.theme import Theme
from core.errors import KnownError
from core.mask_import.found import FoundMasks, Question, question_of
from core.mask_import.pairing import NO_IMAGE, OTHER_SIZE, SEVERAL_IMAGES, TWICE, Pair, pair_up
from core.mask_import.preview import preview
from core.mask_import.sources import ENDINGS, find_masks, mask_files
from core.mask_import.take_in import take_in
from core.store import Store


@dataclass(frozen=True)
class _Looked:
    found: FoundMasks
    question: Question
    pairs: list[Pair]


class MaskImportDialog(QDialog):
    """Chooses files, shows the pairs, asks, and imports beside the window."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        """Begin without files.

        Args:
            session: with an open project and a structure.
            theme: for icons.
            parent: the window.
        """
        super().__init__(parent)
        assert session.folder is not None
        self._session, self._project = session, session.folder
        self._work: Background | None = None
        self._drawings: list[Background] = []
        self._looked: _Looked | None = None
        self._files: list[Path] = []
        self.setWindowTitle(self.tr("Import masks"))
        resize_on_screen(self, 720, 680)
        self.structure = QComboBox()
        self.structure.setAccessibleName(self.tr("Structure"))
        for row in session.structures:
            self.structure.addItem(swatch(row.colour), row.name, row.id)
        self.structure.setCurrentIndex(max(0, self.structure.findData(session.structure_id)))
        self.folder, self.choose = button(self.tr("Folder…"), 30), button(self.tr("Files…"), 30)
        self.pairs = QTableWidget(0, 2)
        self.pairs.setHorizontalHeaderLabels([self.tr("Mask"), self.tr("Image")])
        self.pairs.verticalHeader().setVisible(False)
        self.pairs.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.pairs.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.pairs.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.total = label("", "strong")
        self.question = MaskQuestion()
        self.status = QComboBox()
        self.status.setAccessibleName(self.tr("Count as"))
        self.status.addItem(self.tr("In work: I will look at each of them"), "in_work")
        self.status.addItem(self.tr("Accepted: they are right"), "accepted")
        self.bar = QProgressBar(textVisible=False)
        self.bar.setObjectName("thin")
        self.closing = OutcomeLine(theme)
        self.cancel, self.start = button(self.tr("Close"), 34), button(self.tr("Import"), 34, primary=True)
        for one in (self.folder, self.choose, self.cancel):
            one.setAutoDefault(False)
        self._arrange()
        self.folder.clicked.connect(self._ask_folder)
        self.choose.clicked.connect(self._ask_files)
        self.structure.activated.connect(lambda _: self.look(self._files))
        self.pairs.itemSelectionChanged.connect(self._draw)
        self.question.changed.connect(self._draw)
        self.question.confirmed.connect(lambda _: self._follow())
        self.start.clicked.connect(self.import_masks)
        self.cancel.clicked.connect(self.reject)
        self._follow()

    def look(self, places: list[Path]) -> None:
        """Find the masks in files or folders and the images that they belong to; nothing is written."""
        if not places:
            return
        self._files, self._looked = places, None
        project, structure = self._project, int(self.structure.currentData())

        def work(progress: Progress) -> _Looked:
            files = [file for place in places for file in mask_files(place)]
            found = find_masks(files, progress)
            with Store.open(project, read_only=True) as store:
                pairs = pair_up(store, structure, found, progress)
            return _Looked(found, question_of(found), pairs)

        self.closing.say("", "")
        self.question.show_preview(None)
        self._begin(work, self._show_pairs)

    def import_masks(self) -> None:
        """Write the masks in a thread of its own, through a connection of its own."""
        rule, looked = self.question.rule(), self._looked
        if rule is None or looked is None or not self._session.save():
            return
        project, structure, status = self._project, int(self.structure.currentData()), str(self.status.currentData())

        def work(progress: Progress) -> int:
            with Store.open(project) as store:
                return take_in(store, structure, looked.pairs, rule, status, progress)

        self._begin(work, self._finish)

    def reject(self) -> None:
        """Close; an import that is running is stopped, and what it wrote so far is whole."""
        was_writing = self._work is not None and self._looked is not None
        for work in (self._work, *self._drawings):
            if work is not None:
                work.close()
        self._work = None
        self._drawings.clear()
        if was_writing:
            self._show_again()
        super().reject()

    def _arrange(self) -> None:
        text = self.tr(
            "Masks are paired with images by their names. Each mask becomes one step that you can undo; your own masks on these "
            "images are replaced by it."
        )
        words = label(text, "muted")
        words.setWordWrap(True)
        top, bottom = QHBoxLayout(), QHBoxLayout()
        for part in (label(self.tr("Structure"), "plain"), self.structure, self.folder, self.choose):
            top.addWidget(part)
        top.setStretch(1, 1)
        for part in (self.cancel, self.start):
            bottom.addWidget(part)
        bottom.insertStretch(0, 1)
        how = QHBoxLayout()
        how.addWidget(label(self.tr("Count as"), "plain"))
        how.addWidget(self.status, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(words)
        column.addLayout(top)
        column.addWidget(self.pairs, 1)
        column.addWidget(self.total)
        column.addWidget(self.question)
        column.addLayout(how)
        column.addWidget(self.bar)
        column.addWidget(self.closing)
        column.addLayout(bottom)

    def _ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder with masks"))
        if folder:
            self.look([Path(folder)])

    def _ask_files(self) -> None:
        kinds = " ".join(f"*{ending}" for ending in ENDINGS)
        title, names = self.tr("Choose masks"), f"{self.tr('Masks')} ({kinds});;{self.tr('All files')} (*)"
        chosen, _ = QFileDialog.getOpenFileNames(self, title, "", names)
        self.look([Path(name) for name in chosen])

    def _begin(self, work: Work, then: Callable[[Any], None]) -> None:
        if self._work is not None:
            self._work.close()
        self._work = Background(work, self)
        self._work.progressed.connect(self._advance)
        self._work.done.connect(then)
        self._work.failed.connect(self._fail)
        self.bar.setRange(0, 0)
        self._follow()
        self._work.start()

    def _advance(self, done: int, total: int, _name: str) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _show_pairs(self, looked: _Looked) -> None:
        self._work, self._looked = None, looked
        problems = {
            NO_IMAGE: self.tr("left out: no image of this name"),
            SEVERAL_IMAGES: self.tr("left out: several images of this name"),
            TWICE: self.tr("left out: a second mask of the same image"),
            OTHER_SIZE: self.tr("left out: not as large as its image"),
        }
        replaced = self.tr("{image} (replaces your mask)")
        self.pairs.setRowCount(len(looked.pairs))
        for place, pair in enumerate(looked.pairs):
            text = problems.get(pair.problem, "")
            if pair.image is not None:
                text = (
                    replaced.format(image=pair.image.name)
                    if pair.status in ("in_work", "accepted")
                    else pair.image.name
                )
            for column, words in enumerate((pair.mask.name, text)):
                item = QTableWidgetItem(words)
                item.setToolTip(words)
                self.pairs.setItem(place, column, item)
        count = sum(pair.image is not None for pair in looked.pairs)
        left_out = len(looked.pairs) - count + len(looked.found.refused)
        self.total.setText(
            self.tr("Masks to import: {count}. Left out: {left_out}").format(count=count, left_out=left_out)
        )
        self.question.ask(looked.question, looked.found.labels)
        first = next((place for place, pair in enumerate(looked.pairs) if pair.image is not None), None)
        if first is not None:
            self.pairs.selectRow(first)
        self._draw()

    def _draw(self) -> None:
        """Show the preview of the chosen mask with the chosen rule, as soon as it is ready."""
        self._follow()
        rule, looked, place = self.question.rule(), self._looked, self.pairs.currentRow()
        for earlier in self._drawings:
            earlier.stop()
        self._drawings = [one for one in self._drawings if one.is_running]
        pair = looked.pairs[place] if looked is not None and 0 <= place < len(looked.pairs) else None
        if rule is None or pair is None or pair.image is None:
            self.question.show_preview(None)
            return
        project = self._project
        structure = next(row for row in self._session.structures if row.id == self.structure.currentData())
        tone = QColor(structure.colour)
        colour = tone.red(), tone.green(), tone.blue()

        def work(_: Progress) -> Any:
            with Store.open(project, read_only=True) as store:
                return preview(store, pair, rule, colour, SIDE)[0]

        drawing = Background(work, self)
        self._drawings.append(drawing)
        drawing.done.connect(self.question.show_preview)
        drawing.failed.connect(lambda error: self.closing.say("error", text_of_error(error)))
        drawing.start()

    def _finish(self, count: int) -> None:
        self._work, self._looked = None, None
        self.closing.say("success", self.tr("Masks imported: {count}.").format(count=count))
        self._show_again()
        self._follow()

    def _show_again(self) -> None:
        """What is on the screen may have been changed in the project: read it again."""
        session = self._session
        key = session.image_id, session.structure_id
        if session.store is not None and session.image is not None and key[0] is not None and key[1] is not None:
            try:
                session.editing.load(session.store, key[0], key[1])
            except KnownError as error:
                session.failed.emit(error)
        session.images_changed.emit()

    def _fail(self, error: KnownError) -> None:
        self._work = None
        self.closing.say("error", text_of_error(error))
        self._show_again()
        self._follow()

    def _follow(self) -> None:
        is_idle, looked = self._work is None, self._looked
        can_import = looked is not None and any(pair.image is not None for pair in looked.pairs)
        self.bar.setVisible(not is_idle)
        for part in (self.structure, self.folder, self.choose, self.question, self.status):
            part.setEnabled(is_idle)
        self.question.setVisible(looked is not None)
        is_said = self.question.right.isChecked() and self.question.rule() is not None
        self.start.setEnabled(is_idle and can_import and is_said)
        self.cancel.setText(self.tr("Close") if is_idle else self.tr("Cancel"))
