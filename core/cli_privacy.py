"""`sa2va-annotator privacy`: what a project says of patients, and a copy that does not."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from core.cli_output import Report
from core.privacy import (
    BACKUPS,
    DICOM_TAGS,
    FILE_NAMES,
    JOBS,
    LOGS,
    METADATA,
    NOTES,
    PATHS,
    PATIENTS,
    PLACES,
    TABLES,
    copy_for_others,
    what_it_holds,
)
from core.store.store import Store

WORDS = {
    PATHS: "paths of images outside of the project",
    FILE_NAMES: "file names of images",
    PATIENTS: "words for patients",
    NOTES: "notes on images",
    PLACES: "folder of the last export",
    DICOM_TAGS: "DICOM files with names or numbers of patients",
    METADATA: "pictures with entries beside their pixels (EXIF)",
    LOGS: "log files",
    BACKUPS: "older copies of the project file",
    TABLES: "tables of exported masks",
    JOBS: "folders of fine-tunes",
}


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """Say what is held; make the copy.

    Raises:
        StoreError: the project cannot be opened.
        ExportError: the copy cannot be written.
    """
    with Store.open(Path(arguments.project), read_only=True) as store:
        findings = what_it_holds(store, report.progress)
        for one in findings:
            report.say(f"{WORDS[one.kind]}: {one.count}")
        if not findings:
            report.say("Nothing was found that names a patient, a user or a place.")
        images = copy_for_others(store, Path(arguments.copy), report.progress) if arguments.copy else 0
    if arguments.copy:
        report.say(f"Copy with {images} images written to {arguments.copy}")
    return {"ok": True, "holds": {one.kind: one.count for one in findings}, "images": images}
