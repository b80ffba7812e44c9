"""A run without a window: what it says goes into a file of the job folder, and so does what it is told.

progress.jsonl   events, as on standard output
asked.jsonl      commands, as on standard input
.worker.lock     held by the process that works on the job, whichever it is; the system lets go of it with the process

Imports neither Qt nor torch: window and worker both use it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import FinetuneError
from core.worker_protocol import encode_line

PROGRESS, ASKED = "progress.jsonl", "asked.jsonl"
LOCK = ".worker.lock"
TAKE_SECONDS = 10.0
LOOK_SECONDS = 0.2


def work_on(folder: Path, seconds: float = TAKE_SECONDS) -> FileLock:
    """Take a job for this process; another one may still be on its way out.

    Args:
        folder: of the job.
        seconds: how long to wait for the other one.

    Raises:
        FinetuneError: another process works on it.
    """
    lock = FileLock(str(folder / LOCK))
    try:
        lock.acquire(timeout=seconds)
    except Timeout as error:
        raise FinetuneError(
            "This fine-tune is being worked on already, so it was not started a second time.",
            "Wait until it has ended; your labels are safe.",
        ) from error
    except OSError:  # a disk without locks: then nobody can be kept out
        pass
    return lock


def is_worked_on(folder: Path) -> bool:
    """Whether a living process works on a job."""
    lock = FileLock(str(folder / LOCK))
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def runs_in_background(folder: Path) -> bool:
    """Whether a job was left to run without a window, and nobody has taken in its ending yet."""
    return (folder / PROGRESS).is_file()


def begin_background(folder: Path) -> None:
    """From now on a job counts as left to run without a window. Raises OSError."""
    clear_background(folder)
    (folder / PROGRESS).touch()


def clear_background(folder: Path) -> None:
    """Take away what an earlier run without a window has said and was told."""
    for name in (PROGRESS, ASKED):
        (folder / name).unlink(missing_ok=True)


def ask(folder: Path, verb: str) -> None:
    """Tell a run without a window to "cancel" or to "pause". Raises OSError if that cannot be written."""
    with (folder / ASKED).open("ab") as stream:
        stream.write(encode_line({"verb": verb}))


def asked(folder: Path, seconds: float = LOOK_SECONDS) -> Iterator[bytes]:
    """The commands to a run without a window as they come, without end."""
    yield from _lines(folder / ASKED, seconds)


def _lines(file: Path, seconds: float) -> Iterator[bytes]:
    place = 0
    while True:
        lines, place = new_lines(file, place)
        yield from lines
        time.sleep(seconds)


def new_lines(file: Path, place: int) -> tuple[list[bytes], int]:
    """Whole lines that were added to a file.

    Args:
        file: may not be there yet.
        place: bytes that were read before.

    Returns:
        The lines, without their ends, and the new place.
    """
    try:
        with file.open("rb") as stream:
            stream.seek(place)
            text = stream.read()
    except OSError:
        return [], place
    whole = text[: text.rfind(b"\n") + 1]
    return whole.splitlines(), place + len(whole)
