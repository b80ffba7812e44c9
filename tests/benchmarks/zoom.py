"""What a zoom brings for thin structures, and what it costs: ceiling of the grid, Dice and centreline Dice after a fine-tune.

    python -m tests.benchmarks.zoom DATA_FOLDER [--set retina_vessels_drive] [--prompt "the blood vessels"] [--zooms 1 2 3]
        [--out FOLDER] [--model REF] [--device cpu] [--settings "--epochs 20"]

DATA_FOLDER/SET holds images/ and masks/. The test part is the last third of the sorted names, at least 6; the rest is learned
from. Thresholds are chosen on what is learned from. Centreline Dice: Shit et al., clDice, CVPR 2021, on whole masks.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np

from core.dice_curve import score_curves
from core.evaluate import ImageScore, best_step
from core.finetune.dataset import target_of
from core.inference.predictor import Predictor
from core.labelled_set import pair_up
from core.mask import apply_threshold, probability_levels
from core.metrics import dice
from core.model_reference import open_segmenter
from core.shape_metrics import centreline_dice
from core.zoom import side_of
from tests.benchmarks.real_sets import command, divide, link


def ceiling(truth: np.ndarray, zoom: int) -> float:
    """Dice of the best answer that the grid can hold: the exact share in each cell, enlarged, cut at 0.5."""
    share = target_of(truth, side_of(256, zoom)).numpy().clip(1e-4, 1 - 1e-4)
    levels = probability_levels(np.log(share / (1 - share)), *truth.shape)
    return dice(apply_threshold(levels, 100), truth)


def masks_of(model: str, device: str, folder: Path, prompt: str, zoom: int) -> tuple[list[tuple], float]:
    """[(levels, truth)] of a labelled folder, and seconds a prediction."""
    predictor = Predictor(open_segmenter(model, device))
    found, begun = [], time.perf_counter()
    for pair in pair_up(folder / "images", folder / "masks").pairs:
        truth = cv2.imread(str(pair.mask), cv2.IMREAD_GRAYSCALE) > 127
        answer = predictor.predict(pair.image, prompt, zoom=zoom)
        found.append((probability_levels(answer.logits, *truth.shape), truth))
    return found, (time.perf_counter() - begun) / len(found)


def best_of(found: list[tuple]) -> int:
    """The threshold step that is best on a labelled folder."""
    return best_step([ImageScore("", *score_curves(levels, truth), 0.0, 0.0, "") for levels, truth in found])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--set", default="retina_vessels_drive")
    parser.add_argument("--prompt", default="the blood vessels")
    parser.add_argument("--zooms", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--out", type=Path, default=Path("out/zoom"))
    parser.add_argument("--model", default="demo")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--settings", default="", help="more options of finetune, in one string")
    options = parser.parse_args()
    source = options.data / options.set
    if not source.is_dir():
        print(f"not measured: there is no folder {source}")
        return 1
    learn, test = divide(source, 1000)
    learning, testing = link(source, learn, options.out / "learn"), link(source, test, options.out / "test")
    both = link(source, [*learn, *test], options.out / "both")
    held_out = options.out / "held_out.txt"
    held_out.write_text("\n".join(test) + "\n", encoding="utf-8")
    print(f"{options.set}: {len(learn)} learned from, {len(test)} tested on\n")
    print("| zoom | grid | ceiling | base Dice | base clDice | tuned Dice | tuned clDice | fine-tune | a prediction |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for zoom in options.zooms:
        version = options.out / f"version_{zoom}"
        run, seconds = command(
            "finetune", "--images", str(both / "images"), "--masks", str(both / "masks"), "--prompt", options.prompt,
            "--test-images", str(held_out), "--model", options.model, "--device", options.device, "--zoom", str(zoom),
            "--out", str(version), "--json", str(options.out / f"finetune_{zoom}.json"), *options.settings.split(),
        )  # fmt: skip
        cells = []
        for model in (options.model, str(version)):
            step = best_of(masks_of(model, options.device, learning, options.prompt, zoom)[0])
            found, each = masks_of(model, options.device, testing, options.prompt, zoom)
            masks = [(apply_threshold(levels, step), truth) for levels, truth in found]
            cells += [np.mean([dice(*pair) for pair in masks]), np.mean([centreline_dice(*pair) for pair in masks])]
        top = np.mean([ceiling(truth, zoom) for _, truth in found])
        numbers = " | ".join(f"{value:.3f}" for value in (top, *cells))
        print(f"| {zoom} | {side_of(256, zoom)} | {numbers} | {seconds:.0f} s | {each:.1f} s |", flush=True)
        (options.out / f"figures_{zoom}.json").write_text(
            json.dumps([float(top), *map(float, cells)]), encoding="utf-8"
        )
        assert run["ok"]
    return 0


if __name__ == "__main__":
    sys.exit(main())
