"""How the command line speaks: results on standard output, progress and remarks on standard error, JSON into a file."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.whole_file import make_folder, write_aside

_QUIET_SECONDS = 2.0


class Report:
    """One run of a command, as the person at the terminal sees it.

    Attributes:
        quiet: say nothing: another process of the same command speaks.
    """

    def __init__(self) -> None:
        self.quiet = False
        self._open_line = False
        self._last = 0.0

    def say(self, text: str = "") -> None:
        """A line of the result."""
        self._close_line()
        print(text, flush=True)

    def remark(self, text: str) -> None:
        """A line beside the result."""
        if self.quiet:
            return
        self._close_line()
        print(text, file=sys.stderr, flush=True)

    def progress(self, done: int, total: int, text: str = "") -> None:
        """How far it is. On a terminal one line that renews itself; in a file a line every few seconds."""
        if self.quiet:
            return
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
