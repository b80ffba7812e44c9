"""One 16-bit PNG for each image in which every piece of every mask has a number of its own; instances.csv says what each is.

Pieces hang together by edges or corners. Where masks overlap, the upper structure in the list wins.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import ExportError
from core.export.format import ExportFile
from core.export.plan import Plan
from core.export.reading import is_png_of
from core.whole_file import csv_bytes

FOLDER, TABLE = "instances", "instances/instances.csv"
MOST = 65535


class Instances:
    """`core.export.format.Format`: pieces with numbers."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._masks = plan, plan.masks
        self._lines: dict[str, list[dict[str, Any]]] = {}

    def files(self) -> list[ExportFile]:
        """One for each image, and the table of the pieces."""
        pictures = [
            ExportFile(f"{FOLDER}/{self._plan.place_of_image(image)}.png", self._plan.keys_of(image))
            for image in self._plan.images()
        ]
        return [*pictures, ExportFile(TABLE, ())]

    def content(self, file: ExportFile) -> bytes:
        """The PNG, written by OpenCV; or the table."""
        if file.place == TABLE:
            return self._table()
        return cv2.imencode(".png", self._numbered(file))[1].tobytes()

    def reads_back(self, file: ExportFile, written: Path) -> bool:
        """Whether Pillow reads the same numbers."""
        if file.place == TABLE:
            return written.read_bytes() == self._table()
        return is_png_of(written, "I;16", self._numbered(file))

    def _numbered(self, file: ExportFile) -> npt.NDArray[np.uint16]:
        """(H, W) uint16 with a number for each piece; what each piece is, is kept for the table."""
        labels = self._masks.label_map(file.keys[0][0], file.keys)
        numbered: npt.NDArray[np.int32] = np.zeros(labels.shape, np.int32)
        lines: list[dict[str, Any]] = []
        for number, structure in enumerate(self._masks.structures, 1):
            count, pieces, stats, _ = cv2.connectedComponentsWithStats(
                (labels == number).astype(np.uint8), connectivity=8
            )
            first = len(lines)
            numbered[pieces > 0] = pieces[pieces > 0] + first
            for piece in range(1, count):
                x, y, width, height, area = (int(part) for part in stats[piece])
                lines.append(
                    {"file": file.place, "number": first + piece, "structure": structure.name, "area_px": area,
                     "x": x, "y": y, "width": width, "height": height}
                )  # fmt: skip
        if len(lines) > MOST:
            raise ExportError(
                "The masks of {image} have more than {most} pieces, which a 16-bit picture cannot number, so no masks were written.",
                "Choose another format, or remove the small islands first.",
                image=self._masks.images[file.keys[0][0]].name,
                most=MOST,
            )
        self._lines[file.place] = lines
        return numbered.astype(np.uint16)

    def _table(self) -> bytes:
        head = ("file", "number", "structure", "area_px", "x", "y", "width", "height")
        for file in self.files()[:-1]:
            if file.place not in self._lines:
                self._numbered(file)
        lines = [line for lines in self._lines.values() for line in lines]
        return csv_bytes(lines or [dict.fromkeys(head, "")])
