"""Bytes in words."""

from __future__ import annotations


def amount(size: float) -> str:
    """Bytes as a person reads them: "812 MB", "15.2 GB". One megabyte at least, so that nothing looks like no work."""
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    return f"{max(1, round(size / 1e6))} MB"
