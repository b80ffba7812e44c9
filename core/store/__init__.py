"""The project file."""

from core.store.rows import (
    CorrectionRow,
    EffortRow,
    ImageRow,
    JournalStep,
    LabelRow,
    Offer,
    PredictionRow,
    ReviewRow,
    RunRow,
    StructureRow,
    VersionRow,
)
from core.store.store import Store

__all__ = [
    "CorrectionRow", "EffortRow", "ImageRow", "JournalStep", "LabelRow", "Offer", "PredictionRow", "ReviewRow", "RunRow", "Store",
    "StructureRow", "VersionRow",
]  # fmt: skip
