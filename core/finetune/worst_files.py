"""How the pictures of the worst cases are called inside a version's folder: by their number, so that they name nobody."""

from __future__ import annotations


def worst_file(number: int) -> str:
    """Name of the file of one case, counted from 1."""
    return f"worst-{number}.png"
