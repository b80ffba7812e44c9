"""What a person chose for an export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.export.pattern import BY_STRUCTURE

PNG = "png"
FORMAT_NAMES = (
    PNG, "indexed", "instances", "overlay", "contour", "probability", "coco", "nifti", "dicom-seg", "csv", "pairs",
)  # fmt: skip
"""Names of `core.export.formats.FORMATS`, in its order; known without importing what they need."""
OWN_NAMES = (
    "indexed", "instances", "overlay", "contour", "probability", "coco.json", "nifti", "dicom-seg", "nnunet", "areas.csv",
    "volumes.csv",
)  # fmt: skip
"""Folders and files that formats make at the top of an export; no structure is called so."""


@dataclass(frozen=True)
class Choice:
    """What goes out, and how.

    Attributes:
        structure_ids: which structures; None is all.
        formats: of `FORMAT_NAMES`.
        pattern: of the names (`core.export.pattern`).
        as_stored: whether masks lie as the pixels in the file do, before the turn that its EXIF entry asks for.
        unreviewed: whether masks that nobody accepted go out too, marked as such in the manifest.
        reviewer: who accepted them, as it is to stand in the manifest; "" leaves it open.
    """

    structure_ids: Sequence[int] | None = None
    formats: tuple[str, ...] = (PNG,)
    pattern: str = BY_STRUCTURE
    as_stored: bool = False
    unreviewed: bool = False
    reviewer: str = ""
