"""A locked structure says so before anything is drawn on it. The store refuses every change besides, whatever asks for it."""

from app.session import Session
from core.store.structures import locked


def is_locked(session: Session) -> bool:
    """Whether the mask on the screen belongs to a structure that is locked."""
    row = session.structure_row
    return row is not None and row.is_locked


def refuses(session: Session) -> bool:
    """As `is_locked`; if so, the clinician is told."""
    row = session.structure_row
    if row is None or not row.is_locked:
        return False
    session.failed.emit(locked(row.name))
    return True
