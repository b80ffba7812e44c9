"""Read a picture file of any kind into pixels, upright, or say in one sentence why not."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.dicom_file import MARK, MARK_AT, open_dicom
from core.errors import ImageError, InputError, Remark
from core.frame import KEEP, MAX_BYTES, Stack, Values, too_large
from core.nifti_file import open_nifti
from core.place import file_and_frame, name_for_people, place_of, stem_of
from core.raster_file import open_raster, shrunk, small_raster, stored_orientation

_DICOM, _NIFTI = (".dcm", ".dicom"), (".nii", ".nii.gz")
SIMPLE = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif")
"""Files that hold one picture, which needs no library that is not loaded yet."""
SUFFIXES = (*SIMPLE, ".tif", ".tiff", *_DICOM, *_NIFTI)
_NOT_LISTED = ("dicomdir",)


@dataclass(frozen=True)
class Image:
    """One picture.

    A frame of a file that holds several (a multi-frame DICOM, a NIfTI volume, a TIFF of several pages) is an image like any
    other: predicted, corrected, accepted and exported by itself. So nothing else has to know of frames.

    Attributes:
        pixels: (H, W, 3) uint8 RGB, as it is shown first and as the model sees it: EXIF orientation applied; grey of more than 8
            bits through the file's own window, or else spread over its own range.
        path: of the file.
        sha256: what tells this picture from every other, 64 hex digits: the hash of the file's bytes; of a file with several
            frames the hash of that and the frame's number.
        width: in pixels.
        height: in pixels.
        native: (H, W) the values as they are in the file, finite; None where `pixels` are these.
        window: the values shown black and white in `pixels`; None where they are the least and the greatest of `native`.
        is_inverted: whether small values are shown bright (MONOCHROME1).
        spacing: millimetres from row to row and from column to column; None where the file does not say.
        frame: which of the file's pictures, from 0.
        frames: how many pictures the file holds.
        patient: whose it is, as the file says it; "" where it does not. Never to be stored, logged or shown as it is.
        study: as `patient`.
        series: as `patient`; of a file that is one slice of a body, the series that it lies in, "" of every other.
        remarks: what a person should know of the file.
        modality: DICOM code of the kind of image, such as "CT"; "" where the file does not say.
        is_hounsfield: whether `native` holds Hounsfield units.
    """

    pixels: npt.NDArray[np.uint8]
    path: Path
    sha256: str
    width: int
    height: int
    native: Values | None = None
    window: tuple[float, float] | None = None
    is_inverted: bool = False
    spacing: tuple[float, float] | None = None
    frame: int = 0
    frames: int = 1
    patient: str = field(default="", repr=False)
    study: str = field(default="", repr=False)
    remarks: tuple[Remark, ...] = ()
    modality: str = ""
    is_hounsfield: bool = False
    series: str = field(default="", repr=False)


class _LastStack:
    """The file of several frames that was opened last: going through it is not to unpack it anew for each frame."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[object, ...], str, Stack] | None = None

    def get(self, key: tuple[object, ...]) -> tuple[str, Stack] | None:
        """The hash and the frames, if it is that very file."""
        kept = self._kept
        return kept[1:] if kept is not None and kept[0] == key else None

    def put(self, key: tuple[object, ...], sha256: str, stack: Stack) -> None:
        """Keep it instead of the one before, if it has several frames."""
        if stack.count > 1:
            self._kept = key, sha256, stack


_LAST = _LastStack()


def read_image(path: Path) -> Image:
    """Read a file of one of `SUFFIXES`, or one frame of it (`core.place`); without a frame its first.

    Raises:
        ImageError: it is not there, no picture, damaged, too large, or a kind that cannot be read.
    """
    return _image(Path(path), *_open(file_of(Path(path))))


def _image(path: Path, sha256: str, stack: Stack) -> Image:
    """The frame that a place names, of its file's frames. Raises ImageError."""
    file, number = file_and_frame(path)
    frame = number or 0
    if frame >= stack.count:
        raise ImageError(
            "The file {file} holds {count} pictures only, so this one cannot be shown.",
            "Put the old file back or choose another; labels already made for it are safe.",
            file=file.name,
            count=stack.count,
        )
    read = stack.read(frame)
    height, width = read.pixels.shape[:2]
    return Image(
        read.pixels,
        file,
        sha256 if stack.count == 1 else hashlib.sha256(f"{sha256} frame {frame}".encode()).hexdigest(),
        width,
        height,
        read.native,
        read.window,
        read.is_inverted,
        read.spacing,
        frame,
        stack.count,
        stack.patient,
        stack.study,
        stack.remarks if frame == 0 else (),
        stack.modality,
        stack.is_hounsfield,
        stack.series,
    )


def places_in(files: Iterable[Path]) -> list[Path]:
    """The places of all pictures of some files. A file that cannot be read stays one: who reads it will be told why."""
    places: list[Path] = []
    for file in files:
        count = 1
        if file_of(file) == file and not file.name.lower().endswith(SIMPLE):
            try:
                count = _open(file)[1].count
            except ImageError:
                pass
        places += [place_of(file, frame, count) for frame in range(count)]
    return places


def is_unpacked(place: Path) -> bool:
    """Whether the file of a frame was read last and lies in memory: its other frames are there in a moment."""
    try:
        return _LAST.get(_key_of(file_of(place))) is not None
    except OSError:
        return False


def orientation_of(place: Path) -> int:
    """How the pixels of an image lie in its file: 1 .. 8 of `core.orientation`; 1 where no file of its kind says it.

    Raises:
        ImageError: the file cannot be read.
    """
    file, number = file_and_frame(place)
    content = _content(file)
    is_volume = content[MARK_AT : MARK_AT + len(MARK)] == MARK or file.name.lower().endswith((*_DICOM, *_NIFTI))
    return 1 if is_volume else stored_orientation(content, file.name, number or 0)


def file_of(place: Path) -> Path:
    """The file that a place is in."""
    return file_and_frame(place)[0]


def _open(file: Path, is_kept: bool = True) -> tuple[str, Stack]:
    """The hash of a file's bytes, and its pictures, which are kept in memory for the next frame unless told otherwise.

    Raises:
        ImageError: as `read_image`.
    """
    try:
        key = _key_of(file)
    except OSError as error:
        raise _gone(file.name) from error
    if (known := _LAST.get(key)) is not None:
        return known
    content = _content(file)
    sha256, stack = hashlib.sha256(content).hexdigest(), _stack(content, file.name)
    if is_kept:
        _LAST.put(key, sha256, stack)
    return sha256, stack


def _key_of(file: Path) -> tuple[object, ...]:
    """What tells whether a file is still the same one. Raises OSError."""
    status = file.stat()
    return str(file.absolute()), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _content(file: Path) -> bytes:
    """All bytes of a file. Raises ImageError."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise too_large(file.name)
        content = file.read_bytes()
    except OSError as error:
        raise _gone(file.name) from error
    if not content:
        raise ImageError("The file {file} is empty, so there is no image to show.", KEEP, file=file.name)
    return content


def _gone(name: str) -> ImageError:
    return ImageError(
        "The image {file} cannot be read (it was moved, deleted, or this account may not read it), so it is not shown.",
        "Put it back or choose another; labels already made for it are safe.",
        file=name,
    )


def _stack(content: bytes, name: str) -> Stack:
    """What a file holds: DICOM by its mark, others by what their name says. Raises ImageError."""
    if content[MARK_AT : MARK_AT + len(MARK)] == MARK or name.lower().endswith(_DICOM):
        return open_dicom(content, name)
    if name.lower().endswith(_NIFTI):
        return open_nifti(content, name)
    return open_raster(content, name)


def read_same_image(path: Path, sha256: str) -> Image:
    """Read an image that is known already: masks are drawn on these very pixels and on no others.

    Args:
        path: of the file, or of one frame of it.
        sha256: of the picture (`Image.sha256`) when it was put into the project.

    Raises:
        ImageError: as `read_image`, or the file was exchanged or changed since.
    """
    return _same(read_image(path), sha256)


def _same(image: Image, sha256: str) -> Image:
    if image.sha256 != sha256:
        raise _exchanged(name_for_people(image.path.name, image.frame, image.frames))
    return image


def read_small(place: Path, sha256: str, side: int) -> npt.NDArray[np.uint8]:
    """A small picture of an image, to know it again in a list; never to draw a mask on.

    Args:
        place: of the image.
        sha256: its own when it was put into the project.
        side: its longest side in pixels at most.

    Returns:
        (h, w, 3) uint8 RGB, upright.

    Raises:
        ImageError: as `read_same_image`.
    """
    if place.name.lower().endswith(SIMPLE):
        content = _content(place)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise _exchanged(place.name)
        return small_raster(content, place.name, side)
    # The stack that is gone through stays unpacked while others are made known in a list.
    return shrunk(_same(_image(place, *_open(file_of(place), is_kept=False)), sha256).pixels, side)


def find_images(folder: Path) -> list[Path]:
    """Picture files directly in a folder, in natural order (image 2 before image 10); DICOM files without an ending too.

    Raises:
        InputError: the folder cannot be read.
    """
    try:
        files = [path for path in Path(folder).iterdir() if is_picture(path)]
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
    stem = stem_of(file_of(Path(path)).name)
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


def _exchanged(name: str) -> ImageError:
    return ImageError(
        "The image {file} was exchanged or changed since it was put into the project, so it is not shown: "
        "its masks would lie on another picture.",
        "Put the old file back, or give the new one another name and add it; the masks are safe.",
        file=name,
    )


def is_picture(path: Path) -> bool:
    """Whether a file is one that may hold a picture, by its name, or where that says nothing by its mark. Raises OSError."""
    name = path.name.lower()
    if name.endswith(SUFFIXES):
        return path.is_file()
    if (path.suffix and not path.suffix[1:].isdecimal()) or name in _NOT_LISTED or not path.is_file():
        return False
    with path.open("rb") as file:  # scanners often name their files by a number alone
        return file.read(MARK_AT + len(MARK))[MARK_AT:] == MARK
