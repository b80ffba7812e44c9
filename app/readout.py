"""What is at the pixel under the pointer, in the status bar: its place, its value, and what the model thinks of it."""

from PySide6.QtCore import QCoreApplication

from app.session import Session
from core.mask import STEPS


def words_at(session: Session, x: int, y: int) -> str:
    """A line for the status bar.

    Where the spacing of the pixels is known, places and sizes are in millimetres too, from the upper left corner of the image.

    Args:
        session: with the image on the screen.
        x: column in image pixels; outside of the image where the pointer is elsewhere.
        y: row in image pixels.
    """
    image, editing = session.image, session.editing
    if image is None:
        return ""
    size = f"{image.width} × {image.height}"
    if image.spacing is not None:
        down, across = image.spacing
        wide, high = image.width * across, image.height * down
        size += "   " + QCoreApplication.translate("readout", "{wide} × {high} mm").format(wide=mm(wide), high=mm(high))
    if not (0 <= x < image.width and 0 <= y < image.height):
        return size
    parts = [f"{x}, {y}"]
    if image.spacing is not None:
        down, across = image.spacing
        place = QCoreApplication.translate("readout", "{x}, {y} mm")
        parts.append(place.format(x=mm((x + 0.5) * across), y=mm((y + 0.5) * down)))
    parts.append(value_at(session, x, y))
    if editing.levels is not None and editing.has_prediction:
        middle = (int(editing.levels[y, x]) + 0.5) / STEPS
        text = QCoreApplication.translate("readout", "probability {probability}")
        parts.append(text.format(probability=f"{middle:.2f}"))
    return "   ".join([*parts, size])


def value_at(session: Session, x: int, y: int) -> str:
    """The value of a pixel inside the image: one grey value as it is in the file, or red, green and blue 0..255."""
    image = session.image
    assert image is not None
    red, green, blue = (int(part) for part in image.pixels[y, x])
    if image.native is not None:
        return QCoreApplication.translate("readout", "value {value}").format(value=f"{float(image.native[y, x]):g}")
    if red == green == blue:
        return QCoreApplication.translate("readout", "grey {value}").format(value=red)
    return QCoreApplication.translate("readout", "red {red}, green {green}, blue {blue}").format(
        red=red, green=green, blue=blue
    )


def mm(length: float) -> str:
    """A length in millimetres, or an area in square millimetres, in as many digits as an eye can use."""
    digits = 2 if length < 10 else 1 if length < 1000 else 0
    return f"{length:,.{digits}f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
