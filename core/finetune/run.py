"""One fine-tune from a frozen job to a checked version: divide, encode, prove, train, compare, write, read back."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.amounts import amount
from core.errors import FinetuneError
from core.features import FeatureCache, FeatureStore
from core.finetune import proof
from core.finetune.best_epoch import BestEpoch, part_for_choosing
from core.finetune.closer import closer_figures
from core.finetune.compare import Examiner, Scored, constant_dice, dice_of_used
from core.finetune.dataset import Sample, Shelf, by_label, encode, read_pixels
from core.finetune.estimate import from_step
from core.finetune.figures import Training, figures_of, record_of, tried
from core.finetune.forward import CachedForward, Forward, batch_loss, forward_of
from core.finetune.gate import judge
from core.finetune.job import Job
from core.finetune.kept import Keeper
from core.finetune.near_copies import fingerprint, near_copies
from core.finetune.parts import Parts, open_parts
from core.finetune.presets import PRESETS, Preset
from core.finetune.reached import forget
from core.finetune.result import WEIGHTS_SHA256, sha256_of
from core.finetune.split import Split, split
from core.finetune.step_down import with_less
from core.finetune.trainer import Epoch, Room, memory_of, train
from core.finetune.version import (
    WEIGHTS,
    changes_features,
    check_base,
    put,
    put_for_now,
    put_in_place,
    read_version,
    write_version,
)
from core.model_reference import open_segmenter, read_version_record
from core.segmenter import Segmenter
from core.task_worker import Cancelled

Tell = Callable[[dict[str, Any]], None]
REPRODUCED = 1e-4
WATCHED_TIMES, WATCHED_LABELS = 10, 8
"""How often, and on how many held-out labels, the chart shows where the training stands."""

ENCODING = "Looking at the labelled images ({done} of {all})"
PROVING = "Proving that the model can learn from your labels"
TRYING = "Trying one step"
TRAINING = "Learning, at most about {minutes} min; memory: {memory}"
COMPARING = "Comparing with the model it came from"
WRITING = "Writing the new version and reading it back"
LESS = "The memory is small: the model learns from {count} images at a time; the result is the same"


@dataclass(frozen=True)
class _Run:
    job: Job
    segmenter: Segmenter
    parts: Split
    shelf: Shelf
    tell: Tell
    check_stop: Callable[[], None]
    room: Room = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "room", Room(self.job.batch, self._less_at_a_time))

    @property
    def preset(self) -> Preset:
        """What is trained."""
        return PRESETS[self.job.preset]

    @property
    def forward(self) -> Forward:
        """The answers to cached features."""
        return CachedForward(self.segmenter, self.shelf)

    def examiner(self, forward: Forward) -> Examiner:
        """Asks this run's model about labels."""
        return Examiner(forward, self.check_stop)

    def stage(self, text: str, **values: Any) -> None:
        """Say what is done now."""
        self.tell({"event": "stage", "text": text, "values": values})

    def _less_at_a_time(self, size: int) -> None:
        self.stage(LESS, count=size)


def run_job(
    job: Job,
    tell: Tell,
    should_stop: Callable[[], bool] = lambda: False,
    open_model: Callable[[str, str], Segmenter] = open_segmenter,
) -> dict[str, Any]:
    """Run a job to its end.

    Args:
        job: what to do.
        tell: hears events: {"event": "stage", "text", "values"} and {"event": "epoch", "epoch", "epochs", "loss",
            "validation_dice", "base_dice", "seconds_left"}.
        should_stop: asked between two steps.
        open_model: loads a model reference on a device.

    Returns:
        {"version": folder, "accepted", "reason", "reason_template", "reason_values", "figures", "weights_sha256"}.

    Raises:
        KnownError: in words, whatever kept the run from its end; no version is left then.
        Cancelled: it was stopped.
    """

    def check_stop() -> None:
        if should_stop():
            raise Cancelled

    def say(words: str) -> None:
        tell({"event": "stage", "text": words, "values": {}})

    return with_less(job, lambda one: _run(one, tell, check_stop, open_model), say)


def _run(
    job: Job, tell: Tell, check_stop: Callable[[], None], open_model: Callable[[str, str], Segmenter]
) -> dict[str, Any]:
    begun = time.monotonic()
    parts = split(job.examples, job.seed)
    check_stop()
    segmenter = open_model(job.version or job.model, job.device)
    base_id = segmenter.model_id if job.version is None else open_base_id(job)
    if job.base_id and job.base_id != base_id:
        raise FinetuneError(
            "The base model was exchanged since this fine-tune was prepared, so it was not started.",
            "Start it again from the window; your labels are safe.",
        )
    kept = Path(job.folder) / "features"
    shutil.rmtree(kept, ignore_errors=True)  # of a run that was cut off
    run = _Run(job, segmenter, parts, Shelf(kept), tell, check_stop)
    _check_start(run)
    try:
        learned, held_out = _encode(run)
        before = run.examiner(run.forward).score(learned, held_out)
        used = _score_in_use(run, base_id)
        torch.manual_seed(job.seed)  # adapters begin at random
        opened = open_parts(segmenter, run.preset)
        forward = forward_of(run.preset, segmenter, run.shelf, kept / "pictures", job.thin)
        shown = _prove(run, forward, opened, learned)
        training = _train(run, forward, opened, learned, held_out, used or before)
        if job.dry_run:
            return tried(job, parts, shown, training)
        run.stage(COMPARING)
        segmenter.forget()
        anew = changes_features(segmenter, opened.trained())
        after = _score_anew(run) if anew else run.examiner(run.forward).score(learned, held_out)
        groups = [example.group for example in parts.held_out]
        compared = before.dice(before.rival_step), after.dice(after.step), constant_dice(learned, held_out)
        in_use = None if used is None else dice_of_used(used, read_version_record(Path(str(job.in_use))), parts)
        verdict = judge(*compared, groups, job.seed, in_use)
        figures = figures_of(
            job, parts, before, after, verdict, training, shown, max(training.seconds, time.monotonic() - begun)
        )
        masks = (before.maps, before.rival_step), (after.maps, after.step)
        figures["near_copies"] = _near_copies(parts)
        figures["closer"] = closer_figures(parts.held_out, *masks, job.seed)
        if used is not None and in_use is not None:
            counted = ~np.isnan(in_use)
            figures["in_use_at_best"], figures["in_use_step"] = float(in_use[counted].mean()), used.rival_step
            figures["tuned_where_in_use"] = float(compared[1][counted].mean())
        run.stage(WRITING)
        _write(run, forward, opened, record_of(job, base_id, parts, after.step, verdict, figures), held_out[0])
        forget(Path(job.folder))
    finally:
        shutil.rmtree(kept, ignore_errors=True)
    return {
        "version": job.out,
        "accepted": verdict.accepted,
        "reason": verdict.reason,
        "reason_template": verdict.template,
        "reason_values": verdict.values,
        "figures": figures,
        WEIGHTS_SHA256: sha256_of(Path(job.out) / WEIGHTS),
    }


def _check_start(run: _Run) -> None:
    """A version can be taught further only where everything that it changed is written down again with the new one.

    Raises:
        FinetuneError: the preset would lose a part of what the version has learned.
    """
    if run.job.version is None:
        return
    base = read_version_record(Path(run.job.version))
    earlier = PRESETS.get(str(base.get("preset", run.job.preset)))
    lost = earlier is None or earlier.lora is not None or (earlier.encoder and not run.preset.encoder)
    if lost or not run.preset.whole_parts or run.preset.lora is not None:
        raise FinetuneError(
            "A version of this kind cannot be taught further, so the fine-tune was not started; your labels are safe.",
            "Start from the base model: it learns from all labels again.",
        )


@torch.no_grad()
def _score_in_use(run: _Run, base_id: str) -> Scored | None:
    """Score the version in use, as it predicts, and put the model back as it was; None if the run comes from that model.

    Raises:
        ModelError: its files are damaged, or it was made from another base model.
    """
    folder = run.job.in_use
    if folder is None or folder == run.job.version:
        return None
    check_base(Path(folder), base_id)
    trained = read_version(Path(folder), run.segmenter)
    with put_for_now(run.segmenter, trained):
        return _score_anew(run)


@torch.no_grad()
def _score_anew(run: _Run) -> Scored:
    """Score the model as it is now on features of its own."""
    with tempfile.TemporaryDirectory(dir=_made(Path(run.job.folder) / "features")) as folder:
        shelf = Shelf(Path(folder))
        learned, held_out = (
            encode(run.segmenter, examples, 1, shelf, FeatureStore(), lambda done, total: run.check_stop())
            for examples in (run.parts.learned, run.parts.held_out)
        )
        _in_order(run, learned, held_out)
        return run.examiner(CachedForward(run.segmenter, shelf)).score(learned, held_out)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _near_copies(parts: Split) -> int:
    """How many held-out images look almost like a learned one."""
    learned, held_out = (
        [fingerprint(read_pixels(one)) for one in {example.image_sha256: example for example in side}.values()]
        for side in (parts.learned, parts.held_out)
    )
    return near_copies(learned, held_out)


def open_base_id(job: Job) -> str:
    """The identity of the base model that a version was made from."""
    assert job.version is not None
    return str(read_version_record(Path(job.version)).get("base_id", ""))


def _encode(run: _Run) -> tuple[list[Sample], list[Sample]]:
    """Samples to learn from, the plain views first, and the plain views of the held-out labels."""

    def advance(done: int, total: int) -> None:
        run.check_stop()
        run.stage(ENCODING, done=done, all=total)

    store = FeatureCache(Path(run.job.cache)) if run.job.cache else FeatureStore()
    learned = encode(run.segmenter, run.parts.learned, run.job.views, run.shelf, store, advance)
    held_out = encode(run.segmenter, run.parts.held_out, 1, run.shelf, store, advance)
    _in_order(run, learned, held_out)
    return learned, held_out


def _in_order(run: _Run, learned: list[Sample], held_out: list[Sample]) -> None:
    """Scores are read off in the order of the division, and by it the patients of the comparison."""
    place = {example: number for number, example in enumerate((*run.parts.learned, *run.parts.held_out))}
    learned.sort(key=lambda sample: (sample.view, place[sample.example]))
    held_out.sort(key=lambda sample: place[sample.example])


def _prove(run: _Run, forward: Forward, parts: Parts, learned: Sequence[Sample]) -> proof.Proof:
    run.stage(PROVING)
    # A batch in which something is there: an empty mask alone says little about the parts that draw one.
    batch = sorted(learned, key=lambda sample: -float(sample.target.mean()))[: run.job.batch]
    with parts.for_proof():
        return run.room.within(
            len(batch),
            lambda size: proof.prove(
                lambda: batch_loss(forward, batch[:size]).total,
                parts.trainable,
                parts.frozen,
                lambda _: parts.optimiser(run.job.learning_rate, run.job.encoder_rate),
            ),
        )


def _train(
    run: _Run,
    forward: Forward,
    parts: Parts,
    learned: Sequence[Sample],
    held_out: Sequence[Sample],
    to_beat: Scored,
) -> Training:
    base_dice = float(to_beat.dice(to_beat.rival_step).mean())
    every = max(1, run.job.epochs // WATCHED_TIMES)
    labels = by_label(held_out)
    shown = labels[:: max(1, len(labels) // WATCHED_LABELS)][:WATCHED_LABELS]
    examiner = run.examiner(forward)
    samples, aside = part_for_choosing(learned, run.job.seed) if run.preset.stops_early else (learned, [])
    choosing = by_label(aside)
    best = BestEpoch(parts, lambda: examiner.watch(choosing), run.job.epochs) if choosing else None
    looked_at = WATCHED_TIMES * sum(map(len, shown)) + run.job.epochs * len(aside)
    memory, seconds = _try_step(run, forward, parts, samples, looked_at)
    if run.job.dry_run:
        return Training([], None, len(choosing), seconds, memory)
    keeper = Keeper(Path(run.job.folder), f"{run.job.preset} {run.segmenter.model_id}", parts, best, run.tell)

    def on_epoch(epoch: Epoch) -> None:
        watched = None
        if epoch.epoch % every == 0 or epoch.epoch == epoch.epochs:
            watched = examiner.watch(shown)
        keeper.tell(
            {
                "event": "epoch",
                "epoch": epoch.epoch,
                "epochs": epoch.epochs,
                "loss": epoch.loss,
                "validation_dice": watched,
                "base_dice": base_dice,
                "seconds_left": round(epoch.seconds_left, 1),
                "samples_per_second": round(epoch.speed, 2),
                "memory_bytes": memory_of(run.segmenter.device),
            }
        )

    losses = train(forward, parts, samples, run.job, on_epoch, run.check_stop, run.room, best, keeper)
    return Training(losses, best.epoch if best else None, len(choosing), keeper.seconds, memory)


def _try_step(
    run: _Run, forward: Forward, parts: Parts, samples: Sequence[Sample], looked_at: int
) -> tuple[int, float]:
    """Compute one step and throw it away: then time and memory are known before the learning begins.

    If the memory does not suffice it is found out here (`Room`).

    Returns:
        Bytes at the step's highest point, and the seconds that the learning will take at most.
    """
    run.stage(TRYING)
    batch = samples[: run.job.batch]
    if run.segmenter.device.type != "cpu":
        run.room.gradients(forward, parts, batch)  # a card's first step loads what it computes with
    run.check_stop()
    begun = time.monotonic()
    run.room.gradients(forward, parts, batch)
    step, memory = time.monotonic() - begun, memory_of(run.segmenter.device)
    for parameter in parts.trainable.values():
        parameter.grad = None
    seconds = from_step(step, len(batch), run.job.epochs * len(samples), looked_at)
    run.stage(TRAINING, minutes=max(1, round(seconds / 60)), memory=amount(memory))
    return memory, seconds


def _write(run: _Run, forward: Forward, parts: Parts, record: dict[str, Any], probe: Sample) -> None:
    """Write aside, read back into the untrained model, compare a prediction, and only then put in place.

    Raises:
        FinetuneError: what was read back does not predict what was trained, or predicts what the base does.
    """
    job = run.job
    folder = Path(job.out)
    aside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    write_version(aside, parts.trained(), job.model, record)
    try:
        with torch.no_grad():
            trained = forward([probe]).decoded.logits.clone()
            parts.reset()
            base = forward([probe]).decoded.logits.clone()
            put(run.segmenter, read_version(aside, run.segmenter))
            again = forward([probe]).decoded.logits
        if float((again - trained).abs().max()) > REPRODUCED or torch.equal(trained, base):
            raise FinetuneError(
                "The new version, read back from the disk, does not predict what was learned, so it was thrown away.",
                "Check the disk and start the fine-tune again; your labels are safe.",
            )
        run.check_stop()
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    put_in_place(aside, folder)
