"""The project file."""

from core.store.rows import (
    CorrectionRow,
    ImageRow,
    JournalStep,
    LabelRow,
    PredictionRow,
    RunRow,
    StructureRow,
    VersionRow,
)
from core.store.store import Store

__all__ = [
    "CorrectionRow", "ImageRow", "JournalStep", "LabelRow", "PredictionRow", "RunRow", "Store", "StructureRow", "VersionRow",
]  # fmt: skip
