"""Reads one thing after the other beside the window, the newest wish first, and keeps one that was read ahead of time."""

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from app.background import Background
from core.errors import KnownError

Wish = TypeVar("Wish")
Found = TypeVar("Found")


class ReadingBeside(QObject, Generic[Wish, Found]):
    """One thread at a time, and at most one result that nobody has asked for yet.

    Signals:
        arrived: a wish that `read` had promised, and what was read, or the KnownError that prevents it.
    """

    arrived = Signal(object, object)

    def __init__(self, work: Callable[[Wish], Found], parent: QObject) -> None:
        """Prepare.

        Args:
            work: reads; in a thread of its own, so it touches neither widgets nor the window's store.
            parent: owner.
        """
        super().__init__(parent)
        self._work = work
        self._running: tuple[Wish, Background] | None = None
        self._promised: Wish | None = None
        self._next: Wish | None = None
        self.kept: tuple[Wish, Found] | None = None

    @property
    def is_promised(self) -> bool:
        """Whether something is waited for."""
        return self._promised is not None

    def read(self, wish: Wish) -> None:
        """Promise that it arrives; what was promised before never comes."""
        self._next, self._promised = None, wish
        self._begin()

    def read_ahead(self, wish: Wish) -> None:
        """Read what is likely to be wanted next; nothing is said if that fails."""
        self._next = wish
        self._begin()

    def drop(self) -> None:
        """Promise and keep nothing any more."""
        self._promised = self._next = self.kept = None

    def forget(self) -> None:
        """Promise and keep nothing any more, and wait until nothing is being read."""
        self.drop()
        if self._running is not None:
            self._running[1].close()
            self._running = None

    def _begin(self) -> None:
        wish = self._promised if self._promised is not None else self._next
        if wish is None or self._running is not None:
            return
        background = Background(lambda _: self._work(wish), self)
        background.done.connect(partial(self._end, wish))
        background.failed.connect(partial(self._end, wish))
        self._running = wish, background
        background.start()

    def _end(self, wish: Wish, result: Found | KnownError) -> None:
        if self._running is not None:
            self._running[1].deleteLater()
            self._running = None
        if wish == self._next:
            self._next = None
        if wish == self._promised:
            self._promised = None
            self.arrived.emit(wish, result)
        elif not isinstance(result, KnownError):
            self.kept = wish, result
        self._begin()
