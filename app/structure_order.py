"""What a hand does to the list of structures: choose, order, show, hide and lock. All of it is in the project at once."""

from collections.abc import Callable

from app.session import Session
from core.errors import KnownError
from core.store import Store


def choose(session: Session, number: int) -> bool:
    """Work on the structure with this number, from 1; False where there is none."""
    if not 1 <= number <= len(session.structures):
        return False
    session.select_structure(session.structures[number - 1].id)
    return True


def arrange(session: Session, ids: list[int]) -> bool:
    """Put the structures into this order; False when the project cannot be written (the session says why)."""
    return _write(session, lambda store: store.arrange_structures(ids))


def move(session: Session, by: int) -> bool:
    """Move the current structure up (by < 0) or down in the list; False at its end."""
    ids = [row.id for row in session.structures]
    if session.structure_id not in ids:
        return False
    here = ids.index(session.structure_id)
    there = min(len(ids) - 1, max(0, here + by))
    if there == here:
        return False
    ids.insert(there, ids.pop(here))
    return arrange(session, ids)


def show(session: Session, structure_id: int | None, is_visible: bool) -> bool:
    """Draw the masks of a structure or do not; False when the project cannot be written."""
    return structure_id is not None and _write(
        session, lambda store: store.update_structure(structure_id, is_visible=is_visible)
    )


def lock(session: Session, structure_id: int | None, is_locked: bool) -> bool:
    """Lock a structure against changes or unlock it; False when the project cannot be written."""
    if structure_id is None or not session.save():  # a stroke that is being drawn ends before
        return False
    return _write(session, lambda store: store.update_structure(structure_id, is_locked=is_locked))


def _write(session: Session, step: Callable[[Store], object]) -> bool:
    if session.store is None:
        return False
    try:
        step(session.store)
        session.structures = session.store.structures()
    except KnownError as error:
        session.failed.emit(error)
        return False
    session.structures_changed.emit()
    return True
