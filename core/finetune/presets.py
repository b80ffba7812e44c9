"""What a fine-tune may train, from the quick to the thorough: four presets, each with the settings it was tried with.

All start from the base weights and learn from all accepted labels; what differs is how much of the model moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

QUICK, ADAPTER, DEEP, WHOLE = "quick", "adapter", "deep", "whole"


@dataclass(frozen=True)
class Lora:
    """A low-rank adapter beside linear layers (Hu et al., LoRA, ICLR 2022): W + alpha / rank · B A.

    Attributes:
        rank: of the product.
        alpha: its scale times the rank.
    """

    rank: int
    alpha: int


@dataclass(frozen=True)
class Preset:
    """One way to fine-tune.

    Attributes:
        key: in job, version and command line.
        epochs: at most so many.
        learning_rate: of projection, mask decoder and adapters.
        batch: samples in a step.
        views: cached views of an image.
        encoder: whether SAM 2's image encoder learns too, from the pictures themselves.
        lora: adapters instead of (mask decoder) or beside (language model) the whole parts; None for none.
        language: whether the language model learns too, by adapters.
        chooses_from: learned images from which on a part of the learned patients says which epoch is kept, and when it is enough.
            Few epochs forget little: there a part pays only where it takes nothing away that would be missed, and never in a
            run that is judged in rounds (`core.finetune.estimate.FEW_IMAGES`), whose version must learn as its rounds did.
    """

    key: str
    epochs: int = 40
    learning_rate: float = 2e-4
    batch: int = 4
    views: int = 2
    encoder: bool = False
    lora: Lora | None = None
    language: bool = False
    chooses_from: int = 30

    @property
    def whole_parts(self) -> bool:
        """Whether projection and mask decoder are trained as they are."""
        return self.lora is None or self.language

    @property
    def settings(self) -> dict[str, Any]:
        """What a job takes over from the preset where nobody says otherwise."""
        return {name: getattr(self, name) for name in ("epochs", "learning_rate", "batch", "views")}


PRESETS: dict[str, Preset] = {
    preset.key: preset
    for preset in (
        # Of 40 epochs the last ones forgot patients that were kept aside (demo images: 0.91 after 4 epochs, 0.77 after 24).
        Preset(QUICK, epochs=12),
        Preset(ADAPTER, learning_rate=1e-3, lora=Lora(8, 16)),
        # Upstream's recipe has rank 128, for many thousands of images.
        Preset(DEEP, epochs=20, lora=Lora(16, 32), language=True, chooses_from=8),
        Preset(WHOLE, epochs=60, encoder=True, chooses_from=8),
    )
}
