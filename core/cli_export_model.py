"""`sa2va-annotator export-model`: a fine-tuned version for others."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from core.cli_output import Report


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """Write a version merged into its base, or alone.

    Raises:
        ModelError: it is no version, or does not belong to its base.
        ExportError: there is something at the target, no room, or it cannot be written.
    """
    from core.finetune.give_away import give_away

    def advance(done: int, total: int) -> None:
        report.progress(done // 1_000_000, total // 1_000_000, "MB")

    version, target = Path(arguments.version).expanduser(), Path(arguments.out).expanduser()
    written = give_away(version, target, arguments.adapter_only, advance)
    what = "The version alone" if arguments.adapter_only else "Base and version as one model"
    report.say(f"{what} written to {arguments.out}")
    return {"ok": True, "version": arguments.version, **written}
