"""Figures of the mask on the screen, kept in step with the session without looking at all pixels each time."""

from PySide6.QtCore import QObject, QRect, QTimer, Signal

from app.session import Session
from core.dice_curve import Counts, Curve
from core.level_counts import LevelCounts

AFTER_MS = 80
"""While a stroke is drawn the figures follow this much later, once for all that was drawn."""


class MaskFigures(QObject):
    """Counts of the current image and structure.

    Signals:
        predicted: the prediction, or the whole edit layer, is another.
        painted: pixels were added or removed.
    """

    predicted = Signal()
    painted = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._counts: LevelCounts | None = None
        self._changed = QRect()
        self._soon = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._soon.timeout.connect(self.painted)
        session.prediction_changed.connect(self._count)
        session.mask_changed.connect(self._note)

    @property
    def counts(self) -> Counts | None:
        """(200,) pixels of each level of the prediction; None where nothing was predicted."""
        now = self._now()
        return now.everywhere if now is not None and self._session.editing.has_prediction else None

    @property
    def pixels(self) -> int:
        """Of the image; 0 where none is loaded."""
        levels = self._session.editing.levels
        return levels.size if levels is not None else 0

    @property
    def area(self) -> int:
        """Pixels of the mask as it is on the screen."""
        now = self._now()
        return now.area(self._session.editing.step) if now is not None else 0

    @property
    def is_corrected(self) -> bool:
        """Whether a person has said how this mask should be: pixels were painted, or it is accepted."""
        now = self._now()
        return now is not None and (now.is_edited or self._session.editing.status == "accepted")

    def dice(self) -> Curve | None:
        """(199,) Dice of the pure prediction at every threshold against the mask on the screen; None without prediction."""
        now, editing = self._now(), self._session.editing
        return now.dice(editing.step) if now is not None and editing.has_prediction else None

    def _now(self) -> LevelCounts | None:
        """The counts, with what was drawn since the last look."""
        if self._counts is not None and not self._changed.isEmpty():
            area = self._changed
            self._counts.refresh(area.x(), area.y(), area.width(), area.height())
        self._changed = QRect()
        return self._counts

    def _count(self) -> None:
        editing = self._session.editing
        self._changed, self._counts = QRect(), None
        if editing.levels is not None and editing.edits is not None:
            made = editing.ready
            self._counts = made.counts if made is not None else LevelCounts(editing.levels, editing.edits.layer)
        self.predicted.emit()

    def _note(self, area: QRect) -> None:
        self._changed = self._changed.united(area)
        if not self._soon.isActive():
            self._soon.start()
