"""The command line around the toy segmenter, so that several of it can share a training: `python -m tests.unit.shared_toy …`.

A first word "clumsy" makes every process but the first one fail in its first step.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from core.cli import main
from core.segmenter import Decoded
from tests.unit.finetune_toy import LearningSegmenter, UnhurriedSegmenter


class ClumsySegmenter(LearningSegmenter):
    """Cannot decode where it helps."""

    def decode(self, *arguments: Any, **more: Any) -> Decoded:
        if os.environ["RANK"] != "0":
            raise ValueError("clumsy")
        return super().decode(*arguments, **more)


if __name__ == "__main__":
    kinds = {"clumsy": ClumsySegmenter, "unhurried": UnhurriedSegmenter}
    kind = kinds.get(sys.argv[1], LearningSegmenter)
    sys.exit(main([word for word in sys.argv[1:] if word not in kinds], open_model=lambda ref, device: kind()))
