"""The table beside exported masks: which image, structure, model and threshold each belongs to, and how to check it.

A line for each mask in each file; a file that belongs to no single mask (a list of labels) has a line without image and structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path

from core.errors import ExportError
from core.export.choice import PNG
from core.export.names import safe_name
from core.whole_file import csv_bytes, csv_rows

MANIFEST = "manifest.csv"
BASE_MODEL = "base"
ENDINGS = (".png", ".json", ".csv", ".nii.gz", ".dcm")
_MAX_BYTES = 200_000_000
_LONGEST = 255
"""Bytes of a file's name: what was given to a name, its mark included."""


@dataclass(frozen=True)
class ManifestRow:
    """One exported mask in one file.

    Attributes:
        image: file name of the image; of one frame of several as `core.place` writes it (CT01#frame7.dcm).
        image_sha256: of the image file's bytes; of one frame of several as `core.image_file.Image` has it.
        structure: its name.
        prompt: the words the model was asked with.
        mask: place of the file, relative to the manifest, with “/”.
        mask_sha256: of the mask's pixels as they went out: one byte each, 0 or 255, row by row.
        width: in pixels.
        height: in pixels.
        area_px: number of white pixels.
        threshold: 0.005 .. 0.995.
        model_version: of the prediction that was corrected; `BASE_MODEL` for the base model, empty without a prediction.
        status: “accepted”, or what an unreviewed mask is.
        reviewed: when it was accepted (UTC); empty where it was not.
        project: identity of the project that wrote it.
        format: name of the format, `core.export.formats`.
        file_sha256: of the file's bytes.
        reviewer: who accepted it, where that was said for the export.
    """

    image: str
    image_sha256: str
    structure: str
    prompt: str
    mask: str
    mask_sha256: str
    width: int
    height: int
    area_px: int
    threshold: float
    model_version: str
    status: str
    reviewed: str
    project: str
    format: str = PNG
    file_sha256: str = ""
    reviewer: str = ""


def manifest_bytes(rows: Sequence[ManifestRow]) -> bytes:
    """The manifest as it is written."""
    return csv_bytes([asdict(row) for row in rows])


def read_manifest(folder: Path) -> list[ManifestRow]:
    """Rows of the manifest that lies in a folder; none if none is there.

    Raises:
        ExportError: there is a manifest.csv that is none of ours.
        OSError: it cannot be read.
    """
    file = folder / MANIFEST
    if not file.exists() and not file.is_symlink():
        return []
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > _MAX_BYTES:
            raise ValueError("no plain file")
        rows = [_row(cells) for cells in csv_rows(file.read_bytes())]
        if not rows:
            raise ValueError("an export has rows")
        return rows
    except (ValueError, KeyError, TypeError) as error:
        raise ExportError(
            "The folder “{folder}” holds a manifest.csv that this program did not write, so no masks were written.",
            "Choose an empty folder.",
            folder=folder.name or str(folder),
        ) from error


def _row(cells: dict[str, str]) -> ManifestRow:
    numbers = {"width": int, "height": int, "area_px": int, "threshold": float}
    # A manifest of an earlier version of this program lacks the last columns.
    known = [field.name for field in fields(ManifestRow) if field.name in cells or field.default is MISSING]
    row = ManifestRow(**{name: numbers.get(name, str)(cells[name]) for name in known})
    if not row.mask.endswith(ENDINGS) or any(part != safe_name(part, _LONGEST) for part in row.mask.split("/")):
        raise ValueError(f"{row.mask!r} is no place of a mask")
    return row
