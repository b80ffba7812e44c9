"""The held-out images on which a new version does worst, as small pictures inside its folder: label, mask before, mask after."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.finetune.dataset import disk_full, read_pixels, read_truth
from core.finetune.figures import Judged
from core.finetune.worst_files import worst_file
from core.mask import apply_threshold, probability_levels

MOST = 6
SIDE, GAP = 200, 4
MARGIN, LEAST_SHARE = 0.3, 0.35
"""Around the masks so much of their size is shown, and at least so much of the image."""
COLOURS = ((48, 164, 108), (62, 139, 232), (245, 158, 11))
"""RGB of the outlines: label, before, after."""

Mask = npt.NDArray[np.bool_]
Pixels = npt.NDArray[np.uint8]


def worst_places(before: npt.NDArray[np.float64], after: npt.NDArray[np.float64], most: int = MOST) -> list[int]:
    """Places of the labels to show: half of them those that lost most, as far as any lost; the others those with the lowest Dice.

    Args:
        before: (N,) Dice of the model before.
        after: (N,) Dice of the new version.
        most: how many.

    Returns:
        At most `most` places, each once, the lowest Dice after first.
    """
    losses = [int(place) for place in np.argsort(after - before, kind="stable") if after[place] < before[place]]
    chosen = losses[: most // 2]
    chosen += [int(place) for place in np.argsort(after, kind="stable") if place not in chosen][: most - len(chosen)]
    return sorted(chosen, key=lambda place: float(after[place]))


def choose_worst(judged: Judged) -> list[int]:
    """Places in the figures' list of images; their pictures are numbered in this order (`core.finetune.worst_files`)."""
    before, after = judged.before, judged.after
    return worst_places(before.dice(before.rival_steps), after.dice(after.steps))


def draw_worst(folder: Path, judged: Judged, places: list[int]) -> None:
    """Draw the chosen cases into a version's folder.

    Raises:
        FinetuneError: an image or a mask is gone, or the disk is full.
    """
    before, after = judged.before, judged.after
    for number, place in enumerate(places, start=1):
        example = judged.held_out[place]
        truth = read_truth(example)
        masks = [truth] + [
            apply_threshold(probability_levels(model.maps[place], *truth.shape), steps[place])
            for model, steps in ((before, before.rival_steps), (after, after.steps))
        ]
        picture = cv2.imencode(".png", cv2.cvtColor(draw_case(read_pixels(example), masks), cv2.COLOR_RGB2BGR))[1]
        try:
            (folder / worst_file(number)).write_bytes(picture.tobytes())
        except OSError as error:
            raise disk_full() from error


def draw_case(pixels: Pixels, masks: list[Mask]) -> Pixels:
    """(SIDE, 3·SIDE + 2·GAP, 3) uint8 RGB: the same part of an image three times, each with the outline of one mask (H, W) bool.

    Between the parts there is black; where the image ends, too.
    """
    rows, columns = _window(np.logical_or.reduce(masks))
    drawn = np.zeros((SIDE, len(masks) * SIDE + (len(masks) - 1) * GAP, 3), np.uint8)
    for number, (mask, colour) in enumerate(zip(masks, COLOURS, strict=True)):
        part = np.ascontiguousarray(pixels[rows, columns])
        share = SIDE / max(part.shape[:2])
        size = (max(1, round(part.shape[1] * share)), max(1, round(part.shape[0] * share)))
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR)
        cells = cv2.resize(mask[rows, columns].astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.5
        edges, _ = cv2.findContours(cells.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(small, edges, -1, colour, 2, cv2.LINE_AA)
        top, left = (SIDE - size[1]) // 2, number * (SIDE + GAP) + (SIDE - size[0]) // 2
        drawn[top : top + size[1], left : left + size[0]] = small
    return drawn


def _window(mask: Mask) -> tuple[slice, slice]:
    """The rows and columns to show around a mask; all of them if it is empty."""
    height, width = mask.shape
    if not mask.any():
        return slice(0, height), slice(0, width)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    side = max(rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1)
    side = max(round(side * (1 + 2 * MARGIN)), round(max(height, width) * LEAST_SHARE))

    def around(first: int, last: int, limit: int) -> slice:
        begin = max(0, min((first + last + 1 - side) // 2, limit - side))
        return slice(begin, min(limit, begin + side))

    return around(int(rows[0]), int(rows[-1]), height), around(int(columns[0]), int(columns[-1]), width)
