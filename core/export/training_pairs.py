"""Images and label maps side by side, in the folders that nnU-Net (version 2) expects: imagesTr, labelsTr, dataset.json.

Isensee et al., nnU-Net, 2021; "dataset_format.md" of its second version: natural images have red, green and
blue in one RGB file, as its reader of natural images takes them. Only images on which every chosen structure was reviewed are
pairs: elsewhere "nothing" could mean "not looked at". Where masks overlap, the upper structure in the list wins.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from core.errors import Remark
from core.export.format import ExportFile
from core.export.labels import refuse_too_many
from core.export.masks import ACCEPTED
from core.export.plan import Plan
from core.export.reading import is_png_of

FOLDER = "nnunet"
IMAGES, LABELS, INDEX = f"{FOLDER}/imagesTr", f"{FOLDER}/labelsTr", f"{FOLDER}/dataset.json"
NOT_ALL = (
    "Images on which not every chosen structure is accepted are no training pairs and were left out of them: {count}."
)


class TrainingPairs:
    """`core.export.format.Format`: a data set to train on."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._masks = plan, plan.masks
        whole = len(self._masks.structures)
        self._images = [key for key in plan.images() if self._count_accepted(key) == whole]
        self._names = {f"{key:05d}_{plan.name_of_image(key)}": key for key in self._images}
        if len(self._images) < len(plan.images()):
            plan.remarks.append(Remark(NOT_ALL, {"count": len(plan.images()) - len(self._images)}))

    def files(self) -> list[ExportFile]:
        """Two for each image, and the index."""
        refuse_too_many(self._plan)
        if not self._names:
            return []
        pairs = []
        for name, key in self._names.items():
            pairs.append(ExportFile(f"{IMAGES}/{name}_0000.png", ()))
            pairs.append(ExportFile(f"{LABELS}/{name}.png", self._plan.keys_of(key)))
        return [*pairs, ExportFile(INDEX, ())]

    def content(self, file: ExportFile) -> bytes:
        """A picture, a label map (both written by OpenCV), or the index."""
        if file.place == INDEX:
            return self._index()
        if file.place.startswith(IMAGES):
            return cv2.imencode(".png", self._picture(file)[:, :, ::-1])[1].tobytes()
        return cv2.imencode(".png", self._labels(file))[1].tobytes()

    def reads_back(self, file: ExportFile, written: Path) -> bool:
        """Whether Pillow reads the same."""
        if file.place == INDEX:
            return written.read_bytes() == self._index()
        if file.place.startswith(IMAGES):
            return is_png_of(written, "RGB", self._picture(file))
        return is_png_of(written, "L", self._labels(file))

    def _count_accepted(self, image_id: int) -> int:
        return sum(self._masks.status[key] == ACCEPTED for key in self._plan.keys_of(image_id))

    def _picture(self, file: ExportFile) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        return self._masks.pixels(self._names[Path(file.place).name.removesuffix("_0000.png")])

    def _labels(self, file: ExportFile) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        return self._masks.label_map(file.keys[0][0], file.keys).astype(np.uint8)

    def _index(self) -> bytes:
        labels = {row.name: number for number, row in enumerate(self._masks.structures, 1)}
        if "background" in labels:
            labels["background (structure)"] = labels.pop("background")
        index = {
            "channel_names": {"0": "R", "1": "G", "2": "B"},
            "labels": {"background": 0, **labels},
            "numTraining": len(self._images),
            "file_ending": ".png",
        }
        return json.dumps(index, ensure_ascii=False, indent=1).encode("utf-8", errors="surrogateescape")
