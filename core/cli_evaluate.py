"""`sa2va-annotator evaluate`: Dice and IoU against reference masks, at 0.5, at a chosen threshold and at the best."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.cli_output import Report, resources_used
from core.errors import InputError
from core.evaluate import (
    HALF_STEP,
    ImageScore,
    Scores,
    Summary,
    best_step,
    mean_curve,
    score_pairs,
    shapes_of,
    summarise,
)
from core.inference.predictor import Predictor
from core.labelled_set import Pair, Pairing, by_base_name, images_in, pair_up, read_names, select
from core.mask import threshold_of
from core.model_reference import is_version, recommended_step, recommended_zoom


@dataclass(frozen=True)
class Plan:
    """What is measured, and where the given threshold comes from (`chosen_on` is empty if it is known already)."""

    measured: tuple[Pair, ...]
    chosen_on: tuple[Pair, ...]
    step: int | None
    source: str


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """Measure a model on labelled images.

    Raises:
        InputError: nothing pairs, or nothing is left to measure.
        ModelError, DeviceError: the model cannot be used.
    """
    start = time.perf_counter()
    pairing = pair_up(Path(arguments.images), Path(arguments.masks))
    _remark_leftovers(pairing, report)
    plan = make_plan(arguments, pairing, report)
    report.remark("Loading the model …")
    segmenter = arguments.open_model(arguments.model, arguments.device)
    predictor = Predictor(segmenter)
    zoom = arguments.zoom or recommended_zoom(arguments.model)
    step, chosen = plan.step, None
    if plan.chosen_on:
        report.remark(f"Choosing the threshold on {len(plan.chosen_on)} images …")
        chosen = score_pairs(predictor, plan.chosen_on, arguments.prompt, report.progress, zoom)
        step = best_step(chosen.images)
    report.remark(f"Measuring {len(plan.measured)} images …")
    scores = score_pairs(predictor, plan.measured, arguments.prompt, report.progress, zoom)
    summaries = {
        "at_half": summarise(scores.images, HALF_STEP),
        "at_given": None if step is None else summarise(scores.images, step),
        "at_best": summarise(scores.images, best_step(scores.images)),
    }
    report.remark("Comparing edges …")
    shape_step = HALF_STEP if step is None else step
    shapes = shapes_of(scores.images, shape_step)
    result = {
        "model": arguments.model,
        "model_id": segmenter.model_id,
        "device": segmenter.device.type,
        "prompt": arguments.prompt,
        "zoom": zoom,
        "images": len(scores.images),
        **{key: None if summary is None else summary.as_json() for key, summary in summaries.items()},
        "threshold_source": plan.source,
        "threshold_chosen_on": [] if chosen is None else [image.name for image in chosen.images],
        "dice_by_step": [round(float(value), 6) for value in mean_curve(scores.images)],
        "shapes": {"step": shape_step} | {name: float(np.mean([one[name] for one in shapes])) for name in shapes[0]},
        "per_image": [row | shape for row, shape in zip(_rows(scores.images, summaries), shapes, strict=True)],
        "failures": _failures(scores, chosen),
        "notes": [*scores.notes, *(chosen.notes if chosen else ())],
        "without_mask": list(pairing.images_without_mask),
        "without_image": list(pairing.masks_without_image),
        "seconds": round(time.perf_counter() - start, 2),
        **resources_used(),
    }
    _print(result, summaries, report)
    return {"ok": not result["failures"], **result}


def make_plan(arguments: argparse.Namespace, pairing: Pairing, report: Report) -> Plan:
    """Decide which pairs are measured and where the threshold comes from.

    Images on which the threshold is chosen are never measured, wherever their files lie: content tells.

    Raises:
        InputError: nothing is left to measure.
    """
    measured = pairing.pairs
    if arguments.only:
        measured, _ = select(pairing, read_names(Path(arguments.only)), arguments.only)
        if not measured:
            raise InputError(
                "No image that the list “{file}” names has a mask, so there is nothing to measure.",
                "Add the masks, or correct the list.",
                file=arguments.only,
            )
    if arguments.threshold is not None:
        return Plan(measured, (), arguments.threshold, "given")
    if not arguments.threshold_from:
        step = recommended_step(arguments.model)
        return Plan(measured, (), step, "" if step is None else "the model's version")
    folder = Path(arguments.threshold_from)
    if is_version(folder):
        return Plan(measured, (), recommended_step(str(folder)), "the version that was named")
    chosen_on = pairs_to_choose_on(folder, Path(arguments.images))
    seen = {_fingerprint(pair.image) for pair in chosen_on}
    left = tuple(pair for pair in measured if _fingerprint(pair.image) not in seen)
    if not left:
        raise InputError(
            "The threshold would be chosen on the very images that are measured, so it would flatter the model.",
            "Give --threshold-from a folder with other images than those in --images.",
        )
    if len(left) < len(measured):
        report.remark(f"{len(measured) - len(left)} images are used to choose the threshold only and are not measured.")
    return Plan(left, chosen_on, None, "chosen on other labelled images")


def pairs_to_choose_on(folder: Path, images: Path) -> tuple[Pair, ...]:
    """The labelled set in the folder of --threshold-from.

    Either it holds the folders images/ and masks/, or it is a folder of masks whose images lie in --images, or else
    in a folder images/ beside it.

    Raises:
        InputError: it is neither.
    """
    if (folder / "images").is_dir() and (folder / "masks").is_dir():
        return pair_up(folder / "images", folder / "masks").pairs
    masks = by_base_name(images_in(folder, "masks"))
    named = by_base_name(images_in(images))
    beside = folder.parent / "images"
    if not set(masks) & set(named) and beside.is_dir():
        return pair_up(beside, folder).pairs
    pairs = tuple(Pair(name, named[name], mask) for name, mask in masks.items() if name in named)
    if not pairs:
        raise InputError(
            "“{folder}” is no labelled set: it has no folders images and masks, and no mask in it belongs to an image.",
            "Give a folder with images and masks inside, or a folder of masks for some of the images in --images.",
            folder=str(folder),
        )
    return pairs


def _fingerprint(file: Path) -> str:
    """The SHA-256 of a file's bytes; a file that cannot be read is told apart by its place."""
    import hashlib

    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return str(file.resolve())


def _remark_leftovers(pairing: Pairing, report: Report) -> None:
    for names, words in (
        (pairing.images_without_mask, "images have no mask and are left out"),
        (pairing.masks_without_image, "masks have no image and are left out"),
    ):
        if names:
            more = " …" if len(names) > 3 else ""
            report.remark(f"{len(names)} {words}: {', '.join(names[:3])}{more}")


def _rows(images: Sequence[ImageScore], summaries: dict[str, Summary | None]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for image in images:
        row: dict[str, Any] = {"name": image.name}
        for key, summary in summaries.items():
            if summary is not None:
                row[f"dice_{key}"] = round(float(image.dice[summary.step - 1]), 6)
                row[f"iou_{key}"] = round(float(image.iou[summary.step - 1]), 6)
        row["predicted_iou"] = round(image.predicted_iou, 6)
        row["object_score"] = round(image.object_score, 6)
        rows.append(row)
    return rows


def _failures(scores: Scores, chosen: Scores | None) -> list[dict[str, str]]:
    every = [*scores.failures, *(chosen.failures if chosen else ())]
    return [{"image": name, "error": sentence} for name, sentence in every]


def _print(result: dict[str, Any], summaries: dict[str, Summary | None], report: Report) -> None:
    for failure in result["failures"]:
        report.remark(f"{failure['image']}: {failure['error']}")
    notes = result["notes"]
    if notes:
        report.remark(f"{notes[0]}{'' if len(notes) == 1 else f' (and {len(notes) - 1} more masks like it)'}")
    keys = [key for key, summary in summaries.items() if summary is not None]
    titles = {"at_half": "at 0.5", "at_given": "at given", "at_best": "at best"}
    wide = max([5, *(len(row["name"]) for row in result["per_image"])])
    report.say(f"{'image':<{wide}}  " + "  ".join(f"{'Dice ' + titles[key]:>13} {'IoU':>6}" for key in keys))
    for row in result["per_image"]:
        cells = (f"{row[f'dice_{key}']:>13.4f} {row[f'iou_{key}']:>6.4f}" for key in keys)
        report.say(f"{row['name']:<{wide}}  " + "  ".join(cells))
    report.say()
    for key in keys:
        summary = summaries[key]
        if summary is not None:
            report.say(
                f"mean {titles[key]} (threshold {threshold_of(summary.step):g}): "
                f"Dice {summary.dice:.4f} [{summary.dice_interval[0]:.4f}, {summary.dice_interval[1]:.4f}], "
                f"IoU {summary.iou:.4f} [{summary.iou_interval[0]:.4f}, {summary.iou_interval[1]:.4f}]"
            )
    shapes = result["shapes"]
    words = "distance of edges (95 %) {hd95:.1f} pixels, surface Dice {surface_dice:.4f}"
    if "pieces" in shapes:
        words += ", centreline Dice {centreline_dice:.4f}, {pieces:.1f} pieces"
    report.say(f"mean at threshold {threshold_of(shapes['step']):g}: {words.format(**shapes)}")
    report.say(f"{result['images']} images; 95 % intervals by bootstrap over images.")
