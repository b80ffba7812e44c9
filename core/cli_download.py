"""`sa2va-annotator download`: bring a published model onto this computer."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from core.amounts import amount
from core.cli_output import Report
from core.hub import download
from core.hub_cache import cache_place, presence
from core.model_reference import base_of
from core.published_models import GRAPHICS_CARD, PROCESSOR, PUBLISHED


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """Download one model, or list the published ones when no name is given.

    Raises:
        ModelError: as `core.hub.download`.
    """
    if arguments.name is None:
        return {"ok": True, "models": _listed(report)}
    folder = fetch(arguments.name, report)
    report.say(f"The model “{arguments.name}” is on this computer: {folder}")
    return {"ok": True, "model": arguments.name, "folder": str(folder)}


def fetch(ref: str, report: Report) -> Path:
    """Download the base model behind a reference, and say how far it is. Raises ModelError."""
    name = base_of(ref)
    report.remark(f"Downloading {name} into {cache_place()} …")
    last = -1

    def advance(done: int, total: int, file: str) -> None:
        nonlocal last
        percent = 100 * done // max(1, total)
        if percent != last:
            last = percent
            report.progress(percent, 100, f"% ({amount(done)} of {amount(total)}) {file}")

    return download(name, advance)


def _listed(report: Report) -> list[dict[str, Any]]:
    rows = []
    for model in PUBLISHED:
        card, processor = (amount(model.memory(size)) for size in (GRAPHICS_CARD, PROCESSOR))
        here = presence(model.name).value
        rows.append({"name": model.name, "download": model.download, "licence": model.licence, "here": here})
        report.say(
            f"{model.name:<30} download {amount(model.download)}, memory {card} on a graphics card or {processor} "
            f"on the processor, licence {model.licence or 'see its page'}, downloaded: {here}"
        )
    return rows
