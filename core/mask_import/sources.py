"""Mask files of every kind that can be read: pictures, NIfTI, DICOM segmentations, COCO JSON."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from core.dicom_file import MARK, MARK_AT, broken, group_of_frame
from core.errors import ImageError, InputError, KnownError
from core.frame import MAX_BYTES, MAX_PIXELS
from core.image_file import find_images, natural_key, places_in, read_image
from core.mask_import.found import FoundMask, FoundMasks, Values
from core.place import file_and_frame, stem_of
from core.run_lengths import mask_of, unpacked

PICTURES = (".png", ".tif", ".tiff", ".bmp", ".gif", ".jpg", ".jpeg", ".webp")
VOLUMES = (".nii", ".nii.gz")
DICOM = (".dcm", ".dicom")
COCO = (".json",)
ENDINGS = (*PICTURES, *VOLUMES, *DICOM, *COCO)
MARKS = ("_mask", "_masks", "_label", "_labels", "_seg", "_segmentation", "_gt", "_groundtruth", "_anno", "_annotation")
"""What mask files add to the name of their image."""
MOST_BYTES = 2_000_000_000
"""All frames of a segmentation together, unpacked."""
FARTHEST = 1e6
"""Pixels from an image at which no corner of an outline lies."""


def mask_files(place: Path) -> list[Path]:
    """A file alone, or all files of a folder that may be masks, in natural order.

    Raises:
        InputError: the folder cannot be read, or holds none.
    """
    if not place.is_dir():
        return [place]
    try:
        files = [
            path for path in place.iterdir() if path.name.lower().endswith(ENDINGS) and not path.name.startswith(".")
        ]
    except OSError:
        find_images(place)  # which says why
        raise
    if not files:
        raise InputError(
            "The folder “{folder}” holds no masks, so nothing was imported.",
            "Choose a folder with PNG, TIFF, NIfTI, DICOM segmentation or COCO files.",
            folder=place.name,
        )
    return sorted(files, key=lambda path: natural_key(path.name))


def find_masks(files: Sequence[Path], progress: Callable[[int, int, str], None]) -> FoundMasks:
    """What some files of one kind hold.

    Args:
        files: of one kind; the first says which.
        progress: is told how many of how many files were opened.

    Raises:
        InputError: they are of several kinds, or none of them holds a mask.
        ImageError: none of them does, and the first is a damaged volume.
    """
    kinds = {_kind(file): file for file in reversed(files)}
    if len(kinds) > 1:
        raise InputError(
            "The files are of different kinds ({names}), so nothing was imported.",
            "Import the masks of one kind at a time.",
            names=", ".join(sorted(file.name for file in kinds.values())),
        )
    kind = _kind(files[0])
    masks: list[FoundMask] = []
    labels: dict[int, str] = {}
    is_palette, is_lossy = False, False
    errors: list[KnownError] = []
    for done, file in enumerate(files):
        progress(done, len(files), file.name)
        try:
            if kind == "coco":
                masks += _coco(file, labels)
            elif kind == "dicom":
                masks += _segmentation(file, labels)
            elif kind == "nifti":
                masks += _volume(file)
            else:
                mode, lossy = _form(file)
                is_palette, is_lossy = is_palette or mode == "P", is_lossy or lossy
                masks.append(_picture(file))
        except (InputError, ImageError) as error:
            errors.append(error)
    if not masks:
        raise errors[0] if errors else _damaged(files[0])
    return FoundMasks(tuple(masks), labels, is_palette, is_lossy, tuple(map(str, errors)))


def plain_stem(name: str) -> str:
    """Base name of the image that a mask file may belong to, in small letters; `polyp_07_mask.png` -> `polyp_07`."""
    stem = stem_of(name).lower()
    return next((stem.removesuffix(mark) for mark in MARKS if stem.endswith(mark) and stem != mark), stem)


def _kind(file: Path) -> str:
    name = file.name.lower()
    if name.endswith(COCO):
        return "coco"
    if name.endswith(VOLUMES):
        return "nifti"
    if name.endswith(PICTURES):
        return "picture"
    return "dicom"


def _picture(file: Path) -> FoundMask:
    return FoundMask(plain_stem(file.name), 0, file.name, partial(_values, file))


def _form(file: Path) -> tuple[str, bool]:
    """Pillow's mode of a picture, and whether it is packed with losses."""
    with _opened(file) as picture:
        return str(picture.mode), picture.format in ("JPEG", "MPO", "WEBP")


def _values(file: Path, _wanted: frozenset[int]) -> Values:
    """Grey values or places in a palette, as they are stored: a mask is not turned by what EXIF says before it is asked for."""
    with _opened(file) as picture:
        if picture.mode in ("P", "L") or picture.mode.startswith("I"):
            return np.array(picture)
        if picture.mode == "1":
            return np.array(picture).astype(np.uint8)
        return np.array(picture.convert("RGB").convert("L"))


def _opened(file: Path) -> Any:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise _damaged(file)
        with warnings.catch_warnings(action="ignore"):
            picture = Pillow.open(io.BytesIO(file.read_bytes()))
            if picture.width * picture.height > MAX_PIXELS:
                raise _damaged(file)
            picture.load()
            return picture
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Pillow.DecompressionBombError) as error:
        raise _damaged(file) from error


def _volume(file: Path) -> list[FoundMask]:
    """Slices as they are shown, so that they lie on those of the scan."""
    places = places_in([file])
    read_image(places[0])  # which says what is wrong with it
    stem = plain_stem(file.name)
    return [
        FoundMask(stem, number, f"{file.name} · {number + 1}/{len(places)}", partial(_slice, place))
        for number, place in enumerate(places)
    ]


def _slice(place: Path, _wanted: frozenset[int]) -> Values:
    image = read_image(place)
    values = image.native if image.native is not None else image.pixels[:, :, 0]
    return np.rint(values).astype(np.int32)


def _segmentation(file: Path, labels: dict[int, str]) -> list[FoundMask]:
    """Frames of a DICOM segmentation (A.51), by the image that they lie on; the numbers of segments are the values."""
    import pydicom

    try:
        with file.open("rb") as stream:
            if stream.read(MARK_AT + len(MARK))[MARK_AT:] != MARK:
                raise _damaged(file)
        with warnings.catch_warnings(action="ignore"):
            dataset = pydicom.dcmread(file)
            if "SegmentSequence" not in dataset:
                raise InputError(
                    "The DICOM file {file} holds no masks (it is no segmentation).",
                    "Choose another file.",
                    file=file.name,
                )
            for segment in dataset.SegmentSequence:
                labels.setdefault(int(segment.SegmentNumber), str(segment.get("SegmentLabel") or segment.SegmentNumber))
            together: dict[tuple[str, int], list[tuple[int, int]]] = {}
            count, size = int(dataset.get("NumberOfFrames") or 1), int(dataset.Rows) * int(dataset.Columns)
            if not 0 < size <= MAX_PIXELS or not 0 < count * size <= MOST_BYTES:  # before any room is made for it
                raise _damaged(file)
            for number in range(count):
                segment = int(group_of_frame(dataset, number, "SegmentIdentificationSequence").ReferencedSegmentNumber)
                source = group_of_frame(dataset, number, "DerivationImageSequence").SourceImageSequence[0]
                key = str(source.ReferencedSOPInstanceUID), int(source.get("ReferencedFrameNumber") or 1) - 1
                together.setdefault(key, []).append((number, segment))
    except broken() as error:
        raise _damaged(file) from error
    pixels = cache(partial(_unpacked_frames, dataset))
    return [
        FoundMask(
            "",
            frame,
            f"{file.name} · {place}/{len(together)}",
            partial(_frames, dataset, pixels, members, file),
            instance,
            frozenset(segment for _, segment in members),
        )
        for place, ((instance, frame), members) in enumerate(together.items(), 1)
    ]


def _unpacked_frames(dataset: Any) -> npt.NDArray[np.uint8]:
    """(frames, H, W). All at once: frames of one bit for each pixel need not begin with a byte."""
    from pydicom.pixels import pixel_array

    frames = pixel_array(dataset)
    return frames[None] if frames.ndim == 2 else frames


def _frames(
    dataset: Any,
    pixels: Callable[[], npt.NDArray[np.uint8]],
    members: list[tuple[int, int]],
    file: Path,
    wanted: frozenset[int],
) -> Values:
    """(H, W) numbers of segments; where several of the wanted overlap the later one wins."""
    found = np.zeros((int(dataset.Rows), int(dataset.Columns)), np.int64)
    try:
        with warnings.catch_warnings(action="ignore"):
            for number, segment in members:
                if wanted and segment not in wanted:
                    continue
                found[pixels()[number] > 0] = segment
    except broken() as error:
        raise _damaged(file) from error
    return found


def _coco(file: Path, labels: dict[int, str]) -> list[FoundMask]:
    try:
        whole = json.loads(file.read_text(encoding="utf-8-sig"))
        labels |= {int(one["id"]): str(one["name"]) for one in whole["categories"]}
        by_image: dict[int, list[dict[str, Any]]] = {int(one["id"]): [] for one in whole["images"]}
        for one in whole["annotations"]:
            by_image[int(one["image_id"])].append(one)
        found = []
        for image in whole["images"]:
            place, frame = file_and_frame(Path(str(image["file_name"]).replace("\\", "/")))
            size, annotations = (int(image["height"]), int(image["width"])), by_image[int(image["id"])]
            if annotations and 0 < size[0] * size[1] <= MAX_PIXELS:
                read = partial(_annotated, annotations, size, file)
                holds = frozenset(int(one["category_id"]) for one in annotations)
                name = str(image["file_name"])
                found.append(FoundMask(stem_of(place.name).lower(), frame or 0, name, read, holds=holds))
        return found
    except (OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise _damaged(file) from error


def _annotated(annotations: list[dict[str, Any]], size: tuple[int, int], file: Path, wanted: frozenset[int]) -> Values:
    """(H, W) numbers of categories; where several of the wanted overlap the later one wins."""
    found = np.zeros(size, np.int64)
    try:
        for one in annotations:
            if wanted and int(one["category_id"]) not in wanted:
                continue
            outline = one["segmentation"]
            if isinstance(outline, dict):
                counts = outline["counts"]
                runs = unpacked(counts) if isinstance(counts, str) else [int(count) for count in counts]
                inside = mask_of(runs, *size)
            else:
                drawn = np.zeros(size, np.uint8)
                points = [np.asarray(ring, np.float64).reshape(-1, 2) - 0.5 for ring in outline]
                if any(
                    not (np.abs(ring) < FARTHEST).all() for ring in points
                ):  # no number, or far outside of any image
                    raise _damaged(file)
                cv2.fillPoly(drawn, [np.rint(ring).astype(np.int32) for ring in points], 1)
                inside = drawn > 0
            found[inside] = int(one["category_id"])
    except (ValueError, LookupError, TypeError, OverflowError, cv2.error) as error:
        raise _damaged(file) from error
    return found


def _damaged(file: Path) -> InputError:
    return InputError(
        "The mask file {file} is damaged, or of a kind that cannot be read, so it was not imported.",
        "Leave it out, or save it as PNG.",
        file=file.name,
    )
