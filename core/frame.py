"""One picture as it came out of a file, of whatever kind, and the file as a stack of such pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.errors import ImageError, Remark

Values = npt.NDArray[np.uint8 | np.int16 | np.uint16 | np.float32 | np.float64]
"""Values of a picture: in the narrowest of these types that holds them."""

MAX_PIXELS = 150_000_000
"""Larger pictures are refused: they would need several gigabytes while they are corrected."""
MAX_BYTES = 2_000_000_000
"""Larger files, and volumes that would be larger in memory, are refused."""
MAX_FRAMES = 20_000
KEEP = "The other images are not affected; replace this file or leave it out."
_EXACT_IN_FLOAT32 = 2**24
_WIDEST, _STEEPEST = 1e300, 1e30


@dataclass(frozen=True)
class Frame:
    """One picture.

    Attributes:
        pixels: (H, W, 3) uint8 RGB, upright, as it is shown first and as the model sees it.
        native: (H, W) the values of the file, after its modality transform, finite; None where `pixels` are these.
        window: the values shown black and white in `pixels`; None where they are the least and the greatest.
        is_inverted: whether small values are shown bright.
        spacing: millimetres from row to row and from column to column; None where the file does not say.
    """

    pixels: npt.NDArray[np.uint8]
    native: Values | None = None
    window: tuple[float, float] | None = None
    is_inverted: bool = False
    spacing: tuple[float, float] | None = None


@dataclass(frozen=True)
class Stack:
    """The pictures of one file.

    Attributes:
        count: how many there are, at least 1.
        read: the picture of a number from 0; raises ImageError where it is damaged.
        patient: whose it is, as the file says it; "" where it does not. Only ever kept or shown as a hash.
        study: as `patient`.
        remarks: what a person should know of the file.
        modality: DICOM code of the kind of image, such as "CT"; "" where the file does not say.
        is_hounsfield: whether the values are Hounsfield units.
        series: of a file that is one slice of a body, the series that it lies in, as `patient`; "" of every other.
    """

    count: int
    read: Callable[[int], Frame]
    patient: str = field(default="", repr=False)
    study: str = field(default="", repr=False)
    remarks: tuple[Remark, ...] = ()
    modality: str = ""
    is_hounsfield: bool = False
    series: str = field(default="", repr=False)


def grey_frame(
    values: npt.NDArray[np.number],
    window: tuple[float, float] | None = None,
    is_inverted: bool = False,
    spacing: tuple[float, float] | None = None,
    shown: npt.NDArray[np.uint8] | None = None,
) -> Frame:
    """A picture of one value per pixel. The values stay as they are; only what is shown first is made of them.

    Args:
        values: (H, W) of any number type.
        window: the values to show black and white; without one, 8-bit values are shown as they are and others are spread
            over their own range.
        is_inverted: whether small values are bright.
        spacing: millimetres from row to row and from column to column.
        shown: (H, W) uint8, what is shown first before any inversion, where that is no window (a VOI LUT).
    """
    native = narrowest(values)
    is_plain = native.dtype == np.uint8 and window is None and shown is None
    if shown is None:
        shown = native.astype(np.uint8) if is_plain else _spread(native, window)
    if is_plain and is_inverted:
        window = (0.0, 255.0)
    if is_inverted:
        shown = 255 - shown
    pixels = np.repeat(shown[:, :, None], 3, axis=2)
    return Frame(pixels, None if is_plain and not is_inverted else native, window, is_inverted, spacing)


def narrowest(values: npt.NDArray[np.number]) -> Values:
    """The same values, finite, in the narrowest type of `Values` that holds them.

    Whole numbers stay exact. Fractions of double precision are kept in single precision (7 digits); what is no number becomes
    the least, and what is infinite the nearest of the others.
    """
    kind = values.dtype.newbyteorder("=")
    if kind in (np.uint8, np.int16, np.uint16):
        return np.ascontiguousarray(values, dtype=kind)
    if kind in (np.bool_, np.int8):
        return np.ascontiguousarray(values, dtype=np.uint8 if kind == np.bool_ else np.int16)
    if values.dtype.kind == "f":
        finite = np.isfinite(values)
        if not finite.all():
            known = values[finite]
            low, high = (known.min(), known.max()) if known.size else (0.0, 0.0)
            values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
        if kind.itemsize <= 4 or not np.array_equal(values, np.rint(values)):
            limit = np.finfo(np.float32).max
            return np.ascontiguousarray(np.clip(values, -limit, limit), dtype=np.float32)
    low, high = float(values.min()), float(values.max())
    for narrow in (np.uint16, np.int16):
        if np.iinfo(narrow).min <= low and high <= np.iinfo(narrow).max:
            return np.ascontiguousarray(values, dtype=narrow)
    exact = max(-low, high) <= _EXACT_IN_FLOAT32
    return np.ascontiguousarray(values, dtype=np.float32 if exact else np.float64)


def check_size(width: int, height: int, name: str) -> None:
    """Raise ImageError if a picture of so many pixels is too large, or has none."""
    if width <= 0 or height <= 0:
        raise damaged(name)
    if width * height > MAX_PIXELS:
        raise too_large(name)


def too_large(name: str) -> ImageError:
    """The picture has more pixels than can be corrected."""
    return ImageError(
        "The image {file} is larger than this program can correct, so it is not shown.",
        "Cut or scale it down to at most {limit} megapixels.",
        file=name,
        limit=MAX_PIXELS // 1_000_000,
    )


def damaged(name: str) -> ImageError:
    """The file is of a kind that can be read, and is broken."""
    return ImageError("The file {file} is damaged, so it cannot be shown.", KEEP, file=name)


def _spread(values: Values, window: tuple[float, float] | None) -> npt.NDArray[np.uint8]:
    """(H, W) uint8: black at the lower end of a window (or of the values), white at the upper."""
    low, high = window or (float(values.min()), float(values.max()))
    if not high > low or not 0 < high - low < _WIDEST:
        return np.zeros(values.shape, np.uint8)
    scaled: npt.NDArray[np.floating] = values.astype(np.float32 if values.dtype.itemsize <= 2 else np.float64)
    scaled -= low
    scaled *= min(255.0 / (high - low), _STEEPEST)
    return np.clip(np.rint(scaled, out=scaled), 0, 255, out=scaled).astype(np.uint8)
