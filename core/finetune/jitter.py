"""Small random changes of a picture while it is learned from, so that it is never seen twice in the same way."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np
import numpy.typing as npt

DRAWN = 6
"""Numbers that one picture takes from chance."""
MOST_DEGREES, MOST_SHIFT = 15.0, 0.06
ZOOM, GAMMA, GAIN = (0.85, 1.2), (0.75, 1.33), (0.85, 1.15)


def jitter(
    picture: npt.NDArray[np.uint8], target: npt.NDArray[np.float32], chance: random.Random
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """Turn, scale and move a picture and its target alike, and make the picture brighter or darker.

    Left and right are never exchanged here: a prompt may name a side (`core.finetune.views`).

    Args:
        picture: (S, S, 3) uint8.
        target: (g, g) float32, share of each cell, of the same scene.
        chance: where the numbers come from.

    Returns:
        Both in their shapes; what comes in from outside is the picture reflected at its edge.
    """
    degrees, zoom = chance.uniform(-MOST_DEGREES, MOST_DEGREES), chance.uniform(*ZOOM)
    right, down = chance.uniform(-MOST_SHIFT, MOST_SHIFT), chance.uniform(-MOST_SHIFT, MOST_SHIFT)

    def move(what: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        side = what.shape[0]
        matrix = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), degrees, zoom)
        matrix[:, 2] += (right * side, down * side)
        return cv2.warpAffine(what, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)

    gamma = math.exp(chance.uniform(math.log(GAMMA[0]), math.log(GAMMA[1])))
    curve = 255 * chance.uniform(*GAIN) * (np.arange(256) / 255) ** gamma
    brighter = cv2.LUT(np.asarray(move(picture), np.uint8), np.clip(np.rint(curve), 0, 255).astype(np.uint8))
    return np.asarray(brighter, np.uint8), np.asarray(move(target), np.float32)


def skip(chance: random.Random, pictures: int) -> None:
    """Leave out the numbers of so many pictures, which another process varies."""
    for _ in range(pictures * DRAWN):
        chance.random()
