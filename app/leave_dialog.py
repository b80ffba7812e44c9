"""Asks before a running fine-tune would be lost."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.controls import button, label


class LeaveDialog(QDialog):
    """“The model is still learning”: go on, or stop it and leave. The safe answer is the default."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("The model is still learning"))
        self.setMinimumWidth(440)
        text = self.tr(
            "If you leave this project now, the fine-tune is stopped and there will be no new version. "
            "Your labels are saved in any case."
        )
        words = label(text, "plain")
        words.setWordWrap(True)
        self.stay = button(self.tr("Let it go on"), 34, primary=True)
        self.leave = button(self.tr("Stop it and leave"), 34)
        self.stay.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.stay)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(16)
        column.addWidget(words)
        column.addLayout(buttons)
        self.stay.clicked.connect(self.reject)
        self.leave.clicked.connect(self.accept)
