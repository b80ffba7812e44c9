"""The one place where the program speaks to the clinician: cards above the picture, never in the way of the work."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.icons import icon, pixmap
from app.keymap import Keymap
from app.messages import SENTENCES, text_of, text_of_error
from app.theme import Theme
from core.errors import KnownError, LockedError

FADES_AFTER_MS = 7000
MOST_CARDS = 3
EDGE = 6


class MessageBar(QWidget):
    """A short stack of messages over the upper edge of another widget.

    Signals:
        shown: key and sentence of a message, for the log and for tests.
    """

    shown = Signal(str, str)

    def __init__(self, over: QWidget, theme: Theme, keymap: Keymap) -> None:
        """Float over a widget.

        Args:
            over: the widget whose upper edge the messages cover.
            theme: for colours of the icons.
            keymap: the keys that sentences name.
        """
        super().__init__(over)
        self._over, self._theme, self._keymap = over, theme, keymap
        self._cards: dict[str, _Card] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        over.installEventFilter(self)
        theme.changed.connect(self._recolour)
        self.hide()

    def say(self, key: str, **values: object) -> None:
        """Show a declared sentence; an older one with the same key is replaced.

        Args:
            key: a key of app.messages.SENTENCES.
            values: what fills its braces, but for the key of a command.
        """
        if command := SENTENCES[key].command:
            values["key"] = self._keymap.spoken(command)
        self._show(key, key, text_of(key, values))

    def say_error(self, error: KnownError) -> None:
        """Show an error of core, until it is closed or another one of its kind comes."""
        key = "locked" if isinstance(error, LockedError) else "error"
        self._show(type(error).__name__, key, text_of_error(error))

    def clear(self, name: str) -> None:
        """Take a message away because its cause is gone.

        Args:
            name: its key, or the name of the error's class.
        """
        card = self._cards.pop(name, None)
        if card is not None:
            card.hide()
            card.deleteLater()
        self._place()

    def texts(self) -> list[str]:
        """The sentences that can be read now, oldest first."""
        return [card.text for card in self._cards.values()]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the widget below."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return super().eventFilter(watched, event)

    def _show(self, name: str, key: str, text: str) -> None:
        self.clear(name)
        while len(self._cards) >= MOST_CARDS:
            self.clear(next(iter(self._cards)))
        sentence = SENTENCES[key]
        card = _Card(text, sentence.level, self)
        card.recolour(self._theme)
        card.closed.connect(lambda: self.clear(name))
        if not sentence.stays:
            timer = QTimer(card, singleShot=True, interval=FADES_AFTER_MS)
            timer.timeout.connect(card.closed)
            timer.start()
        self._cards[name] = card
        self._column.addWidget(card)
        self._place()
        self.shown.emit(key, text)

    def _recolour(self) -> None:
        for card in self._cards.values():
            card.recolour(self._theme)

    def _place(self) -> None:
        over = self._over
        width = min(720, over.width() - 24)
        height = sum(card.height_for(width) for card in self._cards.values()) + 6 * max(0, len(self._cards) - 1)
        self.setGeometry((over.width() - width) // 2, 12, width, height)
        self.setVisible(bool(self._cards))
        self.raise_()


class _Card(QFrame):
    """One message with its icon and a button to close it."""

    closed = Signal()

    def __init__(self, text: str, level: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setProperty("level", level)
        self.text, self._level = text, level
        self._icon = QLabel()
        self._label = QLabel(text)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._close = QToolButton()
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.setAccessibleName(self.tr("Close this message"))
        self._close.setToolTip(self.tr("Close this message"))
        self._close.clicked.connect(self.closed)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)

    def recolour(self, theme: Theme) -> None:
        """Draw the icons in the theme's colours."""
        self._icon.setPixmap(pixmap(self._level.replace("information", "info"), getattr(theme.tones, self._level), 22))
        self._close.setIcon(icon("close", theme.tones.muted))

    def height_for(self, width: int) -> int:
        """The height the card needs at this width, in pixels."""
        for part in (self, self._label, self._close):
            part.ensurePolished()
        frame = self.frameWidth() * 2 + EDGE
        inner = width - self._row.totalMinimumSize().width() + self._label.minimumSizeHint().width() - frame
        margins = self._row.contentsMargins()
        return max(self._label.heightForWidth(inner) + margins.top() + margins.bottom() + frame, 48)
