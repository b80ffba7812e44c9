"""How the command line speaks: results on standard output, progress and remarks on standard error, JSON into a file."""

from __future__ import annotations

import csv
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import ExportError

_QUIET_SECONDS = 2.0
_DANGEROUS_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Report:
    """One run of a command, as the person at the terminal sees it."""

    def __init__(self) -> None:
        self._open_line = False
        self._last = 0.0

    def say(self, text: str = "") -> None:
        """A line of the result."""
        self._close_line()
        print(text, flush=True)

    def remark(self, text: str) -> None:
        """A line beside the result."""
        self._close_line()
        print(text, file=sys.stderr, flush=True)

    def progress(self, done: int, total: int, text: str = "") -> None:
        """How far it is. On a terminal one line that renews itself; in a file a line every few seconds."""
        line = f"{done}/{total} {text}".rstrip()
        if sys.stderr.isatty():
            print(f"\r{line[:100]:<100}", end="", file=sys.stderr, flush=True)
            self._open_line = True
            return
        now = time.monotonic()
        if done in (0, total) or now - self._last > _QUIET_SECONDS:
            self._last = now
            print(line, file=sys.stderr, flush=True)

    def _close_line(self) -> None:
        if self._open_line:
            print(file=sys.stderr)
            self._open_line = False


def write_aside(path: Path, content: bytes) -> None:
    """Write a file so that it is either whole or not there.

    Raises:
        ExportError: the folder cannot be written to, or the disk is full.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        aside.write_bytes(content)
        os.replace(aside, path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise ExportError(
            "“{name}” could not be written ({reason}).",
            "Choose another folder, or free some space on the disk.",
            name=str(path),
            reason=error.strerror or "unknown reason",
        ) from error


def make_folder(folder: Path) -> None:
    """Make a folder with all those above it.

    Raises:
        ExportError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(
            "The folder “{folder}” cannot be made ({reason}), so there is no place for the results.",
            "Choose another folder.",
            folder=str(folder),
            reason=error.strerror or "unknown reason",
        ) from error


def write_json(target: str, content: Mapping[str, Any]) -> None:
    """Write a result as JSON into a file, or to standard output if `target` is "-".

    Raises:
        ExportError: the file cannot be written.
    """
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False, default=str) + "\n"
    if target == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    path = Path(target)
    make_folder(path.parent)
    write_aside(path, text.encode("utf-8", errors="surrogateescape"))


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of equal keys as a table that a spreadsheet opens without running any of it.

    Raises:
        ExportError: the file cannot be written.
    """
    lines: list[list[str]] = [[str(key) for key in rows[0]]] if rows else []
    lines += [[_cell(value) for value in row.values()] for row in rows]
    write_aside(path, _csv_text(lines).encode("utf-8-sig", errors="surrogateescape"))


def _csv_text(lines: list[list[str]]) -> str:
    from io import StringIO

    text = StringIO(newline="")
    csv.writer(text).writerows(lines)
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_DANGEROUS_STARTS) else text


def resources_used() -> dict[str, float]:
    """Most memory that this process held, in MB: of the computer, and of the graphics card where one was used."""
    used: dict[str, float] = {}
    try:
        import resource
    except ImportError:  # Windows has no such counter
        pass
    else:
        unit = 1024 * 1024 if sys.platform == "darwin" else 1024
        used["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized():
        used["peak_gpu_memory_mb"] = round(torch.cuda.max_memory_allocated() / 1024 / 1024, 1)
    return used
