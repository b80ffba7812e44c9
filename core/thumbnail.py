"""Small pictures of images for a list, kept in a folder under the hash of the image: a file name tells nothing of a patient."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import ExportError, ImageError
from core.image_file import read_small
from core.whole_file import write_aside

SIDE = 96
"""Longest side in pixels."""
FOLDER = "thumbnails"
_QUALITY = 85


def thumbnail(path: Path, sha256: str, cache: Path) -> npt.NDArray[np.uint8] | None:
    """The small picture of an image, from the cache or made and put there.

    Args:
        path: of the image.
        sha256: of its bytes when it was put into the project.
        cache: folder of the project's cache; one that cannot be written is only read.

    Returns:
        (h, w, 3) uint8 RGB, at most `SIDE` long; None where the image cannot be read or is another one now.
    """
    kept = cache / FOLDER / f"{sha256}.jpg"
    try:
        found = cv2.imdecode(np.frombuffer(kept.read_bytes(), np.uint8), cv2.IMREAD_COLOR_RGB)
        if found is not None and max(found.shape) <= SIDE:
            return np.asarray(found, np.uint8)
    except (OSError, cv2.error):
        pass
    try:
        small = read_small(path, sha256, SIDE)
    except ImageError:
        return None
    _, content = cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_aside(kept, content.tobytes())
    except (OSError, ExportError):  # it is made again the next time
        pass
    return small
