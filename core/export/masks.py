"""The masks of a project as an export takes them: accepted ones, and where a person asks for it the others too."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.errors import ExportError, ImageError
from core.image_file import Image, orientation_of, read_same_image
from core.orientation import UPRIGHT, as_stored
from core.store.rows import ImageRow, LabelRow, StructureRow
from core.store.store import Store

ACCEPTED = "accepted"
UNREVIEWED = ("in_work", "predicted")
Key = tuple[int, int]
"""Image and structure."""


class Masks:
    """Masks of a project, read one by one.

    Attributes:
        store: the open project.
        images: every image of the project by its id.
        structures: the chosen structures in the order of the list.
        keys: (image, structure) of every mask to export, by structure and image.
        status: of each of them.
        turned: whether masks lie as the pixels in the file do.
    """

    def __init__(
        self, store: Store, structure_ids: Sequence[int] | None = None, unreviewed: bool = False, turned: bool = False
    ) -> None:
        """Find out which there are.

        Raises:
            ValueError: there is no such structure.
            StoreError: the project cannot be read.
        """
        self.store, self.turned = store, turned
        self.images = {row.id: row for row in store.images()}
        known = store.structures()
        chosen = {row.id for row in known} if structure_ids is None else set(structure_ids)
        if not chosen <= {row.id for row in known}:
            raise ValueError(f"there are no structures {sorted(chosen)}")
        self.structures: list[StructureRow] = [row for row in known if row.id in chosen]
        self.status: dict[Key, str] = {key: ACCEPTED for key in store.accepted() if key[1] in chosen}
        if unreviewed:
            self.status |= {key: status for key, status in self._begun().items() if status in UNREVIEWED}
        self.keys = sorted(self.status, key=lambda key: (key[1], key[0]))
        self._orientations: dict[int, int] = {}

    def label(self, key: Key) -> LabelRow:
        """One mask, in the image's own size, upright.

        Raises:
            StoreError: it is damaged.
        """
        if self.status[key] == ACCEPTED:
            return self.store.label(*key)
        image = self.images[key[0]]
        structure = next(row for row in self.structures if row.id == key[1])
        correction, predicted = self.store.correction(*key), self.store.prediction(*key)
        _, mask = self.store.mask_record(*key).worked()
        version = predicted.version_id if predicted is not None else None
        prompt = predicted.prompt if predicted is not None else structure.prompt
        step = correction.threshold_step
        return LabelRow(image, structure, mask, "", step, version, prompt, "", predicted is not None)

    def mask(self, key: Key) -> npt.NDArray[np.bool_]:
        """One mask (H, W) bool as it goes out.

        Raises:
            StoreError: it is damaged.
            ExportError: the image's file is needed and cannot be read.
        """
        return as_stored(self.label(key).mask, self.orientation(key[0]))

    def label_map(self, image_id: int, keys: Sequence[Key]) -> npt.NDArray[np.uint16]:
        """(H, W) uint16, as it goes out: 0 is nothing, n the n-th chosen structure. Where masks overlap the upper in the list wins."""
        row = self.images[image_id]
        found: npt.NDArray[np.uint16] = np.zeros((row.height, row.width), np.uint16)
        for number, structure in reversed(list(enumerate(self.structures, 1))):
            if (image_id, structure.id) in keys:
                found[self.label((image_id, structure.id)).mask] = number
        return as_stored(found, self.orientation(image_id))

    def image(self, image_id: int) -> Image:
        """The picture itself, upright. Raises ExportError where its file cannot be read or is another one now."""
        row = self.images[image_id]
        try:
            return read_same_image(self.store.image_path(row), row.sha256)
        except ImageError as error:
            raise _image_needed(row) from error

    def pixels(self, image_id: int) -> npt.NDArray[np.uint8]:
        """(H, W, 3) uint8 RGB of the picture as it goes out. Raises ExportError as `image`."""
        return as_stored(self.image(image_id).pixels, self.orientation(image_id))

    def orientation(self, image_id: int) -> int:
        """How the image's pixels are to lie: 1, or as in the file. Raises ExportError where that cannot be read."""
        if not self.turned:
            return UPRIGHT
        if image_id not in self._orientations:
            row = self.images[image_id]
            try:
                self._orientations[image_id] = orientation_of(self.store.image_path(row))
            except ImageError as error:
                raise _image_needed(row) from error
        return self._orientations[image_id]

    def in_work(self) -> int:
        """How many masks of the chosen structures were begun, not accepted, and do not go out."""
        return sum(status == "in_work" for key, status in self._begun().items() if key not in self.status)

    def _begun(self) -> dict[Key, str]:
        return {
            (image, structure.id): status
            for structure in self.structures
            for image, status in self.store.statuses(structure.id).items()
        }


def pixels_sha256(mask: npt.NDArray[np.bool_]) -> str:
    """Hash of a mask (H, W) bool: one byte for each pixel, 0 or 255, row by row."""
    return hashlib.sha256(np.ascontiguousarray(mask.astype(np.uint8) * np.uint8(255)).tobytes()).hexdigest()


def _image_needed(row: ImageRow) -> ExportError:
    return ExportError(
        "The image {file} is needed for this export and cannot be read, or is another one now, so nothing was written.",
        "Put it back, or choose only formats that need no image, such as PNG masks.",
        file=row.name,
    )
