"""Where pictures lie in the body: the slices of a volume, in order, with the way from their pixels to millimetres.

A NIfTI file is a volume, and so is a multi-frame DICOM file whose frames say where they lie, or a DICOM series (PS3.3, C.7.6.2).
Everything else is a picture by itself.
"""

from __future__ import annotations

import logging
import warnings
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.dicom_file import MARK, MARK_AT, broken, group_of_frame, spacing_of
from core.errors import ImageError
from core.nifti_file import DISPLAY, header_of

_EVEN = 0.02
"""How far slices may be from even distances, as a share of the distance."""
_KEYWORDS = [
    "SOPInstanceUID", "SeriesInstanceUID", "Rows", "Columns", "NumberOfFrames", "ImagePositionPatient", "ImageOrientationPatient",
    "PixelSpacing",    "SequenceOfUltrasoundRegions", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
]  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """One picture: a name of the caller's, its file, and which frame (from 0) of how many."""

    id: int
    file: Path
    frame: int = 0
    frames: int = 1


@dataclass(frozen=True)
class Volume:
    """Pictures of one volume, in order.

    Attributes:
        name: base name for files: that of the file, or of the first slice.
        pictures: from the first slice on; of a picture by itself that alone.
        spacing: millimetres from row to row and from column to column; None where no file says it.
        step: millimetres from slice to slice; None where there is one slice, or no file says it.
        affine: (4, 4) from (column, row, slice) to millimetres right, anterior, superior; None where no file says it.
        is_nifti: whether it is a NIfTI file.
        series: the DICOM series; "" of other files.
    """

    name: str
    pictures: tuple[Picture, ...]
    spacing: tuple[float, float] | None = None
    step: float | None = None
    affine: npt.NDArray[np.float64] | None = None
    is_nifti: bool = False
    series: str = ""


@dataclass(frozen=True)
class _Pose:
    """Where one picture lies: its first pixel, the directions along its rows and columns (LPS), and the spacing."""

    origin: npt.NDArray[np.float64]
    along_row: npt.NDArray[np.float64]
    along_column: npt.NDArray[np.float64]
    spacing: tuple[float, float]

    @property
    def normal(self) -> npt.NDArray[np.float64]:
        return np.cross(self.along_row, self.along_column)


def volumes_of(pictures: Iterable[Picture]) -> list[Volume]:
    """Put pictures together into volumes.

    Args:
        pictures: in any order; of a file with frames any of them.

    Returns:
        In the order of their first pictures. Slices run along the normal of the planes; of a NIfTI file as they are shown.

    Raises:
        ImageError: a file is gone or damaged.
    """
    by_file: dict[Path, list[Picture]] = defaultdict(list)
    for picture in pictures:
        by_file[picture.file].append(picture)
    volumes: list[Volume] = []
    series: dict[tuple[Any, ...], list[tuple[Picture, _Pose, str]]] = defaultdict(list)
    for file, members in by_file.items():
        if file.name.lower().endswith((".nii", ".nii.gz")):
            volumes.append(_nifti(file, members))
        elif (header := dicom_header(file)) is None:
            volumes += [Volume(file.name, (one,)) for one in members]
        else:
            for one in members:
                pose, key = _pose(header, one.frame), str(header.get("SeriesInstanceUID") or "")
                if pose is None:
                    volumes.append(Volume(file.name, (one,), spacing_of(header, one.frame), series=key))
                else:
                    plane = (*np.round(pose.along_row, 3), *np.round(pose.along_column, 3), *np.round(pose.spacing, 4))
                    size = (int(header.Rows), int(header.Columns))
                    alone = file if one.frames > 1 or not key else None
                    series[key, plane, size, alone].append((one, pose, key))
    for group in series.values():
        volumes += _stacked(group)
    order = {id(picture): place for place, picture in enumerate(one for group in by_file.values() for one in group)}
    return sorted(volumes, key=lambda volume: min(order[id(one)] for one in volume.pictures))


def dicom_header(file: Path) -> Any:
    """What a DICOM file says beside its pixels; None if it is no DICOM file. Raises ImageError if it is gone or damaged."""
    import pydicom

    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
    try:
        with file.open("rb") as stream:
            if stream.read(MARK_AT + len(MARK))[MARK_AT:] != MARK:
                return None
        with warnings.catch_warnings(action="ignore"):
            return pydicom.dcmread(file, stop_before_pixels=True, specific_tags=_KEYWORDS)
    except broken() as error:
        raise ImageError(
            "The image {file} cannot be read any more, so its place in the body is not known.",
            "Put it back.",
            file=file.name,
        ) from error


def _nifti(file: Path, members: list[Picture]) -> Volume:
    from nibabel.affines import voxel_sizes
    from nibabel.orientations import axcodes2ornt, inv_ornt_aff, io_orientation, ornt_transform

    header = header_of(file)
    affine = header.get_best_affine()
    shape = (*header.get_data_shape(), 1, 1)[:3]
    turn = ornt_transform(io_orientation(affine), axcodes2ornt(DISPLAY))
    shown = affine @ inv_ornt_aff(turn, shape)
    shown[:3] *= {"meter": 1000.0, "micron": 0.001}.get(header.get_xyzt_units()[0], 1.0)
    column, row, step = (float(size) for size in voxel_sizes(shown))
    ordered = tuple(sorted(members, key=lambda one: one.frame))
    return Volume(file.name, ordered, (row, column), step, shown, is_nifti=True)


def _pose(header: Any, frame: int) -> _Pose | None:
    """Where a frame lies (C.7.6.2.1.1, and C.7.6.16.2 for those of enhanced files); None where the file does not say it."""
    position = (group_of_frame(header, frame, "PlanePositionSequence") or header).get("ImagePositionPatient")
    axes = (group_of_frame(header, frame, "PlaneOrientationSequence") or header).get("ImageOrientationPatient")
    spacing = spacing_of(header, frame)
    if not position or not axes or spacing is None or len(position) != 3 or len(axes) != 6:
        return None
    numbers = np.asarray([*position, *axes], dtype=np.float64)
    if not np.isfinite(numbers).all() or abs(np.linalg.norm(np.cross(numbers[3:6], numbers[6:])) - 1) > _EVEN:
        return None
    return _Pose(numbers[:3], numbers[3:6], numbers[6:], spacing)


def _stacked(group: list[tuple[Picture, _Pose, str]]) -> list[Volume]:
    """One volume where slices lie evenly behind each other, or else each by itself."""
    normal = group[0][1].normal
    ordered = sorted(group, key=lambda one: float(one[1].origin @ normal))
    heights = np.array([float(one[1].origin @ normal) for one in ordered])
    steps = np.diff(heights)
    aside = max(
        (np.linalg.norm(np.cross(one[1].origin - ordered[0][1].origin, normal)) for one in ordered), default=0.0
    )
    if len(ordered) > 1 and (steps.min() <= 0 or np.ptp(steps) > _EVEN * steps.mean() or aside > _EVEN * steps.mean()):
        return [_volume([one]) for one in group]
    return [_volume(ordered)]


def _volume(ordered: list[tuple[Picture, _Pose, str]]) -> Volume:
    first, last, count = ordered[0][1], ordered[-1][1], len(ordered)
    row, column = first.spacing
    step = (last.origin - first.origin) / (count - 1) if count > 1 else first.normal
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2], affine[:3, 3] = (
        first.along_row * column, first.along_column * row, step, first.origin,
    )  # fmt: skip
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine  # DICOM counts to the left and to the back
    distance = float(np.linalg.norm(step)) if count > 1 else None
    pictures = tuple(one[0] for one in ordered)
    return Volume(pictures[0].file.name, pictures, first.spacing, distance, affine, series=ordered[0][2])
