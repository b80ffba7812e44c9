"""Asks for a structure's name, the words for the model, and a colour."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
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
from app.theme import STRUCTURE_COLOURS


class StructureDialog(QDialog):
    """Name, prompt and colour of one structure."""

    def __init__(self, name: str, prompt: str, colour: str, parent: QWidget | None = None) -> None:
        """Fill the dialog.

        Args:
            name: as it is now, "" for a new structure.
            prompt: the words for the model.
            colour: one of the palette, "#rrggbb".
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Structure"))
        self.setMinimumWidth(420)
        self.name = QLineEdit(name, placeholderText=self.tr("Polyp"))
        self.prompt = QLineEdit(prompt, placeholderText=self.tr("the polyp"))
        self._typed_prompt = bool(prompt)
        text = self.tr("Describe it in a few words, as to a colleague. The model looks for exactly this.")
        hint = label(text, "notice")
        hint.setWordWrap(True)
        self._colours = QButtonGroup(self)
        colours = QHBoxLayout()
        for place, tone in enumerate(STRUCTURE_COLOURS):
            button = tool_button(self.tr("Colour {number}").format(number=place + 1))
            button.setIcon(swatch(tone, 20))
            button.setCheckable(True)
            button.setChecked(tone == colour)
            self._colours.addButton(button, place)
            colours.addWidget(button)
        colours.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._keep: QPushButton = buttons.addButton(self.tr("Keep"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._keep.setProperty("role", "primary")
        self._keep.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(14)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        form.addRow(self.tr("Name"), self.name)
        form.addRow(self.tr("Prompt"), self.prompt)
        form.addRow("", hint)
        form.addRow(self.tr("Colour"), colours)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(14)
        column.addLayout(form)
        column.addWidget(buttons)
        self.name.textEdited.connect(self._suggest)
        self.prompt.textEdited.connect(self._prompt_typed)
        self._check()

    def colour(self) -> str:
        """The chosen colour, "#rrggbb"."""
        return STRUCTURE_COLOURS[max(0, self._colours.checkedId())]

    def _suggest(self, name: str) -> None:
        if not self._typed_prompt:
            self.prompt.setText(self.tr("the {name}").format(name=name.strip().lower()) if name.strip() else "")
        self._check()

    def _prompt_typed(self) -> None:
        self._typed_prompt = bool(self.prompt.text().strip())
        self._check()

    def _check(self) -> None:
        self._keep.setEnabled(bool(self.name.text().strip() and self.prompt.text().strip()))
