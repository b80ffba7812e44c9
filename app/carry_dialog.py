"""Asks how far a mask is to be carried through its stack, and shows how it goes; the window can be worked in meanwhile."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QHBoxLayout, QProgressBar, QRadioButton, QVBoxLayout, QWidget

from app.carry_words import words_of_walk
from app.carrying import Walk
from app.controls import NumberEdit, button, label

MOST_DOUBTS = 2


class CarryDialog(QDialog):
    """Direction, how many slices, how it goes, and what became of it.

    Signals:
        wanted: begin, with so many slices onwards and so many back at most.
        stop_wanted: end it early.
        slice_wanted: show the image with this id, on which the model was in doubt.
    """

    wanted = Signal(int, int)
    stop_wanted = Signal()
    slice_wanted = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Carry the mask through the stack"))
        self.setMinimumWidth(440)
        self._count = 0
        self._from = label("", "plain")
        what = label(
            self.tr(
                "The model follows the structure from slice to slice, and stops by itself where it is in doubt. "
                "Slices that you accepted, rejected or worked on stay as they are."
            ),
            "muted",
        )
        self.forward = QRadioButton(self.tr("Forwards"))
        self.backward = QRadioButton(self.tr("Backwards"))
        self.both = QRadioButton(self.tr("Both ways"))
        self.most = NumberEdit(0, 1, 0, self.tr("At most so many slices in each direction"))
        self.most.setSpecialValueText(self.tr("all"))
        self.bar = QProgressBar(textVisible=False)
        self.bar.setObjectName("thin")
        self.outcome = label("", "plain")
        for words in (self._from, what, self.outcome):
            words.setWordWrap(True)
        self.shows = [button("", 30) for _ in range(MOST_DOUBTS)]
        self.start, self.stop = button(self.tr("Carry"), 34, primary=True), button(self.tr("Stop"), 34)
        self.close_button = button(self.tr("Close"), 34)
        self._arrange(what)
        self.both.setChecked(True)
        self.start.clicked.connect(self._ask)
        self.stop.clicked.connect(self.stop_wanted)
        self.close_button.clicked.connect(self.hide)
        self.show_idle("")

    def show_slice(self, place: int, count: int, structure: str) -> None:
        """From where it would begin.

        Args:
            place: of the slice on the screen, from 0.
            count: slices of its stack; 0 where the image is by itself.
            structure: whose mask it is.
        """
        self._count = count
        self.most.setRange(0, max(1, count - 1))
        begin = self.tr("From slice {number} of {count}, the mask of “{structure}”.")
        self._from.setText(
            begin.format(number=place + 1, count=count, structure=structure)
            if count
            else self.tr("This image is in no stack.")
        )
        self.start.setEnabled(count > 0 and self.stop.isHidden())

    def show_progress(self, done: int, wanted: int) -> None:
        """How many slices of how many are behind; none while the model is loaded."""
        self._switch(True)
        self.bar.setRange(0, wanted if done else 0)
        self.bar.setValue(done)
        going = self.tr("{done} of {wanted} slices …").format(done=done, wanted=wanted)
        self._say(going if done else self.tr("The model begins …"))

    def show_idle(self, text: str) -> None:
        """Nothing is on its way; `text` says why not."""
        self._switch(False)
        self._say(text)

    def show_ended(self, walk: Walk) -> None:
        """What became of it, and the slices on which the model was in doubt."""
        self.show_idle(words_of_walk(walk))
        for show, doubt in zip(self.shows, walk.doubts, strict=False):
            show.setText(self.tr("Show slice {number}").format(number=doubt.number))
            show.clicked.disconnect() if show.property("leads") else None
            show.clicked.connect(lambda _=False, image_id=doubt.image_id: self.slice_wanted.emit(image_id))
            show.setProperty("leads", True)
            show.show()
        self._fit()

    def _ask(self) -> None:
        most = self.most.value() or self._count
        onwards = most if not self.backward.isChecked() else 0
        back = most if not self.forward.isChecked() else 0
        self.wanted.emit(onwards, back)

    def _switch(self, running: bool) -> None:
        self.bar.setVisible(running)
        self.stop.setVisible(running)
        self.start.setVisible(not running)
        self.start.setEnabled(not running and self._count > 0)
        for part in (self.forward, self.backward, self.both, self.most):
            part.setEnabled(not running)
        for show in self.shows:
            show.hide()

    def _say(self, text: str) -> None:
        self.outcome.setText(text)
        self.outcome.setVisible(bool(text))
        self._fit()

    def _fit(self) -> None:
        """Be as high as the words need at this width."""
        column = self.layout()
        if column is not None:
            column.activate()
            self.resize(self.width(), column.totalHeightForWidth(self.width()))

    def _arrange(self, what: QWidget) -> None:
        ways, amount, doubts, buttons = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        group = QButtonGroup(self)
        for way in (self.forward, self.backward, self.both):
            group.addButton(way)
            ways.addWidget(way)
        ways.addStretch(1)
        amount.addWidget(label(self.tr("At most so many slices in each direction"), "plain"))
        amount.addWidget(self.most)
        amount.addStretch(1)
        for show in self.shows:
            show.setAutoDefault(False)
            doubts.addWidget(show)
        doubts.addStretch(1)
        buttons.addStretch(1)
        for one in (self.close_button, self.stop, self.start):
            one.setAutoDefault(False)
            buttons.addWidget(one)
        self.start.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        for part in (self._from, what):
            column.addWidget(part)
        for line in (ways, amount):
            column.addLayout(line)
        column.addWidget(self.bar)
        column.addWidget(self.outcome)
        column.addLayout(doubts)
        column.addStretch(1)
        column.addLayout(buttons)
