"""Which images of a project are slices of one stack: the frames of a file, or the slices of a DICOM series.

A stack is a way of looking at images and of going through them. In the project every slice stays an image like any other, with
masks, journal, status and export of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from core.store.rows import ImageRow


def stacks_of(rows: Iterable[ImageRow]) -> list[tuple[ImageRow, ...]]:
    """All stacks of a project; an image that has no neighbour is in none of them.

    Args:
        rows: in the order in which they were added, which for a series is that in the body (`core.series`).

    Returns:
        The slices of each stack in order, two at least. Frames go by their number in the file; slices of a series, which have one
        size, as they were added.
    """
    found: dict[tuple[object, ...], list[ImageRow]] = defaultdict(list)
    for row in rows:
        if row.frames > 1:
            found[(row.path,)].append(row)
        elif row.series_key:
            found[row.series_key, row.width, row.height].append(row)
    return [tuple(sorted(one, key=lambda row: (row.frame, row.id))) for one in found.values() if len(one) > 1]


def name_of_stack(files: Sequence[str]) -> str:
    """What a stack is called.

    Args:
        files: the name for people of the file of each slice, in order.
    """
    first, last = files[0], files[-1]
    return first if first == last else f"{first} … {last.rsplit('/', 1)[-1]}"
