"""Write results to disk: a file is whole or not there, and a table opens in a spreadsheet without running any of it."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import ExportError

_DANGEROUS_STARTS = ("=", "+", "-", "@", "\t", "\r")


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


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of equal keys as a table that a spreadsheet opens without running any of it.

    Raises:
        ExportError: the file cannot be written.
    """
    write_aside(path, csv_bytes(rows))


def csv_bytes(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows of equal keys as the bytes of such a table: UTF-8 with its mark, quoted as RFC 4180 says."""
    lines: list[list[str]] = [[str(key) for key in rows[0]]] if rows else []
    lines += [[_cell(value) for value in row.values()] for row in rows]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    return text.getvalue().encode("utf-8-sig", errors="surrogateescape")


def csv_rows(content: bytes) -> list[dict[str, str]]:
    """Read back what `csv_bytes` made. Raises ValueError for anything that is no such table."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        rows = list(reader)
    except csv.Error as error:
        raise ValueError("not a table") from error
    if any(None in row or None in row.values() for row in rows):
        raise ValueError("a row of the table has more or fewer cells than its head")
    return [{key: _text(cell) for key, cell in row.items()} for row in rows]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_DANGEROUS_STARTS) else text


def _text(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_DANGEROUS_STARTS) else cell
