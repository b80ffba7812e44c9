"""The slices of a DICOM series in the order in which they lie in the body, whatever their files are called."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.dicom_file import DEFLATED, MARK, MARK_AT, broken

_TAGS = ["SeriesInstanceUID", "ImagePositionPatient", "ImageOrientationPatient", "InstanceNumber"]


@dataclass(frozen=True)
class _Slice:
    """One file of a series; `height` in millimetres along the stack, or its number where the file does not say where it lies."""

    series: str
    height: float


def in_series_order(files: Sequence[Path]) -> list[Path]:
    """The same files; those of one DICOM series side by side, along the normal of their slices (PS3.3, C.7.6.2.1.1).

    Axial slices run from the feet to the head. A series stands where its first file stood; every other file stays in its place,
    and so does one that cannot be read: who opens it will be told.

    Args:
        files: as they were found.
    """
    slices = {file: _slice(file) for file in files}
    members: dict[str, list[Path]] = {}
    for file, found in slices.items():
        members.setdefault(found.series if found is not None else str(file), []).append(file)
    return [file for group in members.values() for file in sorted(group, key=lambda one: _height(slices[one]))]


def _height(found: _Slice | None) -> float:
    return found.height if found is not None else 0.0


def _slice(file: Path) -> _Slice | None:
    """Where a file belongs; None if it is no DICOM file that says so."""
    try:
        with file.open("rb") as stream:
            start = stream.read(2000)
        # A deflated one would be inflated whole for four numbers.
        if start[MARK_AT : MARK_AT + len(MARK)] != MARK or DEFLATED.encode() in start:
            return None
    except OSError:
        return None
    try:
        return _from_header(_header(file))
    except broken():
        return None


def _header(file: Path) -> Any:
    import pydicom

    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings(action="ignore"):
        return pydicom.dcmread(file, stop_before_pixels=True, specific_tags=_TAGS)


def _from_header(header: Any) -> _Slice | None:
    series = str(header.get("SeriesInstanceUID") or "")
    if not series:
        return None
    place, axes = header.get("ImagePositionPatient"), header.get("ImageOrientationPatient")
    if place and axes and len(place) == 3 and len(axes) == 6:
        along = np.asarray(axes, dtype=np.float64)
        height = float(np.cross(along[:3], along[3:]) @ np.asarray(place, dtype=np.float64))
    else:
        height = float(header.get("InstanceNumber") or 0)
    return _Slice(series, height) if np.isfinite(height) else None
