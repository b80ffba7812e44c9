"""Read a picture file into pixels, upright, or say in one sentence why not."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from core.errors import ImageError, InputError

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")
MAX_PIXELS = 150_000_000
"""Larger pictures are refused: they would need several gigabytes while they are corrected."""
_MAX_BYTES = 2_000_000_000

_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"BM", b"RIFF")
_KEEP = "The other images are not affected; replace this file or leave it out."


@dataclass(frozen=True)
class Image:
    """One picture.

    Attributes:
        pixels: (H, W, 3) uint8 RGB, EXIF orientation applied; grey of more than 8 bits is spread over its own range.
        path: of the file.
        sha256: of the file's bytes, 64 hex digits.
        width: in pixels.
        height: in pixels.
        native: (H, W) uint16 or float32, the values as they are in the file, finite; None where `pixels` are these.
    """

    pixels: npt.NDArray[np.uint8]
    path: Path
    sha256: str
    width: int
    height: int
    native: npt.NDArray[np.uint16 | np.float32] | None = None


def read_image(path: Path) -> Image:
    """Read a file of one of `SUFFIXES`.

    Raises:
        ImageError: it is not there, no picture, damaged, too large, or a kind that cannot be read.
    """
    path = Path(path)
    content = _content(path)
    pixels, native = _decode(content, path.name)
    return Image(pixels, path, hashlib.sha256(content).hexdigest(), pixels.shape[1], pixels.shape[0], native)


def read_same_image(path: Path, sha256: str) -> Image:
    """Read an image that is known already: masks are drawn on these very pixels and on no others.

    Args:
        path: of the file.
        sha256: of its bytes when it was put into the project.

    Raises:
        ImageError: as `read_image`, or the file was exchanged or changed since.
    """
    image = read_image(path)
    if image.sha256 != sha256:
        raise _exchanged(Path(path).name)
    return image


def read_small(path: Path, sha256: str, side: int) -> npt.NDArray[np.uint8]:
    """A small picture of an image, to know it again in a list; never to draw a mask on.

    Args:
        path: of the file.
        sha256: of its bytes when it was put into the project.
        side: its longest side in pixels at most.

    Returns:
        (h, w, 3) uint8 RGB, upright.

    Raises:
        ImageError: as `read_same_image`.
    """
    content = _content(path)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _exchanged(path.name)
    return _decode(content, path.name, side)[0]


def find_images(folder: Path) -> list[Path]:
    """Picture files directly in a folder, in natural order (image 2 before image 10).

    Raises:
        InputError: the folder cannot be read.
    """
    try:
        files = [path for path in Path(folder).iterdir() if path.suffix.lower() in SUFFIXES and path.is_file()]
    except OSError as error:
        raise InputError(
            "The folder “{folder}” cannot be read, so no images were added.",
            "Check that it exists and that you may open it.",
            folder=Path(folder).name,
        ) from error
    return sorted((path for path in files if not path.name.startswith(".")), key=lambda path: natural_key(path.name))


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Key of the natural order of names: image 2 before image 10, capitals or not."""
    pieces = re.split(r"(\d+)", name.lower())
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces)


def patient_key(path: Path, pattern: str | None = None) -> str:
    """Which patient a file belongs to, by its name.

    Args:
        path: of the image.
        pattern: a regular expression; its group 1, or else the whole match, is the key. Without one, the name up to the
            first “_” or “-” is, if there is one; else the whole name.

    Raises:
        InputError: the pattern is no regular expression.
    """
    stem = Path(path).stem
    if pattern is None:
        return re.split(r"[_-]", stem, maxsplit=1)[0] or stem
    try:
        found = re.search(pattern, Path(path).name)
    except re.error as error:
        raise InputError(
            "The pattern “{pattern}” for patients cannot be understood, so nothing was started.",
            "Correct it, or leave it out to treat each image as a patient.",
            pattern=pattern,
        ) from error
    if not found:
        return stem
    key = found[1] if found.re.groups and found[1] else found[0]
    return key or stem  # a pattern may match nothing at all: that names nobody


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _too_large(path.name)
        content = path.read_bytes()
    except OSError as error:
        raise ImageError(
            "The image {file} cannot be read (it was moved, deleted, or this account may not read it), so it is not shown.",
            "Put it back or choose another; labels already made for it are safe.",
            file=path.name,
        ) from error
    if not content:
        raise ImageError("The file {file} is empty, so there is no image to show.", _KEEP, file=path.name)
    return content


def _exchanged(name: str) -> ImageError:
    return ImageError(
        "The image {file} was exchanged or changed since it was put into the project, so it is not shown: "
        "its masks would lie on another picture.",
        "Put the old file back, or give the new one another name and add it; the masks are safe.",
        file=name,
    )


def _decode(
    content: bytes, name: str, side: int | None = None
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16 | np.float32] | None]:
    """(H, W, 3) uint8 RGB, upright, and its native values; with `side` made smaller while it is read."""
    try:
        with warnings.catch_warnings(action="ignore"), Pillow.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise _too_large(name)
            if side is not None:
                picture.draft(
                    "RGB", (2 * side, 2 * side)
                )  # a JPEG is read as an eighth of itself in a fraction of the time
            picture.load()
            upright = ImageOps.exif_transpose(picture if side is None else _smaller(picture, side))
            return _spread(upright) if upright.mode.startswith(("I", "F")) else (_rgb(upright), None)
    except (Pillow.DecompressionBombError, MemoryError) as error:
        raise _too_large(name) from error
    except UnidentifiedImageError as error:
        if content.startswith(_SIGNATURES):
            raise ImageError(
                "The image {file} is damaged or of a kind that this program cannot read, so it is not shown.",
                "Save it as 8-bit PNG, or leave it out; the other images are not affected.",
                file=name,
            ) from error
        raise ImageError(
            "The file {file} is not an image, whatever its name says, so it cannot be shown.", _KEEP, file=name
        ) from error
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error) as error:
        raise ImageError("The file {file} is damaged, so it cannot be shown.", _KEEP, file=name) from error


def _smaller(picture: Pillow.Image, side: int) -> Pillow.Image:
    """At most `side` long, with its orientation still to be applied."""
    scale = min(1.0, side / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    smooth = picture.mode in ("RGB", "RGBA", "L", "LA")
    exif = picture.getexif()
    small = picture.resize(size, Pillow.Resampling.BOX if smooth else Pillow.Resampling.NEAREST)
    small.info = dict(picture.info)
    small.getexif().update(exif)
    return small


def _too_large(name: str) -> ImageError:
    return ImageError(
        "The image {file} is larger than this program can correct, so it is not shown.",
        "Cut or scale it down to at most {limit} megapixels.",
        file=name,
        limit=MAX_PIXELS // 1_000_000,
    )


def _spread(picture: Pillow.Image) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16 | np.float32]]:
    """Grey of more than 8 bits: what is shown, and the values themselves."""
    values = np.asarray(picture, dtype=np.float64)
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    grey = np.zeros(values.shape, np.uint8)
    if high > low:
        grey = np.round((values - low) * (255.0 / (high - low))).astype(np.uint8)
    is_whole = picture.mode.startswith("I") and low >= 0 and high <= np.iinfo(np.uint16).max
    return np.repeat(grey[:, :, None], 3, axis=2), values.astype(np.uint16 if is_whole else np.float32)


def _rgb(picture: Pillow.Image) -> npt.NDArray[np.uint8]:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        black = Pillow.new("RGBA", picture.size, (0, 0, 0, 255))
        black.alpha_composite(picture.convert("RGBA"))
        picture = black
    return np.array(picture.convert("RGB"), dtype=np.uint8)
