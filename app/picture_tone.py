"""The tone in which the picture is shown, and how a hand changes it. The model and the masks never see it.

A picture comes as its file asks for it (the window of a DICOM file), or else with its whole range. A window that a hand chose
stays from image to image, and so does the wish to see the whole range.
"""

from PySide6.QtCore import QObject, QPointF, Signal

from app.session import Session
from core.tone import LEAST_GAMMA, MOST_GAMMA, PLAIN_GAMMA, Tone, range_of

MIDDLE = 0.98
GAMMA_PER_PIXEL, WINDOW_PER_PIXEL = 1.01, 1 / 400
"""How much a pixel of dragging does: a factor of gamma; a share of the window's width."""


class PictureTone(QObject):
    """Window and gamma of the picture on the canvas. Gamma stays from image to image; so does a window that was chosen.

    Signals:
        changed: the picture looks different now.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.gamma = PLAIN_GAMMA
        self._window: tuple[float, float] | None = None
        self._shows_whole = False
        self._whole: tuple[float, float] = (0.0, 255.0)
        self._first: tuple[float, float] = (0.0, 255.0)
        self._from: QPointF | None = None
        session.image_changed.connect(self._measure)

    @property
    def has_window(self) -> bool:
        """Whether the picture has more values than a screen can show, so that a window makes sense."""
        return self._session.image is not None and self._session.image.native is not None

    @property
    def is_hounsfield(self) -> bool:
        """Whether the values are Hounsfield units, for which there are usual windows."""
        return self.has_window and self._session.image is not None and self._session.image.is_hounsfield

    @property
    def has_own_window(self) -> bool:
        """Whether the file says with which window it wants to be seen."""
        return self.has_window and self._first != self._whole

    @property
    def window(self) -> tuple[float, float]:
        """The values shown black and white."""
        if self._window is not None and self.has_window:
            return self._window
        return self._whole if self._shows_whole else self._first

    @property
    def tone(self) -> Tone | None:
        """What to draw with; None where the pixels are shown as they are."""
        if self.gamma == PLAIN_GAMMA and self.window == self._first:
            return None
        image = self._session.image
        is_inverted = image is not None and image.native is not None and image.is_inverted
        return Tone(*self.window, self.gamma, is_inverted)

    def set_gamma(self, gamma: float) -> None:
        """Make the middle brighter (below 1) or darker (above 1); kept within 0.2..5."""
        self.gamma = min(MOST_GAMMA, max(LEAST_GAMMA, gamma))
        self.changed.emit()

    def set_window(self, low: float, high: float) -> None:
        """Show these values black and white; nothing happens where the range is empty or there is no window."""
        if self.has_window and low < high:
            self._window = (low, high)
            self.changed.emit()

    def show_whole(self) -> None:
        """Spread the whole range of the image, with gamma 1."""
        self._window, self._shows_whole, self.gamma = None, True, PLAIN_GAMMA
        self.changed.emit()

    def show_first(self) -> None:
        """As the file asks for it, with gamma 1: as it comes."""
        self._window, self._shows_whole, self.gamma = None, False, PLAIN_GAMMA
        self.changed.emit()

    def show_middle(self) -> None:
        """Leave the darkest and the brightest hundredth of the image out of the window."""
        image = self._session.image
        if image is not None and image.native is not None:
            self.set_window(*range_of(image.native, MIDDLE))

    def begin_drag(self, at: QPointF) -> None:
        """A hand takes hold at a widget pixel."""
        self._from = at

    def drag_to(self, at: QPointF) -> bool:
        """Follow a hand: sideways the window's width, up and down its level; without a window, up is brighter.

        Returns:
            False when no hand has taken hold.
        """
        if self._from is None:
            return False
        by, self._from = at - self._from, at
        if not self.has_window:
            self.set_gamma(self.gamma * GAMMA_PER_PIXEL ** by.y())
            return True
        low, high = self.window
        width = (high - low) * (1 + WINDOW_PER_PIXEL) ** by.x()
        middle = (low + high) / 2 + by.y() * WINDOW_PER_PIXEL * (high - low)
        self.set_window(middle - width / 2, middle + width / 2)
        return True

    def end_drag(self) -> bool:
        """The hand lets go. False when none had taken hold."""
        was_held, self._from = self._from is not None, None
        return was_held

    def _measure(self) -> None:
        image = self._session.image
        self._from = None
        self._whole = range_of(image.native) if image is not None and image.native is not None else (0.0, 255.0)
        own = image.window if image is not None and image.native is not None else None
        self._first = own if own is not None else self._whole
        self.changed.emit()
