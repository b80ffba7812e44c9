"""What the model answered: its words, and its masks to choose among."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QPushButton, QVBoxLayout, QWidget

from app.answers import words_of
from app.controls import label
from app.keymap import Keymap
from app.mask_choice import choose_mask
from app.session import Session
from core.store import PredictionRow

IN_A_ROW = 3
ROW = 28


class AnswerPanel(QWidget):
    """A quiet line with the answer, and a button for each mask with what the model thinks of it."""

    def __init__(self, session: Session, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._keymap = session, keymap
        self.words = label("", "notice")
        self.words.setWordWrap(True)
        self.words.setAccessibleName(self.tr("Answer of the model"))
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._heading = label("", "heading")
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._choose)
        self._buttons = QGridLayout()
        self._buttons.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.words)
        column.addSpacing(2)
        column.addWidget(self._heading)
        column.addLayout(self._buttons)
        session.prediction_changed.connect(self._follow)
        keymap.changed.connect(self._follow)
        self._follow()

    def buttons(self) -> list[QPushButton]:
        """One for each mask that can be chosen, in their order."""
        return [one for one in self._group.buttons() if isinstance(one, QPushButton)]

    def _choose(self, place: int) -> None:
        if not choose_mask(self._session, place):
            self._follow()

    def _follow(self) -> None:
        prediction = self._session.editing.prediction
        words = words_of(prediction.answer) if prediction is not None else ""
        self.words.setText(self.tr("The model says: “{words}”").format(words=words))
        self.words.setVisible(bool(words))
        count = len(prediction.ious) if prediction is not None else 0
        self._make_buttons(count)
        self._heading.setVisible(count > 0)
        if prediction is not None and count:
            self._fill(prediction)
        self.setVisible(bool(words) or count > 0)

    def _make_buttons(self, count: int) -> None:
        """As many as there are masks; those that are there stay, so that the keyboard stays where it is."""
        for surplus in self.buttons()[count:]:
            self._group.removeButton(surplus)
            self._buttons.removeWidget(surplus)
            surplus.deleteLater()
        for place in range(len(self.buttons()), count):
            made = QPushButton()
            made.setCheckable(True)
            made.setMinimumHeight(ROW)
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.setProperty("role", "choice")
            self._group.addButton(made, place)
            self._buttons.addWidget(made, place // IN_A_ROW, place % IN_A_ROW)

    def _fill(self, prediction: PredictionRow) -> None:
        several = prediction.parts > 1
        self._heading.setText(
            self.tr("Masks of the answer, expected overlap")
            if several
            else self.tr("Masks of the model, expected overlap")
        )
        key = self._keymap.text("next_mask")
        for place, (one, iou) in enumerate(zip(self.buttons(), prediction.ious, strict=True)):
            number = place if several else place + 1
            name = self.tr("All") if several and place == 0 else str(number)
            one.setText(f"{name} · {iou:.2f}")
            one.setChecked(place == prediction.chosen)
            tip = self.tr("The model expects this mask to overlap with the structure by {share} %")
            further = self.tr(" ({key}: the next mask)").format(key=key) if key else ""
            one.setToolTip(tip.format(share=round(100 * iou)) + further)
            one.setAccessibleName(self.tr("Mask {name}, expected overlap {iou}").format(name=name, iou=f"{iou:.2f}"))
