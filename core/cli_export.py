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

    Raises:
        StoreError: the project cannot be opened.
        ExportError: two masks would get one name, the folder cannot be written to, or a file does not read back equal.
    """
    with Store.open(Path(arguments.project), read_only=True) as store:
        outcome = export_png(store, Path(arguments.out), progress=report.progress)
    report.say(f"Masks written to {arguments.out}")
    return {"ok": True, "out": arguments.out, **asdict(outcome)}
