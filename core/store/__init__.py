"""The project file."""

from core.store.rows import (
    CorrectionRow,
    ImageRow,
    JournalStep,
    LabelRow,
    Offer,
    PredictionRow,
    RunRow,
    StructureRow,
    VersionRow,
)
from core.store.store import Store

__all__ = [
    "CorrectionRow", "ImageRow", "JournalStep", "LabelRow", "Offer", "PredictionRow", "RunRow", "Store", "StructureRow", "VersionRow",
]  # fmt: skip
