"""A walk through the window: a card beside the part it speaks of, which is framed. All of the window works meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.controls import label
from app.key_press import TOUR_BACK, TOUR_END, TOUR_NEXT
from app.theme import Theme

FOLLOWS_EVERY_MS = 100
WIDTH = 340
APART = 14
"""Between the card and what it points at, in pixels."""


@dataclass(frozen=True)
class Step:
    """One stop of the walk.

    Attributes:
        title: a few words.
        text: a sentence or two.
        target: what it speaks of.
        part: the part of the target that is framed, in its own pixels; all of it when left out.
        before: brings the target into sight.
    """

    title: str
    text: Callable[[], str]
    target: QWidget
    part: Callable[[], QRect] | None = None
    before: Callable[[], object] | None = None


class Tour(QFrame):
    """The card.

    Signals:
        ended: the last step was left, or the walk was given up.
    """

    ended = Signal()

    def __init__(self, window: QWidget, theme: Theme, steps: list[Step]) -> None:
        """Prepare; `begin` shows the first step.

        Args:
            window: what is walked through.
            theme: for the frame's colour.
            steps: in their order.
        """
        super().__init__(window)
        self.setObjectName("tour")
        self._window, self._steps, self.place = window, steps, 0
        self.frame = _Frame(window, theme)
        self.title, self.text = label("", "strong"), QLabel(wordWrap=True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.count = label("", "notice")
        self.skip, self.back = QPushButton(self.tr("End the tour")), QPushButton(self.tr("Back"))
        self.forth = QPushButton()
        self.forth.setProperty("role", "primary")
        self.keys = label(self.tr("{next} next · {back} back · {end} end").format(**_names()), "notice")
        self._arrange()
        self._follows = QTimer(self, interval=FOLLOWS_EVERY_MS)
        self._follows.timeout.connect(self._follow)
        self._shortcuts = [
            QShortcut(QKeySequence(keys), window, step)
            for keys, step in ((TOUR_NEXT, self.next), (TOUR_BACK, self.previous), (TOUR_END, self.end))
        ]
        self._listen(False)
        for button, slot in ((self.skip, self.end), (self.back, self.previous), (self.forth, self.next)):
            button.clicked.connect(slot)
        self.hide()

    @property
    def is_on(self) -> bool:
        """Whether a step is shown."""
        return not self.isHidden()

    def begin(self) -> None:
        """Show the first step; the keyboard stays where it is."""
        self._listen(True)
        self._follows.start()
        self.show()
        self._go(0)

    def next(self) -> None:
        """Show the next step; after the last one, end."""
        if self.place + 1 < len(self._steps):
            self._go(self.place + 1)
        else:
            self.end()

    def previous(self) -> None:
        """Show the step before."""
        self._go(max(0, self.place - 1))

    def end(self) -> None:
        """Give the window back."""
        if not self.is_on:
            return
        self._follows.stop()
        self._listen(False)
        self.hide()
        self.frame.hide()
        self.ended.emit()

    def _arrange(self) -> None:
        self.setFixedWidth(WIDTH)
        self.text.setMinimumWidth(WIDTH - 34)
        top, row = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.count)
        row.addWidget(self.skip)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.forth)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.text)
        column.addLayout(row)
        column.addWidget(self.keys)

    def _listen(self, on: bool) -> None:
        for shortcut in self._shortcuts:
            shortcut.setEnabled(on)

    def _go(self, place: int) -> None:
        self.place = place
        step = self._steps[place]
        if step.before is not None:
            step.before()
        _bring_into_sight(step.target)
        self.title.setText(step.title)
        self.text.setText(step.text())
        self.count.setText(f"{place + 1} / {len(self._steps)}")
        self.back.setEnabled(place > 0)
        last = place + 1 == len(self._steps)
        self.forth.setText(self.tr("Done") if last else self.tr("Next"))
        self.adjustSize()
        self._follow()
        self.raise_()

    def _follow(self) -> None:
        """Stay beside the target, wherever it is now; in the middle below while it cannot be seen."""
        step = self._steps[self.place]
        shown = step.part() if step.part is not None else step.target.rect()
        shown = shown & step.target.visibleRegion().boundingRect() if step.target.isVisible() else QRect()
        if shown.isEmpty():
            self.frame.hide()
            area = self._window.rect()
            self.move((area.width() - self.width()) // 2, area.height() - self.height() - 60)
            return
        target = QRect(step.target.mapTo(self._window, shown.topLeft()), shown.size())
        self.frame.surround(target)
        place = _beside(target, self.rect(), self._window.rect())
        if place != self.pos():
            self.move(place)


class _Frame(QWidget):
    """A line around the target; the mouse does not notice it."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def surround(self, target: QRect) -> None:
        """Lie around this part of the window."""
        area = target.adjusted(-5, -5, 5, 5)
        if area != self.geometry() or self.isHidden():
            self.setGeometry(area)
            self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.tones.accent), 3))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 8, 8)
        painter.end()


def _bring_into_sight(target: QWidget) -> None:
    parent = target.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(target, 0, 40)
        parent = parent.parentWidget()


def _beside(target: QRect, card: QRect, area: QRect) -> QPoint:
    """Where the card lies: below or above, left or right of the target, where there is room; else in its lower corner."""
    width, height = card.width(), card.height()
    inside = area.adjusted(8, 8, -8, -8)
    across = min(max(target.center().x() - width // 2, inside.left()), inside.right() - width)
    down = min(max(target.center().y() - height // 2, inside.top()), inside.bottom() - height)
    sides = [
        QPoint(target.left() - width - APART, down),
        QPoint(target.right() + APART, down),
    ]
    ends = [
        QPoint(across, target.bottom() + APART),
        QPoint(across, target.top() - height - APART),
    ]
    # Beside what stands at the side, below what stands at the top: the picture stays as free as it can.
    at_the_side = target.left() > area.width() // 2 and target.top() > area.height() // 12
    for place in sides + ends if at_the_side else ends + sides:
        if inside.contains(QRect(place, card.size())):
            return place
    return QPoint(target.right() - width - APART, target.bottom() - height - APART)


def _names() -> dict[str, str]:
    written = {name: QKeySequence(keys) for name, keys in (("next", TOUR_NEXT), ("back", TOUR_BACK), ("end", TOUR_END))}
    return {name: keys.toString(QKeySequence.SequenceFormat.NativeText) for name, keys in written.items()}
