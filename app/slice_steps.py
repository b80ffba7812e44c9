"""Going from slice to slice of the stack on the screen, and from line to line of the list."""

from PySide6.QtCore import QObject

from app.image_queue import ImageQueue
from app.session import Session
from core import review
from core.store import ImageRow


class SliceSteps(QObject):
    """What the keys, the wheel and the slider of a stack do. They go to every slice, whatever the filter of the list leaves."""

    def __init__(self, session: Session, queue: ImageQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._queue = session, queue

    @property
    def count(self) -> int:
        """How many slices the stack on the screen has; 0 for an image by itself."""
        return len(self._queue.stacks.ids(self._session.image_id))

    @property
    def place(self) -> int:
        """Which of them is on the screen, from 0."""
        image_id = self._session.image_id
        return self._queue.stacks.ids(image_id).index(image_id) if self.count and image_id is not None else 0

    def step(self, by: int) -> bool:
        """Go so many slices on, or to the end of the stack if that is nearer; False where it is the end."""
        return self.go_to(min(max(0, self.place + by), self.count - 1))

    def go_to(self, place: int) -> bool:
        """Go to a slice, from 0; False where there is none, or it is on the screen already."""
        ids = self._queue.stacks.ids(self._session.image_id)
        if not 0 <= place < len(ids) or ids[place] == self._session.image_id:
            return False
        self._session.select_image(ids[place])
        return True

    def step_line(self, by: int) -> bool:
        """Go to the next (+1) or previous (-1) line of the list, past what is left of this stack; False at the end."""
        queue, here = self._queue, self._queue.entry(self._session.image_id)
        stack = here.stack if here is not None else None
        before, after = queue.around()
        ahead = (entry for entry in (after if by > 0 else before) if entry.stack is None or entry.stack != stack)
        found = next(ahead, None)
        if found is None:
            return False
        line = next((line for line in queue.lines if line.stack == found.stack), found) if found.stack else found
        self._session.select_image(queue.stacks.entered(line, queue.shown))
        return True

    def image_before(self, row: ImageRow) -> ImageRow | None:
        """The image whose mask can be copied to another one, whatever order is chosen; None at the beginning.

        In a stack, and in a study, that is the slice before.
        """
        queue = self._queue
        slices = [entry.row for entry in queue.slices(row.id)]
        if slices:
            place = slices.index(row)
            return slices[place - 1] if place else None
        everything = [queue.entry(one.id) for one in self._session.images]
        rows = [
            entry.row for entry in review.arrange([one for one in everything if one is not None], review.BY_NAME, "")
        ]
        place = rows.index(row)
        before = rows[place - 1] if place else None
        belongs = before is not None and before.study_key == row.study_key and not queue.stacks.ids(before.id)
        return before if belongs else None
