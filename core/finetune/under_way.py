"""What all steps of a fine-tune share: the job, the model, the features, and the line to whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.finetune.compare import Examiner
from core.finetune.dataset import Shelf
from core.finetune.forward import CachedForward, Forward
from core.finetune.job import Job
from core.finetune.presets import PRESETS, Preset
from core.finetune.shared_work import Alone
from core.finetune.split import Split
from core.finetune.trainer import Room
from core.segmenter import Segmenter

Tell = Callable[[dict[str, Any]], None]
LESS = "The memory is small: the model learns from {count} images at a time; the result is the same"


@dataclass(frozen=True)
class UnderWay:
    """One run: what it was told, what it has, who works on it, and how it speaks."""

    job: Job
    segmenter: Segmenter
    rounds: tuple[Split, ...]
    shelf: Shelf
    tell: Tell
    check_stop: Callable[[], None]
    team: Alone = Alone()
    room: Room = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "room", self.team.room(self.job, self._less_at_a_time))

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
