"""A damaged project and a copy of it from before: asks whether the copy is to be put into its place."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QDate, QLocale, QTime
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.controls import button, label
from core.store.backup import newest_backup, restore


class RestoreDialog(QDialog):
    """Says how old the backup is and what happens to the damaged file; leaving everything as it is is the default."""

    def __init__(self, project: str, made: datetime, parent: QWidget | None = None) -> None:
        """Make the dialog.

        Args:
            project: name of the damaged project.
            made: when the backup was made, local time.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("The project is damaged"))
        self.setMinimumWidth(460)
        locale = QLocale()
        day = locale.toString(QDate(made.year, made.month, made.day), QLocale.FormatType.LongFormat)
        when = f"{day}, {locale.toString(QTime(made.hour, made.minute), QLocale.FormatType.ShortFormat)}"
        text = self.tr(
            "The file of the project “{project}” is damaged. There is a sound backup of {when}; what was done after it is not in it."
        ).format(project=project, when=when)
        kept = self.tr("The damaged file is kept beside it under another name.")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        for words, role in ((text, "plain"), (kept, "muted")):
            line = label(words, role)
            line.setWordWrap(True)
            column.addWidget(line)
        self.leave = button(self.tr("Leave it as it is"), 34)
        self.use = button(self.tr("Go on with the backup"), 34, primary=True)
        self.leave.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.use)
        column.addLayout(buttons)
        self.leave.clicked.connect(self.reject)
        self.use.clicked.connect(self.accept)


def go_on_with_backup(folder: Path, window: QWidget) -> bool:
    """Offer the newest sound backup of a damaged project.

    Args:
        folder: of the project that could not be opened.
        window: over which it is asked.

    Returns:
        Whether the backup is in its place now.

    Raises:
        StoreError: the folder cannot be written; everything is as it was.
    """
    found = newest_backup(folder)
    if found is None or not RestoreDialog(folder.name, found[1], window).exec():
        return False
    restore(folder, found[0])
    return True
