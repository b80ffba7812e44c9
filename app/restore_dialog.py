"""A damaged project: asks whether to go on with a copy of it from before, to repair it, or only to look at what can be read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QDate, QLocale, QTime
from PySide6.QtWidgets import QDialog, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.background import Background, Progress
from app.controls import button, label, line
from app.message_bar import MessageBar
from app.messages import text_of_error
from core.errors import KnownError
from core.store.backup import newest_backup, restore
from core.store.mending import Mended
from core.store.rescue import look, repair
from core.store.salvage import can_be_salvaged

NAMED = 6
"""So many damaged images are named; the rest is counted."""


@dataclass(frozen=True)
class WayOut:
    """What to open in place of a damaged project.

    Attributes:
        folder: of the project; another one where it is only looked at.
        read_only: whether it is only looked at.
        masks: what became of them; None where a backup is gone on with.
    """

    folder: Path
    read_only: bool = False
    masks: Mended | None = None


class RestoreDialog(QDialog):
    """Each way with what it means; leaving everything as it is is the default. `way` is the one that was taken."""

    def __init__(
        self, folder: Path, backup: tuple[Path, datetime] | None, readable: bool, parent: QWidget | None = None
    ) -> None:
        """Make the dialog.

        Args:
            folder: of the damaged project; nobody has it open.
            backup: the newest sound copy and when it was made, local time; None without one.
            readable: whether anything of it can be read.
            parent: the window.
        """
        super().__init__(parent)
        self._folder, self._backup = folder, backup
        self._work: Background | None = None
        self.way: WayOut | None = None
        self.setWindowTitle(self.tr("The project is damaged"))
        self.setFixedWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(10)
        text = self.tr("The file of the project “{project}” is damaged. It is kept, whatever you choose.")
        self._say = _words(text.format(project=folder.name), "plain")
        column.addWidget(self._say)
        self.use = button(self.tr("Go on with the backup"), 34)
        self.mend = button(self.tr("Repair it"), 34)
        self.look = button(self.tr("Only look at it"), 34)
        self._ways: list[QPushButton] = []
        if backup is not None:
            when = self.tr("A sound copy of {when}; what was done after it is not in it.")
            self._add(column, self.use, when.format(when=_when(backup[1])), self._use)
        if readable:
            mended = self.tr(
                "Everything that can be read is put together. Images whose mask lost something are flagged."
            )
            seen = self.tr("What can be read is opened for looking and exporting; nothing can be changed.")
            self._add(column, self.mend, mended, lambda: self._begin(repair, read_only=False))
            self._add(column, self.look, seen, lambda: self._begin(look, read_only=True))
        self.bar = QProgressBar(textVisible=False)
        self.bar.setObjectName("thin")
        self.bar.setRange(0, 0)
        self.bar.hide()
        self.leave = button(self.tr("Leave it as it is"), 34)
        self.leave.setDefault(True)
        self.leave.clicked.connect(self.reject)
        column.addWidget(line())
        column.addWidget(self.bar)
        column.addWidget(self.leave)

    def reject(self) -> None:
        """Leave everything as it is; a repair that is at work is stopped, and nothing of it is left."""
        if self._work is not None:
            self._work.close()
            self._work = None
        super().reject()

    def _add(self, column: QVBoxLayout, way: QPushButton, what: str, take: Callable[[], None]) -> None:
        column.addSpacing(4)
        column.addWidget(way)
        column.addWidget(_words(what, "muted"))
        way.clicked.connect(take)
        way.setAutoDefault(False)
        self._ways.append(way)

    def _use(self) -> None:
        assert self._backup is not None
        try:
            restore(self._folder, self._backup[0])
        except KnownError as error:
            self._fail(error)
            return
        self.way = WayOut(self._folder)
        self.accept()

    def _begin(self, rescue: Callable[..., object], read_only: bool) -> None:
        folder, note = self._folder, self.tr("damaged: look at this mask")

        def work(progress: Progress) -> object:
            return rescue(folder, note, lambda: progress(0, 0, ""))

        self._work = Background(work, self)
        self._work.done.connect(lambda found: self._end(WayOut(found.folder, read_only, found.masks)))
        self._work.failed.connect(self._fail)
        self._follow()
        self._work.start()

    def _end(self, way: WayOut) -> None:
        self._work, self.way = None, way
        self.accept()

    def _fail(self, error: KnownError) -> None:
        self._work = None
        self._say.setText(text_of_error(error))
        self._follow()

    def _follow(self) -> None:
        is_idle = self._work is None
        self.bar.setVisible(not is_idle)
        for way in self._ways:
            way.setEnabled(is_idle)
        self.leave.setText(self.tr("Leave it as it is") if is_idle else self.tr("Cancel"))


def ask_way_out(folder: Path, window: QWidget) -> WayOut | None:
    """Offer the ways out of a damaged project; None where there is none, or it is to be left as it is."""
    backup, readable = newest_backup(folder), can_be_salvaged(folder)
    if backup is None and not readable:
        return None
    dialog = RestoreDialog(folder, backup, readable, window)
    return dialog.way if dialog.exec() else None


def say_rescued(messages: MessageBar, project: str, masks: Mended, read_only: bool) -> None:
    """Say which masks are what they were and which images are damaged."""
    more = len(masks.damaged) - NAMED
    images = ", ".join(masks.damaged[:NAMED]) + (f" … (+{more})" if more > 0 else "")
    key = "only_looked_at" if read_only else "repaired"
    messages.say(key, project=project, whole=masks.whole, images=images or "–")


def _words(text: str, role: str) -> QLabel:
    found = label(text, role)
    found.setWordWrap(True)
    return found


def _when(made: datetime) -> str:
    locale = QLocale()
    day = locale.toString(QDate(made.year, made.month, made.day), QLocale.FormatType.LongFormat)
    return f"{day}, {locale.toString(QTime(made.hour, made.minute), QLocale.FormatType.ShortFormat)}"
