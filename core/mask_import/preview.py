"""What an import would make of one mask, as a small picture, before anything is written."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import ImageError
from core.image_file import read_same_image
from core.mask_import.found import Rule
from core.mask_import.pairing import Pair
from core.raster_file import shrunk
from core.store.store import Store

_FILL = 0.45


def preview(
    store: Store, pair: Pair, rule: Rule, colour: tuple[int, int, int], side: int
) -> tuple[npt.NDArray[np.uint8], float]:
    """The image with the mask over it.

    Args:
        store: read only.
        pair: with an image.
        rule: what of the values is the structure.
        colour: red, green, blue 0..255 of the structure.
        side: longest side of the picture in pixels.

    Returns:
        (h, w, 3) uint8 RGB, and which share of the image is structure, 0..1. Where the image is gone, the mask lies on grey.

    Raises:
        InputError: the mask is damaged.
    """
    assert pair.image is not None
    mask = rule.of(pair.mask)
    try:
        pixels = read_same_image(store.image_path(pair.image), pair.image.sha256).pixels
    except ImageError:
        pixels = np.full((*mask.shape, 3), 90, np.uint8)
    small = shrunk(pixels, side).astype(np.float32)
    part = cv2.resize(mask.astype(np.float32), small.shape[1::-1], interpolation=cv2.INTER_AREA)[:, :, None] * _FILL
    shown = small * (1 - part) + np.array(colour, np.float32) * part
    return np.ascontiguousarray(np.rint(shown), dtype=np.uint8), float(mask.mean())
