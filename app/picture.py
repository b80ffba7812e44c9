"""The photograph on the canvas, smooth at every zoom."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPixmap

from app.canvas_view import CanvasView
from core.frame import Values
from core.image_file import Image
from core.tone import Tone, toned

SMALLEST_SIDE = 512
SMOOTH_BELOW = 4.0
TONED_UP_TO = 1.42
"""In a tone every pixel that is seen is computed anew, so a size that is a little too small may be enlarged by this much."""


@dataclass(frozen=True)
class Sizes:
    """An image in full, half, quarter … size; what takes long of a picture, and needs no window.

    Attributes:
        drawables: as `_drawable` makes them.
        values: those that a tone is laid over.
    """

    drawables: list[NDArray[np.uint8]]
    values: list[Values]

    @classmethod
    def of(cls, image: Image) -> "Sizes":
        """Make the sizes of an image."""
        drawables = [_drawable(size.astype(np.uint8, copy=False)) for size in _halved(image.pixels)]
        return cls(drawables, _halved(image.native if image.native is not None else image.pixels))


class Picture:
    """One image on the screen, in sizes so that a small view of a large image stays smooth and quick."""

    def __init__(self, sizes: Sizes) -> None:
        self._sizes = [QPixmap.fromImage(_image_over(drawable)) for drawable in sizes.drawables]
        self._values = sizes.values

    @property
    def size(self) -> QSize:
        """Width and height of the image in pixels."""
        return self._sizes[0].size()

    def draw(self, painter: QPainter, view: CanvasView, exposed: QRect, tone: Tone | None = None) -> None:
        """Draw the part of the image inside `exposed` (image pixels), in a tone or as it is."""
        level, enlarged = 0, 1.0 if tone is None else TONED_UP_TO
        while level + 1 < len(self._sizes) and max(view.scale, view.row_scale) * 2 ** (level + 1) <= enlarged:
            level += 1
        picture = self._sizes[level]
        across, down = picture.width() / self.size.width(), picture.height() / self.size.height()
        source = QRectF(exposed.x() * across, exposed.y() * down, exposed.width() * across, exposed.height() * down)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.scale < SMOOTH_BELOW)
        if tone is None:
            painter.drawPixmap(view.target(exposed), picture, source)
            return
        part = source.toAlignedRect().adjusted(-1, -1, 1, 1).intersected(picture.rect())
        values = self._values[level][part.y() : part.bottom() + 1, part.x() : part.right() + 1]
        source.translate(-part.x(), -part.y())
        shown = _drawable(toned(values, tone))
        painter.drawImage(view.target(exposed), _image_over(shown), source)


def _halved(values: Values) -> list[Values]:
    """The values, and a half, a quarter … of them, down to `SMALLEST_SIDE`."""
    sizes = [np.ascontiguousarray(values)]
    while max(sizes[-1].shape[:2]) > SMALLEST_SIDE:
        height, width = sizes[-1].shape[:2]
        half = ((width + 1) // 2, (height + 1) // 2)
        sizes.append(np.asarray(cv2.resize(sizes[-1], half, interpolation=cv2.INTER_AREA), dtype=values.dtype))
    return sizes


def _drawable(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W) or (H, W, 3) uint8 in the form that is drawn most quickly: grey, or blue, green, red and an unused byte."""
    return np.ascontiguousarray(pixels) if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA))


def _image_over(drawable: NDArray[np.uint8]) -> QImage:
    """An image over the same memory, which has to be kept as long as it."""
    height, width, *bytes_of_pixel = drawable.shape
    kind = QImage.Format.Format_RGB32 if bytes_of_pixel else QImage.Format.Format_Grayscale8
    return QImage(drawable.data, width, height, drawable.strides[0], kind)
