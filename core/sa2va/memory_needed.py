"""How much memory a model needs, read from the heads of its weight files before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.published_models import WORKING_MEMORY
from core.sa2va.config import Sam2Config
from core.sa2va.keys import is_left_out
from core.sa2va.precision import Precision
from core.sa2va.shards import stored_tensors

_FULL_SIZE = Sam2Config.embed_dim


@dataclass(frozen=True)
class MemoryNeeded:
    """Bytes.

    Attributes:
        weights: of all tensors that are loaded, in their precision.
        working: for the largest tensor while it is read, and for a picture on its way through the model.
    """

    weights: int
    working: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.weights + self.working


def memory_needed(folder: Path, precision: Precision, sam2: Sam2Config) -> MemoryNeeded:
    """What a checkpoint folder will take.

    Args:
        folder: with the weight files.
        precision: in which they are loaded.
        sam2: its sizes; a smaller SAM 2 works in less memory.

    Raises:
        ModelError: a file is missing or damaged.
    """
    tensors = {name: one for name, one in stored_tensors(folder).items() if not is_left_out(name)}
    weights = sum(precision.bytes_of(name, one.shape) for name, one in tensors.items())
    largest = max((one.size for one in tensors.values()), default=0)
    return MemoryNeeded(int(weights), max(largest, WORKING_MEMORY * sam2.embed_dim // _FULL_SIZE))
