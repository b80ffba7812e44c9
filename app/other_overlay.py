"""How the structures that are not worked on are drawn: a light fill and an edge in their own colours, below the current one.

The picture of them is made once for a view and drawn again as it is, so that moving the threshold and painting cost no more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from app.canvas_view import CanvasView
from app.other_masks import Bits, OtherMasks
from app.overlay import Look
from app.session import Session

LIGHTER = 0.5
"""Their fill is as opaque as that of the current structure, times this."""
EDGE_OPACITY = 0.9
EDGE = 2
"""Width of an edge in pixels of the screen."""


@dataclass(frozen=True)
class Layers:
    """What is drawn.

    Attributes:
        colours: bit and "#rrggbb" of each structure, the one furthest up in the list first.
        fill: opacity of the inside, 0..1.
        outline: whether edges are drawn.
    """

    colours: tuple[tuple[int, str], ...]
    fill: float
    outline: bool


class OtherOverlay:
    """Draws the other structures of the image on a widget."""

    def __init__(self, session: Session, masks: OtherMasks, widget: QWidget) -> None:
        self._session, self._masks, self._widget = session, masks, widget
        self._key: object = None
        self._gathered = masks.gathered
        self._image = QImage()

    def layers(self, look: Look) -> Layers:
        """What is to be drawn at present.

        Args:
            look: of the current structure's mask.
        """
        slots, here = self._masks.gathered.slots, self._session.structure_id
        shown = [row for row in self._session.structures if row.is_visible and row.id != here and row.id in slots]
        colours = tuple((slots[row.id], row.colour) for row in shown)
        return Layers(colours, LIGHTER * look.opacity if look.fill else 0.0, look.outline)

    def draw(self, painter: QPainter, view: CanvasView, exposed: QRect, look: Look) -> None:
        """Draw what lies inside `exposed` (image pixels).

        Args:
            painter: on the widget, without transform.
            view: of the widget, or a part of it enlarged.
            exposed: image pixels.
            look: of the current structure's mask.
        """
        gathered, layers = self._masks.gathered, self.layers(look)
        if gathered.bits is None or not layers.colours or not look.visible:
            return
        ratio, whole = self._widget.devicePixelRatioF(), self._widget.rect()
        if view.is_part:
            area = view.target(exposed).toAlignedRect()
            painter.drawImage(QPointF(area.topLeft()), picture_of(gathered.bits, layers, view, area, ratio))
            return
        key = (
            layers,
            view.scale,
            view.row_scale,
            view.origin.x(),
            view.origin.y(),
            whole.width(),
            whole.height(),
            ratio,
        )
        if key != self._key or gathered is not self._gathered:
            self._key, self._gathered = key, gathered
            self._image = picture_of(gathered.bits, layers, view, whole, ratio)
        area = view.target(exposed).toAlignedRect().intersected(whole)
        source = QRectF(area.x() * ratio, area.y() * ratio, area.width() * ratio, area.height() * ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(QRectF(area), self._image, source)


def picture_of(bits: Bits, layers: Layers, view: CanvasView, area: QRect, ratio: float) -> QImage:
    """The structures as they lie in a part of the widget.

    Args:
        bits: (H, W), one bit for each structure.
        layers: which of them, and how.
        view: where the image lies in the widget.
        area: widget pixels.
        ratio: pixels of the screen for each pixel of the widget.

    Returns:
        ARGB32_Premultiplied of the size of `area` in pixels of the screen.
    """
    height, width = bits.shape
    columns = _places(area.x(), area.width(), ratio, view.origin.x(), view.scale)
    rows = _places(area.y(), area.height(), ratio, view.origin.y(), view.row_scale)
    inside_x, inside_y = _range(columns, width), _range(rows, height)
    colours = np.zeros((len(rows), len(columns)), np.uint32)
    wanted = bits.dtype.type(sum(1 << bit for bit, _ in layers.colours))
    seen = np.take(np.take(bits, rows[inside_y], axis=0), columns[inside_x], axis=1) & wanted
    fills, edges = _tables(layers, bits.dtype.itemsize * 8)
    part = np.take(fills, seen)
    if layers.outline:
        edge = _edges(seen)
        on_edge = edge != 0
        part[on_edge] = edges[edge[on_edge]]
    colours[inside_y, inside_x] = part
    image = QImage(colours.data, len(columns), len(rows), 4 * len(columns), QImage.Format.Format_ARGB32_Premultiplied)
    image = image.copy()  # the array is gone when this returns
    image.setDevicePixelRatio(ratio)
    return image


def _places(start: int, length: int, ratio: float, origin: float, scale: float) -> NDArray[np.int64]:
    """Which image pixel each pixel of the screen shows along one axis."""
    middles = start + (np.arange(max(1, round(length * ratio))) + 0.5) / ratio
    return np.floor((middles - origin) / scale).astype(np.int64)


def _range(places: NDArray[np.int64], length: int) -> slice:
    """Those that lie in the image; they rise."""
    first, last = np.searchsorted(places, [0, length])
    return slice(int(first), int(last))


def _edges(seen: Bits) -> Bits:
    """For each pixel the structures that have it and lack a neighbour within `EDGE` pixels."""
    inner = seen
    for _ in range(EDGE):
        smaller = inner.copy()
        smaller[1:] &= inner[:-1]
        smaller[:-1] &= inner[1:]
        smaller[:, 1:] &= inner[:, :-1]
        smaller[:, :-1] &= inner[:, 1:]
        inner = smaller
    return seen & ~inner


def _tables(layers: Layers, depth: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Colours of the inside and of the edge for each set of structures, (2 ** depth,) each: the one further up wins."""
    sets = np.arange(1 << depth)
    fills, edges = np.zeros(len(sets), np.uint32), np.zeros(len(sets), np.uint32)
    for bit, colour in reversed(layers.colours):
        has_it = (sets >> bit & 1).astype(bool)
        fills[has_it] = _premultiplied(colour, layers.fill)
        edges[has_it] = _premultiplied(colour, EDGE_OPACITY)
    return fills, edges


def _premultiplied(colour: str, opacity: float) -> int:
    tone, opacity = QColor(colour), min(1.0, max(0.0, opacity))
    parts = [255 * opacity, *(part * opacity for part in (tone.red(), tone.green(), tone.blue()))]
    alpha, red, green, blue = (round(part) for part in parts)
    return alpha << 24 | red << 16 | green << 8 | blue
