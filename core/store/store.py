"""A project: images, structures, predictions, corrections, versions and runs in one SQLite file.

All SQL of the program is in this package.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from core.errors import InputError
from core.image_file import Image, patient_key
from core.place import place_of
from core.pseudonym import pseudonym
from core.store.database import now
from core.store.rows import ImageRow, LabelRow
from core.store.versions import Versions

_IMAGE = "id, path, sha256, width, height, patient_key, study_key, frame, frames, series_key"


class Store(Versions):
    """One open project. Use it in the thread that opened it; a second connection may read beside it."""

    def add_images(self, images: Iterable[Image | tuple[Path, str, int, int, str, str]]) -> int:
        """Put images into the project; those whose content is there already are left as they are.

        But for the series that they lie in: a project of an older program does not know it.

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
                    " (path, sha256, width, height, patient_key, study_key, frame, frames, series_key, added)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*values, now()),
                ).rowcount
                if values[-1]:
                    self.execute(
                        "UPDATE images SET series_key = ? WHERE sha256 = ? AND series_key = ''", (values[-1], values[1])
                    )
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
        structure = self.structure(structure_id)
        png, sha256, step, predicted, version, prompt, changed = rows[0]
        mask = self.read_mask(png, sha256, (image.height, image.width))
        prompt = prompt if predicted is not None else structure.prompt
        return LabelRow(image, structure, mask, sha256, step, version, prompt, changed, predicted is not None)

    def labels(self, structure_id: int | None = None) -> list[LabelRow]:
        """Accepted masks, of one structure or of all. Raises StoreError if one is damaged."""
        return [self.label(*key) for key in self.accepted(structure_id)]

    def _image_values(
        self, image: Image | tuple[Path, str, int, int, str, str]
    ) -> tuple[str, str, int, int, str, str, int, int, str]:
        frame, frames, series = 0, 1, ""
        if isinstance(image, Image):
            patient = pseudonym(image.patient, self.project_id) or patient_key(image.path)
            study, series = (pseudonym(said, self.project_id) for said in (image.study, image.series))
            frame, frames = image.frame, image.frames
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
        return stored, sha256, width, height, patient, study, frame, frames, series
