"""Asks for the note of a flag."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.controls import WordsEdit, button, label

LONGEST = 500


class FlagDialog(QDialog):
    """One line of words, and taking the flag away.

    Signals:
        chosen: the note ("" without words), or None: the flag is taken away.
    """

    chosen = Signal(object)

    def __init__(self, note: str | None, parent: QWidget | None = None) -> None:
        """Fill the dialog.

        Args:
            note: as it is now; None without a flag.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Flag this image"))
        self.setMinimumWidth(420)
        what = label(self.tr("The image stays as it is; the flag helps to find it again."), "muted")
        what.setWordWrap(True)
        self.note = WordsEdit(
            note or "", placeholderText=self.tr("For example: ask the radiologist"), maxLength=LONGEST
        )
        self.note.setAccessibleName(self.tr("Note"))
        self.remove = button(self.tr("Remove the flag"), 34)
        self.remove.setVisible(note is not None)
        cancel = button(self.tr("Cancel"), 34)
        self.keep = button(self.tr("Flag") if note is None else self.tr("Keep"), 34, primary=True)
        for one in (self.remove, cancel):
            one.setAutoDefault(False)
        self.keep.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(14)
        column.addWidget(what)
        column.addWidget(self.note)
        column.addLayout(buttons)
        self.keep.clicked.connect(lambda: self._choose(self.note.text().strip()))
        self.remove.clicked.connect(lambda: self._choose(None))
        cancel.clicked.connect(self.reject)

    def _choose(self, note: str | None) -> None:
        self.chosen.emit(note)
        self.accept()
