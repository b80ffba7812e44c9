"""Asks before a running fine-tune would be lost."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.controls import button, label

IN_BACKGROUND = 2
"""What the dialog returns where the run is to go on without the window; 1 is to stop it, 0 to stay."""


class LeaveDialog(QDialog):
    """“The model is still learning”: stay, let it go on without the window, or stop it. The safe answer is the default."""

    def __init__(self, parent: QWidget | None = None, can_be_left: bool = True) -> None:
        """Fill the dialog; `can_be_left` says whether the run can go on without the window."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("The model is still learning"))
        self.setMinimumWidth(520)
        text = self.tr(
            "If you stop the fine-tune now, there will be no new version. In the background it goes on without this "
            "window; when you open the project again, you see how far it is, and its result. "
            "Your labels are saved in any case."
        )
        words = label(text, "plain")
        words.setWordWrap(True)
        self.stay = button(self.tr("Stay here"), 34, primary=True)
        self.background = button(self.tr("Go on in the background"), 34)
        self.leave = button(self.tr("Stop it and leave"), 34)
        self.background.setEnabled(can_be_left)
        self.stay.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for one in (self.leave, self.background, self.stay):
            buttons.addWidget(one)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(16)
        column.addWidget(words)
        column.addLayout(buttons)
        self.stay.clicked.connect(self.reject)
        self.leave.clicked.connect(self.accept)
        self.background.clicked.connect(lambda: self.done(IN_BACKGROUND))
