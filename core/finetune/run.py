"""One fine-tune from a frozen job to a checked version: divide, encode, prove, train, compare, write, read back."""

from __future__ import annotations

import copy
import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.errors import FinetuneError
from core.evaluate import HALF_STEP
from core.features import FeatureCache, FeatureStore
from core.finetune import proof
from core.finetune.compare import Examiner, Scored, constant_dice, dice_of_used
from core.finetune.dataset import Sample, Shelf, by_label, encode
from core.finetune.gate import Verdict, judge
from core.finetune.job import Example, Job
from core.finetune.split import Split, split
from core.finetune.trainer import Epoch, batch_loss, open_parts, optimiser_of, train
from core.finetune.version import check_base, put_in_place, read_parts, write_version
from core.inference.memory import is_out_of_memory
from core.model_reference import open_segmenter, read_version_record
from core.segmenter import Segmenter
from core.task_worker import Cancelled

Tell = Callable[[dict[str, Any]], None]
REPRODUCED = 1e-4
WATCHED_TIMES, WATCHED_LABELS = 10, 8
"""How often, and on how many held-out labels, the chart shows where the training stands."""

ENCODING = "Looking at the labelled images ({done} of {all})"
PROVING = "Proving that the model can learn from your labels"
TRAINING = "Learning"
COMPARING = "Comparing with the model it came from"
WRITING = "Writing the new version and reading it back"


@dataclass(frozen=True)
class _Run:
    job: Job
    segmenter: Segmenter
    shelf: Shelf
    tell: Tell
    check_stop: Callable[[], None]

    @property
    def examiner(self) -> Examiner:
        """Asks this run's model about labels."""
        return Examiner(self.segmenter, self.shelf, self.check_stop)


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
        {"version": folder, "accepted", "reason", "reason_template", "reason_values", "figures"}.

    Raises:
        KnownError: in words, whatever kept the run from its end; no version is left then.
        Cancelled: it was stopped.
    """

    def check_stop() -> None:
        if should_stop():
            raise Cancelled

    try:
        return _run(job, tell, check_stop, open_model)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise FinetuneError(
            "The computer's memory did not suffice for this fine-tune, so it was stopped; your labels are safe.",
            "Close other programs, or choose “processor” as the device, and start it again.",
        ) from error


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
    run = _Run(job, segmenter, Shelf(Path(job.folder) / "features"), tell, check_stop)
    try:
        learned, held_out = _encode(run, parts)
        before = run.examiner.score(learned, held_out)
        used = _score_in_use(run, base_id, learned, held_out)
        to_beat = used or before
        base_dice = float(to_beat.dice(to_beat.rival_step).mean())
        shown = _prove(run, learned)
        original = copy.deepcopy({path: part.state_dict() for path, part in segmenter.trainable_modules().items()})
        losses = _train(run, learned, held_out, base_dice)
        tell({"event": "stage", "text": COMPARING, "values": {}})
        after = run.examiner.score(learned, held_out)
        groups = [example.group for example in parts.held_out]
        compared = before.dice(before.rival_step), after.dice(after.step), constant_dice(learned, held_out)
        in_use = None if used is None else dice_of_used(used, read_version_record(Path(str(job.in_use))), parts)
        verdict = judge(*compared, groups, job.seed, in_use)
        figures = _figures(parts, before, after, verdict, losses, shown, time.monotonic() - begun)
        if used is not None and in_use is not None:
            counted = ~np.isnan(in_use)
            figures["in_use_at_best"], figures["in_use_step"] = float(in_use[counted].mean()), used.rival_step
            figures["tuned_where_in_use"] = float(compared[1][counted].mean())
        tell({"event": "stage", "text": WRITING, "values": {}})
        _write(run, base_id, parts, after.step, figures, verdict, original, held_out[0])
    finally:
        shutil.rmtree(Path(job.folder) / "features", ignore_errors=True)
    return {
        "version": job.out,
        "accepted": verdict.accepted,
        "reason": verdict.reason,
        "reason_template": verdict.template,
        "reason_values": verdict.values,
        "figures": figures,
    }


@torch.no_grad()
def _score_in_use(run: _Run, base_id: str, learned: Sequence[Sample], held_out: Sequence[Sample]) -> Scored | None:
    """Score the version in use, and put the model back as it was; None if that is the model that the run comes from.

    Raises:
        ModelError: its files are damaged, or it was made from another base model.
    """
    folder = run.job.in_use
    if folder is None or folder == run.job.version:
        return None
    modules = run.segmenter.trainable_modules()
    own = copy.deepcopy({path: part.state_dict() for path, part in modules.items()})
    check_base(Path(folder), base_id)
    _load(modules, read_parts(Path(folder), modules))
    try:
        return run.examiner.score(learned, held_out)
    finally:
        _load(modules, own)


def open_base_id(job: Job) -> str:
    """The identity of the base model that a version was made from."""
    assert job.version is not None
    return str(read_version_record(Path(job.version)).get("base_id", ""))


def _encode(run: _Run, parts: Split) -> tuple[list[Sample], list[Sample]]:
    """Samples to learn from, the plain views first, and the plain views of the held-out labels."""

    def advance(done: int, total: int) -> None:
        run.check_stop()
        run.tell({"event": "stage", "text": ENCODING, "values": {"done": done, "all": total}})

    store = FeatureCache(Path(run.job.cache)) if run.job.cache else FeatureStore()
    learned = encode(run.segmenter, parts.learned, run.job.views, run.shelf, store, advance)
    held_out = encode(run.segmenter, parts.held_out, 1, run.shelf, store, advance)
    # Scores are read off in the order of the division, and by it the patients of the comparison.
    place = {example: number for number, example in enumerate((*parts.learned, *parts.held_out))}
    learned.sort(key=lambda sample: (sample.view, place[sample.example]))
    held_out.sort(key=lambda sample: place[sample.example])
    return learned, held_out


def _prove(run: _Run, learned: Sequence[Sample]) -> proof.Proof:
    run.tell({"event": "stage", "text": PROVING, "values": {}})
    trainable, frozen = open_parts(run.segmenter)
    # A batch in which something is there: an empty mask alone says little about the parts that draw one.
    batch = sorted(learned, key=lambda sample: -float(sample.target.mean()))[: run.job.batch]
    return proof.prove(
        lambda: batch_loss(run.segmenter, run.shelf, batch).total,
        trainable,
        frozen,
        lambda parameters: optimiser_of(parameters, run.job.learning_rate),
    )


def _train(run: _Run, learned: Sequence[Sample], held_out: Sequence[Sample], base_dice: float) -> list[float]:
    run.tell({"event": "stage", "text": TRAINING, "values": {}})
    every = max(1, run.job.epochs // WATCHED_TIMES)
    labels = by_label(held_out)
    shown = labels[:: max(1, len(labels) // WATCHED_LABELS)][:WATCHED_LABELS]

    def on_epoch(epoch: Epoch) -> None:
        watched = None
        if epoch.epoch % every == 0 or epoch.epoch == epoch.epochs:
            watched = run.examiner.watch(shown)
        run.tell(
            {
                "event": "epoch",
                "epoch": epoch.epoch,
                "epochs": epoch.epochs,
                "loss": epoch.loss,
                "validation_dice": watched,
                "base_dice": base_dice,
                "seconds_left": round(epoch.seconds_left, 1),
            }
        )

    return train(run.segmenter, run.shelf, learned, run.job, on_epoch, run.check_stop)


def _figures(
    parts: Split,
    before: Scored,
    after: Scored,
    verdict: Verdict,
    losses: list[float],
    shown: proof.Proof,
    seconds: float,
) -> dict[str, Any]:
    half = before.dice(HALF_STEP)
    return {
        "base_at_half": float(half.mean()),
        "base_at_best": float(before.dice(before.step).mean()),
        "base_step": before.step,
        "rival_step": before.rival_step,
        "tuned_at_half": float(after.dice(HALF_STEP).mean()),
        "tuned_at_best": float(after.dice(after.step).mean()),
        "tuned_step": after.step,
        "constant_at_best": verdict.values["constant"],
        "difference": verdict.gain,
        "interval": list(verdict.interval),
        "held_out": len(parts.held_out),
        "groups": parts.held_out_groups,
        "learned_from": len(parts.learned),
        "divided_by": parts.by,
        "first_loss": losses[0] if losses else None,
        "last_loss": losses[-1] if losses else None,
        "proof": {"tensors": shown.tensors, "numbers": shown.numbers, "frozen": shown.frozen},
        "images": [
            {"image": example.image_sha256[:12], "before": float(old), "after": float(new)}
            for example, old, new in zip(
                parts.held_out, before.dice(before.rival_step), after.dice(after.step), strict=True
            )
        ],
        "seconds": round(seconds, 1),
    }


def _write(
    run: _Run,
    base_id: str,
    parts: Split,
    step: int,
    figures: dict[str, Any],
    verdict: Verdict,
    original: dict[str, dict[str, torch.Tensor]],
    probe: Sample,
) -> None:
    """Write aside, read back into the untrained parts, compare a prediction, and only then put in place.

    Raises:
        FinetuneError: what was read back does not predict what was trained, or predicts what the base does.
    """
    job, modules = run.job, run.segmenter.trainable_modules()
    record = {
        "base_id": base_id,
        "parent": Path(job.version).name if job.version else None,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "best_step": step,
        "accepted": verdict.accepted,
        "reason": verdict.reason,
        "seed": job.seed,
        "epochs": job.epochs,
        "learning_rate": job.learning_rate,
        "batch": job.batch,
        "views": job.views,
        "zoom": max(example.zoom for example in job.examples),
        "learned_from": [_fingerprint(example) for example in parts.learned],
        "compared_on": [_fingerprint(example) for example in parts.held_out],
        "figures": figures,
        "note": job.note,
    }
    folder = Path(job.out)
    aside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    write_version(aside, modules, job.model, record)
    try:
        with torch.no_grad():
            trained = run.examiner.decode(probe).logits.clone()
            _load(modules, original)
            base = run.examiner.decode(probe).logits.clone()
            _load(modules, read_parts(aside, modules))
            again = run.examiner.decode(probe).logits
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


def _load(modules: dict[str, Any], states: dict[str, dict[str, torch.Tensor]]) -> None:
    for path, state in states.items():
        modules[path].load_state_dict(state, strict=True)


def _fingerprint(example: Example) -> dict[str, str]:
    mask = hashlib.sha256(Path(example.mask).read_bytes()).hexdigest()
    return {"image": example.image_sha256[:16], "mask": mask[:16], "prompt": example.prompt}
