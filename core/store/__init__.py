"""The project file."""

from core.store.rows import (
    ClicksRow,
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
    "ClicksRow", "CorrectionRow", "ImageRow", "JournalStep", "LabelRow", "Offer", "PredictionRow", "RunRow", "Store",
    "StructureRow", "VersionRow",
]  # fmt: skip
