"""Clicks and boxes: what a person shows the model on an image, besides the words."""

from __future__ import annotations

import math
from dataclasses import dataclass

Point = tuple[float, float, int]
"""x, y, and 1 for "this belongs to it" or 0 for "this does not"."""
Box = tuple[float, float, float, float]
"""Left, top, right and bottom of a box around the structure."""
Mark = Point | Box


@dataclass(frozen=True)
class Clicks:
    """Clicks and at most one box on one picture, in the order in which they were made.

    Attributes:
        marks: points (x, y, inside) and the box (left, top, right, bottom), origin top left. In pixels of the image, or, where a
            part of it is looked at, in fractions of that part.
    """

    marks: tuple[Mark, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.marks)

    @property
    def points(self) -> tuple[Point, ...]:
        """The clicks alone."""
        return tuple(mark for mark in self.marks if len(mark) == 3)

    @property
    def box(self) -> Box | None:
        """The box, None where none was drawn."""
        return next((mark for mark in self.marks if len(mark) == 4), None)

    def with_point(self, x: float, y: float, inside: bool) -> Clicks:
        """One click more, kept to a hundredth of a pixel."""
        return Clicks((*self.marks, (round(x, 2), round(y, 2), int(inside))))

    def with_box(self, x: float, y: float, other_x: float, other_y: float) -> Clicks:
        """A box between two opposite corners, instead of the one before: SAM 2 takes one."""
        across, down = sorted((round(x, 2), round(other_x, 2))), sorted((round(y, 2), round(other_y, 2)))
        return Clicks((*self.points, (across[0], down[0], across[1], down[1])))

    def without_last(self) -> Clicks:
        """As it was before the last click or box."""
        return Clicks(self.marks[:-1])

    def as_seen_in(self, rows: slice, columns: slice) -> Clicks:
        """What of it lies in a part of the image, a box cut to it, in fractions of that part.

        Args:
            rows: of the part, in pixels.
            columns: of the part.
        """
        height, width = rows.stop - rows.start, columns.stop - columns.start

        def across(x: float) -> float:
            return (x - columns.start) / width

        def down(y: float) -> float:
            return (y - rows.start) / height

        seen: list[Mark] = []
        for mark in self.marks:
            if len(mark) == 3:
                x, y = across(mark[0]), down(mark[1])
                if 0 <= x <= 1 and 0 <= y <= 1:
                    seen.append((x, y, mark[2]))
            else:
                left, right = (min(1.0, max(0.0, across(x))) for x in (mark[0], mark[2]))
                top, bottom = (min(1.0, max(0.0, down(y))) for y in (mark[1], mark[3]))
                if left < right and top < bottom:
                    seen.append((left, top, right, bottom))
        return Clicks(tuple(seen))

    def to_json(self) -> list[list[float]]:
        """As lists of numbers."""
        return [list(mark) for mark in self.marks]

    @classmethod
    def from_json(cls, value: object) -> Clicks:
        """Out of lists of numbers. Raises ValueError if it is anything else."""
        if not isinstance(value, list):
            raise ValueError("clicks are a list")
        marks = tuple(_mark(entry) for entry in value)
        if sum(len(mark) == 4 for mark in marks) > 1:
            raise ValueError("there is at most one box")
        return cls(marks)


def _mark(entry: object) -> Mark:
    if not isinstance(entry, list) or len(entry) not in (3, 4):
        raise ValueError("a click has three numbers, a box four")
    if any(isinstance(part, bool) or not isinstance(part, int | float) or not math.isfinite(part) for part in entry):
        raise ValueError("a click that is no numbers")
    numbers = [float(part) for part in entry]
    if len(numbers) == 3:
        return (numbers[0], numbers[1], int(bool(numbers[2])))
    if numbers[0] > numbers[2] or numbers[1] > numbers[3]:
        raise ValueError("a box from its end to its beginning")
    return (numbers[0], numbers[1], numbers[2], numbers[3])
