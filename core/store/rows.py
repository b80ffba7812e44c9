"""What the store gives out and takes in: frozen values, no handles on the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.clicks import Clicks
from core.correction import Patch
from core.place import name_for_people

STATUSES = ("unseen", "predicted", "in_work", "accepted")
"""What a mask can be. An image that cannot be used is "rejected" besides, whatever its masks are."""
REJECTED = "rejected"


@dataclass(frozen=True)
class ImageRow:
    """An image of the project: a file, or one frame (from 0) of a file that holds several.

    `path` is that of the file, relative when it lies inside the project folder. `patient_key` and `study_key` are what a person
    or the file's name says, or hashes of what a DICOM file says. `series_key` is such a hash, of the series whose slice a file is.
    """

    id: int
    path: str
    sha256: str
    width: int
    height: int
    patient_key: str
    study_key: str
    frame: int = 0
    frames: int = 1
    series_key: str = ""

    @property
    def name(self) -> str:
        """The file name, as the clinician knows it, and which of its frames this is."""
        return name_for_people(Path(self.path).name, self.frame, self.frames)


@dataclass(frozen=True)
class ReviewRow:
    """What is known of one image without reading a mask.

    Attributes:
        image_id: of the image.
        status: one of `STATUSES`, of the mask of one structure; `REJECTED` where the image cannot be used.
        flag: the note of a flag, "" for a flag without words, None without a flag.
        uncertainty: of the prediction that counts, 0 (sure) .. 1; None without one.
        test: whether the patient is in the test set.
    """

    image_id: int
    status: str
    flag: str | None = None
    uncertainty: float | None = None
    test: bool = False


@dataclass(frozen=True)
class EffortRow:
    """What it cost to accept one mask.

    Attributes:
        image_id: of the image.
        version_id: of the version whose prediction was corrected, None for the base model.
        predicted: False if it was drawn without a prediction.
        seconds: that a person worked on it.
        changed_px: pixels in which the accepted mask differs from the prediction at the threshold it was accepted with.
        mask_px: pixels of the accepted mask.
        accepted: when (UTC).
    """

    image_id: int
    version_id: str | None
    predicted: bool
    seconds: float
    changed_px: int
    mask_px: int
    accepted: str


@dataclass(frozen=True)
class StructureRow:
    """A structure to segment: its name, the words the model is asked with, its colour (#rrggbb), how close to look (1, 2, 3).

    `threshold_step` (1..199) is where new predictions of it start; None where nobody has chosen that. `is_visible` says whether
    its masks are drawn; `is_locked` that nothing may change them.
    """

    id: int
    name: str
    prompt: str
    colour: str
    zoom: int = 1
    threshold_step: int | None = None
    is_visible: bool = True
    is_locked: bool = False


@dataclass(frozen=True)
class Offer:
    """All masks that a model offered at once for one structure on one image; one of them counts as its prediction.

    Attributes:
        candidates: (n, g, g) float, logits, finite. The three masks of one [SEG]; or, for several, all together first, then each.
        ious: of each candidate, the model's own guess of its quality, 0..1.
        chosen: index of the candidate that counts.
        answer: in words, special tokens included; "" where it was forced.
        parts: how many [SEG] the answer holds; 0 means that the model says that there is nothing.
    """

    candidates: npt.NDArray[np.floating]
    ious: tuple[float, ...]
    chosen: int
    answer: str = ""
    parts: int = 1


@dataclass(frozen=True)
class PredictionRow:
    """What a model answered.

    Attributes:
        id: of the prediction.
        image_id: of the image.
        structure_id: of the structure.
        version_id: by which version, None for the base model.
        prompt: the words it was asked with.
        logits: (g, g) float16, the candidate that counts.
        predicted_iou: the model's own guess of its quality, 0..1.
        ious: of all candidates that can be chosen; none where only one was kept.
        chosen: index of the candidate that counts.
        answer: in words, special tokens included; "" where it was forced.
        parts: how many [SEG] the answer holds; 0 means that the model says that there is nothing.
    """

    id: int
    image_id: int
    structure_id: int
    version_id: str | None
    prompt: str
    logits: npt.NDArray[np.float16] = field(compare=False)  # `id` and `chosen` say which they are
    predicted_iou: float
    ious: tuple[float, ...] = ()
    chosen: int = 0
    answer: str = ""
    parts: int = 1


@dataclass(frozen=True)
class CorrectionRow:
    """State of one structure on one image.

    Attributes:
        threshold_step: 1..199.
        status: one of `STATUSES`.
        cursor: number of journal steps that count at present (undo lowers it).
        edited: whether any step counts.
        final_sha256: of the stored final PNG, None before one was stored.
    """

    image_id: int
    structure_id: int
    threshold_step: int
    status: str
    cursor: int
    edited: bool
    final_sha256: str | None


@dataclass(frozen=True)
class ClicksRow:
    """The clicks in force on one structure of one image.

    Attributes:
        clicks: in pixels of the image.
        words_id: the prediction in words that they correct, None where nothing was predicted in words.
        answered: whether the model's answer to all of them is there; True without clicks.
    """

    clicks: Clicks
    words_id: int | None
    answered: bool


@dataclass(frozen=True)
class JournalStep:
    """One thing the clinician did.

    Attributes:
        kind: "stroke", "threshold", "candidate" or "click".
        payload: JSON values; of a stroke the tool and what it was used with (radius, points, seconds …); of a threshold
            before and after (steps); of a candidate the prediction that it belongs to, before and after (indices);
            of clicks the whole list after the step, and (filled in by the store) the prediction in words that they correct.
        patch: what a stroke changed in the edit layer.
    """

    kind: str
    payload: dict[str, Any]
    patch: Patch | None = None


@dataclass(frozen=True)
class LabelRow:
    """An accepted mask with all that training and export want to know.

    Attributes:
        image: on which it is.
        structure: of which it is.
        mask: (H, W) bool.
        mask_sha256: of the PNG as it is stored.
        threshold_step: 1..199.
        version_id: of the version whose prediction was corrected, None for the base model.
        prompt: the words it was asked with; those of the structure if nothing was predicted.
        changed: when it was accepted (UTC).
        predicted: False if it was drawn without a prediction.
    """

    image: ImageRow
    structure: StructureRow
    mask: npt.NDArray[np.bool_]
    mask_sha256: str
    threshold_step: int
    version_id: str | None
    prompt: str
    changed: str
    predicted: bool = True


@dataclass(frozen=True)
class VersionRow:
    """A fine-tuned version; `folder` is relative to the project; `removed` is when its files were deleted, None while they are here."""

    id: str
    parent_id: str | None
    base_id: str
    folder: str
    created: str
    figures: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    removed: str | None = None


@dataclass(frozen=True)
class RunRow:
    """A fine-tune run and how it ended ("running", "done", "cancelled", "paused", "failed", "died")."""

    id: str
    folder: str
    structure_id: int | None
    version_id: str | None
    outcome: str
    figures: dict[str, Any]
    started: str
    ended: str | None
