"""The stacks of the open project as the list knows them: which images are slices of which, and what is said of a stack at a glance."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from core.review import Entry, state_of_stack
from core.stacks import name_of_stack, stacks_of
from core.store import ImageRow


class Stacks:
    """Knows the stacks; an image by itself is in none of them.

    Attributes:
        looked_at: the slice of each stack that was on the screen last, by the stack's first slice.
    """

    def __init__(self) -> None:
        self.looked_at: dict[int, int] = {}
        self._ids: dict[int, tuple[int, ...]] = {}
        self._names: dict[int, str] = {}
        self._said: dict[int, Entry] = {}

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._ids)

    def take(self, rows: Sequence[ImageRow], files: Sequence[str]) -> None:
        """Know these images and no others.

        Args:
            rows: all images of the project, in its order.
            files: the name for people of the file of each.
        """
        file_of = {row.id: file for row, file in zip(rows, files, strict=True)}
        self._ids, self._names = {}, {}
        self._said.clear()
        for stack in stacks_of(rows):
            ids = tuple(row.id for row in stack)
            self._ids.update(dict.fromkeys(ids, ids))
            self._names[ids[0]] = name_of_stack([file_of[key] for key in ids])

    def ids(self, image_id: int | None) -> tuple[int, ...]:
        """The slices of the stack that an image is in, in their order; none of an image by itself."""
        return self._ids.get(image_id, ()) if image_id is not None else ()

    def first(self, image_id: int) -> int | None:
        """By which a stack is known: its first slice; None of an image by itself."""
        ids = self._ids.get(image_id)
        return ids[0] if ids is not None else None

    def line_of(self, entry: Entry, slices_of: Callable[[int], Sequence[Entry]]) -> Entry:
        """What the list says of an image, or of the whole stack that it is in.

        Args:
            entry: of the image.
            slices_of: gives the entries of all slices of an image's stack.

        Returns:
            The entry itself; of a stack one with its name, what its slices are together, and its middle slice to be seen.
        """
        if entry.stack is None:
            return entry
        if entry.stack not in self._said:
            slices = slices_of(entry.row.id)
            middle = slices[len(slices) // 2]
            self._said[entry.stack] = replace(middle, name=self._names[entry.stack], review=state_of_stack(slices))
        return self._said[entry.stack]

    def entered(self, line: Entry, shown: Iterable[Entry]) -> int:
        """Which image is shown when a line of the list is chosen: of a stack the slice that was looked at last.

        Args:
            line: an image by itself, or the first slice of a stack that the filter leaves.
            shown: what the filter leaves; a slice that it does not leave is not gone to.
        """
        last = self.looked_at.get(line.stack) if line.stack is not None else None
        return last if last is not None and any(entry.row.id == last for entry in shown) else line.row.id

    def changed(self, image_id: int) -> None:
        """Something else is known of an image now."""
        first = self.first(image_id)
        if first is not None:
            self._said.pop(first, None)
