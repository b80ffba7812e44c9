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
from core.evaluate import HALF_STEP, PLATEAU, ImageScore, best_step, score_curves
from core.features import FeatureCache, FeatureStore
from core.finetune import proof
from core.finetune.dataset import Sample, Shelf, encode, read_truth
from core.finetune.gate import Verdict, judge
from core.finetune.job import Example, Job
from core.finetune.split import Split, split
from core.finetune.trainer import Epoch, batch_loss, open_parts, optimiser_of, train
from core.finetune.version import put_in_place, read_parts, write_version
from core.inference.memory import is_out_of_memory
from core.mask import probability_levels
from core.metrics import dice
from core.model_reference import open_segmenter
from core.segmenter import Segmenter

Tell = Callable[[dict[str, Any]], None]
REPRODUCED = 1e-4
WATCHED_TIMES, WATCHED_LABELS = 10, 8
"""How often, and on how many held-out labels, the chart shows where the training stands."""

ENCODING = "Looking at the labelled images ({done} of {all})"
PROVING = "Proving that the model can learn from your labels"
TRAINING = "Learning"
COMPARING = "Comparing with the model it came from"
WRITING = "Writing the new version and reading it back"


class Cancelled(Exception):
    """The run was asked to stop; nothing of it is left but the job."""


@dataclass(frozen=True)
class Scored:
    """Curves of Dice over thresholds of learned and held-out labels, by one model."""

    learned: list[ImageScore]
    held_out: list[ImageScore]

    @property
    def step(self) -> int:
        """Best threshold step, chosen on the learned labels only."""
        return best_step(self.learned, PLATEAU)

    @property
    def rival_step(self) -> int:
        """The step at which this model has to be beaten: its best one, or 0.5 where that does better on the held-out labels.

        A threshold chosen on a few learned images can serve the others worse than 0.5; the new version must not win by that.
        """
        return max((self.step, HALF_STEP), key=lambda step: float(self.dice(step).mean()))

    def dice(self, step: int) -> np.ndarray:
        """(N,) Dice of the held-out labels at a step."""
        return np.array([score.dice[step - 1] for score in self.held_out])


@dataclass(frozen=True)
class _Run:
    job: Job
    segmenter: Segmenter
    shelf: Shelf
    tell: Tell
    check_stop: Callable[[], None]


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
        before = _score(run, learned, held_out)
        base_dice = float(before.dice(before.rival_step).mean())
        shown = _prove(run, learned)
        original = copy.deepcopy({path: part.state_dict() for path, part in segmenter.trainable_modules().items()})
        losses = _train(run, learned, held_out, base_dice)
        tell({"event": "stage", "text": COMPARING, "values": {}})
        after = _score(run, learned, held_out)
        groups = [example.group for example in parts.held_out]
        compared = before.dice(before.rival_step), after.dice(after.step), _constant(learned, held_out)
        verdict = judge(*compared, groups, job.seed)
        figures = _figures(parts, before, after, verdict, losses, shown, time.monotonic() - begun)
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


def open_base_id(job: Job) -> str:
    """The identity of the base model that a version was made from."""
    from core.model_reference import read_version_record

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
    learned.sort(key=lambda sample: (sample.key[1], place[sample.example]))
    held_out.sort(key=lambda sample: place[sample.example])
    return learned, held_out


@torch.no_grad()
def _score(run: _Run, learned: Sequence[Sample], held_out: Sequence[Sample]) -> Scored:
    return Scored([_score_one(run, s) for s in learned if s.key[1] == 0], [_score_one(run, s) for s in held_out])


def _constant(learned: Sequence[Sample], held_out: Sequence[Sample]) -> np.ndarray:
    """(N,) Dice of one mask for all held-out labels, the better one of two: the average of the learned labels of the
    structure at its best threshold, or the whole image."""
    plain = [sample for sample in learned if sample.key[1] == 0]
    share = {
        prompt: torch.stack([s.target for s in plain if s.example.prompt == prompt]).mean(0).clamp(0.005, 0.995)
        for prompt in {sample.example.prompt for sample in plain}
    }
    nothing = torch.full_like(plain[0].target, 0.005)

    def score(sample: Sample) -> ImageScore:
        truth = read_truth(sample.example)
        logits = torch.logit(share.get(sample.example.prompt, nothing)).numpy()
        curves = score_curves(probability_levels(logits, *truth.shape), truth)
        return ImageScore("", *curves, 0.0, 0.0, sample.example.image_sha256)

    average = Scored([score(sample) for sample in plain], [score(sample) for sample in held_out])
    shares = np.array([read_truth(sample.example).mean() for sample in held_out])
    return max(average.dice(average.step), 2 * shares / (1 + shares), key=lambda each: float(each.mean()))


def _score_one(run: _Run, sample: Sample) -> ImageScore:
    run.check_stop()
    truth = read_truth(sample.example)
    decoded = _decode(run, sample)
    logits = decoded.chosen[0].float().cpu().numpy()
    if not np.isfinite(logits).all():
        raise FinetuneError(
            "The model's answers on your labels are no numbers, so the fine-tune was stopped; nothing was changed.",
            "Use another model; your labels are safe.",
        )
    curves = score_curves(probability_levels(logits, *truth.shape), truth)
    best = float(decoded.ious[0, decoded.best[0]])
    return ImageScore("", *curves, best, float(decoded.object_score.reshape(-1)[0]), sample.example.image_sha256)


def _decode(run: _Run, sample: Sample) -> Any:
    features = run.shelf.batch([sample.key], run.segmenter.device)
    return run.segmenter.decode(features, sample.state.to(run.segmenter.device))


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
    shown = held_out[:: max(1, len(held_out) // WATCHED_LABELS)][:WATCHED_LABELS]

    def on_epoch(epoch: Epoch) -> None:
        watched = None
        if epoch.epoch % every == 0 or epoch.epoch == epoch.epochs:
            watched = _watch(run, shown)
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


@torch.no_grad()
def _watch(run: _Run, held_out: Sequence[Sample]) -> float:
    """Mean Dice of a few held-out labels at 0.5, on the decoder's grid: quick, and only shown.

    Neither the epoch nor the threshold is chosen by it.
    """
    scores = []
    for sample in held_out:
        run.check_stop()
        mask = (_decode(run, sample).chosen[0] > 0).cpu().numpy()
        scores.append(dice(mask, (sample.target > 0.5).numpy()))
    return float(np.mean(scores))


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
            trained = _decode(run, probe).logits.clone()
            _load(modules, original)
            base = _decode(run, probe).logits.clone()
            _load(modules, read_parts(aside, modules))
            again = _decode(run, probe).logits
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
