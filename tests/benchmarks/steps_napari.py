"""The tasks of tests/benchmarks/steps.py in napari, by script, in an environment of its own.

    python -m venv napari && napari/bin/pip install "napari[pyqt6]" opencv-python-headless
    napari/bin/python -m tests.benchmarks.steps_napari

The script calls what napari's keys and its mouse call on a layer of labels, and counts each: `1` erase, `2` paint, `3` polygon,
`4` fill, `X` exchange label and background (napari 0.9). Each task is done in every way that napari offers for it; its brush stays
10 pixels wide, as it comes, because setting its size would be more steps. Saving, which napari leaves to its user, is not counted.
"""

from __future__ import annotations

import sys

import cv2
import numpy as np
from napari.layers import Labels

from tests.benchmarks.steps_tasks import GOOD, Task, around, dice, tasks, way

BRUSH = 10


def scribble(layer: Labels, task: Task) -> tuple[list[str], float]:
    """Brush or eraser over all that is wrong in one drag, line by line."""
    adds = bool((task.truth & ~task.start).any())
    inner = cv2.erode(task.wrong.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (BRUSH - 1, BRUSH - 1)))
    points: list[tuple[int, int]] = []
    rows = np.flatnonzero(inner.any(axis=1))
    for number, row in enumerate([*rows[::6], rows[-1]]):
        columns = np.flatnonzero(inner[row])
        ends = [(int(columns[0]), int(row)), (int(columns[-1]), int(row))]
        points += ends if number % 2 == 0 else ends[::-1]
    line = np.array(points, np.float64)
    layer.brush_size = BRUSH
    for one, other in zip(line[:-1], line[1:], strict=True):
        for share in np.linspace(0, 1, int(np.hypot(*(other - one))) + 2):
            x, y = one + share * (other - one)
            layer.paint((y, x), 1 if adds else 0)
    return ["key 2" if adds else "key 1", "drag"], way(line)


def fill(layer: Labels, task: Task) -> tuple[list[str], float]:
    """The bucket with the background's label."""
    layer.contiguous = True
    layer.fill(task.at[::-1], 0)
    return ["key 4", "key X", "click"], 0.0


def polygon(layer: Labels, task: Task) -> tuple[list[str], float]:
    """Corner by corner, closed by a double click."""
    adds = bool((task.truth & ~task.start).any())
    rest = np.zeros_like(task.truth) if adds else task.truth
    line = around(task.wrong, rest)
    corners = cv2.approxPolyDP(line.astype(np.float32)[:, None], 1.5, True)[:, 0]
    layer.paint_polygon([(y, x) for x, y in corners], 1 if adds else 0)
    keys = ["key 3"] if adds else ["key 3", "key X"]
    return [*keys, *["click"] * len(corners), "double click"], 0.0


WAYS = {
    "one wrong island": (scribble, fill),
    "a missed lobe": (scribble, polygon),
    "a leak into the neighbour": (scribble, polygon),
}


def main() -> int:
    """Do it and print the table."""
    print(
        "| task | way | steps | of which | length of drags | Dice before | Dice after |\n|---|---|---|---|---|---|---|"
    )
    for task in tasks():
        for act in WAYS[task.name]:
            layer = Labels(task.start.astype(np.uint8))
            steps, length = act(layer, task)
            mask = layer.data == 1
            reached = dice(mask, task.truth)
            short = "" if reached >= GOOD else " (too low)"
            counted = ", ".join(f"{steps.count(one)} × {one}" for one in dict.fromkeys(steps))
            print(
                f"| {task.name} | {act.__name__} | {len(steps)} | {counted} | {length:.0f} px"
                f" | {dice(task.start, task.truth):.3f} | {reached:.3f}{short} |"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
