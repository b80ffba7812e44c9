"""The lines above the picture: that this image is flagged, with the note, that it cannot be used, or is kept for testing."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.actions import Actions
from app.controls import label
from app.icons import pixmap
from app.image_queue import ImageQueue
from app.session import Session
from app.theme import Theme
from core.review import REJECTED


class ReviewBar(QWidget):
    """Hidden as long as there is nothing to say of the image on the screen."""

    def __init__(self, session: Session, queue: ImageQueue, actions: Actions, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._queue, self._theme = session, queue, theme
        self.rejected, self._no_sign, self._no_words = QWidget(), QLabel(), label("", "plain")
        self.flagged, self._flag_sign, self._flag_words = QWidget(), QLabel(), label("", "plain")
        self.test, self._test_sign, self._test_words = QWidget(), QLabel(), label("", "plain")
        self._test_words.setText(self.tr("Test set: no fine-tune learns from this patient."))
        self._no_words.setText(self.tr("Rejected: not exported, not learned from and not asked for again."))
        self.again = self._line(self.rejected, self._no_sign, self._no_words, self.tr("Use it again"))
        self.edit = self._line(self.flagged, self._flag_sign, self._flag_words, self.tr("Change…"))
        self.learn = self._line(self.test, self._test_sign, self._test_words, self.tr("Take out"))
        self.learn.clicked.connect(actions["test_set"].trigger)
        self.again.clicked.connect(actions["reject"].trigger)
        self.edit.clicked.connect(actions["flag"].trigger)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 8, 4)
        column.setSpacing(2)
        column.addWidget(self.rejected)
        column.addWidget(self.flagged)
        column.addWidget(self.test)
        for signal in (session.image_changed, queue.entry_changed, queue.rearranged):
            signal.connect(lambda *_: self._follow())
        theme.changed.connect(self._recolour)
        self._recolour()
        self._follow()

    def text(self) -> str:
        """The note as it is shown; "" without a flag."""
        return "" if self.flagged.isHidden() else self._flag_words.text()

    def _line(self, line: QWidget, sign: QLabel, words: QLabel, step: str) -> QPushButton:
        words.setWordWrap(True)
        words.setTextFormat(Qt.TextFormat.PlainText)
        button = QPushButton(step)
        button.setProperty("role", "link")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(sign)
        row.addWidget(words, 1)
        row.addWidget(button)
        return button

    def _follow(self) -> None:
        entry = self._queue.entry(self._session.image_id)
        rejected = entry is not None and entry.review.status == REJECTED
        note = entry.review.flag if entry is not None else None
        self._flag_words.setText(note or self.tr("Flagged, without a note."))
        self.rejected.setVisible(rejected)
        self.flagged.setVisible(note is not None)
        test = entry is not None and entry.review.test
        self.test.setVisible(test)
        self.setVisible(rejected or note is not None or test)

    def _recolour(self) -> None:
        self._no_sign.setPixmap(pixmap("status-rejected", self._theme.tones.error, 20))
        self._flag_sign.setPixmap(pixmap("flag", self._theme.tones.warning, 20))
        self._test_sign.setPixmap(pixmap("test-set", self._theme.tones.accent, 20))
