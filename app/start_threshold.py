"""Where the threshold of a new prediction starts.

In this order: what somebody chose on the image itself, what was chosen for the structure, where the version in use was best
when it was made, 0.5. The first is the store's to keep; the others are asked for here.
"""

from app.session import Session
from core.errors import KnownError


def start_step(session: Session, structure_id: int, of_model: int) -> int:
    """The step (1..199) with which a prediction starts on an image that nobody has touched.

    Args:
        session: with an open project.
        structure_id: of the structure.
        of_model: the step of the version in use, that of 0.5 where it has none.
    """
    chosen = next((row.threshold_step for row in session.structures if row.id == structure_id), None)
    return of_model if chosen is None else chosen


def start_structure_at(session: Session, structure_id: int, step: int | None) -> bool:
    """Choose where new predictions of a structure start. Images that were touched or accepted keep their own threshold.

    Args:
        session: with an open project.
        structure_id: of the structure.
        step: 1..199; None leaves it to the model again.

    Returns:
        False when the project cannot be written (the session says why).
    """
    store = session.store
    if store is None or not session.save():
        return False
    try:
        store.start_structure_at(structure_id, step)
        session.structures = store.structures()
        is_shown = session.structure_id == structure_id and session.editing.status == "predicted"
        if is_shown and session.image_id is not None:
            session.editing.load(store, session.image_id, structure_id)
    except KnownError as error:
        session.failed.emit(error)
        return False
    session.structures_changed.emit()
    return True
