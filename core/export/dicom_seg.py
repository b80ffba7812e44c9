"""A DICOM segmentation (PS3.3, A.51) for each volume: a segment for each structure, which refers to the slices it was drawn on.

Written by highdicom (Bridge et al., Highdicom, 2022), read back by pydicom. Images that are no DICOM files have none. As the standard
wants it, the file names the same patient and study as the images do: it belongs with them and is to be guarded like them.
"""

from __future__ import annotations

import hashlib
import io
import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.dicom_file import broken, group_of_frame
from core.errors import Remark
from core.export.format import ExportFile
from core.export.labels import rgb_of
from core.export.masks import pixels_sha256
from core.export.plan import Plan
from core.export.volumes import Volumes
from core.store.rows import StructureRow
from core.volume import Volume

FOLDER = "dicom-seg"
MAKER, MODEL, SOFTWARE = "sa2va-annotator", "sa2va-annotator", "1"
NO_DICOM = "Images that are no DICOM files have no DICOM segmentation: {count}."
LACKING = "DICOM images that do not say what a segmentation has to repeat have none: {count}."
NAMED = "DICOM segmentations name the patient and the study, as their images do; give them only to whom you may give the images."
_MAY_BE_EMPTY = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyID", "StudyDate", "StudyTime", "AccessionNumber",
    "ReferringPhysicianName",
)  # fmt: skip
"""Entries of patient and study that have to be there and may say nothing (type 2 of C.7.1.1 and C.7.2.1)."""
_ROOT = "2.25."  # of unique identifiers that are made of 128-bit numbers (PS3.5, B.2)


class DicomSeg:
    """`core.export.format.Format`: DICOM segmentations."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._masks = plan, plan.masks
        self._volumes = Volumes(plan)
        dicom = {f"{FOLDER}/{name}.dcm": volume for name, volume in self._volumes.all if volume.series}
        self._by_place = {place: volume for place, volume in dicom.items() if self._can_be_made(volume)}
        covered, held = (sum(len(self._images(one)) for one in some.values()) for some in (self._by_place, dicom))
        for template, count in ((NO_DICOM, len(plan.images()) - held), (LACKING, held - covered)):
            if count:
                plan.remarks.append(Remark(template, {"count": count}))
        if covered:
            plan.remarks.append(Remark(NAMED, {}))

    def files(self) -> list[ExportFile]:
        """One for each volume."""
        return [
            ExportFile(place, tuple(key for key in self._masks.keys if key[0] in self._images(volume)))
            for place, volume in self._by_place.items()
        ]

    def content(self, file: ExportFile) -> bytes:
        """The DICOM file."""
        volume = self._by_place[file.place]
        structures = self._structures(file)
        sources = _sources(volume)
        masks = np.stack([self._volumes.stack(volume, row.id).transpose(2, 1, 0) for row in structures], axis=-1)
        return _written(sources, masks, structures, self._seed(file))

    def reads_back(self, file: ExportFile, written: Path) -> bool:
        """Whether the frames that pydicom reads are the masks, on the slices and for the segments that they name."""
        import pydicom

        volume = self._by_place[file.place]
        try:
            with warnings.catch_warnings(action="ignore"):
                dataset = pydicom.dcmread(written)
                found = _frames(dataset)
        except broken():
            return False
        sources = _sources(volume)
        names = [str(segment.SegmentLabel) for segment in dataset.SegmentSequence]
        structures = self._structures(file)
        if names != [_label(row) for row in structures]:
            return False
        for number, row in enumerate(structures, 1):
            stack = self._volumes.stack(volume, row.id)
            for place, picture in enumerate(volume.pictures):
                source = sources[place] if len(sources) > 1 else sources[0]
                read = found.pop((number, str(source.SOPInstanceUID), picture.frame + 1), None)
                mask = stack[:, :, place].T
                if not np.array_equal(read, mask) if read is not None else mask.any():
                    return False
        return not any(left.any() for left in found.values())

    def _can_be_made(self, volume: Volume) -> bool:
        """Whether the slices say what a segmentation has to repeat: found out with one pixel."""
        row, count = self._masks.images[volume.pictures[0].id], len(volume.pictures)
        if volume.pictures[0].frames not in (1, count):  # frames that do not say where they lie
            return False
        masks = np.zeros((count, row.height, row.width, 1), np.bool_)
        masks[0, 0, 0] = True
        try:
            _written(_sources(volume), masks, self._masks.structures[:1], "trial")
        except broken():
            return False
        return True

    def _images(self, volume: Volume) -> set[int]:
        return {one.id for one in volume.pictures} & set(self._plan.images())

    def _structures(self, file: ExportFile) -> list[StructureRow]:
        there = {structure for _, structure in file.keys}
        return [row for row in self._masks.structures if row.id in there]

    def _seed(self, file: ExportFile) -> str:
        """Equal for equal masks on equal images, so that the same segmentation has the same identifier."""
        parts = [self._masks.store.project_id]
        for key in file.keys:
            parts += [self._masks.images[key[0]].sha256, str(key[1]), pixels_sha256(self._masks.label(key).mask)]
        return " ".join(parts)


def _sources(volume: Volume) -> list[Any]:
    """Headers of the slices; of a file with frames its one."""
    import pydicom

    files = dict.fromkeys(picture.file for picture in volume.pictures)
    with warnings.catch_warnings(action="ignore"):
        found = [pydicom.dcmread(file, stop_before_pixels=True) for file in files]
    for header in found:
        if "FrameOfReferenceUID" not in header and "ImagePositionPatient" in header:
            # Old scanners leave it out; where a slice lies is said all the same.
            header.FrameOfReferenceUID = _uid(f"frame of reference {header.get('SeriesInstanceUID')}")
        for keyword in _MAY_BE_EMPTY:
            if keyword not in header:
                setattr(header, keyword, None)
    return found


def _written(sources: list[Any], masks: npt.NDArray[np.bool_], structures: list[StructureRow], seed: str) -> bytes:
    """The bytes of a segmentation; raises one of `broken()` where the sources lack what it has to repeat."""
    logging.getLogger("highdicom").setLevel(logging.CRITICAL + 1)
    target = io.BytesIO()
    with warnings.catch_warnings(action="ignore"):
        _segmentation(sources, masks, structures, seed).save_as(target)
    return target.getvalue()


def _segmentation(sources: list[Any], masks: npt.NDArray[np.bool_], structures: list[StructureRow], seed: str) -> Any:
    """highdicom's segmentation of masks (slices, rows, columns, segments)."""
    from highdicom.color import CIELabColor
    from highdicom.content import AlgorithmIdentificationSequence
    from highdicom.seg import Segmentation, SegmentDescription
    from pydicom.sr.codedict import codes

    tissue = codes.SCT.MorphologicallyAbnormalStructure
    algorithm = AlgorithmIdentificationSequence(name="Sa2VA", version=SOFTWARE, family=codes.DCM.ArtificialIntelligence)
    segments = [
        SegmentDescription(
            segment_number=number,
            segment_label=_label(row),
            segmented_property_category=tissue,
            segmented_property_type=tissue,
            algorithm_type="SEMIAUTOMATIC",
            algorithm_identification=algorithm,
            tracking_uid=_uid(f"{seed} segment {number}"),
            tracking_id=_label(row),
            display_color=CIELabColor.from_rgb(*rgb_of(row.colour)),
        )
        for number, row in enumerate(structures, 1)
    ]
    return Segmentation(
        source_images=sources,
        pixel_array=masks.astype(np.uint8),
        segmentation_type="BINARY",
        segment_descriptions=segments,
        series_instance_uid=_uid(f"{seed} series"),
        series_number=9000,
        sop_instance_uid=_uid(f"{seed} instance"),
        instance_number=1,
        manufacturer=MAKER,
        manufacturer_model_name=MODEL,
        software_versions=SOFTWARE,
        device_serial_number="0",
        content_description="Masks that a person accepted",
        omit_empty_frames=bool(masks.any()),  # or they would belong to no segment
    )


def _frames(dataset: Any) -> dict[tuple[int, str, int], npt.NDArray[np.bool_]]:
    """(H, W) bool of each frame, by segment, instance and frame (from 1) that it lies on."""
    from pydicom.pixels import pixel_array

    pixels = (
        np.atleast_3d(pixel_array(dataset)) if int(dataset.get("NumberOfFrames", 1)) > 1 else pixel_array(dataset)[None]
    )
    found = {}
    for number, (mask, group) in enumerate(zip(pixels, dataset.PerFrameFunctionalGroupsSequence, strict=True)):
        segment = int(group_of_frame(dataset, number, "SegmentIdentificationSequence").ReferencedSegmentNumber)
        source = group.DerivationImageSequence[0].SourceImageSequence[0]
        found[segment, str(source.ReferencedSOPInstanceUID), int(source.get("ReferencedFrameNumber") or 1)] = mask > 0
    return found


def _label(row: StructureRow) -> str:
    """At most 64 signs, without those that DICOM uses itself (PS3.5, 6.2)."""
    text = "".join(" " if sign == "\\" or not sign.isprintable() else sign for sign in row.name)
    return " ".join(text.split())[:64].strip() or "?"


def _uid(seed: str) -> str:
    return _ROOT + str(int.from_bytes(hashlib.sha256(seed.encode(errors="replace")).digest()[:16], "big"))
