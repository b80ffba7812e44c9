"""Which of the model's masks counts: one more step of the correction, that can be taken back like a stroke."""

from app.session import Session
from core.errors import KnownError
from core.store import JournalStep


def choose_mask(session: Session, place: int) -> bool:
    """Let another mask of the model be the prediction; threshold and painted pixels stay.

    Args:
        session: with a prediction on the screen.
        place: index of the mask.

    Returns:
        False when there is no such mask, it counts already, or the project cannot be written (the session says why).
    """
    editing = session.editing
    prediction = editing.prediction
    if prediction is None or not 0 <= place < len(prediction.ious) or place == prediction.chosen:
        return False
    editing.end_stroke()
    change = {"prediction": prediction.id, "before": prediction.chosen, "after": place}
    if not editing.write(JournalStep(kind="candidate", payload=change)):
        return False
    try:
        editing.show_prediction()
    except KnownError as error:
        session.failed.emit(error)
        return False
    return True


def choose_next_mask(session: Session) -> bool:
    """The mask after the one that counts, after the last one the first; False where there is no choice."""
    prediction = session.editing.prediction
    count = len(prediction.ious) if prediction is not None else 0
    return prediction is not None and count > 1 and choose_mask(session, (prediction.chosen + 1) % count)
