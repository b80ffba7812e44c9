"""Areas and volumes as tables for a spreadsheet: areas.csv has a line for each mask, volumes.csv one for each structure of a volume.

Lengths come from what the files say (`core.volume`); where they say nothing, the cells stay empty.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.errors import Remark
from core.export.format import ExportFile
from core.export.plan import Plan
from core.export.volumes import Volumes
from core.volume import Volume
from core.whole_file import csv_bytes, csv_rows

AREAS, VOLUMES = "areas.csv", "volumes.csv"
NO_LENGTHS = "Images whose files do not say how large a pixel is have areas in pixels only: {count}."


class Measures:
    """`core.export.format.Format`: two tables."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._masks = plan, plan.masks
        self._volumes = Volumes(plan)
        self._of_image = {one.id: volume for _, volume in self._volumes.all for one in volume.pictures}
        without = sum(self._of_image[image].spacing is None for image in plan.images())
        if without:
            plan.remarks.append(Remark(NO_LENGTHS, {"count": without}))

    def files(self) -> list[ExportFile]:
        """The table of areas; that of volumes where there are any."""
        areas = ExportFile(AREAS, tuple(self._masks.keys))
        is_deep = any(_is_deep(volume) for _, volume in self._volumes.all)
        return [areas, ExportFile(VOLUMES, ())] if is_deep else [areas]

    def content(self, file: ExportFile) -> bytes:
        """The table."""
        return csv_bytes(self._areas() if file.place == AREAS else self._depths())

    def reads_back(self, file: ExportFile, written: Path) -> bool:
        """Whether the numbers in the table are those of the masks."""
        if file.place == VOLUMES:
            return written.read_bytes() == csv_bytes(self._depths())
        areas = [int(row["area_px"]) for row in csv_rows(written.read_bytes())]
        return areas == [int(np.count_nonzero(self._masks.label(key).mask)) for key in file.keys]

    def _areas(self) -> list[dict[str, Any]]:
        names = {row.id: row.name for row in self._masks.structures}
        lines = []
        for key in self._masks.keys:
            area, row = int(np.count_nonzero(self._masks.label(key).mask)), self._masks.images[key[0]]
            spacing = self._of_image[key[0]].spacing
            lines.append(
                {"image": row.name, "patient": row.patient_key, "structure": names[key[1]], "status": self._masks.status[key],
                 "area_px": area, "area_mm2": area * spacing[0] * spacing[1] if spacing else None,
                 "mm_between_rows": spacing[0] if spacing else None,
                 "mm_between_columns": spacing[1] if spacing else None}
            )  # fmt: skip
        return lines

    def _depths(self) -> list[dict[str, Any]]:
        names = {row.id: row.name for row in self._masks.structures}
        lines = []
        for name, volume, structure, keys in self._volumes.of_structures():
            if not _is_deep(volume):
                continue
            assert volume.spacing is not None and volume.step is not None
            voxels = sum(int(np.count_nonzero(self._masks.label(key).mask)) for key in keys)
            cubic = voxels * volume.spacing[0] * volume.spacing[1] * volume.step
            slices = volume.pictures[0].frames if volume.is_nifti else len(volume.pictures)
            lines.append(
                {"volume": name, "patient": self._masks.images[keys[0][0]].patient_key, "structure": names[structure],
                 "slices": slices, "slices_with_a_mask": len(keys), "voxels": voxels, "volume_mm3": cubic,
                 "volume_ml": cubic / 1000, "mm_between_slices": volume.step}
            )  # fmt: skip
        return lines


def _is_deep(volume: Volume) -> bool:
    return volume.spacing is not None and volume.step is not None and (len(volume.pictures) > 1)
