"""The mask over the picture: one 8-bit image whose colour table is the threshold.

Each pixel holds its level (0..199), or 254 where it was erased, or 255 where it was painted. Moving the threshold only
exchanges 256 colours; painting only rewrites the touched rectangle. What is drawn in full colour is exactly
(levels >= step ∪ added) \\ removed.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from app.canvas_view import CanvasView
from app.colours_apart import apart
from core.mask import STEPS

REMOVED = 254
ADDED = 255
PIXELS_SHOW_FROM = 4.0
_EDIT_ADDED, _EDIT_REMOVED = 1, 2
DOUBT_COLOURS, DOUBT_OPACITY = ("#D55E00", "#F0E442", "#3040FF"), 0.85
FAR_ENOUGH = 30.0
"""Of the doubt's colour from that of the outline, in CIELAB; every colour is so far from one of the three."""


def doubt_colour(outline: str) -> str:
    """The colour in which doubt is told from an outline "#rrggbb", whoever looks at it."""
    return next(colour for colour in DOUBT_COLOURS if apart(colour, outline) >= FAR_ENOUGH)


@lru_cache(16)
def _doubt_colours(outline: str) -> list[int]:
    """For each code the colour of the doubt: opaque as 4·p·(1 − p), the variance of a yes or no in quarters.

    What a person painted is beyond doubt.
    """
    colours = []
    for level in range(STEPS):
        probability = (level + 0.5) / STEPS
        tone = QColor(doubt_colour(outline))
        tone.setAlphaF(DOUBT_OPACITY * 4 * probability * (1 - probability))
        colours.append(tone.rgba())
    return colours + [0] * (ADDED + 1 - STEPS)


@dataclass
class Look:
    """How a mask is drawn.

    Attributes:
        visible: whether it is drawn at all.
        fill: draw the inside.
        outline: draw the edge.
        doubt: colour every pixel by how unsure the model is of it, and not the inside.
        opacity: of the inside, 0..1.
        colour: "#rrggbb".
    """

    visible: bool = True
    fill: bool = True
    outline: bool = True
    doubt: bool = False
    opacity: float = 0.4
    colour: str = "#56B4E9"


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
        self.look = Look()
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

    def set_look(self, step: int, look: Look) -> None:
        """Choose threshold and colour.

        Args:
            step: 1..199; levels from here on belong to the mask.
            look: how to draw it.
        """
        self._step, self.look = step, look
        if look.doubt:
            self.image.setColorTable(_doubt_colours(look.colour))
            return
        tone = QColor(look.colour)
        tone.setAlphaF(min(1.0, max(0.0, look.opacity)))
        inside = tone.rgba()
        self.image.setColorTable([0] * step + [inside] * (REMOVED - step) + [0, inside])

    def draw(self, painter: QPainter, view: CanvasView, exposed: QRect) -> None:
        """Draw the part of the mask inside `exposed` (image pixels)."""
        if self.look.visible and (self.look.fill or self.look.doubt):
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(view.target(exposed), self.image, QRectF(exposed))
        if self.look.visible and self.look.outline:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setTransform(view.transform())
            pen = QPen(QColor(self.look.colour), 2.0)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if view.scale >= PIXELS_SHOW_FROM:
                painter.drawLines(self._pixel_edges(exposed))
            else:
                for line in self._contours(exposed, max(1, int(1 / view.scale))):
                    painter.drawPolygon(line)
            painter.restore()

    def mask(self) -> NDArray[np.bool_]:
        """The pixels drawn in full colour, (H, W) bool."""
        return (self._codes >= self._step) & (self._codes != REMOVED)

    def _pixel_edges(self, area: QRect) -> list[QLineF]:
        """The exact border between mask and rest, along the edges of pixels, inside a rectangle of image pixels."""
        area = area.adjusted(-1, -1, 1, 1).intersected(self.image.rect())
        codes = self._codes[area.y() : area.bottom() + 1, area.x() : area.right() + 1]
        inside = np.pad((codes >= self._step) & (codes != REMOVED), 1).astype(np.int8)
        rows, columns = np.nonzero(np.diff(inside, axis=1)[1:-1])
        places = np.stack([columns + area.x(), rows + area.y()], axis=1).tolist()
        upright = [QLineF(x, y, x, y + 1) for x, y in places]
        rows, columns = np.nonzero(np.diff(inside, axis=0)[:, 1:-1])
        places = np.stack([columns + area.x(), rows + area.y()], axis=1).tolist()
        return upright + [QLineF(x, y, x + 1, y) for x, y in places]

    def _contours(self, area: QRect, stride: int) -> list[QPolygonF]:
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
        lines = [(line.reshape(-1, 2) * stride + (left + half, top + half)).tolist() for line in found]
        return [QPolygonF([QPointF(x, y) for x, y in line]) for line in lines]
