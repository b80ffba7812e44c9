"""The lines that the window has sent and that are not answered yet; what of them goes before a walk through a stack, and what ends it.

In general the first comes first. Only a walk, which may take minutes, lets clicks and predictions pass that stand behind it.
"""

from __future__ import annotations

import queue
from dataclasses import dataclass
from typing import Any

from core.errors import WorkerError
from core.worker_protocol import decode_line

_PASS = ("predict", "predict_several")


@dataclass(frozen=True)
class _Line:
    """A line, and what it asks for as far as its order depends on it; the end of the input asks for the end."""

    content: bytes | None
    verb: object = None
    walk: object = None


class Waiting:
    """Filled by the thread that reads, emptied by the one that works."""

    def __init__(self) -> None:
        self._arrived: queue.SimpleQueue[_Line] = queue.SimpleQueue()
        self._sorted: list[_Line] = []

    def put(self, line: bytes | None) -> None:
        """A line came; None for the end of the input."""
        self._arrived.put(_told(line))

    def get(self) -> bytes | None:
        """The line that came first; waits for one."""
        return (self._sorted.pop(0) if self._sorted else self._arrived.get()).content

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._sorted and self._arrived.empty()

    def ends(self, walk: int) -> bool:
        """Whether a walk has to end: it was asked to, another model is wanted, or the window is gone."""
        self._sort()
        return any(_ends(line, walk) for line in self._sorted)

    def goes_before(self, walk: int) -> bool:
        """Whether anything waits that goes before a walk, or ends it. Cheap enough to be asked before each layer of a model."""
        self._sort()
        return any(line.verb in _PASS or _ends(line, walk) for line in self._sorted)

    def take_passing(self, walk: int) -> bytes | None:
        """The next line that goes before a walk; None where there is none, or where the walk has to end first."""
        self._sort()
        for place, line in enumerate(self._sorted):
            if _ends(line, walk):
                return None
            if line.verb in _PASS:
                return self._sorted.pop(place).content
        return None

    def _sort(self) -> None:
        while not self._arrived.empty():
            self._sorted.append(self._arrived.get())


def _told(content: bytes | None) -> _Line:
    if content is None:
        return _Line(None)
    try:
        message: dict[str, Any] = decode_line(content)
    except WorkerError:
        return _Line(content)
    return _Line(content, message.get("verb"), message.get("walk"))


def _ends(line: _Line, walk: int) -> bool:
    return line.content is None or line.verb == "load" or (line.verb == "stop_propagate" and line.walk == walk)
