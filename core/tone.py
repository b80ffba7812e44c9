"""How bright a picture is shown: a window of its values, and gamma. A view of the pixels, never a change of them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.frame import Values

LEAST_GAMMA, MOST_GAMMA = 0.2, 5.0
PLAIN_GAMMA = 1.0


@dataclass(frozen=True)
class Tone:
    """A window and a gamma.

    Attributes:
        low: value that is shown black.
        high: value that is shown white, above `low`.
        gamma: exponent, 0.2..5; below 1 the middle is brighter, above 1 darker.
        is_inverted: whether `low` is white and `high` black instead (MONOCHROME1).
    """

    low: float
    high: float
    gamma: float = PLAIN_GAMMA
    is_inverted: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or not LEAST_GAMMA <= self.gamma <= MOST_GAMMA:
            raise ValueError(f"a window from {self.low} to {self.high} with gamma {self.gamma} shows nothing")


def toned(values: Values, tone: Tone) -> npt.NDArray[np.uint8]:
    """Values as they are shown: black at `low`, white at `high`, between them ((v − low) / (high − low)) ** gamma.

    Inverted, what is between them counts from `high` down, so that gamma below 1 is brighter there too.

    Args:
        values: (H, W) or (H, W, 3), a type of `Values`.
        tone: of the picture.

    Returns:
        The same shape, uint8.
    """
    if values.dtype != np.uint8 or (tone.low, tone.high) != (0, 255):
        scale = 255.0 / (tone.high - tone.low)
        above = np.maximum(values.astype(np.float32), np.float32(tone.low))
        values = cv2.convertScaleAbs(above, alpha=scale, beta=-tone.low * scale)
    if tone.is_inverted:
        values = cv2.bitwise_not(values)
    if tone.gamma == PLAIN_GAMMA:
        return np.asarray(values, dtype=np.uint8)
    table = np.round(255.0 * (np.arange(256) / 255.0) ** tone.gamma).astype(np.uint8)
    return np.asarray(cv2.LUT(np.ascontiguousarray(values), table), dtype=np.uint8)


def range_of(values: Values, share: float = 1.0) -> tuple[float, float]:
    """The range that the middle share of the values lies in, for a window; never empty.

    Args:
        values: (H, W), finite.
        share: of the pixels, 0..1; 1 is all of them. Of many pixels every n-th is looked at.
    """
    if share >= 1.0:
        low, high = float(values.min()), float(values.max())
    else:
        sample = values.ravel()[:: max(1, values.size // 1_000_000)]
        low, high = (float(part) for part in np.quantile(sample, [(1 - share) / 2, (1 + share) / 2]))
    return (low, high) if high > low else (low, low + 1.0)
