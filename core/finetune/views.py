"""Other looks at a labelled image that are encoded once as well: cached features cannot be turned or mirrored later."""

from __future__ import annotations

import re

import cv2
import numpy as np
import numpy.typing as npt

MOST_VIEWS = 4
_SIDES = re.compile(r"\b(left|right)\b|[左右]", re.IGNORECASE)
_TURNED = {2: (12.0, 1.15), 3: (-12.0, 0.9)}
"""View -> degrees counter-clockwise and zoom; view 3 is mirrored before."""


def mirrored(view: int) -> bool:
    """Whether a view exchanges left and right."""
    return view in (1, 3)


def views_for(prompt: str, wanted: int) -> list[int]:
    """Which views a prompt allows: none that exchange the sides if it names one ("the left kidney").

    Args:
        prompt: the structure in words.
        wanted: 1..4 views; the first is the image as it is.
    """
    views = range(min(max(1, wanted), MOST_VIEWS))
    return [view for view in views if not (mirrored(view) and _SIDES.search(prompt))]


def look(picture: npt.NDArray[np.uint8], view: int) -> npt.NDArray[np.uint8]:
    """One view of an image or of its mask; both move alike.

    Args:
        picture: (H, W) or (H, W, 3) uint8.
        view: 0 as it is, 1 mirrored, 2 turned and nearer, 3 mirrored, turned the other way and farther.

    Returns:
        The same shape; what comes in from outside is the picture reflected at its edge.
    """
    if mirrored(view):
        picture = np.ascontiguousarray(picture[:, ::-1])
    if view not in _TURNED:
        return picture
    degrees, zoom = _TURNED[view]
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, zoom)
    turned = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(turned, dtype=np.uint8)
