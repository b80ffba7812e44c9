"""`sa2va-annotator export`: the accepted masks of a project as PNG."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.cli_output import Report
from core.export.png import export_png
from core.store.store import Store


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """Write every accepted mask, re-read it and compare it with the project.

    The project is only read: it may be write-protected, or open in the window.

    Raises:
        StoreError: the project cannot be opened, or a mask in it is damaged.
        ExportError: nothing is accepted, or the folder cannot be written or holds files of others.
    """
    with Store.open(Path(arguments.project), read_only=True) as store:
        outcome = export_png(store, Path(arguments.out), progress=report.progress)
    for remark in outcome.remarks:
        report.remark(str(remark))
    report.say(f"{_masks(outcome.written)} written to {arguments.out}")
    if outcome.removed:
        report.say(f"{_masks(outcome.removed)} of an earlier export taken away: not accepted any more.")
    if outcome.in_work:
        report.say(
            f"{_masks(outcome.in_work)} {'is' if outcome.in_work == 1 else 'are'} in work and "
            f"{'was' if outcome.in_work == 1 else 'were'} left out."
        )
    return {"ok": True, "out": arguments.out, **asdict(outcome)}


def _masks(count: int) -> str:
    return f"{count} mask" if count == 1 else f"{count} masks"
