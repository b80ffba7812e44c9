"""`sa2va-annotator finetune`: a new version from a folder of images and a folder of masks."""

from __future__ import annotations

import argparse
import functools
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.amounts import amount
from core.cli_output import Report, resources_used
from core.errors import InputError, KnownError
from core.finetune.job import Example, Job
from core.finetune.presets import PRESETS
from core.image_file import read_image
from core.labelled_set import Pair, pair_up, read_names, read_reference_mask, select
from core.mask import encode_png, threshold_of
from core.model_reference import DEMO, absolute, base_of, is_version, open_segmenter, recommended_zoom
from core.whole_file import make_folder, write_aside

if TYPE_CHECKING:
    from core.finetune.shared_work import Alone


@dataclass(frozen=True)
class Division:
    """Which pairs are learned from and which are only compared on; `groups` is the patient of each base name."""

    learned: tuple[Pair, ...]
    tested: tuple[Pair, ...]
    groups: dict[str, str]


RunJob = Callable[[Job], dict[str, Any]]

_CLOSER = {
    "hd95": "distance of edges, 95 %, pixels",
    "surface_dice": "surface Dice",
    "centreline_dice": "centreline Dice",
    "pieces": "pieces of a mask",
}


def run(arguments: argparse.Namespace, report: Report, run_job: RunJob | None = None) -> dict[str, Any]:
    """Train, compare and write the version.

    Args:
        arguments: of the command line.
        report: how to speak.
        run_job: runs a job to its end; None is the program's own training.

    Raises:
        InputError: files do not fit, or the place of the version is taken.
        FinetuneError, ModelError, DeviceError: the run cannot start or did not learn.
    """
    if run_job is None and _launched():
        return _together(arguments, report)
    out = Path(arguments.out)
    _guard(out)
    division = divide(arguments, report)
    report.remark(f"{len(division.learned)} images to learn from, {len(division.tested)} held out by the list.")
    make_folder(out.parent)
    with tempfile.TemporaryDirectory(prefix=".finetune-", dir=out.parent) as workplace:
        folder = Path(workplace)
        zoom = arguments.zoom or recommended_zoom(arguments.model)
        examples, failures = _examples(division, arguments.prompt, zoom, folder, report)
        job = _job(arguments, out, folder / "job", examples)
        job.write()
        result = (run_job or trained(report, arguments.open_model))(job)
    (print_trial if arguments.dry_run else print_figures)(result, report)
    return {
        "ok": not failures,
        "model": arguments.model,
        "prompt": arguments.prompt,
        "zoom": zoom,
        "seed": arguments.seed,
        "learned_from": [pair.name for pair in division.learned],
        "held_out": [pair.name for pair in division.tested],
        "failures": failures,
        **result,
        **resources_used(),
    }


def _launched() -> bool:
    """Whether `accelerate launch` (or torchrun, which it calls) has started several of us."""
    return "LOCAL_RANK" in os.environ and "MASTER_ADDR" in os.environ and int(os.environ.get("WORLD_SIZE", "1")) > 1


def _together(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """As `run`, shared with the other processes: the first one runs it, the others compute with it."""
    from core.finetune.helping import help_out
    from core.finetune.shared_work import Together

    with Together() as team:
        if team.number == 0:
            report.remark(f"{team.count} processes share each step; the batch stays as it is.")
            return run(arguments, report, trained(report, arguments.open_model, team))
        arguments.json, report.quiet = None, True
        try:
            help_out(team, arguments.open_model)
        except Exception:
            report.quiet = False  # what kept this one from helping is worth a line
            raise
    return {"ok": True}


def trained(
    report: Report, open_model: Callable[[str, str], Any] = open_segmenter, team: Alone | None = None
) -> RunJob:
    """The program's own training, with its progress said on the way.

    Args:
        report: how to speak.
        open_model: loads a reference on a device.
        team: who computes; None is this process alone.
    """
    from core.finetune.run import run_job

    def tell(event: dict[str, Any]) -> None:
        """Say a stage or an epoch, in the events of the fine-tune worker."""
        if event.get("event") == "stage":
            values = event.get("values", {})
            if "all" in values:
                report.progress(int(values["done"]), int(values["all"]), "looks at labelled images")
            else:
                report.remark(f"{event['text'].format(**values)} …")
        elif event.get("event") == "epoch":
            text = f"epochs, loss {event['loss']:.4f}"
            validation = event.get("validation_dice")
            if validation is not None:
                text += f", Dice on images kept aside {validation:.4f}"
            report.progress(int(event["epoch"]), int(event["epochs"]), text)

    def run_it(job: Job) -> dict[str, Any]:
        if job.cluster:
            from core.finetune.ray_relay import hand_over

            return hand_over(job, tell)
        work = run_job if team is None else functools.partial(run_job, team=team)
        result: dict[str, Any] = work(job, tell, open_model=open_model)
        return result

    return run_it


def divide(arguments: argparse.Namespace, report: Report) -> Division:
    """Decide which images are learned from. Images of a patient who is in the test list are not learned from.

    Raises:
        InputError: nothing pairs, the list or the pattern does not fit, or nothing is left to learn from.
    """
    pairing = pair_up(Path(arguments.images), Path(arguments.masks))
    if pairing.images_without_mask:
        report.remark(f"{len(pairing.images_without_mask)} images have no mask and are left out.")
    groups = {pair.name: group_of(pair.image.name, arguments.group_by) for pair in pairing.pairs}
    if arguments.group_by is None:
        report.remark("Each image counts as a patient of its own; --group-by says which belong together.")
    tested: tuple[Pair, ...] = ()
    learned = pairing.pairs
    if arguments.test_images:
        names = read_names(Path(arguments.test_images))
        tested, learned = select(pairing, names, arguments.test_images)
        held_out = {groups[pair.name] for pair in tested}
        strangers = tuple(pair for pair in learned if groups[pair.name] not in held_out)
        if len(strangers) < len(learned):
            report.remark(
                f"{len(learned) - len(strangers)} images show patients of the held-out list and are not learned from."
            )
        learned = strangers
    if not learned:
        raise InputError(
            "After holding out the test images none is left to learn from, so nothing was started.",
            "Hold out fewer images, or add labelled ones.",
        )
    if arguments.limit is not None:
        if arguments.limit > len(learned):
            report.remark(f"There are only {len(learned)} images to learn from; all of them are used.")
        learned = spread(learned, arguments.limit)
    return Division(learned, tested, groups)


def group_of(file_name: str, pattern: re.Pattern[str] | None) -> str:
    """The patient that a file name tells: group 1 of the pattern, else all it matches; without one the base name.

    Raises:
        InputError: the pattern does not match, so nobody would know whose image it is.
    """
    if pattern is None:
        return Path(file_name).stem
    match = pattern.search(file_name) or pattern.search(Path(file_name).stem)
    found = "" if match is None else (match.group(1) or "") if pattern.groups else match.group(0)
    if not found:
        raise InputError(
            "The pattern of --group-by finds no patient in the file name “{name}”, so nothing was started.",
            "Correct the pattern, so that it fits every file name.",
            name=file_name,
        )
    return found


def spread(pairs: Sequence[Pair], count: int) -> tuple[Pair, ...]:
    """`count` of the pairs, spread evenly over their order, always the same ones."""
    if count >= len(pairs):
        return tuple(pairs)
    return tuple(pairs[int(index)] for index in np.floor((np.arange(count) + 0.5) * len(pairs) / count))


def _guard(out: Path) -> None:
    """Raise InputError if something is already where the version is to be."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            "“{out}” already exists and is not empty, so the new version has no place and nothing was started.",
            "Choose another folder with --out.",
            out=str(out),
        )


def _examples(
    division: Division, prompt: str, zoom: int, folder: Path, report: Report
) -> tuple[tuple[Example, ...], list[dict[str, str]]]:
    """Read every image and mask once, freeze the masks as PNG, and describe them for the job.

    A held-out image that cannot be used is named and left out; one to learn from stops everything before it starts.

    Returns:
        The examples, and what was left out: [{"image": name, "error": sentence}].

    Raises:
        ImageError, InputError: an image to learn from cannot be used.
    """
    masks = folder / "job" / "masks"
    make_folder(masks)
    examples: list[Example] = []
    failures: list[dict[str, str]] = []
    notes: list[str] = []
    held_out: set[str] = set()
    planned = [(pair, "test") for pair in division.tested] + [(pair, "") for pair in division.learned]
    for count, (pair, split) in enumerate(planned):
        report.progress(count, len(planned), pair.image.name)
        try:
            example, note = _example(pair, prompt, zoom, division.groups[pair.name], split, masks)
        except KnownError as error:
            if not split:
                raise
            failures.append({"image": pair.image.name, "error": str(error)})
            report.remark(f"{pair.image.name} is left out of the comparison: {error}")
            continue
        if split:
            held_out.add(example.image_sha256)
        elif example.image_sha256 in held_out:
            report.remark(f"{pair.image.name} is a copy of a held-out image and is not learned from.")
            continue
        examples.append(example)
        notes.extend([note] if note else [])
    report.progress(len(planned), len(planned))
    if notes:
        report.remark(f"{notes[0]}{'' if len(notes) == 1 else f' (and {len(notes) - 1} more masks like it)'}")
    return tuple(examples), failures


def _example(pair: Pair, prompt: str, zoom: int, group: str, split: str, masks: Path) -> tuple[Example, str]:
    image = read_image(pair.image)
    reference = read_reference_mask(pair.mask, image.height, image.width)
    # Two file names may differ only in what a disk does not tell apart, so the frozen mask is named by content.
    file = masks / f"{hashlib.sha256(pair.name.encode('utf-8', errors='surrogateescape')).hexdigest()[:24]}.png"
    write_aside(file, encode_png(reference.mask))
    example = Example(str(pair.image.resolve()), image.sha256, str(file), group, prompt, split, zoom)
    return example, reference.note


def _job(arguments: argparse.Namespace, out: Path, folder: Path, examples: tuple[Example, ...]) -> Job:
    version = Path(arguments.model).expanduser()
    names = ("epochs", "learning_rate", "views", "encoder_rate")
    chosen = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    return Job(
        folder=str(folder),
        model=absolute(base_of(arguments.model)),
        examples=examples,
        out=str(out.resolve()),
        version=str(version.resolve()) if arguments.model != DEMO and is_version(version) else None,
        seed=arguments.seed,
        device=arguments.device,
        note="made by the command line",
        preset=arguments.preset,
        thin=arguments.thin,
        dry_run=arguments.dry_run,
        cluster=arguments.ray,
        **{**PRESETS[arguments.preset].settings, **chosen},
    )


def print_trial(result: dict[str, Any], report: Report) -> None:
    """Say what a dry run has found out."""
    figures = result["figures"]
    proof, minutes = figures["proof"], figures["training_seconds"] / 60
    report.say(f"Images to learn from: {figures['learned_from']}, to compare on: {figures['held_out']}.")
    report.say(f"Of the preset “{figures['preset']}” {proof['tensors']} parts with {proof['numbers']} numbers learn: each has a "
               "gradient and moves.")  # fmt: skip
    report.say(
        f"Learning takes at most about {max(0.1, minutes):.1f} min and {amount(figures['memory_bytes'])} of memory."
    )
    report.say(str(result["reason"]))


def print_figures(result: dict[str, Any], report: Report) -> None:
    """Say the three figures of a run, and whether the version is worth using."""
    figures = result["figures"]
    report.say(f"Compared on {figures['held_out']} images of {figures['groups']} patients that were not learned from:")
    before, after = threshold_of(figures["base_step"]), threshold_of(figures["tuned_step"])
    report.say(f"  before, at 0.5                  Dice {figures['base_at_half']:.4f}")
    report.say(f"  before, at its best threshold   Dice {figures['base_at_best']:.4f}  (threshold {before:g})")
    report.say(f"  after, at its best threshold    Dice {figures['tuned_at_best']:.4f}  (threshold {after:g})")
    closer = figures.get("closer") or {}
    for key, words in _CLOSER.items():
        if key in closer:
            report.say(f"  {words:<30}  {closer[key][0]:.3f} before, {closer[key][1]:.3f} after")
    if figures.get("near_copies"):
        report.say(
            f"{figures['near_copies']} of the images compared on look almost like ones that were learned from: they may be of the "
            "same patient, and then the figures are too good."
        )
    report.say(str(result["reason"]))
    if result["version"]:
        report.say(f"Version written to {result['version']}")
