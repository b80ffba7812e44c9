"""NIfTI files: a volume as axial slices, seen as radiologists see them.

Slices run from the feet to the head. In each, the top is anterior and the left is the patient's right: the voxels are turned and
mirrored into the order left, posterior, superior (nibabel's "LPS"), by the affine in the file. Nothing is interpolated: where the
axes of the scan are oblique, the nearest ones count, and a volume that was taken in sagittal or coronal slices is cut across them.
"""

from __future__ import annotations

import gzip
import io
import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ImageError
from core.frame import KEEP, MAX_BYTES, MAX_FRAMES, Frame, Stack, check_size, damaged, grey_frame, too_large

DISPLAY = "LPS"
MIDDLE = 0.99
"""Of all values of a volume; where the file names no window, the first window leaves out the rest (as MedSAM does for other
modalities than CT: Ma et al., Segment anything in medical images, 2024)."""
_HEADER_BYTES = 540
_FIRST_BYTES = 100_000
"""Of a packed file: more than its header, its name and its remark need."""
_FARTHEST_START = 100_000_000
_BROKEN = (ValueError, OSError, EOFError, KeyError, TypeError, IndexError, OverflowError, ArithmeticError, zlib.error)


def open_nifti(content: bytes, name: str) -> Stack:
    """The axial slices of a volume.

    Args:
        content: of the file (.nii, or .nii.gz).
        name: of the file, for sentences.

    Raises:
        ImageError: no NIfTI file, more than one volume, values that are no grey or colour, damaged or too large.
    """
    from nibabel.spatialimages import HeaderDataError

    try:
        header = _header(_read(content, _HEADER_BYTES), name)
        shape = _shape(header, name)
        kind = header.get_data_dtype()
        _check_kind(kind, name)
        size, start = math.prod(shape) * kind.itemsize, int(header.get_data_offset())
        if size > MAX_BYTES or max(shape) > 1_000_000:
            raise too_large(name)
        if not 0 <= start <= _FARTHEST_START:
            raise damaged(name)
        affine = header.get_best_affine()
        across, down, count = display_order(_nothing(shape), affine).shape
        check_size(across, down, name)
        if not 1 <= count <= MAX_FRAMES:
            raise damaged(name)
        raw = _read(content, start + size)
        if len(raw) < start + size:
            raise damaged(name)
        stored = np.frombuffer(raw, kind, math.prod(shape), start).reshape(shape, order="F")
        volume = _Volume(stored, header, affine)
        return Stack(count, volume.frame)
    except MemoryError as error:
        raise too_large(name) from error
    except (*_BROKEN, HeaderDataError) as error:
        raise damaged(name) from error


def display_order(volume: npt.NDArray[Any], affine: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
    """A volume as it is shown.

    Args:
        volume: (I, J, K) as it is stored.
        affine: (4, 4) from indices to millimetres, right, anterior, superior.

    Returns:
        (X, Y, Z), the same voxels: x to the patient's left, y to posterior, z to superior. A view.

    Raises:
        ValueError: the affine leads nowhere.
    """
    from nibabel.orientations import apply_orientation

    return apply_orientation(volume, _turn(affine))


def stored_order(shown: npt.NDArray[Any], affine: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
    """The inverse of `display_order`, with the affine of the stored volume: masks go back into the space of the scan."""
    from nibabel.orientations import apply_orientation, axcodes2ornt, io_orientation, ornt_transform

    return apply_orientation(shown, ornt_transform(axcodes2ornt(DISPLAY), io_orientation(affine)))


class _Volume:
    """Slices of a volume, scaled one by one."""

    def __init__(self, stored: npt.NDArray[Any], header: Any, affine: npt.NDArray[np.float64]) -> None:
        self._shown, self._scale = display_order(stored, affine), header.get_slope_inter()
        self._spacing = _spacing(header, affine)
        self._window = self._first_window(stored, header) if stored.dtype.names is None else None

    def frame(self, number: int) -> Frame:
        """The slice of a number from 0, from the feet on."""
        part = self._shown[:, :, number].T
        if part.dtype.names is not None:
            return Frame(np.stack([part[colour] for colour in "RGB"], axis=-1).astype(np.uint8), spacing=self._spacing)
        return grey_frame(self._scaled(part), self._window, spacing=self._spacing)

    def _scaled(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        from nibabel.volumeutils import apply_read_scaling

        slope, intercept = self._scale
        if slope is None or (slope, intercept) == (1, 0):
            return values
        with np.errstate(all="ignore"):  # a damaged scale leads to infinite values, which are cut off later
            return apply_read_scaling(values, slope, intercept)

    def _first_window(self, stored: npt.NDArray[Any], header: Any) -> tuple[float, float] | None:
        """One window for all slices, so that the picture does not flicker from one to the next."""
        low, high = float(header["cal_min"]), float(header["cal_max"])
        if math.isfinite(low) and math.isfinite(high) and low < high:
            return low, high
        if stored.dtype == np.uint8 and self._scale[0] in (None, 1) and not self._scale[1]:
            return None
        with np.errstate(all="ignore"):
            sample = self._scaled(stored.ravel(order="F")[:: max(1, stored.size // 1_000_000)]).astype(np.float64)
        sample = sample[np.isfinite(sample)]
        if not sample.size:
            return None
        low, high = (float(part) for part in np.quantile(sample, [(1 - MIDDLE) / 2, (1 + MIDDLE) / 2]))
        if not low < high:
            low, high = float(sample.min()), float(sample.max())
        return (low, high) if low < high else None


def header_of(file: Path) -> Any:
    """nibabel's header of a NIfTI file that was read before. Raises ImageError if it is gone or another one now."""
    from nibabel.spatialimages import HeaderDataError

    try:
        with file.open("rb") as stream:
            start = stream.read(_FIRST_BYTES)
        # Of packed content only what was read can be unpacked.
        if start.startswith(b"\x1f\x8b"):
            start = zlib.decompressobj(31).decompress(start, _HEADER_BYTES)
        return _header(start[:_HEADER_BYTES], file.name)
    except (*_BROKEN, HeaderDataError) as error:
        raise damaged(file.name) from error


def _read(content: bytes, size: int) -> bytes:
    """The first bytes of what the file holds, and never more: a small file may unpack to an endless one."""
    if not content.startswith(b"\x1f\x8b"):
        return content[:size]
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
        return packed.read(size)


def _header(start: bytes, name: str) -> Any:
    from nibabel.nifti1 import Nifti1Header
    from nibabel.nifti2 import Nifti2Header

    sizes = {int.from_bytes(start[:4], "little"), int.from_bytes(start[:4], "big")}
    if 348 in sizes and start[344:348] == b"n+1\0":
        return Nifti1Header(start[:348], check=False)
    if 540 in sizes and start[4:8] == b"n+2\0":
        return Nifti2Header(start[:540], check=False)
    raise ImageError(
        "The file {file} is not a NIfTI file in one piece, whatever its name says, so it cannot be shown.",
        KEEP,
        file=name,
    )


def _shape(header: Any, name: str) -> tuple[int, int, int]:
    shape = tuple(int(part) for part in header.get_data_shape())
    if not shape or min(shape) < 1:
        raise damaged(name)
    while len(shape) > 3 and shape[-1] == 1:
        shape = shape[:-1]
    if len(shape) > 3:
        raise ImageError(
            "The NIfTI file {file} holds {count} volumes (for example one after the other in time) and not one, "
            "so it is not shown.",
            "Save the volume that you need as a file of its own.",
            file=name,
            count=math.prod(shape[3:]),
        )
    first, second, third = (*shape, 1, 1)[:3]
    return first, second, third


def _check_kind(kind: np.dtype[Any], name: str) -> None:
    if kind.names is None and (kind.kind not in "uif" or kind.itemsize > 8):
        raise ImageError(
            "The NIfTI file {file} holds values that are neither grey nor colours ({kind}), so it is not shown.",
            "Save it with whole or decimal numbers; the other images are not affected.",
            file=name,
            kind=str(kind),
        )
    if kind.names is not None and not set("RGB") <= set(kind.names):
        raise damaged(name)


def _nothing(shape: tuple[int, int, int]) -> npt.NDArray[np.uint8]:
    """An array of that shape which takes no memory."""
    return np.broadcast_to(np.zeros((), np.uint8), shape)


def _turn(affine: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    from nibabel.orientations import axcodes2ornt, io_orientation, ornt_transform

    stored = io_orientation(affine)
    if not np.isfinite(stored).all():
        raise ValueError("the affine leads nowhere")
    return ornt_transform(stored, axcodes2ornt(DISPLAY))


def _spacing(header: Any, affine: npt.NDArray[np.float64]) -> tuple[float, float] | None:
    """Millimetres from row to row and from column to column as shown; a file without a unit means millimetres."""
    from nibabel.affines import voxel_sizes

    factor = {"meter": 1000.0, "micron": 0.001}.get(header.get_xyzt_units()[0], 1.0)
    sizes = voxel_sizes(affine) * factor
    order = [int(axis) for axis in _turn(affine)[:, 0]]
    column, row = (float(sizes[order.index(axis)]) for axis in (0, 1))
    return (row, column) if math.isfinite(row * column) and row > 0 and column > 0 else None
