"""Accepted masks as PNG: OUT/<structure>/<base name of the image>.png, 0 and 255, in the exact size of the image.

Of a file with several frames each has its own mask, with the frame's number from 1 behind the base name (CT01_07.png).

A reviewed negative (accepted and empty) becomes an all-black picture, so that "looked at, nothing there" differs from "not
looked at". manifest.csv says what belongs to what.

Names are kept wherever every system can hold them. Signs that one cannot hold become “_”; structures whose names would meet
(also those that differ in capitals only), and images of one base name, get “__” and their number in the project, so that
no mask stands for another; which one is which is in the manifest.

All or nothing: masks are written beside their places, read again by another library than the one that wrote them, compared
with the project pixel by pixel, and only then exchanged. A file that this project did not write, or that somebody changed
since, is never written over; an earlier export of the same project is brought up to date.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL.PngImagePlugin import PngImageFile

from core.errors import ExportError, Remark
from core.export.manifest import BASE_MODEL, MANIFEST, ManifestRow, manifest_bytes, read_manifest
from core.export.names import distinct_names, file_name_of, safe_name
from core.export.staging import Staging, foreign_file, sentence_for, staging
from core.mask import encode_png, threshold_of
from core.place import place_of, stem_of
from core.store.database import FOLDERS
from core.store.rows import ImageRow, LabelRow
from core.store.store import Store

Progress = Callable[[int, int, str], None]

NOT_POSSIBLE = "“{wanted}” is called “{given}” in the export: its name is not possible on every system."
LEFT_OUT = "Rejected images were left out: {count}."
THERE_TWICE = "“{wanted}” is called “{given}” in the export: its name is there twice."


@dataclass(frozen=True)
class ExportReport:
    """What an export did.

    Attributes:
        written: number of masks.
        folder: in which they are.
        manifest: the table beside them.
        removed: number of masks of an earlier export that are not accepted any more and were taken away.
        in_work: number of masks that were begun and not accepted, so that they were left out.
        rejected: number of images that cannot be used, so that they were left out.
        remarks: what a person should know.
    """

    written: int
    folder: Path
    manifest: Path
    removed: int
    in_work: int
    rejected: int
    remarks: list[Remark]


def export_png(
    store: Store, out: Path, progress: Progress | None = None, structure_ids: Sequence[int] | None = None
) -> ExportReport:
    """Write every accepted mask of a project, as it was at one moment, and check it.

    Args:
        store: an open project; read only, so that another connection may go on writing.
        out: folder for the masks; made if it is not there. Nothing is written outside of it.
        progress: is told how many of how many masks are done and which is next; what it raises stops the export.
        structure_ids: which structures; None is all. An earlier export of the others is left as it is.

    Raises:
        ExportError: nothing is accepted; the folder cannot be written, holds files of others, belongs to the project
            itself, or what was written does not read back equal. The folder is then as it was.
        StoreError: a stored mask is damaged. The folder is then as it was.
        ValueError: there is no such structure.
    """
    out = _real_folder(out)
    _refuse_own_folders(store, out)
    with store.snapshot(), staging(out) as stage:
        plan = _Plan(store, structure_ids)
        _refuse_project_in_the_way(store, out, plan)
        earlier = _Earlier(store, stage, plan)
        earlier.check_free()
        rows = _write_all(store, stage, plan, earlier, progress or _silent)
        table = sorted((*earlier.kept, *rows), key=lambda row: row.mask)
        stage.write(MANIFEST, manifest_bytes(table), renew=earlier.exists)
        removed = earlier.remove_except({row.mask for row in rows})
        stage.exchange()
    return ExportReport(len(rows), out, out / MANIFEST, removed, plan.in_work, plan.rejected, plan.remarks)


class _Plan:
    """Which masks go where.

    Attributes:
        structures: names of the chosen structures.
        others: names of the structures that are not chosen.
        places: for (image, structure) with an accepted mask its place, relative to the folder.
        in_work: number of masks that were begun and not accepted.
        rejected: number of images that cannot be used.
        remarks: which names could not be kept, and what was left out.
    """

    def __init__(self, store: Store, structure_ids: Sequence[int] | None) -> None:
        images, structures = store.images(), store.structures()
        chosen = {row.id for row in structures} if structure_ids is None else set(structure_ids)
        if not chosen <= {row.id for row in structures}:
            raise ValueError(f"there are no structures {sorted(chosen)}")
        stems = {row.id: _stem(row) for row in images}
        # All images and structures count, not only the accepted ones: a name stays when more of them are accepted.
        folders = dict(
            zip(
                (row.id for row in structures),
                distinct_names([(row.name, str(row.id)) for row in structures], taken=[MANIFEST]),
                strict=True,
            )
        )
        files = dict(zip(stems, distinct_names([(stem, str(key)) for key, stem in stems.items()]), strict=True))
        accepted = [key for key in store.accepted() if key[1] in chosen]
        if not accepted:
            raise ExportError(
                "No mask is accepted yet, so there is nothing to write.",
                "Accept a mask first; only those are exported.",
            )
        self.structures = {row.name for row in structures if row.id in chosen}
        self.others = {row.name for row in structures if row.id not in chosen}
        self.places = {key: f"{folders[key[1]]}/{files[key[0]]}.png" for key in accepted}
        self.in_work = sum(status == "in_work" for structure in chosen for status in store.statuses(structure).values())
        renamed = [(row.name, folders[row.id]) for row in structures if row.id in {key[1] for key in accepted}]
        renamed += [(stems[image], files[image]) for image in dict.fromkeys(key[0] for key in accepted)]
        self.remarks = [_renamed(wanted, given) for wanted, given in renamed if wanted != given]
        self.rejected = len(store.rejected())
        if self.rejected:
            self.remarks.append(Remark(LEFT_OUT, {"count": self.rejected}))


class _Earlier:
    """The masks of an earlier export into the same folder.

    Attributes:
        exists: whether there was one.
        kept: rows of structures that are not exported now. Those of a name that no structure has any more are not.
    """

    def __init__(self, store: Store, stage: Staging, plan: _Plan) -> None:
        self._store, self._stage, self._plan = store, stage, plan
        rows = read_manifest(stage.root)
        if any(row.project != store.project_id for row in rows):
            raise ExportError(
                "The folder “{folder}” holds masks of another project, so no masks were written.",
                "Choose an empty folder.",
                folder=stage.root.name or str(stage.root),
            )
        self.exists = (stage.root / MANIFEST).exists()
        self.kept = [row for row in rows if row.structure in plan.others]
        self._renewed = {row.mask: row.mask_sha256 for row in rows if row.structure not in plan.others}

    def check_free(self) -> None:
        """Raise ExportError if a file is in the way that is not ours any more, before anything is written.

        A file of the very same pixels is not in the way: an export that was killed may have left it.
        """
        in_the_way = [
            place
            for key, place in self._plan.places.items()
            if self._is_foreign(place)
            and pixels_sha256(_read(self._stage.inside(place))) != pixels_sha256(_grey(self._store.label(*key).mask))
        ]
        if in_the_way:
            raise foreign_file(self._stage.root, in_the_way[0], len(in_the_way) - 1)

    def may_renew(self, place: str) -> bool:
        """Whether there is a file that may be written over; only asked after `check_free`."""
        return self._stage.inside(place).exists()

    def remove_except(self, places: set[str]) -> int:
        """Let masks disappear that are not accepted any more, or whose structure has another name now; return how many.

        What somebody changed stays.
        """
        gone = [place for place in self._renewed if place not in places]
        gone = [place for place in gone if self._stage.inside(place).exists() and not self._is_foreign(place)]
        for place in gone:
            self._stage.remove(place)
        return len(gone)

    def _is_foreign(self, place: str) -> bool:
        target = self._stage.inside(place)
        if target.parent.exists() and not target.parent.is_dir():
            return True
        return target.exists() and pixels_sha256(_read(target)) not in self._written_as(place)

    def _written_as(self, place: str) -> set[str]:
        """What an earlier export wrote there, also under a name that differs in capitals only, where that is one file."""
        target = self._stage.inside(place)
        alike = [one for one in self._renewed if one.casefold() == place.casefold()]
        return {self._renewed[one] for one in alike if one == place or _is_one_file(self._stage.inside(one), target)}


def _write_all(store: Store, stage: Staging, plan: _Plan, earlier: _Earlier, progress: Progress) -> list[ManifestRow]:
    rows = []
    for count, (key, place) in enumerate(plan.places.items()):
        progress(count, len(plan.places), place)
        label = store.label(*key)
        aside = stage.write(place, encode_png(label.mask), renew=earlier.may_renew(place))
        read = _read(aside)
        if read is None or not np.array_equal(read, _grey(label.mask)):
            raise ExportError(
                "The mask {place} did not read back as it was written, so no masks were written.",
                "The disk of the folder “{folder}” may be failing; choose another one.",
                place=place,
                folder=stage.root.name,
            )
        rows.append(_row(label, place, store.project_id))
    progress(len(plan.places), len(plan.places), "")
    return rows


def _row(label: LabelRow, place: str, project: str) -> ManifestRow:
    height, width = label.mask.shape
    return ManifestRow(
        image=place_of(Path(file_name_of(label.image.path)), label.image.frame, label.image.frames).name,
        image_sha256=label.image.sha256,
        structure=label.structure.name,
        prompt=label.prompt,
        mask=place,
        mask_sha256=pixels_sha256(_grey(label.mask)),
        width=width,
        height=height,
        area_px=int(np.count_nonzero(label.mask)),
        threshold=threshold_of(label.threshold_step),
        model_version=(label.version_id or BASE_MODEL) if label.predicted else "",
        status="accepted",
        reviewed=label.changed,
        project=project,
    )


def _stem(row: ImageRow) -> str:
    """The base name of an image; of a frame with its number from 1, in as many digits as the last one has."""
    stem = stem_of(file_name_of(row.path))
    return stem if row.frames == 1 else f"{stem}_{row.frame + 1:0{len(str(row.frames))}d}"


def pixels_sha256(grey: npt.NDArray[np.uint8] | None) -> str:
    """Hash of the pixels of a picture (H, W) uint8, row by row; empty for None."""
    return hashlib.sha256(np.ascontiguousarray(grey).tobytes()).hexdigest() if grey is not None else ""


def _read(file: Path) -> npt.NDArray[np.uint8] | None:
    """An 8-bit grey PNG as (H, W) uint8, read by Pillow (OpenCV wrote it); None if it is anything else."""
    try:
        # Not by Pillow's open(): that warns of large pictures, which a mask of a large image is.
        with PngImageFile(file) as picture:
            return np.array(picture, dtype=np.uint8) if picture.mode == "L" else None
    except (OSError, ValueError, SyntaxError):
        return None


def _is_one_file(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _grey(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    return mask.astype(np.uint8) * np.uint8(255)


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


def _refuse_project_in_the_way(store: Store, out: Path, plan: _Plan) -> None:
    """A structure may be called like the folder of the project beside it."""
    for folder in {out / place.partition("/")[0] for place in plan.places.values()}:
        if folder.exists() and folder.samefile(store.folder):
            raise _own_folder(folder)


def _own_folder(folder: Path) -> ExportError:
    return ExportError(
        "The folder “{folder}” belongs to the project itself, so no masks were written.",
        "Choose another folder, for example a new one beside the project.",
        folder=folder.name,
    )


def _renamed(wanted: str, given: str) -> Remark:
    template = NOT_POSSIBLE if given == safe_name(wanted) else THERE_TWICE
    return Remark(template, {"wanted": wanted, "given": given})


def _silent(done: int, total: int, text: str) -> None:
    """Nobody wants to know."""
