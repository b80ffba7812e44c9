"""Small DICOM files for the tests, written by pydicom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

PATIENT = "Secret^Name-4711"
STUDY = "1.2.826.0.1.3680043.8.498.1"


def dicom(pixels: np.ndarray[Any, Any], **elements: Any) -> Dataset:
    """A dataset of (H, W), (H, W, 3) or, with `NumberOfFrames`, (n, H, W[, 3]) integers; `elements` are set as they are."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = Dataset()
    dataset.file_meta = meta
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    dataset.PatientID = dataset.PatientName = PATIENT
    dataset.StudyInstanceUID, dataset.Modality = STUDY, "CT"
    is_colour = pixels.shape[-1] == 3 and elements.get("SamplesPerPixel") == 3
    dataset.Rows, dataset.Columns = pixels.shape[-3:-1] if is_colour else pixels.shape[-2:]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = pixels.dtype.itemsize * 8
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    if is_colour:
        dataset.PlanarConfiguration, dataset.PhotometricInterpretation = 0, "RGB"
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    dataset.HighBit = dataset.BitsStored - 1
    content = pixels.tobytes()
    dataset.PixelData = content + b"\0" * (len(content) % 2)
    dataset["PixelData"].VR = "OB" if dataset.BitsAllocated == 8 else "OW"
    return dataset


def write(dataset: Dataset, file: Path) -> Path:
    """Write a whole DICOM file."""
    pydicom.dcmwrite(file, dataset, enforce_file_format=True)
    return file
