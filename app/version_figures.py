"""What a version's figures say of each label that it was compared on, with the names that this project has for them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.worst_cases import WorstCase
from core.finetune.worst_files import worst_file
from core.paired_table import PairedLabel, iou_of
from core.store import ImageRow, StructureRow

SHORT = 12
"""So many digits of an image's hash stand in the figures."""


def labels_of(
    figures: dict[str, Any], images: Sequence[ImageRow], structures: Sequence[StructureRow]
) -> list[PairedLabel]:
    """The labels in the order of the figures; none for a version from before they were kept.

    Args:
        figures: of the version.
        images, structures: of the project.
    """
    rows, closer = figures.get("images"), figures.get("closer")
    if not isinstance(rows, list):
        return []
    more = closer.get("images") if isinstance(closer, dict) else None
    shapes: list[Any] = more if isinstance(more, list) and len(more) == len(rows) else [{}] * len(rows)
    patients = {row.sha256[:SHORT]: row.patient_key for row in images}
    names = {row.prompt: row.name for row in structures}
    found = []
    for row, shape in zip(rows, shapes, strict=True):
        before, after = float(row["before"]), float(row["after"])
        values = {"dice": (before, after), "iou": (iou_of(before), iou_of(after))}
        values |= {name: (float(pair[0]), float(pair[1])) for name, pair in shape.items()}
        prompt, image = str(row.get("prompt", "")), str(row["image"])
        found.append(PairedLabel(image, names.get(prompt, prompt), patients.get(image, ""), values))
    return found


def worst_of(
    folder: Path, figures: dict[str, Any], images: Sequence[ImageRow], structures: Sequence[StructureRow]
) -> list[WorstCase]:
    """The worst cases of a version; none for one from before they were drawn.

    Args:
        folder: of the version.
        figures: of the version.
        images, structures: of the project.
    """
    rows, places = figures.get("images"), figures.get("worst")
    if not isinstance(rows, list) or not isinstance(places, list):
        return []
    known = {row.sha256[:SHORT]: row for row in images}
    asked = {row.prompt: row.id for row in structures}
    found = []
    for number, place in enumerate(places, start=1):
        if isinstance(place, int) and 0 <= place < len(rows):
            row = rows[place]
            image = known.get(str(row["image"]))
            name, image_id = (image.name, image.id) if image is not None else ("", None)
            structure = asked.get(str(row.get("prompt", "")))
            figure = float(row["before"]), float(row["after"])
            found.append(WorstCase(folder / worst_file(number), name, image_id, structure, *figure))
    return found
