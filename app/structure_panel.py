"""The list of structures, the words for the model, and the Predict button."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.controls import WordsEdit, button, label, tool_button
from app.icons import icon
from app.mask_figures import MaskFigures
from app.other_masks import OtherMasks
from app.session import Session
from app.structure_dialog import StructureDialog
from app.structure_list import StructureList
from app.theme import Theme, next_colour
from core.errors import KnownError
from core.store import StructureRow


class StructurePanel(QWidget):
    """Chooses and edits the structure.

    Signals:
        predict_wanted: the clinician asks the model for this structure, in these words.
        stop_wanted: the clinician does not want to wait for the model.
        automatic_changed: whether the next image is predicted by itself.
        all_wanted: the clinician asks the model for every structure.
    """

    predict_wanted = Signal(str)
    all_wanted = Signal()
    stop_wanted = Signal()
    automatic_changed = Signal(bool)

    def __init__(
        self, session: Session, theme: Theme, others: OtherMasks, figures: MaskFigures, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._theme = session, theme
        heading = label(self.tr("Structures"), "heading")
        heading.setToolTip(
            self.tr(
                "Masks may overlap: each is kept and exported whole. Where one picture has to hold several, the upper one wins."
            )
        )
        self.list = StructureList(session, others, figures, theme)
        self.edit = tool_button(self.tr("Change name, prompt or colour"), 18)
        self.add = tool_button(self.tr("Add a structure"), 18)
        words = label(self.tr("The model looks for"), "heading")
        self.prompt = WordsEdit(placeholderText=self.tr("for example: the polyp"))
        self.prompt.setAccessibleName(self.tr("Prompt for the model"))
        self.predict = button(self.tr("Predict"), 38, primary=True)
        self.predict.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.all = button(self.tr("All structures"), 38)
        self.all.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.decide = QCheckBox(self.tr("Let the model decide whether it is there"))
        self.decide.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.decide.setToolTip(
            self.tr("The model answers in words and may find nothing, or several masks; this takes longer")
        )
        self._busy = QProgressBar(minimum=0, maximum=0, textVisible=False)
        self._busy.setObjectName("thin")
        self.stop = tool_button(self.tr("Stop predicting"), 16)
        self._note = label("", "notice")
        self._note.setWordWrap(True)
        self.automatic = QCheckBox(self.tr("Predict the next image automatically"))
        self.automatic.setChecked(True)
        self.automatic.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.automatic.setToolTip(
            self.tr("After the first Predict, images that nobody has worked on are predicted when you come to them")
        )
        self.first = button(self.tr("Name what you look for…"), 38, primary=True)
        self.first.setToolTip(self.tr("Add a structure: its name, the words for the model, and a colour"))
        self._arrange(heading, words)
        self.show_idle()
        self._connect()
        self._recolour()
        self._follow()

    def _arrange(self, heading: QWidget, words: QWidget) -> None:
        waiting = QHBoxLayout()
        waiting.setSpacing(6)
        waiting.addWidget(self._note, 1)
        waiting.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignTop)
        for part in (self._busy, self.stop):
            keeps_place = part.sizePolicy()
            keeps_place.setRetainSizeWhenHidden(True)
            part.setSizePolicy(keeps_place)
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(heading, 1)
        top.addWidget(self.edit)
        top.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.list)
        column.addWidget(self.first)
        column.addSpacing(4)
        column.addWidget(words)
        column.addWidget(self.prompt)
        column.addSpacing(4)
        asking = QHBoxLayout()
        asking.setSpacing(6)
        asking.addWidget(self.predict, 1)
        asking.addWidget(self.all)
        column.addLayout(asking)
        column.addWidget(self._busy)
        column.addLayout(waiting)
        column.addWidget(self.decide)
        column.addWidget(self.automatic)

    def show_busy(self, text: str) -> None:
        """Say that the model works on a prediction."""
        self._show(True, text)

    def show_idle(self, text: str = "") -> None:
        """Say what came of the last prediction."""
        self._show(False, text)

    def ask(self) -> None:
        """Ask the model for what stands in the prompt now."""
        self._keep_prompt()
        self.predict_wanted.emit(self.prompt.text())

    def ask_all(self) -> None:
        """Ask the model for every structure, with the words as they are now."""
        self._keep_prompt()
        self.all_wanted.emit()

    def ask_new(self) -> None:
        """Ask for a new structure and add it."""
        colour = next_colour([row.colour for row in self._session.structures])
        image = self._session.image
        modality = image.modality if image is not None else ""
        dialog = StructureDialog(StructureRow(0, "", "", colour), self.window(), modality)
        if dialog.exec():
            try:
                self._session.add_structure(**dialog.choice())
            except KnownError as error:
                self._session.failed.emit(error)

    def ask_change(self) -> None:
        """Ask for other words or another colour of the current structure."""
        row = self._session.structure_row
        if row is None:
            return
        dialog = StructureDialog(row, self.window())
        if dialog.exec():
            self._update(**dialog.choice())

    def _connect(self) -> None:
        for adding in (self.add, self.first):
            adding.clicked.connect(self.ask_new)
        self.edit.clicked.connect(self.ask_change)
        self.prompt.editingFinished.connect(self._keep_prompt)
        self.prompt.returnPressed.connect(self.ask)
        self.predict.clicked.connect(self.ask)
        self.all.clicked.connect(self.ask_all)
        self.stop.clicked.connect(self.stop_wanted)
        self.automatic.toggled.connect(self.automatic_changed)
        self._session.project_changed.connect(self._follow)
        self._session.structures_changed.connect(self._follow)
        self._session.structure_changed.connect(self._follow)
        self._session.image_changed.connect(self._enable)
        self._theme.changed.connect(self._recolour)

    def _show(self, busy: bool, text: str) -> None:
        self._busy.setVisible(busy)
        self.stop.setVisible(busy)
        self._note.setText(text)

    def _keep_prompt(self) -> None:
        row = self._session.structure_row
        text = self.prompt.text().strip()
        if row is not None and text and text != row.prompt:
            self._update(prompt=text)

    def _update(self, **changes: Any) -> None:
        row = self._session.structure_row
        if row is None:
            return
        try:
            self._session.update_structure(row.id, **changes)
        except KnownError as error:
            self._session.failed.emit(error)
            self._follow()

    def _follow(self) -> None:
        row = self._session.structure_row
        self.prompt.setText(row.prompt if row is not None else "")
        self._enable()

    def _enable(self) -> None:
        has_project, has_structure = self._session.store is not None, self._session.structure_row is not None
        self.add.setEnabled(has_project)
        self.first.setVisible(has_project and not self._session.structures)
        self.predict.setVisible(not self.first.isVisibleTo(self))
        self.list.setVisible(bool(self._session.structures))
        for widget in (self.edit, self.prompt):
            widget.setEnabled(has_structure)
        self.all.setVisible(len(self._session.structures) > 1)
        for asking in (self.predict, self.all):
            asking.setEnabled(has_structure and self._session.image is not None)

    def _recolour(self) -> None:
        tones = self._theme.tones
        self.add.setIcon(icon("plus", tones.text))
        self.edit.setIcon(icon("edit", tones.text))
        self.stop.setIcon(icon("close", tones.muted))
        self.predict.setIcon(icon("predict", tones.on_accent, tones.muted))
