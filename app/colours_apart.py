"""How far apart two colours look, to those as well who see colours differently."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

_SEEN = np.array(
    [
        np.eye(3),
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ]
)
"""What is left of linear red, green and blue: of all colours, and in protanopia, deuteranopia and tritanopia (Machado, Oliveira,
Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 2009, severity 1)."""


def apart(one: str, other: str) -> float:
    """The distance of two colours "#rrggbb" in CIELAB, as those see it to whom they look most alike."""
    return float(np.linalg.norm(_as_seen(one) - _as_seen(other), axis=1).min())


@lru_cache(64)
def _as_seen(colour: str) -> NDArray[np.float32]:
    """(4, 3) float32, the colour in CIELAB for each way of seeing."""
    shown = QColor(colour)
    parts = np.array([shown.redF(), shown.greenF(), shown.blueF()])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = (_SEEN @ linear).clip(0, 1)
    back = np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055).astype(np.float32)
    lab: NDArray[np.float32] = cv2.cvtColor(back[None], cv2.COLOR_RGB2LAB)[0]
    return lab
