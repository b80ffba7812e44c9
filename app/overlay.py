"""The mask over the picture: one 8-bit image whose colour table is the threshold.

Each pixel holds its level (0..199), or 254 where it was erased, or 255 where it was painted. Moving the threshold only
exchanges 256 colours; painting only rewrites the touched rectangle. What is drawn in full colour is exactly
(levels >= step ∪ added) \\ removed.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPolygonF
from PySide6.QtCore import QPointF

REMOVED = 254
ADDED = 255
_UNTOUCHED, _EDIT_ADDED, _EDIT_REMOVED = 0, 1, 2


class Overlay:
    """Picture of one mask, kept in step with levels and edit layer.

    Attributes:
        image: Indexed8, (H, W), to be drawn over the photograph.
    """

    def __init__(self, levels: NDArray[np.uint8], layer: NDArray[np.uint8]) -> None:
        """Draw levels and edit layer.

        Args:
            levels: (H, W) uint8, 0..199.
            layer: (H, W) uint8, 0 untouched, 1 added, 2 removed. Both are kept and read again by `refresh`.
        """
        height, width = levels.shape
        self._levels, self._layer = levels, layer
        self._step = 1
        self.image = QImage(width, height, QImage.Format.Format_Indexed8)
        raw = np.frombuffer(self.image.bits(), np.uint8)
        self._codes: NDArray[np.uint8] = raw.reshape(height, self.image.bytesPerLine())[:, :width]
        self.refresh(QRect(0, 0, width, height))

    def refresh(self, area: QRect) -> None:
        """Take over a changed rectangle of the edit layer (image pixels)."""
        area = area.intersected(self.image.rect())
        place = np.s_[area.y() : area.y() + area.height(), area.x() : area.x() + area.width()]
        layer = self._layer[place]
        codes = self._codes[place]
        codes[...] = self._levels[place]
        codes[layer == _EDIT_ADDED] = ADDED
        codes[layer == _EDIT_REMOVED] = REMOVED

    def set_look(self, step: int, colour: str, opacity: float) -> None:
        """Choose threshold and colour.

        Args:
            step: 1..199; levels from here on belong to the mask.
            colour: "#rrggbb" of the mask.
            opacity: 0 (invisible) to 1.
        """
        self._step = step
        tone = QColor(colour)
        tone.setAlphaF(min(1.0, max(0.0, opacity)))
        inside = tone.rgba()
        self.image.setColorTable([0] * step + [inside] * (REMOVED - step) + [0, inside])

    def mask(self) -> NDArray[np.bool_]:
        """The pixels drawn in full colour, (H, W) bool."""
        return (self._codes >= self._step) & (self._codes != REMOVED)

    def contours(self, area: QRect, stride: int) -> list[QPolygonF]:
        """Outlines of the mask inside a rectangle.

        Args:
            area: image pixels; a margin of one stride is added so that its edges do not count as outlines.
            stride: take every stride-th pixel, for a picture drawn smaller than it is.

        Returns:
            Closed polygons in image pixels.
        """
        area = area.adjusted(-2 * stride, -2 * stride, 2 * stride, 2 * stride).intersected(self.image.rect())
        left, top = area.x() - area.x() % stride, area.y() - area.y() % stride
        codes = self._codes[top : area.bottom() + 1 : stride, left : area.right() + 1 : stride]
        inside = ((codes >= self._step) & (codes != REMOVED)).astype(np.uint8)
        found, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        half = stride / 2
        return [
            QPolygonF([QPointF(left + x * stride + half, top + y * stride + half) for x, y in line.reshape(-1, 2).tolist()])
            for line in found
        ]
