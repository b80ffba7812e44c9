"""A picture as the Qwen families see it: whole, near its own size, cut into patches (parity NOTES, sections 3 and 7)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from core.errors import ImageError
from core.sa2va.byte_resize import torch_bicubic
from core.sa2va.config import LEAST_PIXELS, MOST_PIXELS, Patches
from core.sa2va.preprocessing import CPU, on_device, resize

NARROWEST = 200
"""Upstream refuses a picture that is more than so many times as long as wide."""
FIRST_FACTOR, FIRST_LEAST, FIRST_MOST = 28, 4 * 28 * 28, 16384 * 28 * 28
"""In inference upstream first brings a picture to multiples of 28, also for Qwen3-VL, whose patches do not divide that."""


def fitting_size(height: int, width: int, factor: int, least: int, most: int) -> tuple[int, int]:
    """Height and width as multiples of `factor`, near the given ones, with `least` to `most` pixels.

    Raises:
        ImageError: the picture is more than 200 times as long as wide.
    """
    if max(height, width) > NARROWEST * min(height, width):
        raise ImageError(
            "The image is more than {times} times as long as wide, and this model cannot look at such a one.",
            "Cut the image, or choose a model of the InternVL family.",
            times=NARROWEST,
        )
    rows, columns = max(1, round(height / factor)) * factor, max(1, round(width / factor)) * factor
    if rows * columns > most:
        shrink = math.sqrt(height * width / most)
        rows = max(1, math.floor(height / shrink / factor)) * factor
        columns = max(1, math.floor(width / shrink / factor)) * factor
    elif rows * columns < least:
        grow = math.sqrt(least / (height * width))
        rows, columns = math.ceil(height * grow / factor) * factor, math.ceil(width * grow / factor) * factor
    return rows, columns


def patches_of(
    rgb: npt.NDArray[np.uint8], patches: Patches, inference: bool, device: torch.device = CPU
) -> tuple[torch.Tensor, tuple[int, int]]:
    """Cut a picture into patches.

    Args:
        rgb: (H, W, 3) uint8.
        patches: of the model.
        inference: whether the picture is first resized by Pillow, as upstream does before it predicts and not when it trains.
        device: where this is done; everywhere the same numbers.

    Returns:
        (patches, 3 · frames · size · size) float32, in squares of `merged` × `merged` patches; and rows and columns of patches.

    Raises:
        ImageError: the picture is more than 200 times as long as wide.
    """
    picture = on_device(rgb, device)
    if inference:
        rows, columns = fitting_size(rgb.shape[0], rgb.shape[1], FIRST_FACTOR, FIRST_LEAST, FIRST_MOST)
        picture = resize(picture, columns, rows)
    height, width = picture.shape[:2]
    rows, columns = fitting_size(height, width, patches.size * patches.merged, LEAST_PIXELS, MOST_PIXELS)
    pixels = picture.permute(2, 0, 1)
    if (rows, columns) != (height, width):
        pixels = _second_resize(pixels, columns, rows)
    # Mean and deviation times 255 in one step, again to the last bit.
    mean, deviation = (torch.tensor(one).mul(255).view(3, 1, 1).to(device) for one in (patches.mean, patches.deviation))
    normal = pixels.float().sub_(mean).div_(deviation)
    side, merged = patches.size, patches.merged
    grid = rows // side, columns // side
    squares = normal.view(3, grid[0] // merged, merged, side, grid[1] // merged, merged, side)
    squares = squares.permute(1, 4, 2, 5, 0, 3, 6).unsqueeze(5).expand(-1, -1, -1, -1, -1, patches.frames, -1, -1)
    return squares.reshape(grid[0] * grid[1], -1), grid


def _second_resize(pixels: torch.Tensor, columns: int, rows: int) -> torch.Tensor:
    """On bytes, not on floats: that is what upstream's image processor does, to the last bit."""
    if pixels.device.type != "cpu":
        return torch_bicubic(pixels, columns, rows)
    return F.interpolate(pixels[None], (rows, columns), mode="bicubic", antialias=True, align_corners=False)[0]
