"""Pictures as the two halves of Sa2VA want them, equal to upstream to the last bit (parity NOTES, sections 1.4 and 4).

They are prepared where they are needed: on the processor with Pillow, on a graphics card in the same whole numbers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from core.sa2va.byte_resize import pillow_bicubic

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
CPU = torch.device("cpu")


def check_rgb(rgb: npt.NDArray[np.uint8]) -> None:
    """Refuse anything that is not (H, W, 3) uint8 with at least one pixel. Raises ValueError."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or 0 in rgb.shape:
        raise ValueError(f"an RGB picture (H, W, 3) uint8 was expected, not {rgb.shape} {rgb.dtype}")


def on_device(rgb: npt.NDArray[np.uint8], device: torch.device) -> torch.Tensor:
    """(H, W, 3) uint8 -> the same as a tensor on a device. Raises ValueError for anything else."""
    check_rgb(rgb)
    return torch.tensor(rgb) if device.type == "cpu" else torch.tensor(rgb).to(device)


def normalise(pictures: torch.Tensor) -> torch.Tensor:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) float32 on the same device, ImageNet's mean and deviation."""
    most, mean, deviation = (torch.tensor(one, device=pictures.device) for one in ([255.0], MEAN, STD))
    pixels = pictures.permute(0, 3, 1, 2).float().div_(most)
    return pixels.sub_(mean.view(1, 3, 1, 1)).div_(deviation.view(1, 3, 1, 1))


def resize(pixels: torch.Tensor, columns: int, rows: int) -> torch.Tensor:
    """(H, W, 3) uint8 -> (rows, columns, 3) uint8: Pillow's bicubic, the aspect ratio is not kept.

    Pillow rounds to bytes between its two passes, and since version 13 begins with the vertical one where that is quicker. The
    order is chosen here in the same way, so that a picture, and with it a mask, does not depend on the version installed.
    """
    height, width = pixels.shape[:2]
    if (height, width) == (rows, columns):
        return pixels
    steps = [(columns, rows)]
    if rows < height and height - rows > 2 * (width - columns):
        steps.insert(0, (width, rows))
    if pixels.device.type != "cpu":
        for step in steps:
            pixels = pillow_bicubic(pixels, *step)
        return pixels
    picture = Image.fromarray(pixels.numpy())
    for step in steps:
        picture = picture.resize(step, Image.Resampling.BICUBIC)
    return torch.tensor(np.asarray(picture))


def sam2_picture(rgb: npt.NDArray[np.uint8], size: int, device: torch.device = CPU) -> torch.Tensor:
    """(H, W, 3) uint8 -> (size, size, 3) uint8 on a device, the whole picture squeezed into a square."""
    return resize(on_device(rgb, device), size, size)


def tile_grid(width: int, height: int, max_tiles: int, tile: int) -> tuple[int, int]:
    """Columns and rows of tiles whose aspect ratio is closest to the picture's.

    On a tie the larger grid wins if the picture's area exceeds half of the grid's, as upstream does.
    """
    grids = {(c, r) for n in range(1, max_tiles + 1) for c in range(1, n + 1) for r in range(1, n + 1) if c * r <= n}
    ratio, best, best_difference = width / height, (1, 1), float("inf")
    for columns, rows in sorted(grids, key=lambda grid: grid[0] * grid[1]):
        difference = abs(ratio - columns / rows)
        larger = difference == best_difference and width * height > 0.5 * tile * tile * columns * rows
        if difference < best_difference or larger:
            best, best_difference = (columns, rows), difference
    return best


def language_tiles(
    rgb: npt.NDArray[np.uint8], tile: int, max_tiles: int, use_thumbnail: bool, device: torch.device = CPU
) -> torch.Tensor:
    """(H, W, 3) uint8 -> (N, tile, tile, 3) uint8 on a device: tiles row by row, the thumbnail last if there is more than one."""
    pixels = on_device(rgb, device)
    height, width = rgb.shape[:2]
    columns, rows = tile_grid(width, height, max_tiles, tile)
    whole = resize(pixels, tile * columns, tile * rows)
    tiles = list(whole.view(rows, tile, columns, tile, 3).transpose(1, 2).flatten(0, 1))
    if use_thumbnail and len(tiles) > 1:
        tiles.append(resize(pixels, tile, tile))
    return torch.stack(tiles)
