"""Write the masks of a project into a folder, all or nothing.

Files are written beside their places, read again, compared with the project pixel by pixel, and only then exchanged. A file that
this project did not write, or that somebody changed since, is never written over; an earlier export of the same project is
brought up to date. manifest.csv says what belongs to what.

Names are kept wherever every system can hold them. Signs that one cannot hold become “_”; structures whose names would meet
(also those that differ in capitals only), and images of one base name, get “__” and their number in the project, so that
no mask stands for another; which one is which is in the manifest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import ExportError, Remark
from core.export.choice import Choice
from core.export.earlier import Earlier
from core.export.format import ExportFile, Format
from core.export.formats import made_for
from core.export.manifest import BASE_MODEL, MANIFEST, ManifestRow, manifest_bytes
from core.export.masks import ACCEPTED, Key, pixels_sha256
from core.export.names import file_name_of, meeting_key
from core.export.plan import Plan
from core.export.staging import Staging, sentence_for, staging
from core.mask import threshold_of
from core.place import place_of
from core.store.database import FOLDERS
from core.store.store import Store

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class ExportReport:
    """What an export did.

    Attributes:
        written: number of masks.
        files: number of files, the manifest not counted.
        folder: in which they are.
        manifest: the table beside them.
        removed: number of files of an earlier export that are not written any more and were taken away.
        in_work: number of masks that were begun and not accepted, so that they were left out.
        rejected: number of images that cannot be used, so that they were left out.
        remarks: what a person should know.
    """

    written: int
    files: int
    folder: Path
    manifest: Path
    removed: int
    in_work: int
    rejected: int
    remarks: list[Remark]


def export_masks(store: Store, out: Path, choice: Choice, progress: Progress | None = None) -> ExportReport:
    """Write masks of a project, as it was at one moment, and check them.

    Args:
        store: an open project; read only, so that another connection may go on writing.
        out: folder for the files; made if it is not there. Nothing is written outside of it.
        choice: what goes out, and how. An earlier export of other structures and formats is left as it is.
        progress: is told how many of how many files are done and which is next; what it raises stops the export.

    Raises:
        ExportError: nothing is accepted; two files would have one name; an image that is needed is gone; the folder cannot
            be written, holds files of others, belongs to the project itself, or what was written does not read back equal.
            The folder is then as it was.
        InputError: the pattern of names cannot be used.
        StoreError: a stored mask is damaged. The folder is then as it was.
        ValueError: there is no such structure or format.
    """
    out = _real_folder(out)
    _refuse_own_folders(store, out)
    with store.snapshot(), staging(out) as stage:
        plan = Plan(store, choice)
        work = [(name, form, file) for name, form in made_for(plan).items() for file in form.files()]
        _refuse_nothing(work)
        _refuse_meeting([file for _, _, file in work])
        _refuse_project_in_the_way(store, out, [file.place for _, _, file in work])
        earlier = Earlier(plan, stage, [file.place for _, _, file in work])
        earlier.check_free((form, file) for _, form, file in work)
        rows = _write_all(plan, stage, work, earlier, progress or _silent)
        table = sorted((*earlier.kept, *rows), key=lambda row: (row.mask, row.structure, row.image))
        stage.write(MANIFEST, manifest_bytes(table), renew=earlier.exists)
        removed = earlier.remove_except({file.place for _, _, file in work})
        stage.exchange()
    masks = {key for _, _, file in work for key in file.keys}
    in_work = plan.masks.in_work()
    return ExportReport(len(masks), len(work), out, out / MANIFEST, removed, in_work, plan.rejected, plan.remarks)


def _write_all(
    plan: Plan, stage: Staging, work: list[tuple[str, Format, ExportFile]], earlier: Earlier, progress: Progress
) -> list[ManifestRow]:
    rows = []
    for count, (name, form, file) in enumerate(work):
        progress(count, len(work), file.place)
        content = form.content(file)
        aside = stage.write(file.place, content, renew=earlier.may_renew(file.place))
        if not form.reads_back(file, aside):
            raise ExportError(
                "The mask {place} did not read back as it was written, so no masks were written.",
                "The disk of the folder “{folder}” may be failing; choose another one.",
                place=file.place,
                folder=stage.root.name,
            )
        sha256 = hashlib.sha256(content).hexdigest()
        rows += [_row(plan, key, name, file.place, sha256) for key in file.keys]
        if not file.keys:
            rows.append(_row_of_list(plan, name, file.place, sha256))
    progress(len(work), len(work), "")
    return rows


def _row(plan: Plan, key: Key, form: str, place: str, sha256: str) -> ManifestRow:
    label, mask = plan.masks.label(key), plan.masks.mask(key)
    height, width = mask.shape
    status = plan.masks.status[key]
    return ManifestRow(
        image=place_of(Path(file_name_of(label.image.path)), label.image.frame, label.image.frames).name,
        image_sha256=label.image.sha256,
        structure=label.structure.name,
        prompt=label.prompt,
        mask=place,
        mask_sha256=pixels_sha256(mask),
        width=width,
        height=height,
        area_px=int(np.count_nonzero(mask)),
        threshold=threshold_of(label.threshold_step),
        model_version=(label.version_id or BASE_MODEL) if label.predicted else "",
        status=status,
        reviewed=label.changed,
        project=plan.masks.store.project_id,
        format=form,
        file_sha256=sha256,
        reviewer=plan.choice.reviewer if status == ACCEPTED else "",
    )


def _row_of_list(plan: Plan, form: str, place: str, sha256: str) -> ManifestRow:
    project = plan.masks.store.project_id
    return ManifestRow("", "", "", "", place, "", 0, 0, 0, 0.0, "", "", "", project, form, sha256)


def _refuse_nothing(work: list[tuple[str, Format, ExportFile]]) -> None:
    if not work:
        raise ExportError(
            "None of the accepted masks can be written in the formats that were chosen, so no masks were written.",
            "Choose PNG masks, or accept more masks.",
        )


def _refuse_meeting(files: list[ExportFile]) -> None:
    """No two files may have one name, not even where capitals do not count."""
    seen: dict[str, str] = {meeting_key(MANIFEST): MANIFEST}
    for file in files:
        key = meeting_key(file.place)
        if key in seen:
            raise ExportError(
                "With this pattern of names two masks would be called {place}, so no masks were written.",
                "Put {{structure}}, {{image}} or {{folder}} into the pattern.",
                place=file.place,
            )
        seen[key] = file.place


def _real_folder(out: Path) -> Path:
    """The folder with all links followed: it is the person who chose it."""
    try:
        real = Path(out).resolve()
        if real.exists() and not real.is_dir():
            raise ExportError(
                "“{folder}” is a file and not a folder, so no masks were written.",
                "Choose a folder.",
                folder=real.name,
            )
    except (OSError, RuntimeError) as error:
        raise sentence_for(error if isinstance(error, OSError) else OSError(), Path(out)) from error
    return real


def _refuse_own_folders(store: Store, out: Path) -> None:
    project = store.folder.resolve()
    if out == project or any(project / name in (out, *out.parents) for name in FOLDERS):
        raise _own_folder(out)


def _refuse_project_in_the_way(store: Store, out: Path, places: list[str]) -> None:
    """A structure may be called like the folder of the project beside it."""
    for folder in {out / place.partition("/")[0] for place in places if "/" in place}:
        if folder.exists() and folder.samefile(store.folder):
            raise _own_folder(folder)


def _own_folder(folder: Path) -> ExportError:
    return ExportError(
        "The folder “{folder}” belongs to the project itself, so no masks were written.",
        "Choose another folder, for example a new one beside the project.",
        folder=folder.name,
    )


def _silent(done: int, total: int, text: str) -> None:
    """Nobody wants to know."""
