"""What the program is and is not, and everything that it is made of."""

import platform
from pathlib import Path

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.background import Background
from app.controls import button, label, line
from app.icons import pixmap
from app.versions import DEMO, Versions
from core.errors import KnownError
from core.installed_packages import Package, installed_packages
from core.paths import log_folder
from core.published_models import PUBLISHED

VERSION = "0.1.0"
WIDTH, LIST_HEIGHT = 580, 230


def show_about(versions: Versions, window: QWidget) -> None:
    """Open the dialog, with the model of the open project."""
    try:
        model = versions.base_reference()
    except KnownError:  # who predicts next will be told
        model = DEMO
    dialog = AboutDialog(model, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


class AboutDialog(QDialog):
    """Name, version, purpose and licence; the model in use, the demo images, and all packages with versions and licences."""

    def __init__(self, model: str, parent: QWidget | None = None) -> None:
        """Make the dialog; the list of packages is read beside the window.

        Args:
            model: reference of the base model in use.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("About"))
        self.setFixedWidth(WIDTH)
        self._facts = self._parts(model)
        self._packages: list[Package] = []
        self.list = QTreeWidget()
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setHeaderLabels([self.tr("Package"), self.tr("Version"), self.tr("Licence")])
        self.list.setFixedHeight(LIST_HEIGHT)
        self.list.setAccessibleName(self.tr("Packages"))
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setStretchLastSection(True)
        self.copy, close = button(self.tr("Copy"), 34), button(self.tr("Close"), 34)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        close.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 18)
        column.setSpacing(8)
        column.addLayout(self._head())
        for text, role in self._purpose():
            column.addWidget(_line(text, role))
        column.addWidget(line())
        for name, value in self._facts:
            column.addWidget(_line(f"{name}: {value}", "plain"))
        column.addSpacing(4)
        column.addWidget(self.list)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column.addLayout(buttons)
        self.setFixedHeight(column.totalHeightForWidth(WIDTH))  # a dialog starts as if each text were on one line
        self._reading = Background(lambda _: installed_packages(), self)
        self._reading.done.connect(self._fill)
        self._reading.start()

    def text(self) -> str:
        """Everything as lines, to be sent to who looks after the program."""
        lines = [f"sa2va-annotator {VERSION}", *(f"{name}: {value}" for name, value in self._facts)]
        lines += [f"{one.name} {one.version} – {self._licence(one)}" for one in self._packages]
        return "\n".join(lines) + "\n"

    def done(self, result: int) -> None:
        """Close; what is still being read is given up."""
        self._reading.close()
        super().done(result)

    def _head(self) -> QHBoxLayout:
        title = label("sa2va-annotator", "title")
        number = label(self.tr("Version {version}").format(version=VERSION), "muted")
        words = QVBoxLayout()
        words.addStretch(1)
        words.addWidget(title)
        words.addWidget(number)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(QLabel(pixmap=pixmap("app", "#000000", 56)))
        row.addLayout(words, 1)
        return row

    def _purpose(self) -> list[tuple[str, str]]:
        return [
            (
                self.tr(
                    "Segments structures on medical images by their name, lets you correct the masks, "
                    "and learns from your corrections."
                ),
                "plain",
            ),
            (self.tr("For research, not a medical device: do not use it for diagnosis or treatment."), "heading"),
            (self.tr("Images and masks stay on this computer. Licence: Apache 2.0."), "plain"),
            (
                self.tr("Log files, which hold nothing of patients, are here: {folder}").format(folder=log_folder()),
                "muted",
            ),
        ]

    def _parts(self, model: str) -> list[tuple[str, str]]:
        """What is not a package: names and values."""
        known = {one.name: one.licence for one in PUBLISHED}
        if model == DEMO:
            name, licence = self.tr("the demo model of this program"), "Apache 2.0"
        elif model in known:
            name, licence = model, known[model] or self.tr("as its page on the hub says")
        else:
            name, licence = Path(model).name, self.tr("as who made it says")
        return [
            ("Python", platform.python_version()),
            ("Qt", qVersion()),
            (self.tr("System"), platform.platform()),
            (self.tr("Model in use"), self.tr("{model}; licence: {licence}").format(model=name, licence=licence)),
            (
                self.tr("Demo images"),
                self.tr("drawn by a program for this one, of no patient; licence: {licence}").format(
                    licence="Apache 2.0"
                ),
            ),
        ]

    def _fill(self, packages: list[Package]) -> None:
        self._packages = packages
        self.list.addTopLevelItems([QTreeWidgetItem([one.name, one.version, self._licence(one)]) for one in packages])

    def _licence(self, one: Package) -> str:
        return one.licence or self.tr("it does not say; see its own files")


def _line(text: str, role: str) -> QLabel:
    found = label(text, role)
    found.setWordWrap(True)
    found.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return found
