"""The line below the picture of a stack: which slice this is, and where the others stand."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.actions import Actions
from app.commands import plain_words
from app.controls import label, tool_button
from app.image_queue import ImageQueue
from app.session import Session
from app.slice_slider import SliceSlider
from app.theme import Theme


class SliceBar(QWidget):
    """Hidden while the image on the screen is none of a stack.

    Signals:
        chosen: a hand wants this slice, from 0.
    """

    chosen = Signal(int)

    def __init__(self, session: Session, queue: ImageQueue, actions: Actions, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._queue = session, queue
        self.slider = SliceSlider(theme)
        self.slider.setAccessibleName(self.tr("Slice"))
        self.slider.words = {
            "unseen": self.tr("Unseen"),
            "predicted": self.tr("Predicted"),
            "in_work": self.tr("In work"),
            "accepted": self.tr("Accepted"),
            "rejected": self.tr("Rejected"),
        }
        actions.lend_tip(
            self.slider, "slice_before", "slice_after", text=self.tr("Slice of this stack; also Shift + mouse wheel")
        )
        self._number = label("", "plain")
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 12, 4)
        row.setSpacing(6)
        for key in ("slice_before", "slice_after"):
            button = tool_button(size=18)
            button.setDefaultAction(actions[key])
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(plain_words(actions[key].text()))
            row.addWidget(button)
        row.insertWidget(1, self.slider, 1)
        row.addWidget(self._number)
        self.slider.valueChanged.connect(self.chosen)
        session.image_changed.connect(self._follow)
        queue.rearranged.connect(self._follow)
        queue.entry_changed.connect(self._entry_changed)
        self._follow()

    def text(self) -> str:
        """Which slice of how many, as it is shown."""
        return self._number.text()

    def _entry_changed(self, image_id: int) -> None:
        if image_id in self._queue.stacks.ids(self._session.image_id):
            self._follow()

    def _follow(self) -> None:
        slices = self._queue.slices(self._session.image_id)
        self.setVisible(bool(slices))
        if not slices:
            return
        place = next(number for number, entry in enumerate(slices) if entry.row.id == self._session.image_id)
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(slices) - 1)
        self.slider.setValue(place)
        self.slider.blockSignals(False)
        self.slider.show_statuses([entry.review.status for entry in slices])
        widest = self._number.fontMetrics().horizontalAdvance(f"{len(slices)} / {len(slices)}")
        self._number.setMinimumWidth(widest + 4)
        self._number.setText(f"{place + 1} / {len(slices)}")
