"""Asks for language, look, device, precision and where to learn."""

import importlib.util

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QSizePolicy, QVBoxLayout, QWidget

from app.controls import WordsEdit, label
from app.settings import CLUSTER_ADDRESS, CLUSTER_DEFAULT, Settings


class SettingsDialog(QDialog):
    """One line per setting. A choice holds at once; only the language waits for the next start, and says so."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self.setMinimumWidth(440)
        self._settings = settings
        language = {"auto": self.tr("As the desktop"), "en": "English", "zh_CN": "简体中文"}
        look = {"auto": self.tr("As the desktop"), "dark": self.tr("Dark"), "light": self.tr("Light")}
        device = {
            "auto": self.tr("Automatic"),
            "processor": self.tr("Processor"),
            "graphics card": self.tr("Graphics card"),
        }
        self.language = self._choice("language", language, self.tr("Language"))
        self.look = self._choice("look", look, self.tr("Look"))
        precision = {
            "auto": self.tr("Automatic"),
            "32 bits": self.tr("Full (32 bits)"),
            "16 bits": self.tr("Half (16 bits)"),
            "8 bits": self.tr("8 bits"),
            "4 bits": self.tr("4 bits"),
        }
        self.device = self._choice("device", device, self.tr("Device"))
        self.precision = self._choice("precision", precision, self.tr("Precision"))
        self.later = _hint(self.tr("The language changes when the program is started again."))
        self.later.setVisible(False)
        self.language.activated.connect(lambda _: self.later.setVisible(True))
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(14)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(self.tr("Language"), self.language)
        form.addRow("", self.later)
        form.addRow(self.tr("Look"), self.look)
        form.addRow(self.tr("Device"), self.device)
        text = self.tr(
            "Where the model computes. Automatic takes a graphics card where there is one; the processor is slower but always there."
        )
        form.addRow("", _hint(text))
        form.addRow(self.tr("Precision"), self.precision)
        form.addRow("", _hint(self._about_precision()))
        self._add_place(form)
        buttons = QDialogButtonBox()
        buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(14)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(buttons)

    def _add_place(self, form: QFormLayout) -> None:
        """Where a fine-tune learns; that labels leave this computer for a cluster is said before one is chosen."""
        places = {"here": self.tr("This computer"), "cluster": self.tr("A Ray cluster")}
        self.place = self._choice("learning place", places, self.tr("Where to learn"))
        self.address = WordsEdit(self._settings.note(CLUSTER_ADDRESS))
        self.address.setPlaceholderText(CLUSTER_DEFAULT)
        self.address.setAccessibleName(self.tr("Address of the Ray cluster"))
        self.address.textChanged.connect(lambda text: self._settings.keep_note(CLUSTER_ADDRESS, text.strip()))
        self.place.activated.connect(lambda _: self._show_address())
        form.addRow(self.tr("Where to learn"), self.place)
        form.addRow("", self.address)
        text = self.tr(
            "For a cluster the labelled pictures, their masks and the words leave this computer; names, dates and other data of "
            "patients do not, unless they are written in the pictures."
        )
        if importlib.util.find_spec("ray") is None:
            _grey(self.place, "cluster")
            text += " " + self.tr("A cluster needs an addition that is not installed: sa2va-annotator[ray].")
        form.addRow("", _hint(text))
        self._show_address()

    def _show_address(self) -> None:
        self.address.setVisible(self.place.currentData() == "cluster")

    def _about_precision(self) -> str:
        """What fewer bits mean; what cannot be had here is greyed."""
        text = self.tr(
            "Fewer bits take less memory, and masks may differ a little. Automatic is half on a graphics card, full on the processor."
        )
        if importlib.util.find_spec("bitsandbytes") is not None:
            return text
        for words in ("8 bits", "4 bits"):
            _grey(self.precision, words)
        return text + " " + self.tr("8 and 4 bits need an addition that is not installed.")

    def _choice(self, name: str, words: dict[str, str], spoken: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(spoken)
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for value, text in words.items():
            box.addItem(text, value)
        box.setCurrentIndex(box.findData(self._settings[name]))
        box.activated.connect(lambda _: self._settings.choose(name, box.currentData()))
        return box


def _grey(box: QComboBox, value: str) -> None:
    """Show a choice that cannot be had here."""
    choices = box.model()
    assert isinstance(choices, QStandardItemModel)
    choices.item(box.findData(value)).setEnabled(False)


def _hint(text: str) -> QWidget:
    hint = label(text, "notice")
    hint.setWordWrap(True)
    hint.setMinimumWidth(300)
    return hint
