"""The masks of a plan, put together into the volumes that their images are slices of."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from core.errors import ExportError, ImageError
from core.export.masks import Key
from core.export.names import distinct_names
from core.export.plan import Plan
from core.image_file import file_of
from core.place import stem_of
from core.volume import Picture, Volume, volumes_of


class Volumes:
    """Every volume with a mask that goes out.

    Attributes:
        all: each with a safe name that no other one has.
    """

    def __init__(self, plan: Plan) -> None:
        """Read where the images lie.

        Raises:
            ExportError: the file of an image cannot be read.
        """
        self._masks = plan.masks
        store, rows = plan.masks.store, plan.masks.images
        pictures = [Picture(row.id, file_of(store.image_path(row)), row.frame, row.frames) for row in rows.values()]
        wanted = set(plan.images())
        try:
            # All images of the project count, so that a volume is whole whatever is accepted of it.
            found = [one for one in volumes_of(pictures) if any(picture.id in wanted for picture in one.pictures)]
        except ImageError as error:
            raise ExportError(
                "An image that is needed for this export cannot be read ({reason}), so no masks were written.",
                "Put it back, or choose only formats that need no image, such as PNG masks.",
                reason=error.values.get("file", ""),
            ) from error
        names = [_name(volume, plan) for volume in found]
        marks = [str(volume.pictures[0].id) for volume in found]
        self.all = list(zip(distinct_names(list(zip(names, marks, strict=True))), found, strict=True))

    def of_structures(self) -> Iterator[tuple[str, Volume, int, tuple[Key, ...]]]:
        """Name, volume, structure and keys of the masks, for each volume and structure of which a mask goes out."""
        for name, volume in self.all:
            for structure in self._masks.structures:
                keys = tuple((one.id, structure.id) for one in volume.pictures)
                keys = tuple(key for key in keys if key in self._masks.status)
                if keys:
                    yield name, volume, structure.id, keys

    def stack(self, volume: Volume, structure_id: int) -> npt.NDArray[np.bool_]:
        """(columns, rows, slices) bool as shown; a slice without a mask is empty. Raises StoreError if a mask is damaged."""
        row = self._masks.images[volume.pictures[0].id]
        count = volume.pictures[0].frames if volume.is_nifti else len(volume.pictures)
        found = np.zeros((row.width, row.height, count), np.bool_)
        for place, picture in enumerate(volume.pictures):
            if (picture.id, structure_id) in self._masks.status:
                number = picture.frame if volume.is_nifti else place
                found[:, :, number] = self._masks.label((picture.id, structure_id)).mask.T
        return found


def _name(volume: Volume, plan: Plan) -> str:
    if len(volume.pictures) > 1 or volume.is_nifti:
        return stem_of(volume.name)
    return plan.name_of_image(volume.pictures[0].id)
