"""Asks for a structure's name, the words for the model, a colour, and how closely the model is to look."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.controls import label, tool_button
from app.icons import swatch
from app.prompt_chooser import PromptChooser
from app.theme import STRUCTURE_COLOURS
from core.store import StructureRow


class StructureDialog(QDialog):
    """Name, prompt, colour and detail of one structure."""

    def __init__(self, row: StructureRow, parent: QWidget | None = None, modality: str = "") -> None:
        """Fill the dialog.

        Args:
            row: as it is now; a name of "" for a new one, for which common ones are offered.
            parent: the window.
            modality: DICOM code of the image on the screen, "" where it is not known.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Structure") if row.name else self.tr("New structure"))
        self.setMinimumWidth(420)
        self.name = QLineEdit(row.name, placeholderText=self.tr("Polyp"))
        self.prompt = QLineEdit(row.prompt, placeholderText=self.tr("the polyp"))
        self._typed_prompt = bool(row.prompt)
        text = self.tr("Describe it in a few words, as to a colleague. The model looks for exactly this.")
        hint = label(text, "notice")
        hint.setWordWrap(True)
        self._colours = QButtonGroup(self)
        colours = self._colour_row(row.colour)
        self.zoom = self._zoom_choice(row.zoom)
        fine = label(self.tr("Finer detail is for thin structures, such as vessels."), "notice")
        fine.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._keep: QPushButton = buttons.addButton(self.tr("Keep"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._keep.setProperty("role", "primary")
        self._keep.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.common = PromptChooser(modality) if not row.name else None
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(14)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if self.common is not None:
            form.addRow(self.tr("Often asked for"), self.common)
            self.common.chosen.connect(self._take)
        form.addRow(self.tr("Name"), self.name)
        form.addRow(self.tr("Prompt"), self.prompt)
        form.addRow("", hint)
        form.addRow(self.tr("Colour"), colours)
        form.addRow(self.tr("Detail"), self.zoom)
        form.addRow("", fine)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(14)
        column.addLayout(form)
        column.addWidget(buttons)
        self.name.textEdited.connect(self._suggest)
        self.prompt.textEdited.connect(self._prompt_typed)
        self._check()

    def choice(self) -> dict[str, Any]:
        """What was chosen: name, prompt, colour ("#rrggbb") and zoom (1, 2, 3)."""
        return {
            "name": self.name.text().strip(),
            "prompt": self.prompt.text().strip(),
            "colour": STRUCTURE_COLOURS[max(0, self._colours.checkedId())],
            "zoom": self.zoom.currentData(),
        }

    def _colour_row(self, chosen: str) -> QHBoxLayout:
        colours = QHBoxLayout()
        for place, tone in enumerate(STRUCTURE_COLOURS):
            button = tool_button(self.tr("Colour {number}").format(number=place + 1))
            button.setIcon(swatch(tone, 20))
            button.setCheckable(True)
            button.setChecked(tone == chosen)
            self._colours.addButton(button, place)
            colours.addWidget(button)
        colours.addStretch(1)
        return colours

    def _zoom_choice(self, chosen: int) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(self.tr("Detail"))
        for zoom, words in (
            (1, self.tr("Normal: the whole picture at once")),
            (2, self.tr("Fine: in 4 parts, 4 times slower")),
            (3, self.tr("Very fine: in 9 parts, 9 times slower")),
        ):
            box.addItem(words, zoom)
        box.setCurrentIndex(box.findData(chosen))
        return box

    def _take(self, name: str, prompt: str) -> None:
        """A common structure was chosen; both can still be changed."""
        self.name.setText(name)
        self.prompt.setText(prompt)
        self._typed_prompt = True
        self._check()

    def _suggest(self, name: str) -> None:
        if not self._typed_prompt:
            self.prompt.setText(self.tr("the {name}").format(name=name.strip().lower()) if name.strip() else "")
        self._check()

    def _prompt_typed(self) -> None:
        self._typed_prompt = bool(self.prompt.text().strip())
        self._check()

    def _check(self) -> None:
        self._keep.setEnabled(bool(self.name.text().strip() and self.prompt.text().strip()))
