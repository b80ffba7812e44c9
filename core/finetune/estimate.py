"""How long a fine-tune will take: from earlier runs before the start, from one real step once it has begun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def from_earlier(figures: Sequence[Mapping[str, Any]], preset: str, model: str, labels: int) -> float | None:
    """Seconds that a run is likely to take, by the last one of its kind; None if there was none.

    Args:
        figures: of the project's runs, the oldest first.
        preset: key of the preset.
        model: last part of the base model's folder or name, as figures keep it.
        labels: accepted now.
    """
    for one in reversed(figures):
        known = (one.get("preset"), one.get("model")) == (preset, model)
        seconds, learned, held_out = (one.get(name) for name in ("seconds", "learned_from", "held_out"))
        if known and isinstance(seconds, int | float) and isinstance(learned, int) and isinstance(held_out, int):
            return float(seconds) * labels / max(1, learned + held_out)
    return None


def from_step(seconds: float, batch: int, learned: int, looked_at: int) -> float:
    """Seconds of a training.

    Args:
        seconds: of one step there and back.
        batch: samples in it.
        learned: samples that will be learned from, each as often as it is.
        looked_at: samples that will only be answered, each as often as it is: about a third of the work.
    """
    return seconds / batch * (learned + looked_at / 3)
