"""What came of a prediction, in the quiet line below the Predict button."""

from PySide6.QtCore import QCoreApplication

from app.session import Session
from core.mask import apply_threshold

SUSPECTED = 20


def words_for(session: Session, count: int, seconds: float, device: str) -> str:
    """A sentence for the prediction that is on the screen now.

    Args:
        session: shows it.
        count: of structures that were looked for.
        seconds: that it took.
        device: on which, as torch calls it.
    """
    translate = QCoreApplication.translate
    editing = session.editing
    if editing.prediction is not None and editing.prediction.parts == 0:
        return translate("Predictions", "The model answered without a mask.")
    place = (
        translate("Predictions", "the processor") if device == "cpu" else translate("Predictions", "the graphics card")
    )
    if count > 1:
        text = translate("Predictions", "{count} structures in {seconds:.1f} s on {place}.")
        return text.format(count=count, seconds=seconds, place=place)
    if editing.levels is not None and not apply_threshold(editing.levels, editing.step).any():
        if apply_threshold(editing.levels, SUSPECTED).any():
            return translate("Predictions", "Nothing reaches this threshold. Lower it to see what the model suspects.")
        return translate("Predictions", "The model finds nothing of it on this image.")
    return translate("Predictions", "Found in {seconds:.1f} s on {place}.").format(seconds=seconds, place=place)
