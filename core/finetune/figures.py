"""The figures of a run, as the project and the version keep them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.evaluate import HALF_STEP
from core.finetune.compare import Pooled
from core.finetune.gate import Verdict
from core.finetune.job import Example, Job
from core.finetune.label_key import fingerprint
from core.finetune.proof import Proof
from core.finetune.rounds import all_of
from core.finetune.split import Split


@dataclass(frozen=True)
class Training:
    """How the training went.

    Attributes:
        losses: mean loss of each epoch.
        best_epoch: that was kept, from 1; None where it is simply the last.
        chosen_on: labels by which it was chosen.
        seconds: of the training alone.
        memory: bytes that its largest step took.
    """

    losses: list[float]
    best_epoch: int | None
    chosen_on: int
    seconds: float
    memory: int


@dataclass(frozen=True)
class Judged:
    """What the comparison was made of.

    Attributes:
        rounds: the divisions.
        before: the model that the run came from.
        after: what was learned, in each round by a model of its own where there are several.
        base_step, step: threshold steps at which the model before and the new version are best on all that it learned from.
    """

    rounds: tuple[Split, ...]
    before: Pooled
    after: Pooled
    base_step: int
    step: int

    @property
    def held_out(self) -> list[Example]:
        """(N,) the labels compared on, in the order of all figures."""
        return [example for parts in self.rounds for example in parts.held_out]

    @property
    def groups(self) -> list[str]:
        """(N,) their patients."""
        return [example.group for example in self.held_out]


def figures_of(
    job: Job, judged: Judged, verdict: Verdict, training: Training, shown: Proof, seconds: float
) -> dict[str, Any]:
    """All that is known of a run's worth, as plain values. With "rounds" each label was judged by a model of its own."""
    losses, before, after = training.losses, judged.before, judged.after
    half = before.rival_steps != before.steps
    return {
        "preset": job.preset,
        "model": Path(job.model).name,
        "base_at_half": float(before.at_half().mean()),
        "base_at_best": float(before.dice(before.steps).mean()),
        "base_step": judged.base_step,
        "rival_step": HALF_STEP if half else judged.base_step,
        "tuned_at_half": float(after.at_half().mean()),
        "tuned_at_best": float(after.dice(after.steps).mean()),
        "tuned_step": judged.step,
        "constant_at_best": verdict.values["constant"],
        "difference": verdict.gain,
        "interval": list(verdict.interval),
        "held_out": len(judged.held_out),
        "groups": len(set(judged.groups)),
        "learned_from": len(all_of(judged.rounds).learned),
        "data_hash": data_hash([fingerprint(example) for example in all_of(judged.rounds).learned]),
        "divided_by": judged.rounds[0].by,
        "rounds": len(judged.rounds) if len(judged.rounds) > 1 else 0,
        "first_loss": losses[0] if losses else None,
        "last_loss": losses[-1] if losses else None,
        "epochs": len(losses),
        "best_epoch": training.best_epoch,
        "epoch_chosen_on": training.chosen_on,
        "proof": {"tensors": shown.tensors, "numbers": shown.numbers, "frozen": shown.frozen},
        "images": [
            {
                "image": example.image_sha256[:12],
                "prompt": example.prompt,
                "before": float(old),
                "after": float(new),
            }
            for example, old, new in zip(
                judged.held_out, before.dice(before.rival_steps), after.dice(after.steps), strict=True
            )
        ],
        "memory_bytes": training.memory,
        "training_seconds": round(training.seconds, 1),
        "seconds": round(seconds, 1),
    }


def tried(job: Job, parts: Split, shown: Proof, training: Training) -> dict[str, Any]:
    """The result of a job that was only tried: it could learn, in so much time and memory; there is no version."""
    reason = "The model can learn from these labels. Nothing was learned, since this was only a trial."
    figures = {
        "preset": job.preset,
        "device": job.device,
        "learned_from": len(parts.learned),
        "held_out": len(parts.held_out),
        "proof": {"tensors": shown.tensors, "numbers": shown.numbers, "frozen": shown.frozen},
        "memory_bytes": training.memory,
        "training_seconds": round(training.seconds, 1),
    }
    return {"version": "", "accepted": False, "reason": reason, "figures": figures}


def record_of(job: Job, base_id: str, judged: Judged, verdict: Verdict, figures: dict[str, Any]) -> dict[str, Any]:
    """What a version says about itself; no name of a patient or a file is in it."""
    learned = [fingerprint(example) for example in all_of(judged.rounds).learned]
    return {
        "base_id": base_id,
        "parent": Path(job.version).name if job.version else None,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "best_step": judged.step,
        "accepted": verdict.accepted,
        "reason": verdict.reason,
        "preset": job.preset,
        "thin": job.thin,
        "seed": job.seed,
        "epochs": job.epochs,
        "learning_rate": job.learning_rate,
        "encoder_rate": job.encoder_rate,
        "batch": job.batch,
        "views": job.views,
        "zoom": max(example.zoom for example in job.examples),
        "learned_from": learned,
        "data_hash": figures["data_hash"],
        "compared_on": [
            {**fingerprint(example), "round": number}
            for number, parts in enumerate(judged.rounds, start=1)
            for example in parts.held_out
        ],
        "figures": figures,
        "note": job.note,
    }


def data_hash(learned: Sequence[Mapping[str, str]]) -> str:
    """One name (16 hex digits) for what was learned from, whatever its order: equal labels, equal hash."""
    lines = sorted(json.dumps(row, sort_keys=True) for row in learned)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
