"""`sa2va-annotator versions`: the versions of a project; import, note, delete."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from core.amounts import amount
from core.cli_output import Report
from core.errors import InputError
from core.finetune.keeping import bytes_of, delete_version, place_for_import, record_import
from core.model_reference import DEMO
from core.store.store import Store

BASE_MODEL = "base_model"


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """Do what is asked, then list the versions.

    Raises:
        InputError: there is no such version.
        StoreError: the project cannot be read or written, or the version is in use.
        ModelError, ExportError: a version cannot be imported.
    """
    changes = arguments.import_from or arguments.delete or arguments.note
    with Store.open(Path(arguments.project).expanduser(), read_only=not changes) as store:
        if arguments.import_from:
            from core.finetune.take_in import take_in

            source = Path(arguments.import_from).expanduser()
            record = take_in(source, store.meta(BASE_MODEL) or DEMO, place_for_import(store))
            report.remark(f"Imported as {record_import(store, record)}; it is not in use.")
        if arguments.note:
            store.note_version(_known(store, arguments.note[0]), arguments.note[1].strip())
        if arguments.delete:
            delete_version(store, _known(store, arguments.delete))
        active = store.active_version()
        rows: list[dict[str, Any]] = []
        for row in store.versions():
            size = bytes_of(store.version_folder(row))
            rows.append(
                {"version": row.id, "in_use": active is not None and active.id == row.id, "made": row.created,
                 "from": row.parent_id or "base model", "base": row.base_id, "bytes": size, "note": row.note,
                 "dice_before": row.figures.get("base_at_best"), "dice_after": row.figures.get("tuned_at_best")}
            )  # fmt: skip
    for one in rows:
        dice = f"Dice {one['dice_before']:.3f} → {one['dice_after']:.3f}" if one["dice_after"] is not None else ""
        words = [
            one["version"],
            one["made"][:16],
            dice,
            amount(one["bytes"]),
            "in use" if one["in_use"] else "",
            one["note"],
        ]
        report.say("  ".join(word for word in words if word))
    if not rows:
        report.say("This project has no versions yet; the base model is in use.")
    return {"ok": True, "versions": rows}


def _known(store: Store, version_id: str) -> str:
    if version_id not in {row.id for row in store.versions()}:
        raise InputError(
            "There is no version “{version}” in this project, so nothing was changed.",
            "The command without options lists them.",
            version=version_id,
        )
    return version_id
