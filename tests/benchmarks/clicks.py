"""What clicks and a box add to the words, and whether the decoder gains by seeing the mask before as well.

    python -m tests.benchmarks.clicks [--images FOLDER --masks FOLDER --prompt TEXT] [--model REF] [--clicks 5] [--zoom 1]

Without folders it takes the demo images and their reference masks. Each click is set where a careful person would set it: at the
point of the largest wrong piece that lies farthest from its edge, as in Sofiiuk et al., "Reviving Iterative Training with Mask
Guidance for Interactive Segmentation", ICIP 2022. The threshold stays at 0.5. "Heard" is the share of clicked pixels that are then
in the mask, or out of it, as the click says. With --painted a hand first paints the largest wrong piece as it should be, then clicks;
painted pixels stay as they are, and compared is whether the decoder gains by seeing them.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch

from core.clicks import Clicks
from core.correction import ADDED, REMOVED, EditLayer
from core.demo_project import read_demo_project
from core.inference.predictor import Prediction, Predictor
from core.labelled_set import pair_up
from core.mask import HALF, apply_threshold, probability_levels
from core.mask_prompt import mask_prompt
from core.mask_tools import keep_largest
from core.metrics import dice
from core.model_reference import open_segmenter

Mask = npt.NDArray[np.bool_]


def next_click(clicks: Clicks, mask: Mask, truth: Mask) -> Clicks:
    """One click more, in the middle of the largest wrong piece; none where nothing is wrong."""
    best: tuple[float, int, int, bool] = (0.0, 0, 0, True)
    for wrong, inside in ((truth & ~mask, True), (mask & ~truth, False)):
        _, pieces, sizes, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8))
        if len(sizes) > 1:
            largest = 1 + int(sizes[1:, cv2.CC_STAT_AREA].argmax())
            size = float(sizes[largest, cv2.CC_STAT_AREA])
            depth = cv2.distanceTransform(np.pad(pieces == largest, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
            row, column = np.unravel_index(int(depth.argmax()), depth.shape)
            best = max(best, (size, int(column), int(row), inside))
    size, column, row, inside = best
    return clicks.with_point(column + 0.5, row + 0.5, inside) if size else clicks


def paint(layer: npt.NDArray[np.uint8], mask: Mask, truth: Mask) -> None:
    """Paint the largest wrong piece of a mask as it should be."""
    for wrong, value in ((truth & ~mask, ADDED), (mask & ~truth, REMOVED)):
        kept = keep_largest(wrong)
        if kept.sum() > (layer > 0).sum():
            layer[...] = 0
            layer[kept] = value


def heard(clicks: Clicks, mask: Mask) -> float:
    """Share of the clicks whose pixel is as they say."""
    return float(np.mean([mask[int(y), int(x)] == bool(inside) for x, y, inside in clicks.points]))


def box_around(truth: Mask) -> Clicks:
    """The box of a reference mask."""
    x, y, width, height = cv2.boundingRect(truth.astype(np.uint8))
    return Clicks().with_box(x, y, x + width, y + height)


def asked(options: argparse.Namespace) -> Iterator[tuple[Path, str, Mask]]:
    """Image, prompt and reference mask of everything that is asked."""
    if options.images is None:
        project = read_demo_project()
        prompts = {structure.name: structure.prompt for structure in project.structures}
        pairs = [(one.image, prompts[name], file) for one in project.images for name, file in one.masks.items()]
    else:
        found = pair_up(options.images, options.masks).pairs
        pairs = [(pair.image, options.prompt, pair.mask) for pair in found]
    for image, prompt, file in pairs:
        truth = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        assert truth is not None
        if (truth > 127).any():
            yield image, prompt, truth > 127


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path)
    parser.add_argument("--masks", type=Path)
    parser.add_argument("--prompt", default="")
    parser.add_argument("--model", default="demo")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--clicks", type=int, default=5)
    parser.add_argument("--painted", action="store_true")
    parser.add_argument("--zoom", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    predictor = Predictor(open_segmenter(options.model, options.device))
    scores: dict[tuple[str, bool], list[float]] = defaultdict(list)
    shares: dict[tuple[str, bool], list[float]] = defaultdict(list)
    seconds: list[float] = []

    def mask_of(found: Prediction) -> Mask:
        predicted = apply_threshold(probability_levels(found.logits, found.height, found.width), HALF)
        return edits.final(predicted)

    def before_of(found: Prediction, sees: bool) -> npt.NDArray[np.floating] | None:
        if options.painted:
            return mask_prompt(found.logits, edits.layer) if sees else found.logits
        return found.logits if sees else None

    for image, prompt, truth in asked(options):
        words, edits = predictor.predict(image, prompt, zoom=options.zoom), EditLayer(*truth.shape)
        if options.painted:
            paint(edits.layer, mask_of(words), truth)
        for sees in (False, True):
            found = words
            scores["words alone", sees].append(dice(mask_of(found), truth))
            boxed = predictor.predict(image, prompt, box_around(truth), options.zoom, before_of(words, sees))
            scores["a box", sees].append(dice(mask_of(boxed), truth))
            clicks = Clicks()
            for number in range(1, options.clicks + 1):
                clicks = next_click(clicks, mask_of(found), truth)
                found = predictor.predict(image, prompt, clicks, options.zoom, before_of(found, sees))
                seconds.append(found.seconds)
                what = f"{number} click" + "s" * (number > 1)
                scores[what, sees].append(dice(mask_of(found), truth))
                if clicks:
                    shares[what, sees].append(heard(clicks, mask_of(found)))
    count = len(scores["words alone", False])
    print(f"{count} images, {os.cpu_count()} cores; a click: median {1e3 * statistics.median(seconds):.0f} ms\n")
    more = "what was painted" if options.painted else "the mask before"
    print(f"| | Dice | heard | Dice, {more} seen as well | heard | better / worse for it |\n|---|---|---|---|---|---|")
    for what in dict.fromkeys(what for what, _ in scores):
        plain, seeing = np.array(scores[what, False]), np.array(scores[what, True])
        changed = f"{(seeing > plain).sum()} / {(seeing < plain).sum()}"
        alone, both = (f"{np.mean(shares[what, sees]):.2f}" if shares[what, sees] else "–" for sees in (False, True))
        print(f"| {what} | {plain.mean():.3f} | {alone} | {seeing.mean():.3f} | {both} | {changed} |", flush=True)


if __name__ == "__main__":
    main()
