"""What is done to the whole mask with one button, and the numbers for it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.actions import Actions
from app.commands import plain_words
from app.controls import NumberEdit, label
from app.measure_edit import MeasureEdit
from app.session import Session
from app.settings import NUMBERS, Settings


class MaskPanel(QWidget):
    """Buttons of the Mask menu; islands, smoothing and growing have their number beside them."""

    def __init__(self, session: Session, settings: Settings, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._settings, self._actions = session, settings, actions
        self.islands = MeasureEdit(settings, "islands below", self.tr("Islands below this size"), is_area=True)
        self.smoothing = self._number("smooth radius", self.tr("Radius of smoothing"))
        self.widening = MeasureEdit(settings, "grow width", self.tr("Width to grow or shrink by"))
        for number in (self.islands, self.widening):
            number.setFixedWidth(94)
        session.image_changed.connect(self._follow)
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self._button("fill_holes", self.tr("Fill holes")), 1)
        top.addWidget(self._button("keep_largest", self.tr("Keep the largest")), 1)
        grid.addLayout(top, 0, 0, 1, 3)
        grid.addWidget(self._button("remove_islands", self.tr("Remove islands below")), 1, 0, 1, 2)
        grid.addWidget(self.islands, 1, 2)
        grid.addWidget(self._button("smooth", self.tr("Smooth with radius")), 2, 0, 1, 2)
        grid.addWidget(self.smoothing, 2, 2)
        grid.addWidget(self._button("grow", self.tr("Grow")), 3, 0)
        grid.addWidget(self._button("shrink", self.tr("Shrink")), 3, 1)
        grid.addWidget(self.widening, 3, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label(self.tr("Whole mask"), "heading"))
        column.addLayout(grid)

    def _follow(self) -> None:
        image = self._session.image
        for number in (self.islands, self.widening):
            number.set_spacing(image.spacing if image is not None else None)

    def _number(self, name: str, words: str) -> NumberEdit:
        _, low, high = NUMBERS[name]
        number = NumberEdit(low, high, self._settings.number(name), words, self.tr("px"))
        number.setToolTip(words)
        number.setFixedWidth(94)
        number.valueChanged.connect(lambda value: self._settings.remember(name, value))
        return number

    def _button(self, key: str, text: str) -> QPushButton:
        action = self._actions[key]
        button = QPushButton(text)
        button.setProperty("role", "choice")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._actions.lend_tip(button, key)
        button.setAccessibleName(plain_words(action.text()))
        button.clicked.connect(action.trigger)
        action.enabledChanged.connect(button.setEnabled)
        button.setEnabled(action.isEnabled())
        return button
