"""How long a fine-tune will take: from earlier runs before the start, from one real step once it has begun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FEW_IMAGES = 30
"""With fewer, the part that one division holds out is too small to tell anything (`core.finetune.rounds`)."""
ROUNDS = 3
"""Together with the version itself, which learns from all labels, three times the steps of one learning."""


def rounds_for(images: int) -> int:
    """In how many rounds a run on so many images is judged; with very few patients it may be fewer."""
    return ROUNDS if images < FEW_IMAGES else 1


def from_earlier(
    figures: Sequence[Mapping[str, Any]], preset: str, model: str, labels: int, rounds: int = 1
) -> float | None:
    """Seconds that a run is likely to take, by the last one of its kind; None if there was none.

    Args:
        figures: of the project's runs, the oldest first.
        preset: key of the preset.
        model: last part of the base model's folder or name, as figures keep it.
        labels: accepted now.
        rounds: in which it will be judged.
    """
    for one in reversed(figures):
        known = (one.get("preset"), one.get("model")) == (preset, model)
        seconds, learned, held_out, before = (one.get(key) for key in ("seconds", "learned_from", "held_out", "rounds"))
        if known and isinstance(seconds, int | float) and isinstance(learned, int) and isinstance(held_out, int):
            several = isinstance(before, int) and before > 1
            count = learned if several else learned + held_out
            work = _learnings(before if several and isinstance(before, int) else 1) * max(1, count)
            return float(seconds) * _learnings(rounds) * labels / work
    return None


def _learnings(rounds: int) -> float:
    """How often a run learns from all labels, in effect: one division leaves a quarter out, each of several rounds its part."""
    return 0.75 if rounds == 1 else float(rounds)


def from_step(seconds: float, batch: int, learned: int, looked_at: int) -> float:
    """Seconds of a training.

    Args:
        seconds: of one step there and back.
        batch: samples in it.
        learned: samples that will be learned from, each as often as it is.
        looked_at: samples that will only be answered, each as often as it is: about a third of the work.
    """
    return seconds / batch * (learned + looked_at / 3)
