"""The eight ways in which a camera may have stored a picture (EXIF 2.32, tag 274), and back to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

UPRIGHT = 1


def as_stored(upright: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """An upright picture or mask as it lies in its file: the inverse of the turn that showed it upright.

    Args:
        upright: (H, W) or (H, W, 3) of any type.
        orientation: 1 .. 8 as the file says; anything else counts as 1.

    Returns:
        The same pixels, (H, W) or, for 5 .. 8, (W, H), in memory of their own.
    """
    turned = {
        2: lambda: upright[:, ::-1],
        3: lambda: upright[::-1, ::-1],
        4: lambda: upright[::-1],
        5: lambda: upright.swapaxes(0, 1),
        6: lambda: np.rot90(upright),
        7: lambda: upright[::-1, ::-1].swapaxes(0, 1),
        8: lambda: np.rot90(upright, -1),
    }
    return np.ascontiguousarray(turned[orientation]() if orientation in turned else upright)
