"""What a project still says of patients and users, and a copy that says none of it."""

from __future__ import annotations

import re
import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from core.dicom_file import MARK, MARK_AT, broken
from core.errors import ExportError, ImageError, KnownError
from core.export.manifest import MANIFEST
from core.image_file import file_of, read_image, read_same_image
from core.pseudonym import DIGITS
from core.stacks import stacks_of
from core.store.deidentify import NewImage, copy_without_names
from core.store.store import Store

Progress = Callable[[int, int, str], None]
PATHS, FILE_NAMES, PATIENTS, NOTES, DICOM_TAGS, METADATA, LOGS, BACKUPS, TABLES, JOBS, PLACES = (
    "paths", "file_names", "patients", "notes", "dicom_tags", "metadata", "logs", "backups", "tables", "jobs", "places",
)  # fmt: skip
_HASH = re.compile(rf"[0-9a-f]{{{DIGITS}}}")
_NEUTRAL = re.compile(r"(image|patient|study)_\d+(\.png)?")
_NAMING = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "AccessionNumber",
    "ReferringPhysicianName",
    "InstitutionName",
)


@dataclass(frozen=True)
class Finding:
    """One thing that a project holds: which of the kinds above, and how many."""

    kind: str
    count: int


def what_it_holds(store: Store, progress: Progress) -> list[Finding]:
    """Look through a project for what may name a patient, a user or a place.

    Args:
        store: an open project.
        progress: is told how many of how many files were looked into.

    Returns:
        What was found; nothing where nothing was.

    Raises:
        StoreError: the project cannot be read.
    """
    rows, folder = store.images(), store.folder
    named = [row for row in rows if not _NEUTRAL.fullmatch(row.path.replace("\\", "/").rsplit("/", 1)[-1])]
    told = {
        row.patient_key for row in rows if not (_HASH.fullmatch(row.patient_key) or _NEUTRAL.fullmatch(row.patient_key))
    }
    counts = {
        PATHS: sum(Path(row.path).is_absolute() or "\\" in row.path for row in rows),
        FILE_NAMES: len({row.path for row in named}),
        PATIENTS: len(told - {""}),
        NOTES: sum(bool(row.flag) for row in store.reviews(None)),
        PLACES: sum(store.meta(key) is not None for key in ("export_folder",)),
        DICOM_TAGS: 0, METADATA: 0,
        LOGS: len([path for path in (folder / "log").glob("*") if path.is_file()]),
        BACKUPS: len(list(folder.glob("project-before-update-*"))),
        TABLES: len(list(folder.rglob(MANIFEST))),
        JOBS: len([path for path in (folder / "runs").glob("*") if path.is_dir()]),
    }  # fmt: skip
    files = sorted({file_of(store.image_path(row)) for row in rows if not Path(row.path).is_absolute()})
    for done, file in enumerate(files):
        progress(done, len(files), "")
        if kind := _metadata_of(file):
            counts[kind] += 1
    progress(len(files), len(files), "")
    return [Finding(kind, count) for kind, count in counts.items() if count]


def copy_for_others(store: Store, out: Path, progress: Progress) -> int:
    """Make a copy of a project for a colleague: new names, no paths, pixels without anything else.

    Each image becomes an 8-bit PNG as it is shown first and as the model sees it; window, depth and spacing of the file are not in
    it. Images whose files are gone are left out. Nothing of the copy can be laid beside the project: it has an identity of its own.

    Args:
        store: an open project, read only.
        out: folder of the copy; must not exist, or be empty.
        progress: is told how many of how many images are done; what it raises stops it, and the folder is as it was.

    Returns:
        How many images are in the copy.

    Raises:
        ExportError: the folder is not empty or cannot be written, or what was written does not read back equal.
        StoreError: the project cannot be read.
    """
    out = Path(out).absolute()
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise ExportError(
                "The folder “{folder}” is not empty, so no copy was made.", "Choose an empty folder.", folder=out.name
            )
        existed = out.exists()
        (out / "images").mkdir(parents=True)
    except OSError as error:
        raise _cannot_write(out) from error
    try:
        images = _write_images(store, out, progress)
        copy_without_names(store, out, images)
        with Store.open(out) as copy:
            left = [one.kind for one in what_it_holds(copy, _silent)]
            if left:
                raise RuntimeError(f"the copy still holds {left}")
    except BaseException as error:
        shutil.rmtree(out, ignore_errors=True)
        if existed:
            out.mkdir(exist_ok=True)
        if isinstance(error, OSError) and not isinstance(error, KnownError):
            raise _cannot_write(out) from error
        raise
    return len(images)


def _write_images(store: Store, out: Path, progress: Progress) -> dict[int, NewImage]:
    rows = store.images()
    patients: dict[str, str] = {}
    studies: dict[str, str] = {"": ""}
    series = {row.id: f"series_{number:05d}" for number, stack in enumerate(stacks_of(rows), 1) for row in stack}
    images: dict[int, NewImage] = {}
    known: set[str] = set()
    for done, row in enumerate(rows):
        progress(done, len(rows), "")
        try:
            pixels = read_same_image(store.image_path(row), row.sha256).pixels
        except ImageError:  # gone, or another one now: its masks lie on nothing
            continue
        place = f"images/image_{done + 1:05d}.png"
        is_grey = bool((pixels == pixels[:, :, :1]).all())
        Pillow.fromarray(pixels[:, :, 0] if is_grey else pixels).save(out / place)
        read = read_image(out / place)
        if not np.array_equal(read.pixels, pixels):
            raise ExportError(
                "A picture did not read back as it was written, so no copy was made.",
                "The disk of the folder “{folder}” may be failing; choose another one.",
                folder=out.name,
            )
        patient = patients.setdefault(row.patient_key, f"patient_{len(patients) + 1:05d}")
        study = studies.setdefault(row.study_key, f"study_{len(studies):05d}")
        # Two pictures that differed only in what is left out now are one.
        if read.sha256 not in known:
            known.add(read.sha256)
            images[row.id] = NewImage(place, read.sha256, patient, study, series.get(row.id, ""))
    return images


def _metadata_of(file: Path) -> str:
    """Whether a file inside the project says more than pixels: `DICOM_TAGS`, `METADATA` (EXIF and the like), or ""."""
    import pydicom

    try:
        with file.open("rb") as stream:
            is_dicom = stream.read(MARK_AT + len(MARK))[MARK_AT:] == MARK
        with warnings.catch_warnings(action="ignore"):
            if is_dicom:
                header = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=list(_NAMING))
                return DICOM_TAGS if any(header.get(keyword) for keyword in _NAMING) else ""
            picture = Pillow.open(file)
        with picture:
            kept = set(picture.info) & {
                "exif",
                "comment",
                "Comment",
                "Author",
                "Description",
                "Title",
                "XML:com.adobe.xmp",
                "xmp",
            }
            return METADATA if kept or dict(picture.getexif()) else ""
    except broken():  # who opens it is told
        return ""


def _cannot_write(out: Path) -> ExportError:
    return ExportError(
        "The folder “{folder}” cannot be written, so no copy was made.", "Choose another folder.", folder=out.name
    )


def _silent(done: int, total: int, text: str) -> None:
    """Nobody wants to know."""
