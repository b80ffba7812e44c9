"""A black and white PNG for each mask: 0 and 255, in the exact size of the image.

A reviewed negative (accepted and empty) becomes an all-black picture, so that "looked at, nothing there" differs from "not
looked at".
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.export.format import ExportFile
from core.export.plan import Plan
from core.export.reading import is_png_of
from core.mask import encode_png


class Binary:
    """`core.export.format.Format`: one PNG for each mask."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def files(self) -> list[ExportFile]:
        """One for each mask."""
        return [ExportFile(f"{self._plan.place_of_mask(key)}.png", (key,)) for key in self._plan.masks.keys]

    def content(self, file: ExportFile) -> bytes:
        """The PNG, written by OpenCV."""
        return encode_png(self._plan.masks.mask(file.keys[0]))

    def reads_back(self, file: ExportFile, written: Path) -> bool:
        """Whether Pillow reads the same."""
        return is_png_of(written, "L", self._plan.masks.mask(file.keys[0]) * np.uint8(255))
