"""How good are predictions? Dice and IoU of every image at every threshold, then means with confidence intervals.

Each image is predicted once and kept as two curves over the 199 threshold steps, so that 0.5, any chosen threshold and
the best one are read from the same prediction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.dice_curve import Curve, best_on, score_curves
from core.errors import InputError, KnownError
from core.image_file import read_image
from core.inference.predictor import Predictor
from core.labelled_set import Pair, read_reference_mask
from core.mask import STEPS, decode_png, encode_png, probability_levels, threshold_of
from core.metrics import bootstrap_interval
from core.shape_metrics import is_thin, shape_figures

HALF_STEP = STEPS // 2
PLATEAU = 0.002
"""A model that has learned its images by heart is equally good on them over a range of thresholds; within this range of
Dice the threshold nearest to 0.5 is taken, for both models alike."""


@dataclass(frozen=True)
class ImageScore:
    """One image: Dice and IoU at every threshold step.

    Attributes:
        logits: (G, G) float32, the prediction itself, where a closer look is wanted.
        reference: PNG of the mask that it was compared with.
    """

    name: str
    dice: Curve
    iou: Curve
    predicted_iou: float
    object_score: float
    sha256: str
    logits: npt.NDArray[np.float32] | None = None
    reference: bytes = b""


@dataclass(frozen=True)
class Scores:
    """What was measured, and what could not be: (file name, sentence) of each image left out; `notes` on odd masks."""

    images: tuple[ImageScore, ...]
    failures: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Summary:
    """Means over images at one threshold; the intervals are 95 % by bootstrap over images."""

    step: int
    threshold: float
    dice: float
    dice_interval: tuple[float, float]
    iou: float
    iou_interval: tuple[float, float]

    def as_json(self) -> dict[str, object]:
        """The same as plain values."""
        return {
            "threshold": self.threshold,
            "step": self.step,
            "dice": self.dice,
            "dice_interval": list(self.dice_interval),
            "iou": self.iou,
            "iou_interval": list(self.iou_interval),
        }


def score_pair(predictor: Predictor, pair: Pair, prompt: str, zoom: int = 1) -> tuple[ImageScore, str]:
    """Predict one image and compare it with its reference mask.

    Returns:
        The score, and a note on the mask (empty where nothing had to be decided).

    Raises:
        ImageError, InputError, DeviceError: in words for the person who gave the files.
    """
    image = read_image(pair.image)
    reference = read_reference_mask(pair.mask, image.height, image.width)
    prediction = predictor.predict(pair.image, prompt, zoom=zoom)
    dice, iou = score_curves(probability_levels(prediction.logits, image.height, image.width), reference.mask)
    known = pair.name, dice, iou, prediction.predicted_iou, prediction.object_score, image.sha256
    score = ImageScore(*known, np.asarray(prediction.logits, np.float32), encode_png(reference.mask))
    return score, reference.note


def score_pairs(
    predictor: Predictor,
    pairs: Sequence[Pair],
    prompt: str,
    progress: Callable[[int, int, str], None],
    zoom: int = 1,
) -> Scores:
    """Score every pair; one that cannot be used is left out and named.

    Args:
        predictor: a loaded model.
        pairs: images with reference masks.
        prompt: the structure in words.
        progress: called with (done so far, all, file name).
        zoom: of the predictions (`core.zoom`).

    Raises:
        InputError: if not one image could be used.
    """
    scored: list[ImageScore] = []
    failures: list[tuple[str, str]] = []
    notes: list[str] = []
    for count, pair in enumerate(pairs):
        progress(count, len(pairs), pair.image.name)
        try:
            score, note = score_pair(predictor, pair, prompt, zoom)
        except KnownError as error:
            failures.append((pair.image.name, str(error)))
            continue
        scored.append(score)
        if note:
            notes.append(note)
    progress(len(pairs), len(pairs), "")
    if not scored:
        raise InputError(
            "Not one of the {count} images could be measured. The first: {first}",
            "Correct the files and try again.",
            count=len(pairs),
            first=failures[0][1] if failures else "",
        )
    return Scores(tuple(scored), tuple(failures), tuple(notes))


def shapes_of(images: Sequence[ImageScore], step: int) -> list[dict[str, float]]:
    """The figures of `core.shape_metrics` of each image at one threshold step; what is thin is told by all masks together."""
    thin = is_thin(decode_png(image.reference) for image in images)
    return [
        shape_figures(image.logits, decode_png(image.reference), step, thin)
        for image in images
        if image.logits is not None
    ]


def summarise(images: Sequence[ImageScore], step: int, seed: int = 0) -> Summary:
    """Mean Dice and IoU at one threshold step, with 95 % bootstrap intervals over images."""
    dice = np.array([image.dice[step - 1] for image in images])
    iou = np.array([image.iou[step - 1] for image in images])
    return Summary(
        step,
        threshold_of(step),
        float(dice.mean()),
        _interval(dice, seed),
        float(iou.mean()),
        _interval(iou, seed),
    )


def _interval(values: npt.NDArray[np.float64], seed: int) -> tuple[float, float]:
    low, high = bootstrap_interval(values, seed)
    return float(low), float(high)


def mean_curve(images: Sequence[ImageScore]) -> Curve:
    """Mean Dice at every threshold step, (199,)."""
    return np.asarray(np.mean([image.dice for image in images], axis=0))


def best_step(images: Sequence[ImageScore], tolerance: float = 1e-12) -> int:
    """The threshold step with the highest mean Dice; of those within `tolerance` of it, the one nearest to 0.5."""
    return best_on(mean_curve(images), tolerance)
