"""A NIfTI file (.nii.gz) for each volume and structure: 0 and 1, in the space of the scan.

Of a NIfTI file the mask has its shape, its affine and its codes, so that both lie on each other voxel by voxel. Of DICOM slices the
affine is made of what they say; a picture that says nothing gets its pixels as millimetres, so that it is shown as it is here.
Slices without a mask that goes out are empty, and that is said.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import Remark
from core.export.format import ExportFile
from core.export.plan import Plan
from core.export.volumes import Volumes
from core.nifti_file import display_order, header_of, stored_order
from core.volume import Volume

FOLDER = "nifti"
_LONGEST = 32767
"""Pixels of a side in the first version of the format."""
EMPTY = "Slices of volumes without an accepted mask are empty in NIfTI files, as if nothing were there: {count}."


class Nifti:
    """`core.export.format.Format`: masks in the space of the scan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._volumes = Volumes(plan)
        self._by_place: dict[str, tuple[Volume, int, ExportFile]] = {}
        missing = 0
        for name, volume, structure, keys in self._volumes.of_structures():
            place = f"{FOLDER}/{plan.name_of_structure(structure)}/{name}.nii.gz"
            self._by_place[place] = volume, structure, ExportFile(place, keys)
            missing += (volume.pictures[0].frames if volume.is_nifti else len(volume.pictures)) - len(keys)
        if missing:
            plan.remarks.append(Remark(EMPTY, {"count": missing}))

    def files(self) -> list[ExportFile]:
        """One for each volume and structure."""
        return [file for _, _, file in self._by_place.values()]

    def content(self, file: ExportFile) -> bytes:
        """The packed file, written by nibabel."""
        from nibabel.nifti1 import Nifti1Image
        from nibabel.nifti2 import Nifti2Image

        volume, structure, _ = self._by_place[file.place]
        shown = self._volumes.stack(volume, structure).astype(np.uint8)
        kind = Nifti1Image if max(shown.shape) <= _LONGEST else Nifti2Image
        if volume.is_nifti:
            source = header_of(volume.pictures[0].file)
            image = kind(stored_order(shown, source.get_best_affine()), source.get_best_affine())
            image.set_sform(source.get_best_affine(), code=int(source["sform_code"]))
            image.set_qform(*_qform(source))
            image.header.set_xyzt_units(*source.get_xyzt_units())
        else:
            image = kind(shown, _affine(volume))
            image.header.set_xyzt_units("mm")
        return gzip.compress(image.to_bytes(), 6, mtime=0)

    def reads_back(self, file: ExportFile, written: Path) -> bool:
        """Whether the bytes of the file, taken apart by its header alone, are the masks, and lie where the scan lies."""
        volume, structure, _ = self._by_place[file.place]
        content, header = gzip.decompress(written.read_bytes()), header_of(written)
        shape, start = tuple(header.get_data_shape()), int(header.get_data_offset())
        stored = np.frombuffer(content, np.uint8, offset=start)
        shown = self._volumes.stack(volume, structure)
        affine = _affine(volume) if not volume.is_nifti else header_of(volume.pictures[0].file).get_best_affine()
        if stored.size != shown.size or not np.allclose(header.get_best_affine(), affine, atol=1e-4):
            return False
        volume_read = stored.reshape((*shape, 1, 1)[:3], order="F")
        back = display_order(volume_read, affine) if volume.is_nifti else volume_read
        return np.array_equal(back, shown)


def _affine(volume: Volume) -> npt.NDArray[np.float64]:
    if volume.affine is not None:
        return volume.affine
    row, column = volume.spacing or (1.0, 1.0)
    return np.diag([-column, -row, 1.0, 1.0])


def _qform(source: Any) -> tuple[Any, int]:
    """The other affine that a NIfTI file may hold, where it is one."""
    code = int(source["qform_code"])
    affine = source.get_qform(coded=True)[0] if code else None
    return affine, code
