"""The whole way without a window, on the demo project: predict, threshold, correct, store, fine-tune, compare, export.

The second scanner's images are ones that the demo model is visibly worse on. Ten of them are "corrected" by taking over
their reference masks as strokes; the patients that are left are never learned from and say what it was worth.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.correction import ADDED, REMOVED, Patch
from core.demo_project import DemoProject
from core.dice_curve import score_curves
from core.errors import FinetuneError
from core.evaluate import HALF_STEP, PLATEAU, ImageScore, best_step, summarise
from core.features import FeatureCache
from core.finetune.freeze import begin, finish, freeze_labels
from core.finetune.job import Job
from core.inference.predictor import Predictor
from core.labelled_set import read_reference_mask
from core.mask import apply_threshold, probability_levels
from core.store.rows import ImageRow, JournalStep, StructureRow
from core.store.store import Store

CORRECTED_IMAGES = 10
PROJECT, MASKS, FIGURES = "project", "masks", "figures.json"

Progress = Callable[[int, int, str], None]
OpenModel = Callable[[str, str], Any]
RunJob = Callable[[Job], dict[str, Any]]


@dataclass(frozen=True)
class Target:
    """One structure on one image of the demo project, with its reference mask."""

    image: ImageRow
    structure: StructureRow
    reference: Path

    @property
    def scanner(self) -> str:
        """The scanner that made the image."""
        return self.image.study_key


@dataclass(frozen=True)
class Loop:
    """What the steps of the loop share."""

    store: Store
    model: str
    device: str
    seed: int
    open_model: OpenModel
    say: Callable[[str], None]
    progress: Progress


def fill(store: Store, project: DemoProject) -> list[Target]:
    """Put the demo images and structures into an empty project; return every structure on every image.

    Raises:
        ImageError, StoreError: an image cannot be read, or the project cannot be written.
    """
    from core.image_file import read_image

    read = {entry.image: read_image(entry.image) for entry in project.images}
    store.add_images(
        (image.path, image.sha256, image.width, image.height, entry.patient, entry.scanner)
        for entry, image in ((entry, read[entry.image]) for entry in project.images)
    )
    structures = {row.name: store.add_structure(row.name, row.prompt, row.colour) for row in project.structures}
    rows = {row.sha256: row for row in store.images()}
    return [
        Target(rows[read[entry.image].sha256], structures[name], mask)
        for entry in project.images
        for name, mask in entry.masks.items()
    ]


def predict(loop: Loop, model: str, version_id: str | None, targets: Sequence[Target]) -> str:
    """Predict targets and keep the predictions in the project.

    Returns:
        The `model_id` of what predicted.

    Raises:
        ModelError, ImageError, StoreError: in words.
    """
    predictor = Predictor(loop.open_model(model, loop.device), FeatureCache(loop.store.folder / "cache"))
    for count, target in enumerate(targets):
        loop.progress(count, len(targets), f"{Path(target.image.path).name}: {target.structure.name}")
        found = predictor.predict(
            loop.store.image_path(target.image), target.structure.prompt, zoom=target.structure.zoom
        )
        loop.store.save_prediction(
            target.image.id, target.structure.id, version_id, target.structure.prompt, found.logits, found.predicted_iou
        )
    loop.progress(len(targets), len(targets), "")
    return str(predictor.segmenter.model_id)


def truth_of(target: Target) -> npt.NDArray[np.bool_]:
    """The reference mask (H, W) bool. Raises InputError if it cannot be read or has another size than its image."""
    return read_reference_mask(target.reference, target.image.height, target.image.width).mask


def score(store: Store, targets: Sequence[Target]) -> list[ImageScore]:
    """Compare the newest stored prediction of each target with its reference mask."""
    scores: list[ImageScore] = []
    for target in targets:
        dice, iou = score_curves(_levels(store, target), truth_of(target))
        name = f"{Path(target.image.path).stem}: {target.structure.name}"
        scores.append(ImageScore(name, dice, iou, 0.0, 0.0, target.image.sha256))
    return scores


def correct(store: Store, target: Target, step: int) -> None:
    """Do what a clinician would: move the threshold, paint what is missing, erase what is too much, accept.

    Raises:
        StoreError: the project cannot be written.
    """
    key = (target.image.id, target.structure.id)
    before = store.correction(*key).threshold_step
    if step != before:
        store.append_step(*key, JournalStep("threshold", {"before": before, "after": step}))
    thresholded, truth = apply_threshold(_levels(store, target), step), truth_of(target)
    layer = np.zeros(truth.shape, np.uint8)
    layer[truth & ~thresholded] = ADDED
    layer[~truth & thresholded] = REMOVED
    if layer.any():
        rows, columns = np.flatnonzero(layer.any(axis=1)), np.flatnonzero(layer.any(axis=0))
        after = layer[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
        patch = Patch(int(columns[0]), int(rows[0]), np.zeros_like(after), after)
        store.append_step(*key, JournalStep("stroke", {"tool": "reference mask", "radius": 0, "points": []}, patch))
    edits = store.edit_layer(*key)
    store.save_final(*key, (thresholded | (edits == ADDED)) & (edits != REMOVED), "accepted")


def _levels(store: Store, target: Target) -> npt.NDArray[np.uint8]:
    prediction = store.prediction(target.image.id, target.structure.id)
    assert prediction is not None  # every target was predicted before it is looked at
    return probability_levels(prediction.logits, target.image.height, target.image.width)


def divide(targets: Sequence[Target], scanner: str) -> tuple[list[Target], list[Target]]:
    """Targets of ten images of a scanner that are corrected, and those of its other patients, which are held out.

    Patients are taken in their order until ten images are there; the other images of the last one are not held out.

    Raises:
        FinetuneError: the scanner has too few images or patients for that.
    """
    patients: dict[str, dict[int, list[Target]]] = {}
    for target in targets:
        if target.scanner == scanner:
            patients.setdefault(target.image.patient_key, {}).setdefault(target.image.id, []).append(target)
    corrected: list[Target] = []
    taken: set[int] = set()
    held_out: list[Target] = []
    for images in patients.values():
        if len(taken) >= CORRECTED_IMAGES:
            held_out.extend(target for group in images.values() for target in group)
            continue
        for image, group in images.items():
            if len(taken) < CORRECTED_IMAGES:
                taken.add(image)
                corrected.extend(group)
    if not corrected or not held_out:
        raise FinetuneError(
            "The demo project has too few patients of the second scanner to compare on, so nothing was started.",
            "Install the program again; its demo images are not complete.",
        )
    return corrected, held_out


def finetune(loop: Loop, base_id: str, held_out: Sequence[Target], run_job: RunJob) -> dict[str, Any]:
    """Freeze accepted labels and the held-out references, run the job, and record how it ended.

    Returns:
        The worker's result (version, accepted, reason, figures) and the `id` of the version.

    Raises:
        KnownError: whatever kept the run from its end, in words.
    """
    kept_aside = [(target.image, target.structure, truth_of(target)) for target in held_out]
    job = freeze_labels(
        loop.store,
        model=loop.model,
        device=loop.device,
        seed=loop.seed,
        note="demo",
        base_id=base_id,
        held_out=kept_aside,
    )
    begin(loop.store, job)
    try:
        result = run_job(job)
    except BaseException:
        finish(loop.store, job, "failed")
        raise
    finish(loop.store, job, "done", result)
    return {**result, "id": Path(job.folder).name}


def headless(loop: Loop, project: DemoProject, run_job: RunJob) -> dict[str, Any]:
    """Go the whole way and return its figures.

    Args:
        loop: an open, empty project and how to speak.
        project: the demo images.
        run_job: runs a fine-tune job to its end.

    Returns:
        Figures of both scanners before, and of the held-out patients of the second scanner before and after.

    Raises:
        KnownError: in words, whatever could not be done.
    """
    start = time.perf_counter()
    targets = fill(loop.store, project)
    first, second = project.scanners
    loop.say(f"{len(project.images)} images, {len(targets)} structures to find.")
    base_id = predict(loop, loop.model, None, targets)
    by_scanner: dict[str, Any] = {}
    for scanner in (first, second):
        scores = score(loop.store, [target for target in targets if target.scanner == scanner])
        by_scanner[scanner] = {
            "at_half": summarise(scores, HALF_STEP).as_json(),
            "at_best": summarise(scores, best_step(scores)).as_json(),
        }
        figures = by_scanner[scanner]
        loop.say(
            f"Scanner {scanner}: Dice {figures['at_half']['dice']:.3f} at 0.5, "
            f"{figures['at_best']['dice']:.3f} at its best threshold {figures['at_best']['threshold']:g}."
        )
    corrected, held_out = divide(targets, second)
    base_step = best_step(score(loop.store, corrected), PLATEAU)
    base = score(loop.store, held_out)
    for target in corrected:
        correct(loop.store, target, base_step)
    count = len({target.image.id for target in corrected})
    loop.say(f"{count} images of scanner {second} corrected; fine-tuning on them.")
    result = finetune(loop, base_id, held_out, run_job)
    comparison = _compare(loop, result, held_out, base, base_step)
    return {
        "scanners": by_scanner,
        "corrected_images": count,
        "held_out_images": len({target.image.id for target in held_out}),
        "held_out_patients": len({target.image.patient_key for target in held_out}),
        **comparison,
        "accepted": bool(result["accepted"]),
        "reason": str(result["reason"]),
        "run": result["figures"],
        "version": result["id"] if result["version"] else None,
        "seconds": round(time.perf_counter() - start, 1),
    }


def _compare(
    loop: Loop,
    result: dict[str, Any],
    held_out: Sequence[Target],
    base: Sequence[ImageScore],
    base_step: int,
) -> dict[str, Any]:
    """Predict the held-out patients with the new version, and set the three figures side by side."""
    figures: dict[str, Any] = {
        "base_at_half": summarise(base, HALF_STEP).as_json(),
        "base_at_best": summarise(base, base_step).as_json(),
        "tuned_at_best": None,
    }
    if result["version"]:
        predict(loop, str(result["version"]), str(result["id"]), held_out)
        tuned_step = int(result["figures"]["tuned_step"])
        figures["tuned_at_best"] = summarise(score(loop.store, held_out), tuned_step).as_json()
    return figures
