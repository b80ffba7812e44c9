"""What an earlier export of the same project left in a folder: what may be renewed, what stays, what goes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from core.errors import ExportError
from core.export.choice import PNG
from core.export.format import ExportFile, Format
from core.export.manifest import MANIFEST, ManifestRow, read_manifest
from core.export.plan import Plan
from core.export.reading import grey_png
from core.export.staging import Staging, foreign_file


class Earlier:
    """The files of an earlier export into the same folder.

    Attributes:
        exists: whether there was one.
        kept: rows of structures and formats that are not exported now. Those of a name that no structure has any more are not.
    """

    def __init__(self, plan: Plan, stage: Staging, places: Iterable[str]) -> None:
        """Read its manifest.

        Args:
            plan: of the new export.
            stage: on the folder.
            places: of all files of the new export.

        Raises:
            ExportError: the folder holds another project's masks, or a manifest of another program.
        """
        self._stage = stage
        rows = read_manifest(stage.root)
        if any(row.project != plan.masks.store.project_id for row in rows):
            raise ExportError(
                "The folder “{folder}” holds masks of another project, so no masks were written.",
                "Choose an empty folder.",
                folder=stage.root.name or str(stage.root),
            )
        self.exists = (stage.root / MANIFEST).exists()
        new = set(places)
        self.kept = [row for row in rows if row.mask not in new and _is_of_others(row, plan)]
        staying = {row.mask for row in self.kept}
        self._renewed: dict[str, list[ManifestRow]] = defaultdict(list)
        for row in rows:
            if row.mask not in staying:
                self._renewed[row.mask].append(row)

    def check_free(self, files: Iterable[tuple[Format, ExportFile]]) -> None:
        """Raise ExportError if a file is in the way that is not ours any more, before anything is written.

        A file that holds the very same is not in the way: an export that was killed may have left it.
        """
        in_the_way = [
            file.place
            for form, file in files
            if self._is_foreign(file.place) and not _holds_the_same(form, file, self._stage.inside(file.place))
        ]
        if in_the_way:
            raise foreign_file(self._stage.root, in_the_way[0], len(in_the_way) - 1)

    def may_renew(self, place: str) -> bool:
        """Whether there is a file that may be written over; only asked after `check_free`."""
        return self._stage.inside(place).exists()

    def remove_except(self, places: set[str]) -> int:
        """Let files disappear that are not written any more: not accepted, or of another name now; return how many.

        What somebody changed stays.
        """
        gone = [place for place in self._renewed if place not in places]
        gone = [place for place in gone if self._stage.inside(place).exists() and not self._is_foreign(place)]
        for place in gone:
            self._stage.remove(place)
        return len(gone)

    def _is_foreign(self, place: str) -> bool:
        target = self._stage.inside(place)
        if any(above.exists() and not above.is_dir() for above in target.parents if above != self._stage.root):
            return True
        return target.exists() and not any(_is_as_written(row, target) for row in self._written_as(place))

    def _written_as(self, place: str) -> list[ManifestRow]:
        """What an earlier export wrote there, also under a name that differs in capitals only, where that is one file."""
        target = self._stage.inside(place)
        alike = [one for one in self._renewed if one.casefold() == place.casefold()]
        return [
            row
            for one in alike
            if one == place or _is_one_file(self._stage.inside(one), target)
            for row in self._renewed[one]
        ]


def _is_of_others(row: ManifestRow, plan: Plan) -> bool:
    return row.format not in plan.choice.formats or row.structure in plan.others


def _is_as_written(row: ManifestRow, target: Path) -> bool:
    """Whether nobody changed a file since; the same pixels in another packing are the same mask."""
    if not target.is_file():
        return False
    if row.file_sha256 and hashlib.sha256(target.read_bytes()).hexdigest() == row.file_sha256:
        return True
    pixels = grey_png(target) if row.format == PNG else None
    return pixels is not None and hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest() == row.mask_sha256


def _holds_the_same(form: Format, file: ExportFile, target: Path) -> bool:
    try:
        return target.is_file() and form.reads_back(file, target)
    except OSError:
        return False


def _is_one_file(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)
