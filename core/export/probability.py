"""What the model answered, as a 16-bit PNG for each mask: 0 is surely outside, 65535 surely inside.

The prediction that the mask was made of, before any threshold and any stroke. A mask that was drawn without one has none.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import Remark
from core.export.format import ExportFile
from core.export.masks import Key
from core.export.plan import Plan
from core.export.reading import is_png_of
from core.mask import enlarge
from core.orientation import as_stored

FOLDER = "probability"
WHITE = 65535
WITHOUT = "Masks that were drawn without a prediction have no map of probabilities: {count}."


class Probability:
    """`core.export.format.Format`: maps of probabilities."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._masks = plan, plan.masks
        self._files: list[ExportFile] | None = None

    def files(self) -> list[ExportFile]:
        """One for each mask that was made of a prediction."""
        if self._files is None:
            keys = [key for key in self._masks.keys if self._masks.store.prediction(*key) is not None]
            without = len(self._masks.keys) - len(keys)
            if without:
                self._plan.remarks.append(Remark(WITHOUT, {"count": without}))
            self._files = [ExportFile(f"{FOLDER}/{self._plan.place_of_mask(key)}.png", (key,)) for key in keys]
        return self._files

    def content(self, file: ExportFile) -> bytes:
        """The PNG, written by OpenCV."""
        return cv2.imencode(".png", self._map(file.keys[0]))[1].tobytes()

    def reads_back(self, file: ExportFile, written: Path) -> bool:
        """Whether Pillow reads the same."""
        return is_png_of(written, "I;16", self._map(file.keys[0]))

    def _map(self, key: Key) -> npt.NDArray[np.uint16]:
        row, predicted = self._masks.images[key[0]], self._masks.store.prediction(*key)
        assert predicted is not None
        logits = np.clip(enlarge(predicted.logits, row.height, row.width), -80, 80)
        probability = np.rint(WHITE / (1 + np.exp(-logits))).astype(np.uint16)
        return as_stored(probability, self._masks.orientation(key[0]))
