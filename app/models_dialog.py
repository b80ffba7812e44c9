"""The models: what there is, what each needs, which one is here; downloading one, adding a folder, putting one in use."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
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

from app.controls import button, label, resize_on_screen
from app.messages import text_of_error
from app.model_choice import ModelChoice, title_of
from app.model_download import ModelDownload
from app.model_rows import ModelRow, model_rows, state_of
from app.outcome_line import OutcomeLine
from app.session import Session
from app.theme import Theme
from app.versions import Versions
from core.amounts import amount
from core.errors import KnownError
from core.hub_cache import Presence, cache_place
from core.model_folders import remember_folder

LEFT, RIGHT = (
    side | Qt.AlignmentFlag.AlignVCenter for side in (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)
)
FIGURES = (1, 2, 3)
"""Columns of the table."""
STEPS = 1000
"""Of the bar: Qt counts in numbers that are too small for the bytes of a model."""


class ModelsDialog(QDialog):
    """A list with one line for each model. A download goes on when the dialog is closed."""

    def __init__(
        self,
        session: Session,
        versions: Versions,
        choice: ModelChoice,
        download: ModelDownload,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._versions, self._choice, self._download = session, versions, choice, download
        self._rows: list[ModelRow] = []
        self.setWindowTitle(self.tr("Models"))
        resize_on_screen(self, 960, 680)
        self.table = self._make_table()
        self.bar = QProgressBar(textVisible=False, minimum=0, maximum=STEPS)
        self.bar.setObjectName("thin")
        self.far = label("", "muted")
        self.closing = OutcomeLine(theme)
        self.add = button(self.tr("Add from folder…"), 34)
        self.fetch = button(self.tr("Download"), 34)
        self.stop = button(self.tr("Cancel the download"), 34)
        self.use = button(self.tr("Use for this project"), 34, primary=True)
        self.shut = button(self.tr("Close"), 34)
        self._arrange()
        self._connect()
        self.reload()
        self.table.selectRow(next((at for at, row in enumerate(self._rows) if row.reference == self._in_use()), 0))
        self._follow()

    def reload(self) -> None:
        """Show what is on the disk now."""
        self._rows = model_rows()
        in_use = self._in_use()
        self.table.setRowCount(len(self._rows))
        for at, row in enumerate(self._rows):
            texts = (row.title, row.size, row.card, row.processor, row.licence, state_of(row, in_use))
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setFlags(Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled)
                item.setToolTip(row.reference if column == 0 else text)
                if column in FIGURES:
                    item.setTextAlignment(RIGHT)
                self.table.setItem(at, column, item)
        self._follow()

    def chosen(self) -> ModelRow | None:
        """The line that is marked."""
        at = self.table.currentRow()
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def _make_table(self) -> QTableWidget:
        heads = [
            self.tr("Model"),
            self.tr("On the disk"),
            self.tr("Memory, graphics card"),
            self.tr("Memory, processor"),
            self.tr("Licence"),
            self.tr("State"),
        ]
        table = QTableWidget(0, len(heads))
        for at, text in enumerate(heads):
            head = QTableWidgetItem(text)
            head.setTextAlignment(RIGHT if at in FIGURES else LEFT)
            table.setHorizontalHeaderItem(at, head)
        table.setAccessibleName(self.tr("Models"))
        table.verticalHeader().setVisible(False)
        table.setShowGrid(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        return table

    def _arrange(self) -> None:
        text = self.tr(
            "A larger model usually sees better and needs more memory. A model is downloaded once; your images stay on "
            "this computer."
        )
        what = label(text, "muted")
        what.setWordWrap(True)
        place = label(self.tr("Downloaded models are kept in {folder}").format(folder=cache_place()), "notice")
        place.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addStretch(1)
        for one in (self.shut, self.stop, self.fetch, self.use):
            buttons.addWidget(one)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(what)
        column.addWidget(self.table, 1)
        column.addWidget(place)
        column.addWidget(self.far)
        column.addWidget(self.bar)
        column.addWidget(self.closing)
        column.addLayout(buttons)
        self.closing.say("", "")

    def _connect(self) -> None:
        self.table.currentCellChanged.connect(lambda *_: self._follow())
        self.table.itemActivated.connect(lambda _: self._use())
        self.add.clicked.connect(self._add_folder)
        self.fetch.clicked.connect(self._fetch)
        self.stop.clicked.connect(self._cancel)
        self.use.clicked.connect(self._use)
        self.shut.clicked.connect(self.reject)
        self._download.progressed.connect(self._advance)
        self._download.finished.connect(self._finished)
        self._download.cancelled.connect(self._cancelled)
        self._download.failed.connect(self._failed)
        self._choice.trying.connect(self._trying)
        self._choice.chosen.connect(self._in_use_now)
        self._choice.failed.connect(self._failed)

    def _in_use(self) -> str:
        try:
            return self._versions.base_reference() if self._session.store is not None else ""
        except KnownError as error:
            self._session.failed.emit(error)
            return ""

    def _follow(self) -> None:
        """Offer what can be done with the line that is marked."""
        row, loading, fetching = self.chosen(), self._choice.is_trying, self._download.is_running
        here = row is not None and row.here is Presence.WHOLE
        may = self._session.store is not None and not self._session.read_only and not loading
        self.use.setEnabled(may and here and row is not None and row.reference != self._in_use())
        self.fetch.setEnabled(row is not None and row.on_hub and not here and not fetching)
        part = row is not None and row.here is Presence.PART
        self.fetch.setText(self.tr("Go on downloading") if part else self.tr("Download"))
        self.fetch.setVisible(not fetching)
        self.stop.setVisible(fetching)
        self.bar.setVisible(fetching or loading)
        self.far.setVisible(fetching or loading)
        self.add.setEnabled(not loading)

    def _fetch(self) -> None:
        row = self.chosen()
        if row is None:
            return
        self.closing.say("", "")
        self.bar.setRange(0, 0)
        self.far.setText(self.tr("Downloading {name} …").format(name=row.title))
        self.stop.setEnabled(True)
        self._download.start(row.reference)
        self._follow()

    def _cancel(self) -> None:
        self.stop.setEnabled(False)
        self.far.setText(self.tr("Stopping …"))
        self._download.cancel()

    def _advance(self, done: int, total: int) -> None:
        self.bar.setRange(0, STEPS)
        self.bar.setValue(STEPS * done // max(1, total))
        words = self.tr("Downloading {name}: {done} of {total}")
        title = title_of(self._download.name)
        self.far.setText(words.format(name=title, done=amount(done), total=amount(total)))

    def _finished(self, name: str) -> None:
        self.closing.say("success", self.tr("{name} is on this computer now.").format(name=title_of(name)))
        self.reload()

    def _cancelled(self, name: str) -> None:
        words = self.tr("The download of {name} was stopped. What came is kept: it goes on from there next time.")
        self.closing.say("information", words.format(name=title_of(name)))
        self.reload()

    def _add_folder(self) -> None:
        text = self.tr("Choose the folder of a Sa2VA model")
        if folder := QFileDialog.getExistingDirectory(self, text):
            self.add_folder(Path(folder))

    def add_folder(self, folder: Path) -> None:
        """Put a folder into the list and mark it, or say why not.

        Args:
            folder: of a model.
        """
        try:
            self._versions.check_base(str(folder))
            remember_folder(folder)
        except KnownError as error:
            self._failed(error)
            return
        self.reload()
        reference = str(folder.resolve())
        self.table.selectRow(next((at for at, row in enumerate(self._rows) if row.reference == reference), 0))
        self.closing.say("success", self.tr("{name} is in the list now.").format(name=folder.name))

    def _use(self) -> None:
        row = self.chosen()
        if row is not None and self.use.isEnabled():
            self._choice.choose(row.reference)
            self._follow()

    def _trying(self, reference: str) -> None:
        self.closing.say("", "")
        self.bar.setRange(0, 0)
        self.far.setText(self.tr("Loading {name} …").format(name=title_of(reference)))

    def _in_use_now(self, reference: str) -> None:
        self.closing.say("success", self.tr("{name} is in use for this project.").format(name=title_of(reference)))
        self.reload()

    def _failed(self, error: KnownError) -> None:
        self.closing.say("error", text_of_error(error))
        self.reload()
