"""What the program is and is not."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from app.icons import pixmap
from core.paths import log_folder

VERSION = "0.1.0"


class AboutDialog(QDialog):
    """Name, version, purpose and licence."""

    def __init__(self, version: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About"))
        self.setFixedWidth(460)
        picture = QLabel(pixmap=pixmap("app", "#000000", 72))
        title = QLabel("sa2va-annotator")
        title.setProperty("role", "title")
        number = QLabel(self.tr("Version {version}").format(version=version))
        number.setProperty("role", "muted")
        texts = [
            self.tr(
                "Segments structures on medical images by their name, lets you correct the masks, "
                "and learns from your corrections."
            ),
            self.tr("For research, not a medical device: do not use it for diagnosis or treatment."),
            self.tr("Images and masks stay on this computer. Licence: Apache 2.0."),
            self.tr("Log files, which hold nothing of patients, are here: {folder}").format(folder=log_folder()),
        ]
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 18)
        column.setSpacing(10)
        for label in (picture, title, number):
            column.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(6)
        for place, text in enumerate(texts):
            label = QLabel(text, wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            if place == 1:
                label.setStyleSheet("font-weight: 600")
            column.addWidget(label)
        column.addSpacing(6)
        column.addWidget(_close(self, self.tr("Close")))


def _close(dialog: QDialog, text: str) -> QDialogButtonBox:
    buttons = QDialogButtonBox()
    buttons.addButton(text, QDialogButtonBox.ButtonRole.RejectRole)
    buttons.rejected.connect(dialog.reject)
    return buttons
