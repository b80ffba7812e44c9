"""How far a corrected mask can be carried through a stack, and when it is better to stop.

    python -m tests.benchmarks.propagate DATA_FOLDER [--model demo] [--device cpu] [--most 12] [--volumes NAME ...]
        [--out out/propagate.json] [--again out/propagate.json ...]

DATA_FOLDER/formats/nifti holds volumes with their labels (`VOLUMES`). For each structure two slices are taken for corrected: that with
the largest area, and one a quarter of the way through. From each, the true mask is carried up to --most slices in both directions,
two beyond the structure's end. Dice is that of the mask at a threshold of 0.5, at the slice's own size.

First table: Dice by distance from the corrected slice, for four ways. Second: what each rule for stopping keeps and loses.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.features import FeatureCache
from core.image_file import places_in, read_image
from core.inference.doubt import Limits, doubt_of
from core.inference.predictor import Predictor
from core.inference.stack_walk import StackWalk, Step
from core.mask import HALF, apply_threshold, probability_levels
from core.metrics import dice
from core.model_reference import open_segmenter

VOLUMES = {
    "hippocampus_001": ("hippocampus_001_label", {1: "the hippocampus"}),
    "hippocampus_003": ("hippocampus_003_label", {2: "the hippocampus"}),
    "hippocampus_006": ("hippocampus_006_label", {1: "the hippocampus", 2: "the hippocampus"}),
    "spine_t2": ("spine_t2_cord_label", {1: "the spinal cord"}),
    "totalseg_ct_small": (
        "totalseg_ct_small_label",
        {
            5: "the liver", 1: "the spleen", 2: "the right kidney", 3: "the left kidney", 52: "the aorta", 6: "the stomach",
            4: "the gallbladder", 31: "the vertebra", 79: "the spinal cord",
        },
    ),
}  # fmt: skip
"""Volume -> its labels, and the words for some of their values. The demo model knows the words of the first five of the CT."""
BANDS = ((1, 1), (2, 2), (3, 4), (5, 8), (9, 12))
GOOD, BAD = 0.7, 0.5
"""A mask that a person would keep, and one that is quicker drawn anew: Dice."""


@dataclass(frozen=True)
class Reached:
    """One slice of a walk. `area` is that of the truth in pixels; `alone` and `copied` are Dice without the walk."""

    walk: str
    with_words: bool
    distance: int
    area: int
    dice: float
    alone: float
    copied: float
    predicted_iou: float
    object_score: float
    overlap: float
    growth: float

    def doubt(self, limits: Limits) -> str | None:
        """What `core.inference.doubt` says to it."""
        empty = np.zeros((1, 1), np.float16)
        return doubt_of(Step(0, empty, self.predicted_iou, self.object_score, self.overlap, self.growth), limits)


def values_of(label: Path) -> np.ndarray:
    """(slices, H, W) the values of a label volume, as it is shown."""
    read = [read_image(place) for place in places_in([label])]
    return np.stack([one.native if one.native is not None else one.pixels[..., 0] for one in read])


def dice_of(logits: np.ndarray, truth: np.ndarray) -> float:
    """Dice of an answer at a threshold of 0.5."""
    return dice(apply_threshold(probability_levels(logits, *truth.shape), HALF), truth)


def walks(folder: Path, predictor: Predictor, names: list[str], most: int) -> Iterator[Reached]:
    """Every slice that every walk reaches, without stopping but for an empty mask."""
    for name in names:
        label, structures = VOLUMES[name]
        places = places_in([folder / f"{name}.nii.gz"])
        values = values_of(folder / f"{label}.nii.gz")
        words = sorted(set(structures.values()))
        alone = [dict(zip(words, predictor.predict_several(place, words), strict=True)) for place in places]
        for value, prompt in structures.items():
            truth = values == value
            area = truth.sum(axis=(1, 2))
            extent = np.flatnonzero(area)
            starts = sorted({int(area.argmax()), int(extent[len(extent) // 4])})
            by_words = [dice_of(alone[index][prompt].logits, truth[index]) for index in range(len(places))]
            for start in starts:
                for forward in (True, False):
                    end = extent[-1] - start if forward else start - extent[0]
                    for with_words in (True, False):
                        walk = StackWalk(predictor, places, start, truth[start], prompt if with_words else "", forward)
                        for distance in range(1, min(most, end + 2) + 1):
                            try:
                                step = walk.step()
                            except IndexError:
                                break
                            there = truth[step.index]
                            yield Reached(
                                f"{name} {value} from {start} {'on' if forward else 'back'}",
                                with_words,
                                distance,
                                int(area[step.index]),
                                dice_of(step.logits, there),
                                by_words[step.index],
                                dice(truth[start], there),
                                step.predicted_iou,
                                step.object_score,
                                step.overlap,
                                step.growth,
                            )
                            if step.is_empty:
                                break
        print(f"{name}: {time.strftime('%X')}", file=sys.stderr, flush=True)


def by_distance(reached: list[Reached]) -> None:
    """Print the first table: slices that hold the structure."""
    print("| slices away | n | mask prompt and words | mask prompt alone | words alone | mask unchanged |")
    print("|---|---|---|---|---|---|")
    for low, high in BANDS:
        here = [one for one in reached if low <= one.distance <= high and one.area]
        spoken, silent = ([one for one in here if one.with_words is asked] for asked in (True, False))
        if spoken and silent:
            figures = [
                np.mean([one.dice for one in spoken]),
                np.mean([one.dice for one in silent]),
                np.mean([one.alone for one in spoken]),
                np.mean([one.copied for one in spoken]),
            ]
            cells = " | ".join(f"{figure:.3f}" for figure in figures)
            print(f"| {low if low == high else f'{low} to {high}'} | {len(spoken)} | {cells} |")


def kept_by(reached: list[Reached], stops: Callable[[Reached], bool]) -> tuple[list[Reached], list[Reached]]:
    """What lies before each walk's first doubtful slice, and the rest."""
    kept: list[Reached] = []
    lost: list[Reached] = []
    stopped: set[tuple[str, bool]] = set()
    for one in reached:
        key = (one.walk, one.with_words)
        if stops(one):
            stopped.add(key)
        (lost if key in stopped else kept).append(one)
    return kept, lost


def rules(reached: list[Reached]) -> None:
    """Print the second table."""
    print(f"\n| least guess | least overlap | kept | mean Dice | kept below {BAD} | lost above {GOOD} | past the end |")
    print("|---|---|---|---|---|---|---|")
    for iou in (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        for overlap in (0.0, 0.5, 0.6, 0.7, 0.8):
            limits = Limits(iou, overlap)
            kept, lost = kept_by(reached, lambda one, limits=limits: one.doubt(limits) is not None)
            holding = [one for one in kept if one.area]
            bad = sum(one.dice < BAD for one in holding) / max(1, len(holding))
            good = sum(one.dice >= GOOD for one in lost if one.area)
            all_good = sum(one.dice >= GOOD for one in reached if one.area)
            mean = np.mean([one.dice for one in holding]) if holding else float("nan")
            past = len(kept) - len(holding)
            print(
                f"| {iou} | {overlap} | {len(kept)} of {len(reached)} | {mean:.3f} | {bad:.0%} | "
                f"{good} of {all_good} | {past} |"
            )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="demo")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--most", type=int, default=12)
    parser.add_argument("--cache", type=Path, help="a folder that keeps features from run to run")
    parser.add_argument("--out", type=Path, help="write every slice into this file")
    parser.add_argument("--again", type=Path, nargs="+", help="print the tables of files that --out wrote")
    parser.add_argument("--volumes", nargs="+", choices=list(VOLUMES), default=list(VOLUMES))
    options = parser.parse_args()
    folder = options.data / "formats" / "nifti"
    if options.again is not None:
        read = [json.loads(file.read_text(encoding="utf-8")) for file in options.again]
        reached = [Reached(**entry) for entries in read for entry in entries]
    elif folder.is_dir():
        store = FeatureCache(options.cache) if options.cache is not None else None
        predictor = Predictor(open_segmenter(options.model, options.device), store)
        reached = list(walks(folder, predictor, options.volumes, options.most))
    else:
        print(f"not measured: there is no folder {folder}")
        return 1
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps([asdict(one) for one in reached]), encoding="utf-8")
    count = len({one.walk for one in reached})
    print(f"{count} walks of {options.model}, two ways each\n")
    by_distance(reached)
    rules([one for one in reached if one.with_words])
    return 0


if __name__ == "__main__":
    sys.exit(main())
