"""A project: images, structures, predictions, corrections, versions and runs in one SQLite file.

All SQL of the program is in this package.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from core.errors import InputError, StoreError
from core.image_file import Image, patient_key
from core.place import place_of
from core.pseudonym import pseudonym
from core.store.database import now
from core.store.rows import ImageRow, LabelRow, StructureRow
from core.store.versions import Versions
from core.zoom import ZOOMS

_IMAGE = "id, path, sha256, width, height, patient_key, study_key, frame, frames"
_STRUCTURE = "id, name, prompt, colour, zoom, threshold_step"


class Store(Versions):
    """One open project. Use it in the thread that opened it; a second connection may read beside it."""

    def add_images(self, images: Iterable[Image | tuple[Path, str, int, int, str, str]]) -> int:
        """Put images into the project; those whose content is there already are left as they are.

        Args:
            images: read images, or (path, sha256, width, height, patient_key, study_key). A relative path of the second
                kind starts at the project folder.

        Returns:
            How many were new.

        Raises:
            StoreError: the project cannot be written; none of them was put in.
            InputError: the name of a file cannot be kept.
        """
        rows = [self._image_values(image) for image in images]  # read before the project is locked
        added = 0
        with self.transaction():
            for values in rows:
                added += self.execute(
                    "INSERT OR IGNORE INTO images"
                    " (path, sha256, width, height, patient_key, study_key, frame, frames, added)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*values, now()),
                ).rowcount
        return added

    def images(self) -> list[ImageRow]:
        """All images in the order in which they were added."""
        return [ImageRow(*row) for row in self.query(f"SELECT {_IMAGE} FROM images ORDER BY id")]

    def set_patients(self, patients: Mapping[int, str]) -> None:
        """Say which patient images show, by the images' ids. Raises StoreError if the project cannot be written."""
        with self.transaction():
            for image_id, key in patients.items():
                self.execute("UPDATE images SET patient_key = ? WHERE id = ?", (key, image_id))

    def image_path(self, row: ImageRow) -> Path:
        """Where an image is expected, for `read_image`: its file, or one frame of it."""
        path = Path(row.path)
        return place_of(path if path.is_absolute() else self.folder / path, row.frame, row.frames)

    def add_structure(self, name: str, prompt: str, colour: str, zoom: int = 1) -> StructureRow:
        """Add a structure. Raises StoreError if the name is taken or the project cannot be written."""
        try:
            with self.transaction():
                key = self.execute(
                    "INSERT INTO structures (name, prompt, colour, zoom) VALUES (?, ?, ?, ?)",
                    (name, prompt, colour, zoom),
                ).lastrowid
        except sqlite3.IntegrityError as error:
            raise _name_taken(name) from error
        assert key is not None
        return StructureRow(key, name, prompt, colour, zoom)

    def structures(self) -> list[StructureRow]:
        """All structures in the order in which they were added."""
        return [StructureRow(*row) for row in self.query(f"SELECT {_STRUCTURE} FROM structures ORDER BY id")]

    def update_structure(
        self,
        structure_id: int,
        name: str | None = None,
        prompt: str | None = None,
        colour: str | None = None,
        zoom: int | None = None,
    ) -> StructureRow:
        """Change what is given.

        Raises:
            StoreError: the name is taken, or the project cannot be written.
            ValueError: there is no such structure or zoom.
        """
        rows = [row for row in self.structures() if row.id == structure_id]
        if not rows:
            raise ValueError(f"there is no structure {structure_id}")
        old = rows[0]
        row = StructureRow(
            old.id,
            old.name if name is None else name,
            old.prompt if prompt is None else prompt,
            old.colour if colour is None else colour,
            old.zoom if zoom is None else zoom,
            old.threshold_step,
        )
        if row.zoom not in ZOOMS:
            raise ValueError(f"a zoom is one of {ZOOMS}, not {row.zoom}")
        try:
            with self.transaction():
                self.execute(
                    "UPDATE structures SET name = ?, prompt = ?, colour = ?, zoom = ? WHERE id = ?",
                    (row.name, row.prompt, row.colour, row.zoom, row.id),
                )
        except sqlite3.IntegrityError as error:
            raise _name_taken(row.name) from error
        return row

    def accepted(self, structure_id: int | None = None) -> list[tuple[int, int]]:
        """(image, structure) of every accepted mask, of one structure or of all; none of an image that was rejected."""
        rows = self.query(
            "SELECT image_id, structure_id FROM corrections JOIN final_masks USING (image_id, structure_id)"
            " WHERE status = 'accepted' AND image_id NOT IN (SELECT image_id FROM reviews WHERE rejected)"
            " ORDER BY structure_id, image_id"
        )
        return [(image, structure) for image, structure in rows if structure_id in (None, structure)]

    def label(self, image_id: int, structure_id: int) -> LabelRow:
        """One accepted mask. Raises StoreError if it is damaged, ValueError if there is none."""
        rows = self.query(
            "SELECT f.png, f.sha256, c.threshold_step, p.id, p.version_id, p.prompt, c.changed FROM corrections c"
            " JOIN final_masks f USING (image_id, structure_id) LEFT JOIN predictions p ON p.id = c.prediction_id"
            " WHERE c.image_id = ? AND c.structure_id = ? AND c.status = 'accepted'",
            (image_id, structure_id),
        )
        if not rows:
            raise ValueError(f"there is no accepted mask of structure {structure_id} on image {image_id}")
        image = ImageRow(*self.query(f"SELECT {_IMAGE} FROM images WHERE id = ?", (image_id,))[0])
        structure = StructureRow(*self.query(f"SELECT {_STRUCTURE} FROM structures WHERE id = ?", (structure_id,))[0])
        png, sha256, step, predicted, version, prompt, changed = rows[0]
        mask = self.read_mask(png, sha256, (image.height, image.width))
        prompt = prompt if predicted is not None else structure.prompt
        return LabelRow(image, structure, mask, sha256, step, version, prompt, changed, predicted is not None)

    def labels(self, structure_id: int | None = None) -> list[LabelRow]:
        """Accepted masks, of one structure or of all. Raises StoreError if one is damaged."""
        return [self.label(*key) for key in self.accepted(structure_id)]

    def _image_values(
        self, image: Image | tuple[Path, str, int, int, str, str]
    ) -> tuple[str, str, int, int, str, str, int, int]:
        frame, frames = 0, 1
        if isinstance(image, Image):
            patient = pseudonym(image.patient, self.project_id) or patient_key(image.path)
            study, frame, frames = pseudonym(image.study, self.project_id), image.frame, image.frames
            image = (image.path.absolute(), image.sha256, image.width, image.height, patient, study)
        path, sha256, width, height, patient, study = image
        stored = self.stored_path(Path(path))
        try:
            f"{stored}{patient}{study}".encode()
        except UnicodeEncodeError as error:  # bytes in a name that are no text
            raise InputError(
                "The file name “{file}” holds signs that cannot be kept, so no images were added.",
                "Rename the file and add the images again.",
                file=Path(path).name.encode(errors="replace").decode(),
            ) from error
        return stored, sha256, width, height, patient, study, frame, frames


def _name_taken(name: str) -> StoreError:
    return StoreError(
        "There already is a structure called “{name}”, so nothing was changed.", "Choose another name.", name=name
    )
