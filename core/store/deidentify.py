"""A copy of a project's database that names nobody."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.store.database import DATABASE_FILE, FOLDERS, raise_known
from core.store.store import Store

NAME = "project"
_KEPT = ("name", "created", "id")
_OF_IMAGE = ("efforts", "journal", "final_masks", "corrections", "predictions", "reviews")


@dataclass(frozen=True)
class NewImage:
    """What an image is in the copy: its file, relative to the project, that file's hash, and the words for its patient, study and
    stack (as if that were a series)."""

    path: str
    sha256: str
    patient: str
    study: str
    series: str = ""


def copy_without_names(store: Store, folder: Path, images: Mapping[int, NewImage]) -> None:
    """Write the database of a copy into an empty folder.

    Images that are not given are left out with all that was done on them. Notes of flags, named values of the project, runs and
    versions are left out; predictions stay, as if the base model had made them. What is left out is not in the file any more either.

    Args:
        store: an open project.
        folder: of the copy, with the files of its images.
        images: by their ids in the project.

    Raises:
        StoreError: the project cannot be read, or the copy not be written.
    """
    try:
        for part in FOLDERS:
            (folder / part).mkdir(parents=True, exist_ok=True)
        store.execute("VACUUM INTO ?", (str(folder / DATABASE_FILE),))
    except (sqlite3.Error, OSError) as error:
        raise_known(error, folder)
    with Store.open(folder) as copy:
        with copy.transaction():
            gone = [row.id for row in copy.images() if row.id not in images]
            copy.execute("UPDATE predictions SET version_id = NULL, answer = ''")
            copy.execute("UPDATE reviews SET flag = '' WHERE flag IS NOT NULL")
            for table in ("runs", "versions"):
                copy.execute(f"DELETE FROM {table}")
            for image in gone:
                copy.execute(
                    "DELETE FROM candidates WHERE prediction_id IN (SELECT id FROM predictions WHERE image_id = ?)",
                    (image,),
                )
                copy.execute("UPDATE predictions SET words_id = NULL WHERE image_id = ?", (image,))
                copy.execute("UPDATE corrections SET prediction_id = NULL WHERE image_id = ?", (image,))
                for table in _OF_IMAGE:
                    copy.execute(f"DELETE FROM {table} WHERE image_id = ?", (image,))
                copy.execute("DELETE FROM images WHERE id = ?", (image,))
            for key, new in images.items():
                copy.execute(
                    "UPDATE images SET path = ?, sha256 = ?, patient_key = ?, study_key = ?, series_key = ?, frame = 0, frames = 1"
                    " WHERE id = ?",
                    (new.path, new.sha256, new.patient, new.study, new.series, key),
                )
            copy.execute(f"DELETE FROM project WHERE key NOT IN ({', '.join('?' * len(_KEPT))})", _KEPT)
            copy.execute("INSERT OR REPLACE INTO project VALUES ('name', ?), ('id', ?)", (NAME, uuid.uuid4().hex))
        copy.execute("VACUUM")  # rows that were removed would still stand in the file
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
