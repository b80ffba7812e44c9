"""Pictures as the two halves of Sa2VA want them, equal to upstream to the last bit (parity NOTES, sections 1.4 and 4)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


def check_rgb(rgb: npt.NDArray[np.uint8]) -> None:
    """Refuse anything that is not (H, W, 3) uint8 with at least one pixel. Raises ValueError."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or 0 in rgb.shape:
        raise ValueError(f"an RGB picture (H, W, 3) uint8 was expected, not {rgb.shape} {rgb.dtype}")


def normalise(pictures: npt.NDArray[np.uint8], device: torch.device | None = None) -> torch.Tensor:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) float32 on a device (None: the CPU), ImageNet's mean and deviation."""
    pixels = torch.tensor(pictures, device=device).permute(0, 3, 1, 2).float().div_(255.0)
    mean, deviation = (torch.tensor(one, device=device).view(1, 3, 1, 1) for one in (MEAN, STD))
    return pixels.sub_(mean).div_(deviation)


def resize(rgb: npt.NDArray[np.uint8], columns: int, rows: int) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8 -> (rows, columns, 3) uint8: Pillow's bicubic, the aspect ratio is not kept.

    Pillow rounds to bytes between its two passes, and since version 13 begins with the vertical one where that is quicker. The
    order is chosen here in the same way, so that a picture, and with it a mask, does not depend on the version installed.
    """
    height, width = rgb.shape[:2]
    if (height, width) == (rows, columns):
        return rgb
    picture = Image.fromarray(rgb)
    if rows < height and height - rows > 2 * (width - columns):
        picture = picture.resize((width, rows), Image.Resampling.BICUBIC)
    return np.asarray(picture.resize((columns, rows), Image.Resampling.BICUBIC))


def sam2_picture(rgb: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8 -> (size, size, 3) uint8, the whole picture squeezed into a square."""
    check_rgb(rgb)
    return resize(rgb, size, size)


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


def language_tiles(rgb: npt.NDArray[np.uint8], tile: int, max_tiles: int, use_thumbnail: bool) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8 -> (N, tile, tile, 3) uint8: tiles row by row, the thumbnail last if there is more than one tile."""
    check_rgb(rgb)
    height, width = rgb.shape[:2]
    columns, rows = tile_grid(width, height, max_tiles, tile)
    whole = resize(rgb, tile * columns, tile * rows)
    tiles = [
        whole[row * tile : (row + 1) * tile, column * tile : (column + 1) * tile]
        for row in range(rows)
        for column in range(columns)
    ]
    if use_thumbnail and len(tiles) > 1:
        tiles.append(resize(rgb, tile, tile))
    return np.stack(tiles)
