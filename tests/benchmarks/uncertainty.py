"""How well the uncertainty of a prediction foretells its error: rank correlation with 1 − Dice against reference masks.

    python -m tests.benchmarks.uncertainty [DATA_FOLDER] [--limit 30]

The demo project, and the sets of a folder with one sub-folder each of images/ and masks/. Beside `core.uncertainty` stand what was
tried and not taken: the model's own predicted IoU, and the mean of p·(1−p) over the predicted region.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from core.demo_project import read_demo_project
from core.features import FeatureCache
from core.image_file import read_image
from core.inference.predictor import Predictor
from core.labelled_set import read_reference_mask
from core.mask import HALF, apply_threshold, probability_levels
from core.metrics import dice
from core.model_reference import open_segmenter
from core.uncertainty import uncertainty_of

SETS = {
    "breast_us_busi": "the breast lesion",
    "optic_disc": "the optic disc",
    "skin_isic": "the skin lesion",
    "us_fetal_head_hc18": "the fetal head",
    "polyp_kvasir": "the polyp",
}


def variance(logits: np.ndarray) -> float:
    """The mean of p·(1−p) where p ≥ 0.5, or at the highest p."""
    p = 1 / (1 + np.exp(-np.clip(logits.astype(np.float32), -30, 30)))
    inside = p[p >= min(0.5, float(p.max()))]
    return float(np.mean(inside * (1 - inside)))


def measure(name: str, pairs: Iterable[tuple[Path, Path, str]], predictor: Predictor) -> str:
    """One row of the table."""
    errors, found = [], []
    for image, reference, prompt in pairs:
        read = read_image(image)
        truth = read_reference_mask(reference, read.height, read.width).mask
        guess = predictor.predict(image, prompt)
        levels = probability_levels(guess.logits, read.height, read.width)
        errors.append(1 - dice(apply_threshold(levels, HALF), truth))
        found.append((uncertainty_of(guess.logits), 1 - guess.predicted_iou, variance(guess.logits)))
    ranks = [f"{spearmanr(values, errors)[0]:.2f}" for values in zip(*found, strict=True)]
    return f"| {name} | {len(errors)} | {1 - np.mean(errors):.3f} | {' | '.join(ranks)} |"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--limit", type=int, default=30)
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores\n")
    print(
        "| set | images | Dice at 0.5 | uncertainty | 1 − predicted IoU | mean of p·(1−p) |\n|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as cache:
        predictor = Predictor(open_segmenter("demo", "cpu"), FeatureCache(Path(cache)))
        demo = read_demo_project()
        prompts = {row.name: row.prompt for row in demo.structures}
        pairs = [(one.image, mask, prompts[name]) for one in demo.images for name, mask in one.masks.items()]
        print(measure("demo project", pairs, predictor), flush=True)
        for name, prompt in SETS.items() if options.data else ():
            masks = sorted((options.data / name / "masks").glob("*.png"))[: options.limit]
            images = options.data / name / "images"
            print(
                measure(name, [(next(images.glob(f"{one.stem}.*")), one, prompt) for one in masks], predictor),
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
