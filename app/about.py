"""What the program is and is not, and what the keys do."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.commands import COMMANDS, key_text, words
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


class ShortcutsDialog(QDialog):
    """Every key and mouse button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys and mouse"))
        self.resize(620, 620)
        rows = [(key_text(command), words(command.help)) for command in COMMANDS if command.keys]
        rows += [
            (self.tr("Left mouse button"), self.tr("Use the tool in hand")),
            (
                self.tr("Right mouse button"),
                self.tr(
                    "Erase; with an outline, take the inside away; as a click, say that this does not belong to it"
                ),
            ),
            (self.tr("Middle button, or Space"), self.tr("Move the picture")),
            (self.tr("Z held"), self.tr("A lens that shows four times as large what is under the pointer")),
            (self.tr("S held"), self.tr("The picture without the mask")),
            (
                self.tr("W held"),
                self.tr("Drag: brightness and contrast of the picture; model, masks and files stay as they are"),
            ),
            (
                self.tr("Enter, Backspace, Esc"),
                self.tr("Close an outline, take its last point or the last click back, give it up"),
            ),
            (self.tr("Mouse wheel"), self.tr("Zoom at the pointer")),
            (self.tr("Ctrl + mouse wheel"), self.tr("Brush size")),
        ]
        table = QWidget()
        grid = QGridLayout(table)
        grid.setHorizontalSpacing(22)
        grid.setVerticalSpacing(9)
        grid.setColumnStretch(1, 1)
        for place, (keys, text) in enumerate(rows):
            key = QLabel(keys)
            key.setStyleSheet("font-weight: 600")
            grid.addWidget(key, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(QLabel(text, wordWrap=True), place, 1)
        area = QScrollArea(widgetResizable=True)
        area.setWidget(table)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.addWidget(area)
        column.addWidget(_close(self, self.tr("Close")))


def _close(dialog: QDialog, text: str) -> QDialogButtonBox:
    buttons = QDialogButtonBox()
    buttons.addButton(text, QDialogButtonBox.ButtonRole.RejectRole)
    buttons.rejected.connect(dialog.reject)
    return buttons
