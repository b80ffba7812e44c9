"""A background worker: another process that speaks JSON lines, watched without ever blocking the window.

The worker's first line says which language it speaks; only then is anything sent. What else comes on its output and is no
event (a library that prints) is logged and ignored. However the process goes, `ended` comes exactly once.
"""

import logging
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

import core
from core.errors import WorkerError
from core.log_file import Plain
from core.lost_card import LOST_CARD_EXIT
from core.propagate_protocol import walk_event
from core.worker_protocol import (
    MAX_LINE_BYTES,
    PROTOCOL_VERSION,
    Message,
    ReadyEvent,
    decode_line,
    encode_line,
    parse_event,
)

log = logging.getLogger(__name__)

FROZEN_WORKER = "sa2va-annotator-worker"
READY_MS = 120_000
GRACE_MS = 2_000
KILL_MS = 2_000
TAIL_LINES = 40


def worker_command(module: str, *arguments: str) -> list[str]:
    """How a worker is started: this Python, or in a frozen program the second program in the same folder.

    Args:
        module: for example "core.inference.worker".
        arguments: of the worker.
    """
    if getattr(sys, "frozen", False):
        here = Path(sys.executable)
        return [str(here.with_name(FROZEN_WORKER + here.suffix)), module, *arguments]
    return [sys.executable, "-m", module, *arguments]


def start_detached(command: Sequence[str]) -> bool:
    """Start a worker that outlives this window and speaks through files; False if it cannot be started."""
    process = _process_of(command)
    process.setStandardInputFile(QProcess.nullDevice())
    process.setStandardOutputFile(QProcess.nullDevice())
    process.setStandardErrorFile(QProcess.nullDevice())
    started = process.startDetached()
    return bool(started[0] if isinstance(started, tuple) else started)


def _process_of(command: Sequence[str], parent: QObject | None = None) -> QProcess:
    process = QProcess(parent)
    process.setProgram(command[0])
    process.setArguments(list(command[1:]))
    # `-m` looks into the working directory first: it must be ours, not a folder with a "core" of its own.
    process.setWorkingDirectory(str(Path(core.__file__).resolve().parents[1]))
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYTHONUTF8", "1")
    process.setProcessEnvironment(environment)
    return process


class How(Enum):
    """How a worker process came to its end."""

    ASKED = "it was asked to end"
    DIED = "it ended by itself"
    LOST_CARD = "its graphics card stopped answering"
    NOT_STARTED = "it could not be started, or never said that it is ready"
    MISMATCH = "it speaks another version of the language"


@dataclass(frozen=True)
class Ending:
    """The end of a worker process.

    Attributes:
        how: of which kind.
        detail: exit code or signal, for the log.
        tail: the last lines of its error output, for the log.
    """

    how: How
    detail: str
    tail: str


class WorkerProcess(QObject):
    """One run of one worker.

    Signals:
        came: an event of core.worker_protocol or core.propagate_protocol; ReadyEvent is not passed on.
        ended: the Ending, exactly once; no event comes after it, and none after `end`.
    """

    came = Signal(object)
    ended = Signal(object)

    def __init__(self, command: Sequence[str], parent: QObject | None = None, ready_ms: int = READY_MS) -> None:
        """Prepare a process; `start` starts it.

        Args:
            command: program and arguments.
            parent: owner.
            ready_ms: how long the first line may take.
        """
        super().__init__(parent)
        self._process = _process_of(command, self)
        self._output = b""
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._unsent: list[bytes] | None = []
        self._how: How | None = None
        self._has_ended = False
        self._ready_timer = QTimer(self, singleShot=True, interval=ready_ms)
        self._ready_timer.timeout.connect(self._give_up)
        self._kill_timer = QTimer(self, singleShot=True)
        self._kill_timer.timeout.connect(self._process.kill)
        self._process.readyReadStandardOutput.connect(self._read_output)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.errorOccurred.connect(self._on_error)
        self._process.finished.connect(self._on_finished)

    @property
    def is_running(self) -> bool:
        """Whether the process has been started and has not ended."""
        return not self._has_ended and self._process.state() != QProcess.ProcessState.NotRunning

    def start(self) -> None:
        """Start the process; returns at once."""
        self._ready_timer.start()
        self._process.start()

    def send(self, message: Message) -> None:
        """Write one message, as soon as the worker is ready; nothing happens once it was asked to end."""
        line = encode_line(message)
        if self._unsent is not None:
            self._unsent.append(line)
        elif self._how is None and not self._has_ended:
            self._process.write(line)

    def end(self, grace_ms: int = GRACE_MS) -> None:
        """Ask the process to end by closing its input, and kill it after the grace time. Returns at once."""
        if self._how is None:
            self._how = How.ASKED
        self._unsent = []
        self._process.closeWriteChannel()
        self._kill_timer.start(grace_ms)

    def close(self, grace_ms: int = GRACE_MS) -> None:
        """As `end`, but wait until the process is gone."""
        if not self.is_running:
            return
        self.end(grace_ms)
        if not self._process.waitForFinished(grace_ms):
            self._process.kill()
            self._process.waitForFinished(KILL_MS)

    def kill(self) -> None:
        """End the process at once, without asking."""
        self._kill_because(How.ASKED)

    def _give_up(self) -> None:
        self._kill_because(How.NOT_STARTED)

    def _kill_because(self, how: How) -> None:
        if self._how is None:
            self._how = how
        self._process.kill()

    def _read_output(self) -> None:
        self._output += bytes(self._process.readAllStandardOutput().data())
        *lines, self._output = self._output.split(b"\n")
        for line in lines:
            if line.strip() and self._how is None:
                self._take(line)
        if len(self._output) > MAX_LINE_BYTES:
            log.warning("a worker wrote a line without end; it is ignored")
            self._output = b""

    def _take(self, line: bytes) -> None:
        try:
            message = decode_line(line)
            event = walk_event(message) or parse_event(message)
        except WorkerError:
            log.warning("a worker wrote something that is no event: %r", line[:200])
            return
        if not isinstance(event, ReadyEvent):
            self.came.emit(event)
        elif event.version != PROTOCOL_VERSION:
            log.error("a worker speaks version %s instead of %s", event.version, PROTOCOL_VERSION)
            self._kill_because(How.MISMATCH)
        else:
            self._ready_timer.stop()
            unsent, self._unsent = self._unsent or [], None
            for waiting in unsent:
                self._process.write(waiting)

    def _read_errors(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", errors="replace")
        for line in text.splitlines():
            self._tail.append(line)
            log.debug("worker: %s", line)

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._finish(How.NOT_STARTED, self._process.errorString())

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read_output()
        self._read_errors()
        if self._output.strip() and self._how is None:
            log.warning("a worker ended in the middle of a line: %r", self._output[:200])
        crashed = status == QProcess.ExitStatus.CrashExit
        alone = How.LOST_CARD if code == LOST_CARD_EXIT and not crashed else How.DIED
        self._finish(self._how or alone, Plain(f"signal {code}" if crashed else f"exit code {code}"))

    def _finish(self, how: How, detail: str) -> None:
        if self._has_ended:
            return
        self._has_ended = True
        self._ready_timer.stop()
        self._kill_timer.stop()
        ending = Ending(how, detail, "\n".join(self._tail))
        if how is not How.ASKED:
            log.warning("a worker ended (%s, %s)\n%s", Plain(how.value), detail, ending.tail)
        self.ended.emit(ending)
