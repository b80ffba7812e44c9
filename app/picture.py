"""The photograph on the canvas, smooth at every zoom."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPixmap

from app.canvas_view import CanvasView

SMALLEST_SIDE = 512
SMOOTH_BELOW = 4.0


class Picture:
    """One image in full, half, quarter … size, so that a small view of a large image stays smooth and quick."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        """Make the sizes.

        Args:
            pixels: (H, W, 3) uint8 RGB.
        """
        self._sizes: list[QPixmap] = []
        while True:
            pixels = np.ascontiguousarray(pixels)
            height, width = pixels.shape[:2]
            image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
            self._sizes.append(QPixmap.fromImage(image))
            if max(height, width) <= SMALLEST_SIDE:
                return
            half = ((width + 1) // 2, (height + 1) // 2)
            pixels = cv2.resize(pixels, half, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)

    @property
    def size(self) -> QSize:
        """Width and height of the image in pixels."""
        return self._sizes[0].size()

    def draw(self, painter: QPainter, view: CanvasView, exposed: QRect) -> None:
        """Draw the part of the image inside `exposed` (image pixels)."""
        level = 0
        while level + 1 < len(self._sizes) and view.scale * 2 ** (level + 1) <= 1.0:
            level += 1
        picture = self._sizes[level]
        across, down = picture.width() / self.size.width(), picture.height() / self.size.height()
        source = QRectF(exposed.x() * across, exposed.y() * down, exposed.width() * across, exposed.height() * down)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.scale < SMOOTH_BELOW)
        painter.drawPixmap(view.target(exposed), picture, source)
