"""Line icons from resources/icons, drawn in the colours of the theme."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core.paths import resources_folder

SIZES = (16, 20, 24, 32, 48, 64)


def icon(name: str, colour: str, disabled: str | None = None) -> QIcon:
    """One icon in one colour.

    Args:
        name: file name in resources/icons without ".svg".
        colour: "#rrggbb" of the lines.
        disabled: colour while the action is not possible; a pale `colour` when left out.

    Returns:
        An icon with pixmaps from 16 to 64 pixels.
    """
    result = QIcon()
    pale = QColor(colour)
    pale.setAlphaF(0.35)
    for size in SIZES:
        result.addPixmap(QPixmap.fromImage(_drawn(name, colour, size)), QIcon.Mode.Normal)
        faded = disabled or pale.name(QColor.NameFormat.HexArgb)
        result.addPixmap(QPixmap.fromImage(_drawn(name, faded, size)), QIcon.Mode.Disabled)
    return result


def pixmap(name: str, colour: str, size: int) -> QPixmap:
    """One icon as a picture.

    Args:
        name: file name in resources/icons without ".svg".
        colour: "#rrggbb" or "#aarrggbb" of the lines.
        size: width and height in pixels.

    Returns:
        A square pixmap with a transparent ground, as sharp as the sharpest screen.
    """
    ratio = QGuiApplication.instance().devicePixelRatio()  # type: ignore[union-attr]
    picture = QPixmap.fromImage(_drawn(name, colour, round(size * ratio)))
    picture.setDevicePixelRatio(ratio)
    return picture


@lru_cache(maxsize=4096)
def _drawn(name: str, colour: str, size: int) -> QImage:
    """Kept, since a window has each icon in a dozen forms and draws them all again with every change of the look."""
    tone = QColor(colour)
    text = (resources_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(text.replace("currentColor", tone.name()).encode()))
    picture = QImage(QSize(size, size), QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setOpacity(tone.alphaF())
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


def swatch(colour: str, size: int = 16) -> QIcon:
    """A filled disc in a structure's colour.

    Args:
        colour: "#rrggbb".
        size: width and height in pixels.

    Returns:
        The icon.
    """
    picture = QPixmap(QSize(size * 2, size * 2))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QRectF(2, 2, size * 2 - 4, size * 2 - 4))
    painter.end()
    return QIcon(picture)
