"""The log that a person can send away: what the program did wrong and where, and nothing of patients.

Each process has its own file in the user's log folder, at most 1 MB and two older ones of it. A line holds only words that stand
in the program itself: numbers and `Plain` texts are filled in, everything else (file names, what a library said) becomes “…”.
Of an error its type and the places in our own code are written, never its message. Without a place to write, there is no log,
and the program goes on.
"""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import platform
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from core.errors import KnownError
from core.paths import log_folder

MAX_BYTES = 1_000_000
OLDER_FILES = 2
OURS = ("app", "core", "__main__")
LEFT_OUT = "…"

log = logging.getLogger(__name__)


class Plain(str):
    """A text for the log that can hold nothing of a patient or a user, for example the name of an error's type."""

    __slots__ = ()


def open_log(name: str) -> Path | None:
    """Write what our packages log to a file of this name from now on; asked again, nothing changes.

    Args:
        name: which process it is, for example "window".

    Returns:
        The file; None where it cannot be written.
    """
    root = logging.getLogger()
    for handler in root.handlers:
        if isinstance(handler, _LogFile):
            return Path(handler.baseFilename)
    try:
        folder = log_folder()
        folder.mkdir(parents=True, exist_ok=True)
        handler = _LogFile(folder / f"{name}.log")
    except (OSError, RuntimeError):  # a RuntimeError where the user has no home
        return None
    for package in OURS:
        logging.getLogger(package).setLevel(logging.INFO)
    root.addHandler(handler)
    log.info("%s started, Python %s, %s", Plain(name), Plain(platform.python_version()), Plain(platform.platform()))
    return Path(handler.baseFilename)


def close_log() -> None:
    """Write nothing more to the file."""
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _LogFile)]:
        root.removeHandler(handler)
        with contextlib.suppress(OSError):  # what was not written is lost
            handler.close()


def log_what_nobody_catches() -> None:
    """Log errors that end a thread or the process, and then go on as before."""
    of_process, of_thread = sys.excepthook, threading.excepthook

    def process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("an error ended the process", exc_info=(kind, error, trace))
        of_process(kind, error, trace)

    def thread(arguments: threading.ExceptHookArgs) -> None:
        log.critical("an error ended a thread", exc_info=arguments.exc_value)
        of_thread(arguments)

    sys.excepthook, threading.excepthook = process, thread


def without_patients(error: BaseException) -> list[str]:
    """Lines that say of which type an error is, and where in our code it happened, innermost last; then its causes."""
    lines, seen = [], set[int]()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        kind = f"{type(one).__module__}.{type(one).__qualname__}".removeprefix("builtins.")
        said = f": {one.what_happened}" if isinstance(one, KnownError) else ""  # the template, not what fills it
        lines.append(f"{'caused by ' if len(seen) > 1 else ''}{kind}{said}")
        lines += [f"  {place}" for place in _places(one.__traceback__)]
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return lines


def _places(trace: TracebackType | None) -> Iterator[str]:
    """File, line and function of each frame in our own packages."""
    while trace is not None:
        names = trace.tb_frame.f_globals
        module = str(names.get("__name__", ""))
        if module == "__main__":  # of a process that was started with -m
            module = str(getattr(names.get("__spec__"), "name", ""))
        if module.split(".")[0] in OURS:
            yield f"{module.replace('.', '/')}.py:{trace.tb_lineno}, {trace.tb_frame.f_code.co_name}"
        trace = trace.tb_next


class _LogFile(logging.handlers.RotatingFileHandler):
    """The file; when it cannot be written, the program goes on without it."""

    def __init__(self, place: Path) -> None:
        super().__init__(place, maxBytes=MAX_BYTES, backupCount=OLDER_FILES, encoding="utf-8")
        self.setFormatter(_Words("%(asctime)s %(levelname)s %(name)s %(message)s"))
        self.addFilter(lambda record: record.name.split(".")[0] in OURS)

    def doRollover(self) -> None:
        """Begin a new file; where an old one cannot be renamed (another window holds it), the file grows on."""
        with contextlib.suppress(OSError):
            super().doRollover()
        if self.stream is None:
            self.stream = self._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """A disk that is full, or gone, stops nothing."""


class _Words(logging.Formatter):
    """Fills in only what can be nothing of a patient."""

    def format(self, record: logging.LogRecord) -> str:
        """One line for the record, and lines for its error."""
        given = record.args if isinstance(record.args, tuple) else ()
        safe = [value if isinstance(value, int | float | Plain) else LEFT_OUT for value in given]
        words = str(record.msg) if isinstance(record.msg, str) else LEFT_OUT
        try:
            words = words.replace("%r", "%s") % tuple(safe) if safe else words
        except (TypeError, ValueError):
            words = str(record.msg)
        error = record.exc_info[1] if record.exc_info else None
        plain = logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, words, None, None)
        plain.created, plain.msecs = record.created, record.msecs
        return "\n".join([super().format(plain), *(without_patients(error) if error is not None else [])])
