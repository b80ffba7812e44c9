"""The project file."""

from core.store.mask_record import MaskRecord
from core.store.parts import MaskState
from core.store.rows import (
    ClicksRow,
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
    "ClicksRow", "CorrectionRow", "EffortRow", "ImageRow", "JournalStep", "LabelRow", "MaskRecord", "MaskState",
    "Offer", "PredictionRow", "ReviewRow", "RunRow", "Store", "StructureRow", "VersionRow",
]  # fmt: skip
