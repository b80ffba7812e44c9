"""Where the picture lies in the widget: zoom and pan, plain numbers without painting."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QTransform

SMALLEST, LARGEST = 0.02, 64.0
MARGIN = 16
SQUARE = 0.01
"""Pixels whose sides differ by less are square: a spacing is often rounded."""
LONGEST = 20.0
"""No pixel is drawn longer than so many times its width: a spacing that says so is more likely wrong."""


class CanvasView:
    """The map between image pixels and widget pixels.

    Attributes:
        scale: widget pixels per image pixel, from column to column.
        height: how many times as high as wide a pixel is, where the file says it; every picture has its true shape then.
        origin: widget position of the image's top left corner.
        fitted: whether the view follows the size of the widget.
        is_part: whether only a part of the widget is seen so, as in the lens.
    """

    def __init__(self) -> None:
        self.scale = 1.0
        self.height = 1.0
        self.origin = QPointF(0, 0)
        self.fitted = True
        self.is_part = False
        self._image = QSize(0, 0)
        self._widget = QSizeF(1, 1)

    def set_image(self, size: QSize, spacing: tuple[float, float] | None = None) -> None:
        """Show an image of this size, all of it, unless it is of the size and shape of the one before.

        Args:
            size: in pixels.
            spacing: millimetres from row to row and from column to column; None where it is not known.
        """
        height = spacing[0] / spacing[1] if spacing is not None else 1.0
        height = 1.0 if abs(height - 1) < SQUARE else min(LONGEST, max(1 / LONGEST, height))
        if (size, height) != (self._image, self.height):
            self._image, self.height = size, height
            self.fit()

    @property
    def row_scale(self) -> float:
        """Widget pixels per image pixel, from row to row."""
        return self.scale * self.height

    def set_widget(self, size: QSize) -> None:
        """The widget has a new size; the middle stays in the middle."""
        middle = self.to_image(QPointF(self._widget.width() / 2, self._widget.height() / 2))
        self._widget = QSizeF(size)
        if self.fitted:
            self.fit()
        else:
            self._centre_on(middle)

    def fit(self) -> None:
        """Show the whole image, as large as it goes."""
        self.fitted = True
        if self._image.isEmpty():
            return
        across = (self._widget.width() - 2 * MARGIN) / self._image.width()
        down = (self._widget.height() - 2 * MARGIN) / (self._image.height() * self.height)
        self.scale = min(LARGEST, max(SMALLEST, min(across, down)))
        self._centre_on(QPointF(self._image.width() / 2, self._image.height() / 2))

    def zoom_to(self, scale: float, at: QPointF | None = None) -> None:
        """Change the zoom while one point stays where it is.

        Args:
            scale: widget pixels per image pixel from column to column, kept within 0.02..64.
            at: the fixed point in widget pixels; the middle when left out.
        """
        at = at if at is not None else QPointF(self._widget.width() / 2, self._widget.height() / 2)
        fixed = self.to_image(at)
        self.scale = min(LARGEST, max(SMALLEST, scale))
        self.fitted = False
        self.origin = at - self._enlarged(fixed)
        self._keep_in_sight()

    def pan(self, by: QPointF) -> None:
        """Move the picture by widget pixels; a part of it always stays in sight."""
        self.fitted = False
        self.origin = self.origin + by
        self._keep_in_sight()

    def magnified(self, times: float, at: QPointF) -> "CanvasView":
        """The same view, enlarged around one point in widget pixels that stays where it is."""
        view = CanvasView()
        view._image, view._widget, view.fitted = self._image, self._widget, False
        view.scale, view.height, view.is_part = self.scale * times, self.height, True
        view.origin = at - view._enlarged(self.to_image(at))
        return view

    def to_image(self, point: QPointF) -> QPointF:
        """Widget pixels to image pixels."""
        away = point - self.origin
        return QPointF(away.x() / self.scale, away.y() / self.row_scale)

    def to_widget(self, point: QPointF) -> QPointF:
        """Image pixels to widget pixels."""
        return self._enlarged(point) + self.origin

    def rect_to_widget(self, area: QRect, margin: int = 2) -> QRect:
        """The widget pixels a rectangle of image pixels covers, with a margin."""
        return self.target(area).toAlignedRect().adjusted(-margin, -margin, margin, margin)

    def rect_to_image(self, area: QRect) -> QRect:
        """The image pixels, clipped to the image, that a rectangle of the widget shows."""
        corner = self.to_image(QPointF(area.topLeft()))
        shown = QSizeF(area.width() / self.scale, area.height() / self.row_scale)
        found = QRectF(corner, shown).toAlignedRect().adjusted(-1, -1, 1, 1)
        return found.intersected(QRect(0, 0, self._image.width(), self._image.height()))

    def target(self, area: QRect) -> QRectF:
        """The widget pixels a rectangle of image pixels covers, exactly."""
        size = self._enlarged(QPointF(area.width(), area.height()))
        return QRectF(self.to_widget(QPointF(area.topLeft())), QSizeF(size.x(), size.y()))

    def reach(self, radius: float) -> QSizeF:
        """How far so many image pixels go, across and down, in widget pixels."""
        return QSizeF(radius * self.scale, radius * self.row_scale)

    def transform(self) -> QTransform:
        """Image pixels to widget pixels, for a painter."""
        return QTransform(self.scale, 0, 0, self.row_scale, self.origin.x(), self.origin.y())

    def _enlarged(self, point: QPointF) -> QPointF:
        return QPointF(point.x() * self.scale, point.y() * self.row_scale)

    def _centre_on(self, point: QPointF) -> None:
        self.origin = QPointF(self._widget.width() / 2, self._widget.height() / 2) - self._enlarged(point)
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        width, height = self._image.width() * self.scale, self._image.height() * self.row_scale
        keep_x, keep_y = min(60.0, width / 2), min(60.0, height / 2)
        x = min(self._widget.width() - keep_x, max(keep_x - width, self.origin.x()))
        y = min(self._widget.height() - keep_y, max(keep_y - height, self.origin.y()))
        self.origin = QPointF(x, y)
