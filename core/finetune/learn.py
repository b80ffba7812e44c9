"""The learning of a run: the proof that it can, one step to know time and memory, and the trainings that are judged."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from core.amounts import amount
from core.features import FeatureStore
from core.finetune import proof
from core.finetune.best_epoch import BestEpoch, part_for_choosing
from core.finetune.compare import Pooled, Scored
from core.finetune.dataset import Sample, Shelf, by_label, encode
from core.finetune.estimate import from_step
from core.finetune.figures import Training
from core.finetune.forward import CachedForward, Forward, batch_loss
from core.finetune.kept import Keeper
from core.finetune.parts import Parts
from core.finetune.rounds import all_of, sides
from core.finetune.split import Split
from core.finetune.trainer import Epoch, memory_of, train
from core.finetune.under_way import UnderWay
from core.finetune.version import changes_features

WATCHED_TIMES, WATCHED_LABELS = 10, 8
"""How often, and on how many held-out labels, the chart shows where the training stands."""

PROVING = "Proving that the model can learn from your labels"
TRYING = "Trying one step"
TRAINING = "Learning, at most about {minutes} min; memory: {memory}"
ROUND = "Check {round} of {rounds}: learning without the patients compared on, at most about {minutes} min in all; memory: {memory}"
LAST_ROUND = "Learning from all labels, at most about {minutes} min; memory: {memory}"
COMPARING = "Comparing with the model it came from"


@dataclass(frozen=True)
class Learned:
    """What a run is judged by.

    Attributes:
        after: the answers to the held-out labels, each by a model that did not learn its patient.
        step: the version's best threshold, 1..199.
    """

    after: Pooled
    step: int


@torch.no_grad()
def score_anew(run: UnderWay, rounds: Sequence[Split]) -> list[Scored]:
    """Score the model as it is now on features of its own."""
    with tempfile.TemporaryDirectory(dir=_made(Path(run.job.folder) / "features")) as folder:
        shelf = Shelf(Path(folder))
        every = (*rounds[0].learned, *rounds[0].held_out)
        samples = encode(run.segmenter, every, 1, shelf, FeatureStore(), lambda done, total: run.check_stop())
        return run.examiner(CachedForward(run.segmenter, shelf)).score_rounds(samples, rounds)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def learn(
    run: UnderWay, forward: Forward, parts: Parts, samples: Sequence[Sample], base_dice: float
) -> tuple[Training, Learned | None]:
    """Train what is judged, and leave the model as the new version.

    Where there are several rounds, each begins with the model as it was, and so does the version, which learns from all labels.

    Returns:
        How the (last) training went, and what it is judged by; None where it is only tried.
    """
    untouched, scored, several = parts.trained(), [], len(run.rounds) > 1
    for number, one in enumerate([*run.rounds, all_of(run.rounds)] if several else run.rounds):
        parts.take(untouched)
        learned, held_out = sides(samples, one)
        left = len(run.rounds) - number if several else 0
        training = _train(run, forward, parts, learned, held_out, base_dice, left)
        if run.job.dry_run:
            return training, None
        run.stage(COMPARING)
        run.segmenter.forget()
        if changes_features(run.segmenter, parts.trained()):
            scored += score_anew(run, [one])
        else:
            scored.append(run.examiner(run.forward).score(learned, held_out))
    return training, Learned(Pooled(scored[: len(run.rounds)]), scored[-1].step)


def prove(run: UnderWay, forward: Forward, parts: Parts, learned: Sequence[Sample]) -> proof.Proof:
    """Prove on one real batch that everything learns that should (`core.finetune.proof`). Raises FinetuneError if not."""
    run.stage(PROVING)
    # A batch in which something is there: an empty mask alone says little about the parts that draw one.
    batch = sorted(learned, key=lambda sample: -float(sample.target.mean()))[: run.job.batch]
    with parts.for_proof():
        return run.room.within(
            len(batch),
            lambda size: proof.prove(
                lambda: batch_loss(forward, batch[:size]),
                parts.trainable,
                parts.frozen,
                lambda _: parts.optimiser(run.job.learning_rate, run.job.encoder_rate),
            ),
        )


def _train(
    run: UnderWay,
    forward: Forward,
    parts: Parts,
    learned: Sequence[Sample],
    held_out: Sequence[Sample],
    base_dice: float,
    left: int,
) -> Training:
    """Train once; `left` trainings of this run come after it."""
    every = max(1, run.job.epochs // WATCHED_TIMES)
    labels = by_label(held_out)
    shown = labels[:: max(1, len(labels) // WATCHED_LABELS)][:WATCHED_LABELS]
    examiner = run.examiner(forward)
    samples, aside = part_for_choosing(learned, run.job.seed, run.preset.chooses_from)
    choosing = by_label(aside)
    best = BestEpoch(parts, lambda: examiner.watch(choosing), run.job.epochs) if choosing else None
    looked_at = WATCHED_TIMES * sum(map(len, shown)) + run.job.epochs * len(aside)
    memory, seconds = _try_step(run, forward, parts, samples, looked_at, left)
    if run.job.dry_run:
        return Training([], None, len(choosing), seconds, memory)
    number = len(run.rounds) - left if len(run.rounds) > 1 else 0
    kind = f"{run.job.preset} {run.segmenter.model_id}"
    keeper = Keeper(Path(run.job.folder), kind, parts, best, run.tell, number, lasting=left > 0)

    def on_epoch(epoch: Epoch) -> None:
        watched = None
        if shown and (epoch.epoch % every == 0 or epoch.epoch == epoch.epochs):
            watched = examiner.watch(shown)
        keeper.tell(
            {
                "event": "epoch",
                "epoch": epoch.epoch,
                "epochs": epoch.epochs,
                "loss": epoch.loss,
                "validation_dice": watched,
                "base_dice": base_dice,
                "seconds_left": round(epoch.seconds_left + left * (keeper.seconds + epoch.seconds_left), 1),
                "samples_per_second": round(epoch.speed, 2),
                "memory_bytes": memory_of(run.segmenter.device),
            }
        )

    losses = train(forward, parts, samples, run.job, on_epoch, run.check_stop, run.room, best, keeper)
    return Training(losses, best.epoch if best else None, len(choosing), keeper.seconds, memory)


def _try_step(
    run: UnderWay, forward: Forward, parts: Parts, samples: Sequence[Sample], looked_at: int, left: int
) -> tuple[int, float]:
    """Compute one step and throw it away: then time and memory are known before the learning begins.

    If the memory does not suffice it is found out here (`Room`).

    Returns:
        Bytes at the step's highest point, and the seconds that all trainings from this one on will take at most.
    """
    run.stage(TRYING)
    run.shelf.bring_near(run.segmenter.device)
    batch = samples[: run.job.batch]
    if run.segmenter.device.type != "cpu":
        run.room.gradients(forward, parts, batch)  # a card's first step loads what it computes with
    run.check_stop()
    begun = time.monotonic()
    run.room.gradients(forward, parts, batch)
    step, memory = time.monotonic() - begun, memory_of(run.segmenter.device)
    for parameter in parts.trainable.values():
        parameter.grad = None
    seconds = (left + 1) * from_step(step, len(batch), run.job.epochs * len(samples), looked_at)
    time_and_memory = {"minutes": max(1, round(seconds / 60)), "memory": amount(memory)}
    if len(run.rounds) == 1:
        run.stage(TRAINING, **time_and_memory)
    elif left:
        run.stage(ROUND, round=len(run.rounds) - left + 1, rounds=len(run.rounds), **time_and_memory)
    else:
        run.stage(LAST_ROUND, **time_and_memory)
    return memory, seconds
