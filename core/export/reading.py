"""PNG files read by Pillow, to check what OpenCV wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL.PngImagePlugin import PngImageFile

_MODES = {"L": np.uint8, "P": np.uint8, "RGB": np.uint8, "I;16": np.uint16}


def png(file: Path, mode: str) -> npt.NDArray[Any] | None:
    """Pixels of a PNG as they are stored; None if it is none of that mode.

    Args:
        file: to read.
        mode: Pillow's name: "L" gives (H, W) uint8, "P" the indices (H, W) uint8, "RGB" (H, W, 3) uint8, "I;16" (H, W) uint16.
    """
    try:
        # Not by Pillow's open(): that warns of large pictures, which a mask of a large image is.
        with PngImageFile(file) as picture:
            return np.array(picture, dtype=_MODES[mode]) if picture.mode == mode else None
    except (OSError, ValueError, SyntaxError):
        return None


def grey_png(file: Path) -> npt.NDArray[np.uint8] | None:
    """An 8-bit grey PNG as (H, W) uint8; None if it is anything else."""
    return png(file, "L")


def is_png_of(file: Path, mode: str, wanted: npt.NDArray[Any]) -> bool:
    """Whether a PNG of a mode, as in `png`, holds exactly these pixels."""
    read = png(file, mode)
    return read is not None and np.array_equal(read, wanted)
