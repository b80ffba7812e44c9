"""`sa2va-annotator export`: the accepted masks of a project as files."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.cli_output import Report
from core.export.choice import PNG, Choice
from core.export.write import export_masks
from core.store.store import Store


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """Write every accepted mask, re-read it and compare it with the project.

    The project is only read: it may be write-protected, or open in the window.

    Raises:
        StoreError: the project cannot be opened, or a mask in it is damaged.
        ExportError: nothing is accepted, or the folder cannot be written or holds files of others.
        InputError: the pattern of names cannot be used.
    """
    choice = Choice(
        formats=tuple(arguments.formats or (PNG,)),
        pattern=arguments.names,
        as_stored=arguments.as_stored,
        unreviewed=arguments.unreviewed,
        reviewer=" ".join(arguments.reviewer.split()),
    )
    with Store.open(Path(arguments.project), read_only=True) as store:
        outcome = export_masks(store, Path(arguments.out), choice, report.progress)
    for remark in outcome.remarks:
        report.remark(str(remark))
    report.say(f"{_masks(outcome.written)} written to {arguments.out}")
    if outcome.removed:
        files = "1 file" if outcome.removed == 1 else f"{outcome.removed} files"
        report.say(f"{files} of an earlier export taken away: not written any more.")
    if outcome.in_work:
        report.say(
            f"{_masks(outcome.in_work)} {'is' if outcome.in_work == 1 else 'are'} in work and "
            f"{'was' if outcome.in_work == 1 else 'were'} left out."
        )
    return {"ok": True, "out": arguments.out, **asdict(outcome)}


def _masks(count: int) -> str:
    return f"{count} mask" if count == 1 else f"{count} masks"
