"""One piece of work beside the window: a thread with exactly one ending, delivered on the window's thread."""

import sys
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from app.language import QT_TRANSLATE_NOOP
from core.errors import KnownError, WorkerError

MISTAKE = (
    QT_TRANSLATE_NOOP("core", "The program made a mistake, so this was not finished; your labels are safe."),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, send the report to those who look after the program."),
)

Progress = Callable[[int, int, str], None]
Work = Callable[[Progress], Any]


class _Stopped(BaseException):
    """Ends the work from inside its progress call after `stop`."""


class Background(QObject):
    """Runs one callable in a thread of its own.

    Signals:
        progressed: done, total and a text from the work.
        done: what the work returned.
        failed: a KnownError. A mistake of the program is shown by the crash dialog first.
    """

    progressed = Signal(int, int, str)
    done = Signal(object)
    failed = Signal(object)
    _advanced = Signal(int, int, str)
    _over = Signal()

    def __init__(self, work: Work, parent: QObject | None = None) -> None:
        """Prepare; `start` starts it.

        Args:
            work: takes a progress callable (done, total, text). It must not touch widgets or the window's store.
            parent: owner.
        """
        super().__init__(parent)
        self._work = work
        self._result: Any = None
        self._error: BaseException | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)
        # Queued: the work's thread emits, the window's thread receives.
        self._advanced.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)
        self._over.connect(self._end, Qt.ConnectionType.QueuedConnection)

    @property
    def is_running(self) -> bool:
        """Whether the thread is at work."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the work."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver nothing from now on; the work ends at its next progress call."""
        self._stopped = True

    def close(self) -> None:
        """As `stop`, but wait until the thread is gone."""
        self.stop()
        if self.is_running:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._result = self._work(self._progress)
        except BaseException as error:  # noqa: BLE001  the one ending must come whatever the work does
            self._error = error
        self._over.emit()

    def _progress(self, done: int, total: int, text: str) -> None:
        if self._stopped:
            raise _Stopped
        self._advanced.emit(done, total, text)

    def _pass_on(self, done: int, total: int, text: str) -> None:
        if not self._stopped:
            self.progressed.emit(done, total, text)

    def _end(self) -> None:
        error = self._error
        if error is not None and not isinstance(error, KnownError | _Stopped):
            sys.excepthook(type(error), error, error.__traceback__)
            error = WorkerError(*MISTAKE)
        if self._stopped:
            return
        if error is not None:
            self.failed.emit(error)
        else:
            self.done.emit(self._result)
