"""Pictures of everyday kinds (PNG, JPEG, TIFF, BMP, WebP, GIF), read by Pillow."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from core.errors import ImageError, Remark
from core.frame import KEEP, MAX_FRAMES, Frame, Stack, check_size, damaged, grey_frame, too_large

SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"BM", b"RIFF", b"GIF8")
ANIMATION = "{file} holds several pictures one after the other; only the first is used."
_NEW_SUBFILE_TYPE, _BITS_PER_SAMPLE, _ORIENTATION, _SAMPLE_FORMAT = 254, 258, 274, 339
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, OverflowError, LookupError, TypeError)


def open_raster(content: bytes, name: str) -> Stack:
    """The pages of a TIFF file, or the one picture of another.

    Pages that are smaller copies of others (bit 0 of NewSubfileType, TIFF 6.0) are not counted. Of an animation the first
    picture is taken: its frames are no images of their own.

    Args:
        content: of the file.
        name: of the file, for sentences.

    Raises:
        ImageError: it is no picture, damaged, too large, or a kind that cannot be read.
    """
    pages = [0]
    remarks: tuple[Remark, ...] = ()
    with _opened(content, name) as picture:
        if picture.format == "TIFF":
            pages = _pages(picture)
        elif getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO":
            remarks = (Remark(ANIMATION, {"file": name}),)
    if len(pages) > 1:
        opened = _Pages(content, name)
        return Stack(len(pages), lambda number: opened.read(pages[number]), remarks=remarks)
    return Stack(1, lambda _: _read(content, pages[0], name), remarks=remarks)


def _pages(picture: Pillow.Image) -> list[int]:
    """Numbers of the pages that are pictures of their own."""
    found = []
    for number in range(min(getattr(picture, "n_frames", 1), MAX_FRAMES)):
        picture.seek(number)
        kind = getattr(picture, "tag_v2", {}).get(_NEW_SUBFILE_TYPE, 0)
        if number == 0 or not int(kind) & 1:
            found.append(number)
    return found


def small_raster(content: bytes, name: str, side: int) -> npt.NDArray[np.uint8]:
    """The first picture of a file as (h, w, 3) uint8, upright, at most `side` long. Raises ImageError."""
    with _opened(content, name) as picture:
        picture.draft("RGB", (2 * side, 2 * side))  # a JPEG is read as an eighth of itself in a fraction of the time
        upright = ImageOps.exif_transpose(picture)
        if upright.mode.startswith(("I", "F")):
            return shrunk(grey_frame(np.asarray(upright)).pixels, side)
        return shrunk(_rgb(upright), side)


def stored_orientation(content: bytes, name: str, number: int = 0) -> int:
    """How the pixels of a page (from 0) lie in the file: 1 .. 8 of `core.orientation`. Raises ImageError."""
    with _opened(content, name) as picture:
        if picture.format == "TIFF":
            picture.seek(_pages(picture)[number])
        return int(picture.getexif().get(_ORIENTATION, 1))


def shrunk(pixels: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8 -> the same picture, at most `side` long."""
    height, width = pixels.shape[:2]
    scale = min(1.0, side / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


class _Pages:
    """A file of many pages that stays open: the way to a page leads through all before it, and is remembered."""

    def __init__(self, content: bytes, name: str) -> None:
        self._content, self._name = content, name
        self._picture: Pillow.Image | None = None
        self._guard = threading.Lock()

    def read(self, page: int) -> Frame:
        """One page, upright; in any thread. Raises ImageError."""
        with self._guard:
            try:
                with _told(self._content, self._name):
                    if self._picture is None:
                        self._picture = Pillow.open(io.BytesIO(self._content))
                    return _page(self._picture, page, self._name)
            except ImageError:
                self._picture = None  # it may be left in the middle of a page
                raise


def _read(content: bytes, page: int, name: str) -> Frame:
    """One page, upright. Raises ImageError."""
    with _opened(content, name) as picture:
        return _page(picture, page, name)


def _page(picture: Pillow.Image, page: int, name: str) -> Frame:
    """One page of an opened file, upright. Raises ImageError where it is too large."""
    picture.seek(page)
    check_size(picture.width, picture.height, name)
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    signs = _signs(picture)
    if upright.mode.startswith(("I", "F")) or signs is not None:
        values = np.asarray(upright)
        return grey_frame(values if signs is None else values.view(signs))
    return Frame(_rgb(upright))


@contextmanager
def _opened(content: bytes, name: str) -> Iterator[Pillow.Image]:
    """A picture not yet unpacked; whatever is wrong with it, now or while it is worked on, becomes an ImageError."""
    with _told(content, name), Pillow.open(io.BytesIO(content)) as picture:
        check_size(picture.width, picture.height, name)
        yield picture


@contextmanager
def _told(content: bytes, name: str) -> Iterator[None]:
    """Whatever is wrong with a picture becomes an ImageError."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except UnidentifiedImageError as error:
        raise _unknown(content, name) from error
    except (Pillow.DecompressionBombError, MemoryError) as error:
        raise too_large(name) from error
    except _BROKEN as error:
        raise damaged(name) from error


def _signs(picture: Pillow.Image) -> np.dtype[np.generic] | None:
    """The number type of a grey TIFF where Pillow takes it for signed or unsigned, and the file says the other; else None."""
    tags = getattr(picture, "tag_v2", {})
    said = picture.mode, tags.get(_BITS_PER_SAMPLE), tags.get(_SAMPLE_FORMAT, (1,))
    if said == ("L", (8,), (2,)):
        return np.dtype(np.int8)
    return np.dtype(np.uint32) if said == ("I", (32,), (1,)) else None


def _unknown(content: bytes, name: str) -> ImageError:
    if content.startswith(SIGNATURES):
        return ImageError(
            "The image {file} is damaged or of a kind that this program cannot read, so it is not shown.",
            "Save it as 8-bit PNG, or leave it out; the other images are not affected.",
            file=name,
        )
    return ImageError(
        "The file {file} is not an image, whatever its name says, so it cannot be shown.", KEEP, file=name
    )


def _rgb(picture: Pillow.Image) -> npt.NDArray[np.uint8]:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        black = Pillow.new("RGBA", picture.size, (0, 0, 0, 255))
        black.alpha_composite(picture.convert("RGBA"))
        picture = black
    return np.array(picture.convert("RGB"), dtype=np.uint8)
