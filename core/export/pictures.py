"""Pictures for people: the image with its masks laid over it in their colours, or with their outlines alone."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.export.format import ExportFile
from core.export.labels import rgb_of
from core.export.plan import Plan
from core.export.reading import is_png_of

FILL = 0.4
"""How much of the colour lies over the picture."""
_PIXELS_PER_LINE = 400
"""The line is one pixel wide for each so many pixels of the shorter side."""


class _Pictures:
    """One picture for each image, as it is shown first."""

    FOLDER = ""
    IS_FILLED = False

    def __init__(self, plan: Plan) -> None:
        self._plan, self._masks = plan, plan.masks

    def files(self) -> list[ExportFile]:
        """One for each image."""
        return [
            ExportFile(f"{self.FOLDER}/{self._plan.place_of_image(image)}.png", self._plan.keys_of(image))
            for image in self._plan.images()
        ]

    def content(self, file: ExportFile) -> bytes:
        """The PNG, written by OpenCV."""
        return cv2.imencode(".png", self._drawn(file)[:, :, ::-1])[1].tobytes()

    def reads_back(self, file: ExportFile, written: Path) -> bool:
        """Whether Pillow reads the same picture."""
        return is_png_of(written, "RGB", self._drawn(file))

    def _drawn(self, file: ExportFile) -> npt.NDArray[np.uint8]:
        image = file.keys[0][0]
        drawn = self._masks.pixels(image).copy()
        width = max(1, round(min(drawn.shape[:2]) / _PIXELS_PER_LINE))
        colours = {structure.id: rgb_of(structure.colour) for structure in self._masks.structures}
        masks = [(self._masks.mask(key), colours[key[1]]) for key in file.keys]
        if self.IS_FILLED:
            for mask, colour in masks[::-1]:
                drawn[mask] = np.rint(drawn[mask] * (1 - FILL) + np.array(colour) * FILL).astype(np.uint8)
        for mask, colour in masks[::-1]:
            edges, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(drawn, edges, -1, colour, width)
        return drawn


class Overlay(_Pictures):
    """`core.export.format.Format`: masks laid over the image."""

    FOLDER = "overlay"
    IS_FILLED = True


class Contour(_Pictures):
    """`core.export.format.Format`: outlines on the image."""

    FOLDER = "contour"
