"""Print the tables of the model card: pictures of our own drawing, and what real sets there are.

    python packaging/demo_model/measure.py [--model FOLDER] [--real FOLDER_OF_SETS ...] [--each 8]

A set is measured on its last third of the sorted names, at least 6, as everywhere here.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import pictures  # noqa: E402
from check import ABSENT, ABSENT_ELSE  # noqa: E402

from core.mask import HALF, apply_threshold, probability_levels, threshold_of  # noqa: E402
from core.metrics import dice  # noqa: E402
from core.sa2va.segmenter import Sa2VASegmenter  # noqa: E402

FIRST_SEED, SIDE = 9_500_000, 512
"""Apart from the seeds of training (below 4 000 000) and of the check during training (9 000 000)."""
STEPS = tuple(range(10, 191, 10))
WORDS = {
    "brain_mr_mets": "the brain metastasis", "breast_us_busi": "the breast lesion", "ct_spleen_msd": "the spleen",
    "cxr_lungs": "the lungs", "em_membrane_isbi2012": "the cell membranes", "nuclei_fluo_dsb2018": "the cell nuclei",
    "nuclei_he_dsb2018": "the cell nuclei", "optic_disc": "the optic disc", "polyp_kvasir": "the polyp",
    "retina_vessels_drive": "the blood vessels", "skin_isic": "the skin lesion", "us_carotid": "the carotid artery",
    "us_fetal_head_hc18": "the fetal head",
}  # fmt: skip


@dataclass
class Scores:
    """Dice at each of `STEPS` for every picture."""

    rows: list[list[float]] = field(default_factory=list)

    def add(self, levels: np.ndarray, truth: np.ndarray) -> None:
        """One more answer."""
        self.rows.append([dice(apply_threshold(levels, step), truth) for step in STEPS])

    def __str__(self) -> str:
        mean = np.mean(self.rows, axis=0)
        best = int(mean.argmax())
        half = mean[STEPS.index(HALF)]
        return f"{len(self.rows)} | {half:.3f} | {mean[best]:.3f} | {threshold_of(STEPS[best]):.2f}"


@torch.no_grad()
def answers(segmenter: Sa2VASegmenter, rgb: np.ndarray, phrases: list[str]) -> list[np.ndarray]:
    """Levels (H, W) for each phrase on one picture."""
    features = segmenter.encode_image(rgb)
    found = []
    for phrase in phrases:
        chosen = segmenter.decode(features, segmenter.embed_prompt(rgb, phrase)).chosen[0].float().cpu().numpy()
        found.append(probability_levels(chosen.astype(np.float16), *rgb.shape[:2]))
    return found


def own_pictures(segmenter: Sa2VASegmenter, each: int) -> None:
    """Per kind and structure; and how much is drawn for two things that are not there."""
    for kind in pictures.KINDS:
        scores: dict[str, Scores] = defaultdict(Scores)
        drawn = []
        for number in range(each):
            sample = pictures.make(kind, FIRST_SEED + number, SIDE)
            keys, absent = list(sample.masks), list(ABSENT.get(kind, ABSENT_ELSE))
            levels = answers(segmenter, sample.image, [pictures.PROMPTS[key][0] for key in keys] + absent)
            for key, answer in zip(keys, levels, strict=False):
                scores[key].add(answer, sample.masks[key])
            drawn += [100 * apply_threshold(answer, HALF).mean() for answer in levels[len(keys) :]]
        for key, score in sorted(scores.items()):
            print(f"| {kind} | {key} | {score} |", flush=True)
        print(f"| {kind} | absent | mean {np.mean(drawn):.2f} % | most {np.max(drawn):.2f} % |", flush=True)


def real_set(segmenter: Sa2VASegmenter, folder: Path) -> None:
    """One line for the test part of a set."""
    names = sorted(path.stem for path in (folder / "masks").glob("*.png"))
    score = Scores()
    for name in names[len(names) - max(6, round(len(names) / 3)) :]:
        image = cv2.imread(str(next((folder / "images").glob(name + ".*"))))
        mask = cv2.imread(str(folder / "masks" / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
        rgb = np.ascontiguousarray(image[..., ::-1])
        score.add(answers(segmenter, rgb, [WORDS[folder.name]])[0], mask > 127)
    print(f"| {folder.name} | {score} |", flush=True)


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=HERE.parents[1] / "resources" / "demo_model")
    parser.add_argument("--real", type=Path, nargs="*", default=[], help="folders, each a set of `WORDS`")
    parser.add_argument("--each", type=int, default=8)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(2)
    segmenter = Sa2VASegmenter.load(options.model, options.device)
    for folder in options.real:
        real_set(segmenter, folder)
    if options.each:
        own_pictures(segmenter, options.each)


if __name__ == "__main__":
    main()
