"""One JSON file in the format of COCO, with run lengths: an annotation for each mask, a reviewed negative among them (area 0).

The format is described at cocodataset.org ("Data format", object detection). The whole mask of a structure on an image is one
annotation with iscrowd 0; its pieces are in the instances of `core.export.instances`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from core.export.format import ExportFile
from core.export.names import file_name_of
from core.export.plan import Plan
from core.place import place_of
from core.run_lengths import mask_of, packed, unpacked

PLACE = "coco.json"


class Coco:
    """`core.export.format.Format`: COCO JSON."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._masks = plan, plan.masks

    def files(self) -> list[ExportFile]:
        """One for all."""
        return [ExportFile(PLACE, tuple(self._masks.keys))]

    def content(self, file: ExportFile) -> bytes:
        """The JSON."""
        numbers = {row.id: number for number, row in enumerate(self._masks.structures, 1)}
        annotations: list[dict[str, Any]] = []
        sizes: dict[int, tuple[int, int]] = {}
        for number, key in enumerate(file.keys, 1):
            mask = self._masks.mask(key)
            height, width = sizes[key[0]] = mask.shape
            annotations.append(
                {"id": number, "image_id": key[0], "category_id": numbers[key[1]], "iscrowd": 0,
                 "area": int(np.count_nonzero(mask)), "bbox": _box(mask),
                 "segmentation": {"size": [height, width], "counts": packed(mask)}}
            )  # fmt: skip
        images = [
            {"id": key, "file_name": _file_name(self._plan, key), "width": size[1], "height": size[0]}
            for key, size in sorted(sizes.items())
        ]
        categories = [{"id": numbers[row.id], "name": row.name, "supercategory": ""} for row in self._masks.structures]
        whole = {"info": {}, "licenses": [], "images": images, "annotations": annotations, "categories": categories}
        return json.dumps(whole, ensure_ascii=False, indent=1).encode("utf-8", errors="surrogateescape")

    def reads_back(self, file: ExportFile, written: Path) -> bool:
        """Whether every mask unpacks to what it is."""
        try:
            whole = json.loads(written.read_text(encoding="utf-8", errors="surrogateescape"))
            names = {one["id"]: one["name"] for one in whole["categories"]}
            found = {(one["image_id"], names[one["category_id"]]): one["segmentation"] for one in whole["annotations"]}
            structures = {row.id: row.name for row in self._masks.structures}
            if found.keys() != {(image, structures[structure]) for image, structure in file.keys}:
                return False
            return all(
                np.array_equal(mask_of(unpacked(one["counts"]), *one["size"]), self._masks.mask(key))
                for key in file.keys
                for one in [found[key[0], structures[key[1]]]]
            )
        except (ValueError, KeyError, TypeError):
            return False


def _file_name(plan: Plan, image_id: int) -> str:
    row = plan.masks.images[image_id]
    return place_of(Path(file_name_of(row.path)), row.frame, row.frames).name


def _box(mask: np.ndarray[Any, Any]) -> list[int]:
    """x, y, width, height."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return [0, 0, 0, 0]
    return [int(columns[0]), int(rows[0]), int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1)]
