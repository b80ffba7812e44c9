"""DICOM files, read by pydicom: their pictures in the values that they mean, and the view that they ask for.

Numbers of sections are those of the DICOM standard, PS3.3 and PS3.5. Values are what pydicom reads, after the modality LUT or
rescale (C.11.1). The first window (C.11.2.1.2) or VOI LUT is how the picture is shown first, MONOCHROME1 that it is shown inverted:
both are views, the values stay. Overlays are left out. Of pydicom nothing is imported before the first DICOM file is opened.
"""

from __future__ import annotations

import io
import logging
import math
import struct
import warnings
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from core.codestream import size_of
from core.errors import ImageError, Remark
from core.frame import KEEP, MAX_BYTES, MAX_FRAMES, Frame, Stack, check_size, damaged, grey_frame, too_large

MARK = b"DICM"
MARK_AT = 128
DEFLATED = "1.2.840.10008.1.2.1.99"
OVERLAY_GROUPS = frozenset(range(0x6000, 0x6020, 2))
OVERLAY = "{file} has drawings laid over the picture (a DICOM overlay); they are not shown."

_NATIVE = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", DEFLATED)
# One decoder for each way of packing, so that every computer reads the same values.
_DECODERS = {
    "1.2.840.10008.1.2.4.50": "pillow",  # JPEG baseline, 8 bits
    "1.2.840.10008.1.2.4.51": "gdcm",  # JPEG extended, 12 bits
    "1.2.840.10008.1.2.4.57": "gdcm",  # JPEG lossless
    "1.2.840.10008.1.2.4.70": "gdcm",  # JPEG lossless, first-order prediction
    "1.2.840.10008.1.2.4.80": "pyjpegls",  # JPEG-LS
    "1.2.840.10008.1.2.4.81": "pyjpegls",
    "1.2.840.10008.1.2.4.90": "pylibjpeg",  # JPEG 2000
    "1.2.840.10008.1.2.4.91": "pylibjpeg",
    "1.2.840.10008.1.2.4.201": "pylibjpeg",  # high-throughput JPEG 2000
    "1.2.840.10008.1.2.4.202": "pylibjpeg",
    "1.2.840.10008.1.2.4.203": "pylibjpeg",
    "1.2.840.10008.1.2.5": "pydicom",  # run lengths
}
_SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_GREY, _COLOURS = (
    ("MONOCHROME1", "MONOCHROME2"),
    ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT", "PALETTE COLOR"),
)
_MOST_INFLATED = 200_000_000
_LARGE = 4_000_000
_CENTIMETRES = 3
"""PhysicalUnitsXDirection of a region in which distances are lengths."""


def open_dicom(content: bytes, name: str) -> Stack:
    """The frames of a DICOM file.

    Args:
        content: of the file.
        name: of the file, for sentences.

    Raises:
        ImageError: no DICOM file, without a picture, packed or coloured in a way that cannot be read, damaged or too large.
    """
    if content[MARK_AT : MARK_AT + len(MARK)] != MARK:
        raise ImageError(
            "The file {file} lacks the beginning by which a DICOM file is known, so it cannot be shown.",
            KEEP,
            file=name,
        )
    _refuse_bomb(content, name)
    try:
        dataset = _parsed(content)
        syntax = str(dataset.file_meta.TransferSyntaxUID)
        _refuse_what_is_no_picture(dataset, syntax, name)
        check_size(int(dataset.Columns), int(dataset.Rows), name)
        count = int(dataset.get("NumberOfFrames") or 1)
        if not 1 <= count <= min(MAX_FRAMES, len(content) // 8):
            raise damaged(name)
        _refuse_short(dataset, syntax, count, name)
        groups = {tag.group for tag in list(dataset.keys())}
        return Stack(
            count,
            lambda number: _frame(dataset, syntax, number, name),
            patient=str(dataset.get("PatientID") or dataset.get("PatientName") or "").strip(),
            study=str(dataset.get("StudyInstanceUID") or "").strip(),
            remarks=(Remark(OVERLAY, {"file": name}),) if groups & OVERLAY_GROUPS else (),
            modality=str(dataset.get("Modality") or "").strip()[:16],
            is_hounsfield=_is_hounsfield(dataset),
            series=_series_of(dataset) if count == 1 else "",
        )
    except MemoryError as error:
        raise too_large(name) from error
    except broken() as error:
        raise damaged(name) from error


def broken() -> tuple[type[Exception], ...]:
    """What pydicom and its decoders raise on a damaged file."""
    from pydicom.errors import BytesLengthException, InvalidDicomError

    return (
        ValueError, RuntimeError, AttributeError, KeyError, TypeError, IndexError, NotImplementedError, OSError, EOFError,
        ArithmeticError, AssertionError, struct.error, zlib.error, BytesLengthException, InvalidDicomError,
    )  # fmt: skip


def _parsed(content: bytes) -> Any:
    import pydicom

    # What it logs and warns of may quote the file, and with it the patient.
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    with warnings.catch_warnings(action="ignore"):
        return pydicom.dcmread(_Stream(content))


class _Stream(io.BytesIO):
    """A file in memory whose largest value is copied beside the window.

    While `io.BytesIO` copies, no other thread can work: for a fifth of a second where it is the pixels of 500 frames.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._values = np.frombuffer(content, np.uint8)

    def read(self, size: int | None = -1, /) -> bytes:
        """As any file; of a large value a view, which is as good as bytes to who reads pixels."""
        if size is None or size < _LARGE:
            return super().read(size)
        here = self._values[self.tell() : self.tell() + size]
        found = np.empty(here.size, np.uint8)
        np.copyto(found, here)
        self.seek(found.size, io.SEEK_CUR)
        return found.data  # type: ignore[return-value]


def _refuse_bomb(content: bytes, name: str) -> None:
    """A deflated file (A.5) is inflated whole when it is opened: find out before how large it would be."""
    if DEFLATED.encode() not in content[:2000]:
        return
    length = int.from_bytes(
        content[140:144], "little"
    )  # of the file meta information, which is never deflated (PS3.10, 7.1)
    inflater, rest, size = zlib.decompressobj(-zlib.MAX_WBITS), content[144 + length :], 0
    try:
        while rest and not inflater.eof and size <= _MOST_INFLATED:
            size += len(inflater.decompress(rest, 1_000_000))
            rest = inflater.unconsumed_tail
    except zlib.error as error:
        raise damaged(name) from error
    if size > _MOST_INFLATED:
        raise too_large(name)


def _refuse_what_is_no_picture(dataset: Any, syntax: str, name: str) -> None:
    if dataset.get("SOPClassUID") == _SEGMENTATION:
        raise ImageError(
            "The DICOM file {file} holds masks of another image (a segmentation) and no picture, so it is not shown.",
            "Add the image that it belongs to.",
            file=name,
        )
    if not any(keyword in dataset for keyword in _PIXELS):
        raise ImageError(
            "The DICOM file {file} holds no picture (it may be a report, a plan or a list), so there is nothing to show.",
            "The other images are not affected; leave it out.",
            file=name,
        )
    if syntax not in _NATIVE and syntax not in _DECODERS:
        raise ImageError(
            "The DICOM file {file} is packed in a way that this program cannot unpack ({syntax}), so it is not shown.",
            "Export it from where it comes from without compression; the other images are not affected.",
            file=name,
            syntax=dataset.file_meta.TransferSyntaxUID.name,
        )
    kind = dataset.get("PhotometricInterpretation", "MONOCHROME2")
    if kind not in (*_GREY, *_COLOURS):
        raise ImageError(
            "The DICOM file {file} stores its colours in a way that this program cannot read ({kind}), so it is not shown.",
            "Export it from where it comes from as RGB or grey; the other images are not affected.",
            file=name,
            kind=str(kind),
        )


def _refuse_short(dataset: Any, syntax: str, count: int, name: str) -> None:
    """What is not packed has to be there in full before memory is asked for."""
    keyword = next(keyword for keyword in _PIXELS if keyword in dataset)
    bits = int(dataset.get("BitsAllocated") or {"FloatPixelData": 32, "DoubleFloatPixelData": 64}.get(keyword, 0))
    samples = int(dataset.get("SamplesPerPixel") or 1)
    expected = int(dataset.Rows) * int(dataset.Columns) * samples * bits // 8
    if expected > MAX_BYTES:
        raise too_large(name)
    if dataset.get("PhotometricInterpretation") == "YBR_FULL_422":
        expected = expected * 2 // 3
    if syntax in _NATIVE and len(dataset[keyword].value or b"") < expected * count:
        raise damaged(name)


def _frame(dataset: Any, syntax: str, number: int, name: str) -> Frame:
    """One frame. Raises ImageError."""
    from pydicom.pixels import apply_color_lut, pixel_array

    try:
        with warnings.catch_warnings(action="ignore"):
            _refuse_greedy(dataset, syntax, number, name)
            raw = pixel_array(dataset, index=number, decoding_plugin=_DECODERS.get(syntax, ""))
            spacing, kind = spacing_of(dataset, number), dataset.get("PhotometricInterpretation", "MONOCHROME2")
            if kind == "PALETTE COLOR":
                raw = apply_color_lut(raw, dataset)
                return Frame(_bytes_of(raw, raw.dtype.itemsize * 8), spacing=spacing)
            if raw.ndim == 3:
                return Frame(_bytes_of(raw, int(dataset.get("BitsStored") or 8)), spacing=spacing)
            if raw.ndim != 2:
                raise damaged(name)
            return _grey(dataset, _without_overlay(raw, dataset), number, kind == "MONOCHROME1", spacing)
    except MemoryError as error:
        raise too_large(name) from error
    except broken() as error:
        raise damaged(name) from error


def _refuse_greedy(dataset: Any, syntax: str, number: int, name: str) -> None:
    """A packed frame is to be as large as the file says, before its decoder believes it. Run lengths cannot grow so far."""
    from pydicom.encaps import get_frame

    if syntax in _NATIVE or _DECODERS[syntax] == "pydicom":
        return
    packed = get_frame(dataset.PixelData, number, number_of_frames=int(dataset.get("NumberOfFrames") or 1))
    if size_of(packed) != (int(dataset.Columns), int(dataset.Rows)):
        raise damaged(name)


def _grey(
    dataset: Any, raw: npt.NDArray[Any], number: int, is_inverted: bool, spacing: tuple[float, float] | None
) -> Frame:
    from pydicom.pixels import apply_modality_lut

    values = apply_modality_lut(raw, group_of_frame(dataset, number, "PixelValueTransformationSequence") or dataset)
    view = group_of_frame(dataset, number, "FrameVOILUTSequence") or dataset
    window = _window(view)
    if window is None and view.get("VOILUTSequence"):
        window, shown = _table(view, values)
        return grey_frame(values, window, is_inverted, spacing, shown)
    return grey_frame(values, window, is_inverted, spacing)


def group_of_frame(dataset: Any, number: int, keyword: str) -> Any:
    """What an enhanced file says of one frame, or of all (C.7.6.16); None where it says nothing."""
    of_frame, of_all = dataset.get("PerFrameFunctionalGroupsSequence"), dataset.get("SharedFunctionalGroupsSequence")
    groups = [of_frame[number]] if of_frame and number < len(of_frame) else []
    groups += [of_all[0]] if of_all else []
    return next((group[keyword].value[0] for group in groups if keyword in group and group[keyword].value), None)


def _series_of(dataset: Any) -> str:
    """The series of a slice that says where it lies in the body (C.7.6.2.1.1); "" of every other, such as views of one study."""
    lies = dataset.get("ImagePositionPatient") and dataset.get("ImageOrientationPatient")
    return str(dataset.get("SeriesInstanceUID") or "").strip() if lies else ""


def _is_hounsfield(dataset: Any) -> bool:
    """Whether the values after the rescale are Hounsfield units: so they are of a CT that names no other unit (C.8.2.1, C.11.1)."""
    said = group_of_frame(dataset, 0, "PixelValueTransformationSequence") or dataset
    is_ct, units = str(dataset.get("Modality") or "").strip() == "CT", str(said.get("RescaleType") or "HU").strip()
    return is_ct and "RescaleIntercept" in said and units == "HU"


def spacing_of(dataset: Any, number: int) -> tuple[float, float] | None:
    """Millimetres from row to row and from column to column of one frame (from 0): PixelSpacing (10.7.1.1), or of an ultrasound
    picture the distances of its regions (C.8.5.5.1) where all of them with lengths agree.

    ImagerPixelSpacing is none: it is measured at the detector, where the body is enlarged.
    """
    said = (group_of_frame(dataset, number, "PixelMeasuresSequence") or dataset).get("PixelSpacing")
    return _lengths(said) or _region_spacing(dataset)


def _region_spacing(dataset: Any) -> tuple[float, float] | None:
    found = {
        _lengths((10 * abs(region.get("PhysicalDeltaY") or 0), 10 * abs(region.get("PhysicalDeltaX") or 0)))
        for region in dataset.get("SequenceOfUltrasoundRegions") or ()
        if region.get("PhysicalUnitsXDirection") == region.get("PhysicalUnitsYDirection") == _CENTIMETRES
    }
    return found.pop() if len(found) == 1 else None


def _lengths(said: Any) -> tuple[float, float] | None:
    try:
        row, column = (float(part) for part in said or ())
    except (ValueError, TypeError):
        return None
    return (row, column) if math.isfinite(row * column) and row > 0 and column > 0 else None


def _window(view: Any) -> tuple[float, float] | None:
    """The values shown black and white in the first window of the file.

    LINEAR as C.11.2.1.2.1 has it; LINEAR_EXACT as C.11.2.1.3.2; the middle part of a SIGMOID as if it were that.
    """
    centre, width = _first(view.get("WindowCenter")), _first(view.get("WindowWidth"))
    if centre is None or width is None:
        return None
    if str(view.get("VOILUTFunction") or "LINEAR") == "LINEAR":
        centre, width = centre - 0.5, width - 1
    low, high = centre - width / 2, centre + width / 2
    return (low, high) if math.isfinite(low) and math.isfinite(high) and low < high else None


def _first(said: Any) -> float | None:
    try:
        return float(said[0] if isinstance(said, list | tuple) or hasattr(said, "__getitem__") else said)
    except (ValueError, TypeError, IndexError):
        return None


def _table(view: Any, values: npt.NDArray[Any]) -> tuple[tuple[float, float], npt.NDArray[np.uint8]]:
    """The range of a VOI LUT (C.11.2.1.1), and the picture seen through it, (H, W) uint8."""
    from pydicom.pixels import apply_voi

    entries, first, bits = (int(part) for part in view.VOILUTSequence[0].LUTDescriptor)
    seen = apply_voi(np.rint(values).astype(np.int64), view)
    shown = np.clip(np.rint(seen * (255.0 / (2**bits - 1))), 0, 255).astype(np.uint8)
    return (float(first), float(first + max(1, (entries or 65536) - 1))), shown


def _without_overlay(raw: npt.NDArray[Any], dataset: Any) -> npt.NDArray[Any]:
    """Older files keep drawings in the bits above those of the picture (PS3.5, 8.1.2)."""
    stored = int(dataset.get("BitsStored") or 0)
    if raw.dtype.kind == "u" and 0 < stored < raw.dtype.itemsize * 8:
        return raw & raw.dtype.type((1 << stored) - 1)
    return raw


def _bytes_of(colours: npt.NDArray[Any], bits: int) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8: the upper eight of so many bits."""
    return np.ascontiguousarray(colours[:, :, :3] >> max(0, bits - 8), dtype=np.uint8)
