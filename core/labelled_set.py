"""Images and their reference masks in two folders, paired by base name.

`polyp_07.jpg` belongs to `polyp_07.png`, the third frame of `CT01.dcm` to `CT01#frame3.png`. Nothing is guessed: two files of
one base name, a mask of another size or a mask that is no mask are refused in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image as Picture
from PIL import UnidentifiedImageError

from core.errors import InputError
from core.image_file import find_images, places_in
from core.place import stem_of

HALF = 127
"""A pixel of a mask file belongs to the structure when it is brighter than this (of 255)."""

_MASK_HINT = "Save masks as pictures in which the structure is white (255) and everything else is black (0)."


@dataclass(frozen=True)
class Pair:
    """One image and its reference mask; `name` is the base name that both have."""

    name: str
    image: Path
    mask: Path


@dataclass(frozen=True)
class Pairing:
    """What two folders have in common, and what is left over (file names, sorted)."""

    pairs: tuple[Pair, ...]
    images_without_mask: tuple[str, ...] = ()
    masks_without_image: tuple[str, ...] = ()


def images_in(folder: Path, what: str = "images") -> list[Path]:
    """The pictures in a folder, in natural order.

    Args:
        folder: where to look.
        what: the word for them in a sentence.

    Raises:
        InputError: if the folder does not exist, is no folder, or holds no picture.
    """
    if not folder.is_dir():
        raise InputError(
            "There is no folder “{folder}”, so there are no {what} to work on.",
            "Check the spelling of the folder's name.",
            folder=str(folder),
            what=what,
        )
    found = find_images(folder)
    if not found:
        raise InputError(
            "The folder “{folder}” holds no {what} that this program can read.",
            "Choose a folder with DICOM, NIfTI, PNG, JPEG, TIFF, BMP, WebP or GIF pictures.",
            folder=str(folder),
            what=what,
        )
    return found


def by_base_name(files: list[Path]) -> dict[str, Path]:
    """Base name → file, in the order given.

    Raises:
        InputError: if two files have the same base name: nobody could say which mask belongs to which.
    """
    named: dict[str, Path] = {}
    for file in files:
        stem = stem_of(file.name)
        if stem in named:
            raise InputError(
                "“{first}” and “{second}” have the same base name, so their masks could not be told apart.",
                "Rename one of the two files and try again.",
                first=named[stem].name,
                second=file.name,
            )
        named[stem] = file
    return named


def pair_up(images: Path, masks: Path) -> Pairing:
    """Pair the images of one folder with the masks of another by base name.

    Raises:
        InputError: if a folder is missing or empty, a base name occurs twice, or not one pair is found.
    """
    named_images = by_base_name(places_in(images_in(images)))
    named_masks = by_base_name(images_in(masks, "masks"))
    pairs = tuple(Pair(name, image, named_masks[name]) for name, image in named_images.items() if name in named_masks)
    if not pairs:
        raise InputError(
            "No image in “{images}” has a mask of the same base name in “{masks}”, so there is nothing to work on.",
            "Give every mask the name of its image, for example polyp_07.jpg and polyp_07.png.",
            images=str(images),
            masks=str(masks),
        )
    return Pairing(
        pairs,
        tuple(image.name for name, image in named_images.items() if name not in named_masks),
        tuple(mask.name for name, mask in named_masks.items() if name not in named_images),
    )


@dataclass(frozen=True)
class ReferenceMask:
    """A reference mask as read: `mask` is (H, W) bool; `note` says what had to be decided, or is empty."""

    mask: npt.NDArray[np.bool_]
    note: str = ""


def read_reference_mask(path: Path, height: int | None = None, width: int | None = None) -> ReferenceMask:
    """Read a mask picture: brighter than half is structure.

    Args:
        path: a picture; one channel, or colours that are all grey; 8 or 16 bit.
        height: rows that its image has, if they are to be compared.
        width: columns that its image has.

    Raises:
        InputError: if it cannot be read, has another size than its image, or is no black-and-white mask (coloured, or
            only values up to 127 such as 0 and 1, which would silently count as empty).
    """
    try:
        with Picture.open(path) as picture:
            grey = _grey(picture, path)
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        LookupError,
        MemoryError,
        Picture.DecompressionBombError,
    ) as error:
        raise InputError(
            "The mask “{name}” cannot be read; it is damaged or no picture, so its image cannot be used.",
            "Save the mask again as a PNG picture, or take it out of the folder.",
            name=path.name,
        ) from error
    if height is not None and width is not None and grey.shape != (height, width):
        raise InputError(
            "The mask “{name}” has {mask_width} × {mask_height} pixels, but its image has {width} × {height}, "
            "so they do not lie on each other.",
            "Save the mask in the size of its image and try again.",
            name=path.name,
            mask_width=grey.shape[1],
            mask_height=grey.shape[0],
            width=width,
            height=height,
        )
    top = int(grey.max(initial=0))
    if 0 < top <= HALF:
        raise InputError(
            "The mask “{name}” has no bright pixel (its brightest has {top} of 255), so it is not clear what it marks.",
            _MASK_HINT,
            name=path.name,
            top=top,
        )
    between = (grey > 0) & (grey < 255)
    note = ""
    if between.any():
        note = f"{path.name} holds values other than 0 and 255; values above {HALF} were taken as the structure"
    return ReferenceMask(grey > HALF, note)


def _grey(picture: Picture.Image, path: Path) -> npt.NDArray[np.uint8]:
    """The picture as (H, W) uint8. Raises InputError if it is coloured."""
    if picture.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        values = np.asarray(picture).astype(np.float64)
        if values.max(initial=0) > 255:
            values = values / 65535 * 255
        return np.clip(np.rint(values), 0, 255).astype(np.uint8)
    if picture.mode in ("1", "L", "LA"):
        return np.asarray(picture.convert("LA").getchannel(0) if picture.mode == "LA" else picture.convert("L"))
    colours = np.asarray(picture.convert("RGB")).astype(np.int16)
    if int((colours.max(axis=2) - colours.min(axis=2)).max(initial=0)) > 32:
        raise InputError(
            "The mask “{name}” is coloured, so it is not clear which colour is the structure.",
            _MASK_HINT,
            name=path.name,
        )
    return np.asarray(picture.convert("RGB").convert("L"))


def read_names(file: Path) -> list[str]:
    """The base names that a text file lists, one per line; empty lines and lines that begin with # do not count.

    A name may carry the ending of a picture (`polyp_07.jpg`).

    Raises:
        InputError: if the file cannot be read or lists nothing.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "The list of images “{file}” cannot be read, so nothing was started.",
            "Give a plain text file with one base name on each line.",
            file=str(file),
        ) from error
    names = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    if not names:
        raise InputError(
            "The list of images “{file}” is empty, so nothing was started.",
            "Write one base name on each line.",
            file=str(file),
        )
    return names


def select(pairing: Pairing, names: list[str], list_name: str) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """Part pairs into those that a list names and the others, both in the old order.

    A name counts as a whole base name first, then without its ending. An image without mask may be named; it is in
    neither part.

    Raises:
        InputError: if the list names an image that is not there: one wrong letter would let a held-out image slip in.
    """
    known = {pair.name: pair.name for pair in pairing.pairs} | {pair.image.name: pair.name for pair in pairing.pairs}
    for name in pairing.images_without_mask:
        known |= {name: Path(name).stem, Path(name).stem: Path(name).stem}
    wanted: set[str] = set()
    for name in names:
        key = name if name in known else Path(name).stem
        if key not in known:
            raise InputError(
                "The list “{file}” names “{name}”, but there is no image of that name, so nothing was started.",
                "Correct the list, or add the image.",
                file=list_name,
                name=name,
            )
        wanted.add(known[key])
    chosen = tuple(pair for pair in pairing.pairs if pair.name in wanted)
    return chosen, tuple(pair for pair in pairing.pairs if pair.name not in wanted)
