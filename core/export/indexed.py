"""One PNG with a palette for each image: pixel n belongs to the n-th structure, 0 to none; labels.csv says which is which.

Where masks overlap, the upper structure in the list wins.
"""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from core.export.format import ExportFile
from core.export.labels import colours_of, labels_csv, refuse_too_many
from core.export.plan import Plan
from core.export.reading import is_png_of

FOLDER, LABELS = "indexed", "indexed/labels.csv"


class Indexed:
    """`core.export.format.Format`: label maps with a palette."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._masks = plan, plan.masks

    def files(self) -> list[ExportFile]:
        """One for each image, and the list of labels."""
        refuse_too_many(self._plan)
        pictures = [
            ExportFile(f"{FOLDER}/{self._plan.place_of_image(image)}.png", self._plan.keys_of(image))
            for image in self._plan.images()
        ]
        return [*pictures, ExportFile(LABELS, ())]

    def content(self, file: ExportFile) -> bytes:
        """The PNG, written by Pillow; or the list."""
        if file.place == LABELS:
            return labels_csv(self._plan)
        picture = Pillow.fromarray(self._labels(file))
        picture.putpalette(colours_of(self._plan).tobytes())
        target = io.BytesIO()
        picture.save(target, "PNG")
        return target.getvalue()

    def reads_back(self, file: ExportFile, written: Path) -> bool:
        """Whether the indices are the same, and the colours as OpenCV shows them."""
        if file.place == LABELS:
            return written.read_bytes() == labels_csv(self._plan)
        labels = self._labels(file)
        shown = cv2.imdecode(np.frombuffer(written.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
        if shown is None or not np.array_equal(shown[:, :, ::-1], colours_of(self._plan)[labels]):
            return False
        return is_png_of(written, "P", labels)

    def _labels(self, file: ExportFile) -> npt.NDArray[np.uint8]:
        return self._masks.label_map(file.keys[0][0], file.keys).astype(np.uint8)
