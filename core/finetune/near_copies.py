"""Images on both sides of a division that look almost the same: one patient under two names, or one picture stored twice."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from core.finetune.dataset import read_pixels
from core.finetune.split import Split

SIDE, KEPT = 64, 16
NEAR = 16
"""Bits of 255 that may differ. Measured on thirteen sets: a copy that was scaled, made brighter and stored as JPEG mostly differs in
at most 16, neighbouring slices of a volume in 12 to 20; images of different patients in at least 36, fundus photographs in 18."""

Print = npt.NDArray[np.bool_]


def fingerprint(pixels: npt.NDArray[np.uint8]) -> Print:
    """What a picture looks like, whatever its size, brightness and compression.

    Args:
        pixels: (H, W, 3) uint8.

    Returns:
        (255,) bool: which low frequencies of the grey picture lie above their median.

    Source: Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions (2010), section 3.2.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:KEPT, :KEPT].ravel()[1:]
    return np.asarray(low > np.median(low))


def near_copies(learned: Sequence[Print], held_out: Sequence[Print]) -> int:
    """How many held-out images look almost like one that is learned from."""
    if not learned or not held_out:
        return 0
    known = np.stack(learned)
    return sum(int((known ^ one).sum(axis=1).min()) <= NEAR for one in held_out)


def copies_across(rounds: Sequence[Split]) -> int:
    """How many images look almost like one from which the model that judged them had learned.

    Raises:
        FinetuneError: an image is gone or another one.
    """
    every = {example.image_sha256: example for parts in rounds for example in (*parts.learned, *parts.held_out)}
    prints = {sha256: fingerprint(read_pixels(example)) for sha256, example in every.items()}
    return sum(
        near_copies(
            *([prints[sha256] for sha256 in {e.image_sha256 for e in side}] for side in (parts.learned, parts.held_out))
        )
        for parts in rounds
    )
