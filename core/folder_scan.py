"""All pictures of a folder and of those in it, found beside the window's work."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from core.errors import InputError
from core.image_file import is_picture, natural_key

MOST_DEEP = 40
"""Folders within folders: deeper ones are a loop of mounts, or no place for images."""


def scan(folder: Path, progress: Callable[[int, int, str], None]) -> list[Path]:
    """Picture files of a folder and its subfolders, each folder's in natural order, DICOM files without an ending too.

    Hidden files and folders, and folders that are links, are left out; so is a subfolder that may not be opened.

    Args:
        folder: to search.
        progress: is told how many pictures were found so far; what it raises stops the search.

    Raises:
        InputError: the folder cannot be read, or is gone before the search is over.
    """
    found: list[Path] = []
    waiting = [(Path(folder), 0)]
    while waiting:
        here, depth = waiting.pop()
        progress(len(found), 0, "")
        files, folders = _entries(here, is_top=depth == 0)
        for file in sorted(files, key=lambda path: natural_key(path.name)):
            try:
                if is_picture(file):
                    found.append(file)
            except OSError:  # it may not be read, or is gone by now
                continue
        if depth < MOST_DEEP:
            waiting += [
                (one, depth + 1) for one in sorted(folders, key=lambda path: natural_key(path.name), reverse=True)
            ]
    try:
        os.stat(folder)
    except OSError as error:
        raise InputError(
            "The folder “{folder}” was gone before all of it was searched (its disk or network may be gone), so no images "
            "were added.",
            "Check the connection and try again.",
            folder=Path(folder).name,
        ) from error
    return found


def _entries(folder: Path, is_top: bool) -> tuple[list[Path], list[Path]]:
    """Files and folders in a folder."""
    files: list[Path] = []
    folders: list[Path] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                elif not entry.is_dir():
                    files.append(Path(entry.path))
    except OSError as error:
        if is_top:
            raise InputError(
                "The folder “{folder}” cannot be read, so no images were added.",
                "Check that it exists and that you may open it.",
                folder=folder.name,
            ) from error
    return files, folders
