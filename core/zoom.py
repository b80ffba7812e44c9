"""Look closer: a picture in overlapping crops, each seen at the model's full resolution, and one map blended from theirs.

The decoder answers on a grid of a quarter of its input's side, whatever the picture's size: a vessel thinner than a cell cannot be
drawn on it. With a zoom of z the picture is seen in z × z crops that overlap by a quarter, so that the answer's grid has 3z + 1
quarters of a crop's on each side. A zoom of 1 is the picture as a whole.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

ZOOMS = (1, 2, 3)


def side_of(grid: int, zoom: int) -> int:
    """Side of the blended map for crops answered on a grid of side `grid`. Raises ValueError for a zoom that there is not."""
    if zoom not in ZOOMS:
        raise ValueError(f"a zoom is one of {ZOOMS}, not {zoom}")
    return grid + (zoom - 1) * _stride(grid)


def crops(height: int, width: int, zoom: int, grid: int) -> list[tuple[slice, slice]]:
    """Rows and columns of each crop in pixels, row by row; their edges lie where cells of the blended map begin.

    Args:
        height: of the picture.
        width: of the picture.
        zoom: 1, 2 or 3.
        grid: side of the map that answers one crop.
    """
    whole = side_of(grid, zoom)
    starts = [place * _stride(grid) for place in range(zoom)]

    def along(length: int) -> list[slice]:
        edges = [(start * length // whole, -(-(start + grid) * length // whole)) for start in starts]
        return [slice(first, last) for first, last in edges]

    return [(rows, columns) for rows in along(height) for columns in along(width)]


def blend(maps: npt.NDArray[np.floating], zoom: int) -> npt.NDArray[np.float32]:
    """Set the answers of the crops together; where crops overlap, each counts less towards its edge.

    Args:
        maps: (z², ..., g, g) logits, in the order of `crops`.
        zoom: 1, 2 or 3.

    Returns:
        (..., G, G) float32, G = `side_of(g, zoom)`.

    Raises:
        ValueError: another number of maps.
    """
    grid = maps.shape[-1]
    whole = side_of(grid, zoom)
    if maps.shape[0] != zoom * zoom or maps.shape[-2] != grid:
        raise ValueError(f"{zoom * zoom} square maps were expected, not {maps.shape}")
    if zoom == 1:
        return np.asarray(maps[0], dtype=np.float32)
    total = np.zeros((*maps.shape[1:-2], whole, whole), np.float32)
    weights = np.zeros((whole, whole), np.float32)
    for number, part in enumerate(maps):
        row, column = divmod(number, zoom)
        weight = np.outer(_weight(grid, row, zoom), _weight(grid, column, zoom))
        place = np.s_[..., row * _stride(grid) :, column * _stride(grid) :]
        total[place][..., :grid, :grid] += part * weight
        weights[place][:grid, :grid] += weight
    return np.asarray(total / weights, dtype=np.float32)


def cut(whole: npt.NDArray[np.floating], zoom: int, grid: int) -> list[npt.NDArray[np.floating]]:
    """What each crop holds of a blended map, in the order of `crops`.

    Args:
        whole: (G, G), G = `side_of(grid, zoom)`.
        zoom: 1, 2 or 3.
        grid: side of the map that answers one crop.

    Returns:
        zoom² maps (grid, grid).

    Raises:
        ValueError: another side.
    """
    side = side_of(grid, zoom)
    if whole.shape != (side, side):
        raise ValueError(f"a map {side}×{side} was expected, not {whole.shape}")
    starts = [place * _stride(grid) for place in range(zoom)]
    return [whole[row : row + grid, column : column + grid] for row in starts for column in starts]


def name_of_view(view: int, zoom: int = 1, crop: int = 0) -> str:
    """What a crop of a view is called in caches; the whole view has the view's number alone."""
    return str(view) if zoom == 1 else f"{view}.{zoom}.{crop}"


def _stride(grid: int) -> int:
    return grid * 3 // 4


def _weight(grid: int, place: int, zoom: int) -> npt.NDArray[np.float32]:
    """(g,) 1 in the middle, falling towards neighbours; towards the edge of the picture it stays 1."""
    overlap = grid - _stride(grid)
    ramp = (np.arange(overlap, dtype=np.float32) + 0.5) / overlap
    weight = np.ones(grid, np.float32)
    if place > 0:
        weight[:overlap] = ramp
    if place < zoom - 1:
        weight[grid - overlap :] = ramp[::-1]
    return weight
