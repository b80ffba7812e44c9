"""Painting limited to a range of grey values: whether, which range, and which pixels of the image that are."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.session import Session
from core.grey import BRIGHTEST, DARKEST, Limit, grey_values, limit_to, range_under


class GreyLimit(QObject):
    """The range of grey values that brush, eraser and outlines may change.

    Attributes:
        on: whether the limit holds.
        low: smallest grey value, 0..255.
        high: largest grey value, 0..255.

    Signals:
        changed: any of these is another.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.on, self.low, self.high = False, DARKEST, BRIGHTEST
        self._grey: NDArray[np.uint8] | None = None
        self._limit: Limit | None = None
        session.image_changed.connect(self._forget)

    def switch(self, on: bool) -> None:
        """Let the limit hold, or not."""
        if on != self.on:
            self.on = on
            self.changed.emit()

    def set_range(self, low: int, high: int) -> None:
        """Choose the range, 0..255, both ends included; what lies outside is cut off, and a turned range is turned back."""
        low, high = (min(BRIGHTEST, max(DARKEST, value)) for value in (min(low, high), max(low, high)))
        if (low, high) != (self.low, self.high):
            self.low, self.high, self._limit = low, high, None
            self.changed.emit()

    def take(self, x: float, y: float, radius: float, square: bool) -> bool:
        """Take the range of grey values under a brush, and let the limit hold.

        Args:
            x: of the brush in image pixels.
            y: of the brush in image pixels.
            radius: of the brush in image pixels.
            square: whether it is square.

        Returns:
            False when no pixel of an image lies under it; then nothing has changed.
        """
        grey = self._values()
        found = range_under(grey, x, y, radius, square) if grey is not None else None
        if found is None:
            return False
        self.set_range(*found)
        self.switch(True)
        return True

    def now(self) -> Limit | None:
        """What a stroke on the current image may change; None where everything."""
        grey = self._values()
        if not self.on or grey is None:
            return None
        if self._limit is None:
            self._limit = limit_to(grey, self.low, self.high)
        return self._limit

    def _values(self) -> NDArray[np.uint8] | None:
        if self._grey is None and self._session.image is not None:
            self._grey = grey_values(self._session.image.pixels)
        return self._grey

    def _forget(self) -> None:
        self._grey = self._limit = None
