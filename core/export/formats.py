"""Every format by its name, PNG first; a new one gets its line here."""

from __future__ import annotations

from collections.abc import Callable

from core.export.binary import Binary
from core.export.choice import PNG
from core.export.coco import Coco
from core.export.dicom_seg import DicomSeg
from core.export.format import Format
from core.export.indexed import Indexed
from core.export.instances import Instances
from core.export.measures import Measures
from core.export.nifti import Nifti
from core.export.pictures import Contour, Overlay
from core.export.plan import Plan
from core.export.probability import Probability
from core.export.training_pairs import TrainingPairs

FORMATS: dict[str, Callable[[Plan], Format]] = {
    PNG: Binary,
    "indexed": Indexed,
    "instances": Instances,
    "overlay": Overlay,
    "contour": Contour,
    "probability": Probability,
    "coco": Coco,
    "nifti": Nifti,
    "dicom-seg": DicomSeg,
    "csv": Measures,
    "pairs": TrainingPairs,
}


def made_for(plan: Plan) -> dict[str, Format]:
    """The chosen formats, in the order of `FORMATS`. Raises ValueError if there is no such one, ExportError as theirs."""
    wanted = plan.choice.formats
    if not wanted or not set(wanted) <= set(FORMATS):
        raise ValueError(f"there are no formats {wanted}")
    return {name: make(plan) for name, make in FORMATS.items() if name in wanted}
