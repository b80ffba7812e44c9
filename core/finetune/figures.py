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
from core.finetune.compare import Scored
from core.finetune.gate import Verdict
from core.finetune.job import Example, Job
from core.finetune.proof import Proof
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


def figures_of(
    job: Job,
    parts: Split,
    before: Scored,
    after: Scored,
    verdict: Verdict,
    training: Training,
    shown: Proof,
    seconds: float,
) -> dict[str, Any]:
    """All that is known of a run's worth, as plain values."""
    losses = training.losses
    return {
        "preset": job.preset,
        "model": Path(job.model).name,
        "base_at_half": float(before.dice(HALF_STEP).mean()),
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
        "data_hash": data_hash([_fingerprint(example) for example in parts.learned]),
        "divided_by": parts.by,
        "first_loss": losses[0] if losses else None,
        "last_loss": losses[-1] if losses else None,
        "epochs": len(losses),
        "best_epoch": training.best_epoch,
        "epoch_chosen_on": training.chosen_on,
        "proof": {"tensors": shown.tensors, "numbers": shown.numbers, "frozen": shown.frozen},
        "images": [
            {"image": example.image_sha256[:12], "before": float(old), "after": float(new)}
            for example, old, new in zip(
                parts.held_out, before.dice(before.rival_step), after.dice(after.step), strict=True
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


def record_of(
    job: Job, base_id: str, parts: Split, step: int, verdict: Verdict, figures: dict[str, Any]
) -> dict[str, Any]:
    """What a version says about itself; no name of a patient or a file is in it."""
    learned = [_fingerprint(example) for example in parts.learned]
    return {
        "base_id": base_id,
        "parent": Path(job.version).name if job.version else None,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "best_step": step,
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
        "compared_on": [_fingerprint(example) for example in parts.held_out],
        "figures": figures,
        "note": job.note,
    }


def data_hash(learned: Sequence[Mapping[str, str]]) -> str:
    """One name (16 hex digits) for what was learned from, whatever its order: equal labels, equal hash."""
    lines = sorted(json.dumps(row, sort_keys=True) for row in learned)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _fingerprint(example: Example) -> dict[str, str]:
    mask = hashlib.sha256(Path(example.mask).read_bytes()).hexdigest()
    return {"image": example.image_sha256[:16], "mask": mask[:16], "prompt": example.prompt}
