"""One fine-tune from a frozen job to a checked version: divide, encode, prove, train, compare, write, read back."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.errors import FinetuneError
from core.features import FeatureCache, FeatureStore
from core.finetune.closer import closer_figures
from core.finetune.compare import Pooled, constant_of, dice_of_used
from core.finetune.dataset import Sample, Shelf, encode
from core.finetune.figures import Judged, figures_of, record_of, tried
from core.finetune.forward import Forward, forward_of
from core.finetune.gate import judge
from core.finetune.job import Job
from core.finetune.learn import learn, prove, score_anew
from core.finetune.near_copies import copies_across
from core.finetune.parts import Parts, open_parts
from core.finetune.presets import PRESETS
from core.finetune.reached import forget
from core.finetune.result import WEIGHTS_SHA256, sha256_of
from core.finetune.rounds import all_of, rounds_of, sides
from core.finetune.shared_work import Alone
from core.finetune.step_down import with_less
from core.finetune.under_way import Tell, UnderWay
from core.finetune.version import WEIGHTS, check_base, put, put_for_now, put_in_place, read_version, write_version
from core.finetune.worst_cases import choose_worst, draw_worst
from core.model_reference import open_segmenter, read_version_record
from core.segmenter import Segmenter
from core.task_worker import Cancelled

REPRODUCED = 1e-4
ENCODING = "Looking at the labelled images ({done} of {all})"
WRITING = "Writing the new version and reading it back"


def run_job(
    job: Job,
    tell: Tell,
    should_stop: Callable[[], bool] = lambda: False,
    open_model: Callable[[str, str], Segmenter] = open_segmenter,
    team: Alone | None = None,
) -> dict[str, Any]:
    """Run a job to its end.

    Args:
        job: what to do.
        tell: hears events: {"event": "stage", "text", "values"} and {"event": "epoch", "epoch", "epochs", "loss",
            "validation_dice", "base_dice", "seconds_left"}.
        should_stop: asked between two steps.
        open_model: loads a model reference on a device.
        team: who computes; None is this process alone.

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

    return with_less(job, lambda one: _run(one, tell, check_stop, open_model, team or Alone()), say)


def _run(
    job: Job, tell: Tell, check_stop: Callable[[], None], open_model: Callable[[str, str], Segmenter], team: Alone
) -> dict[str, Any]:
    begun = time.monotonic()
    rounds = rounds_of(job.examples, job.seed)
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
    run = UnderWay(job, segmenter, rounds, Shelf(kept), tell, check_stop, team)
    _check_start(run)
    team.begin(job)
    try:
        samples = encode_labels(run)
        before = Pooled(run.examiner(run.forward).score_rounds(samples, rounds))
        used = _score_in_use(run, base_id)
        in_use = None if used is None else dice_of_used(used, read_version_record(Path(str(job.in_use))), rounds)
        rival = before.dice(before.rival_steps) if in_use is None else in_use
        torch.manual_seed(job.seed)  # adapters begin at random
        opened = open_parts(segmenter, run.preset)
        forward = forward_of(run.preset, segmenter, run.shelf, kept / "pictures", job.thin)
        shown = prove(run, forward, opened, sides(samples, all_of(rounds))[0])
        training, learned = learn(run, forward, opened, samples, float(np.nanmean(rival)))
        if learned is None:
            return tried(job, all_of(rounds), shown, training)
        after = learned.after
        judged = Judged(rounds, before, after, before.best_step, learned.step)
        compared = before.dice(before.rival_steps), after.dice(after.steps), constant_of(samples, rounds)
        verdict = judge(*compared, judged.groups, job.seed, in_use)
        figures = figures_of(job, judged, verdict, training, shown, max(training.seconds, time.monotonic() - begun))
        masks = (before.maps, before.rival_steps), (after.maps, after.steps)
        figures["near_copies"], figures["worst"] = copies_across(rounds), choose_worst(judged)
        figures["closer"] = closer_figures(judged.held_out, *masks, job.seed)
        if used is not None and in_use is not None:
            counted = ~np.isnan(in_use)
            figures["in_use_at_best"], figures["in_use_step"] = float(in_use[counted].mean()), used.best_step
            figures["tuned_where_in_use"] = float(compared[1][counted].mean())
        run.stage(WRITING)
        _write(run, forward, opened, record_of(job, base_id, judged, verdict, figures), samples[0], judged)
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


def _check_start(run: UnderWay) -> None:
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
def _score_in_use(run: UnderWay, base_id: str) -> Pooled | None:
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
        return Pooled(score_anew(run, run.rounds))


def open_base_id(job: Job) -> str:
    """The identity of the base model that a version was made from."""
    assert job.version is not None
    return str(read_version_record(Path(job.version)).get("base_id", ""))


def encode_labels(run: UnderWay) -> list[Sample]:
    """Samples of all labels; of those that are never learned from the plain view alone."""

    def advance(done: int, total: int) -> None:
        run.check_stop()
        run.stage(ENCODING, done=done, all=total)

    store = FeatureCache(Path(run.job.cache)) if run.job.cache else FeatureStore()
    parts = all_of(run.rounds)
    learned = encode(run.segmenter, parts.learned, run.job.views, run.shelf, store, advance)
    return learned + encode(run.segmenter, parts.held_out, 1, run.shelf, store, advance)


def _write(
    run: UnderWay, forward: Forward, parts: Parts, record: dict[str, Any], probe: Sample, judged: Judged
) -> None:
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
        draw_worst(aside, judged, record["figures"]["worst"])
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
