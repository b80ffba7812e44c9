"""File names that Windows, macOS and Linux all accept, made of names that a person or another program chose."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import PurePath, PureWindowsPath

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])", re.IGNORECASE)
_JOINERS = "\u200c\u200d"  # invisible, but part of the spelling of Persian and of the scripts of India
_MAX_BYTES = 180
"""Most file systems take 255 bytes; the rest is for a mark and an ending."""


def file_name_of(path: str) -> str:
    """The last part of a stored path, one that was stored under Windows too."""
    return PureWindowsPath(path).name if is_windows_path(path) else PurePath(path).name


def is_windows_path(path: str) -> bool:
    """Whether a stored path is one of Windows, with a drive or a server."""
    return re.match(r"[A-Za-z]:[\\/]|\\\\", path) is not None


def safe_name(name: str, most_bytes: int = _MAX_BYTES) -> str:
    """A name for one file or folder: never empty, never leading elsewhere, never one that Windows keeps for itself.

    A name that is harmless already stays as it is; what is not allowed becomes “_”. Doing it twice changes nothing. What is
    longer than `most_bytes` is cut.
    """
    while (safe := _safer(name, most_bytes)) != name:
        name = safe
    return safe


def distinct_names(entries: Sequence[tuple[str, str]], taken: Collection[str] = ()) -> list[str]:
    """Safe names of which no two are one file, not even where capitals do not count.

    Args:
        entries: name and mark of each; no two marks are equal. Where names would meet, each of them gets “__” and its
            mark. (Not “~”: Windows gives long names a second, short one that ends in “~1”.)
        taken: names that are given away already.

    Returns:
        One name for each entry, in the same order.
    """
    names = [safe_name(name) for name, _ in entries]
    met = Counter(meeting_key(name) for name in (*names, *taken))
    marked = [f"{name}__{mark}" for name, (_, mark) in zip(names, entries, strict=True)]
    chosen = [name if met[meeting_key(name)] == 1 else with_mark for name, with_mark in zip(names, marked, strict=True)]
    alone = Counter(meeting_key(name) for name in (*chosen, *taken))
    # A name may itself look like a marked one. If every name ends in its own mark, that cannot happen.
    return chosen if max(alone.values(), default=0) == 1 else marked


def meeting_key(name: str) -> str:
    """Equal for names that some file system takes for one."""
    return unicodedata.normalize("NFC", name.upper().casefold())


def _safer(name: str, most_bytes: int) -> str:
    text = "".join("_" if _is_unfit(sign) else sign for sign in unicodedata.normalize("NFC", name))
    text = _FORBIDDEN.sub("_", text).encode("utf-8")[:most_bytes].decode("utf-8", errors="ignore")
    text = re.sub(r"[. ]+$", "_", re.sub(r"^[. ]+", "_", text))
    return f"_{text}" if not text or _RESERVED.fullmatch(text.split(".", 1)[0].rstrip()) else text


def _is_unfit(sign: str) -> bool:
    """Control characters, invisible ones that turn the direction of writing, halves of characters, odd spaces."""
    kind = unicodedata.category(sign)
    return (kind in ("Cc", "Cf", "Cs", "Zl", "Zp") and sign not in _JOINERS) or (kind == "Zs" and sign != " ")
