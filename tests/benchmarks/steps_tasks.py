"""Three mistakes of a model on one picture, and the truth: what has to be put right in the program and, to compare, elsewhere.

NumPy and OpenCV alone, so that other programs' environments can import it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]

SIDE = 512
GOOD = 0.99
"""The Dice that has to be reached."""


@dataclass(frozen=True)
class Task:
    """One mistake.

    Attributes:
        name: in words.
        start: (512, 512) bool, what the model gave.
        truth: (512, 512) bool, what it should be.
        at: column and row in the middle of what is wrong.
    """

    name: str
    start: Mask
    truth: Mask
    at: tuple[int, int]

    @property
    def wrong(self) -> Mask:
        """Pixels that have to change."""
        return self.start ^ self.truth


def disc(column: int, row: int, radius: int) -> Mask:
    """A disc in the picture."""
    rows, columns = np.ogrid[:SIDE, :SIDE]
    return np.asarray((columns - column) ** 2 + (rows - row) ** 2 <= radius**2)


def tasks() -> list[Task]:
    """A wrong island, a missed lobe, a leak into the neighbour."""
    body, lobe, island, neighbour = disc(256, 256, 110), disc(372, 256, 40), disc(90, 90, 25), disc(96, 380, 45)
    bridge = cv2.line(np.zeros((SIDE, SIDE), np.uint8), (96, 380), (256, 256), 1, 14) > 0
    truth = body | lobe
    return [
        Task("one wrong island", truth | island, truth, (90, 90)),
        Task("a missed lobe", body, truth, (385, 256)),
        Task("a leak into the neighbour", truth | neighbour | bridge, truth, (96, 380)),
    ]


def around(wrong: Mask, rest: Mask) -> npt.NDArray[np.float64]:
    """(N, 2) x, y: the way of a careful hand around what is wrong, two pixels outside of it where that does no harm.

    Args:
        wrong: (H, W) bool.
        rest: (H, W) bool, what must not be gone over.
    """
    wide = cv2.dilate(wrong.astype(np.uint8), np.ones((5, 5), np.uint8)) & ~rest
    found, _ = cv2.findContours(wide.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = max(found, key=len)[:, 0, :]
    return np.asarray(line[::4], np.float64)


def way(points: npt.NDArray[np.floating]) -> float:
    """Length of a way in image pixels."""
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def dice(mask: Mask, truth: Mask) -> float:
    """2·overlap / (sum of both areas)."""
    return float(2 * (mask & truth).sum() / (mask.sum() + truth.sum()))
