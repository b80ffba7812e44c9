"""The shape of a project's database, as recorded steps from the first version to today's."""

from __future__ import annotations

import uuid

from sqlite_utils import Database, Migrations

from core.store.blobs import DamagedError, unpack_logits
from core.store.checksums import SEAL, STEP_COLUMNS, step_checksum
from core.uncertainty import uncertainty_of

migrations = Migrations("sa2va-annotator")

APPLICATION_ID = 0x53613256  # "Sa2V"


@migrations()
def m001_first_tables(db: Database) -> None:
    """Images, structures, predictions, corrections, the journal, versions, runs."""
    for statement in (
        """CREATE TABLE project (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID""",
        """CREATE TABLE images (
            id INTEGER PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE,
            width INTEGER NOT NULL CHECK (width > 0), height INTEGER NOT NULL CHECK (height > 0),
            patient_key TEXT NOT NULL DEFAULT '', study_key TEXT NOT NULL DEFAULT '', added TEXT NOT NULL)""",
        """CREATE TABLE structures (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, prompt TEXT NOT NULL, colour TEXT NOT NULL)""",
        """CREATE TABLE versions (
            id TEXT PRIMARY KEY, parent_id TEXT, base_id TEXT NOT NULL, folder TEXT NOT NULL, created TEXT NOT NULL,
            figures TEXT NOT NULL, note TEXT NOT NULL DEFAULT '')""",
        """CREATE TABLE predictions (
            id INTEGER PRIMARY KEY, image_id INTEGER NOT NULL REFERENCES images(id),
            structure_id INTEGER NOT NULL REFERENCES structures(id), version_id TEXT REFERENCES versions(id),
            prompt TEXT NOT NULL, grid INTEGER NOT NULL, logits BLOB NOT NULL, predicted_iou REAL NOT NULL,
            created TEXT NOT NULL)""",
        "CREATE INDEX predictions_of ON predictions(image_id, structure_id, id)",
        """CREATE TABLE corrections (
            image_id INTEGER NOT NULL REFERENCES images(id), structure_id INTEGER NOT NULL REFERENCES structures(id),
            threshold_step INTEGER NOT NULL CHECK (threshold_step BETWEEN 1 AND 199), status TEXT NOT NULL,
            cursor INTEGER NOT NULL DEFAULT 0, final_png BLOB, final_sha256 TEXT, final_cursor INTEGER,
            prediction_id INTEGER REFERENCES predictions(id), changed TEXT NOT NULL,
            PRIMARY KEY (image_id, structure_id)) WITHOUT ROWID""",
        """CREATE TABLE journal (
            id INTEGER PRIMARY KEY, image_id INTEGER NOT NULL, structure_id INTEGER NOT NULL, position INTEGER NOT NULL,
            kind TEXT NOT NULL, payload TEXT NOT NULL, x INTEGER, y INTEGER, width INTEGER, height INTEGER,
            before BLOB, after BLOB, abandoned INTEGER NOT NULL DEFAULT 0, created TEXT NOT NULL,
            FOREIGN KEY (image_id, structure_id) REFERENCES corrections(image_id, structure_id))""",
        "CREATE UNIQUE INDEX journal_live ON journal(image_id, structure_id, position) WHERE abandoned = 0",
        """CREATE TABLE runs (
            id TEXT PRIMARY KEY, folder TEXT NOT NULL, structure_id INTEGER REFERENCES structures(id),
            version_id TEXT REFERENCES versions(id), outcome TEXT NOT NULL, figures TEXT NOT NULL,
            started TEXT NOT NULL, ended TEXT)""",
    ):
        db.execute(statement)


@migrations()
def m002_masks_by_themselves(db: Database) -> None:
    """Final masks in their own table: a stroke rewrites the row of its correction, and is not to rewrite a mask each time.

    And the project's identity, by which an export knows an earlier one of the same project.
    """
    for statement in (
        """CREATE TABLE final_masks (
            image_id INTEGER NOT NULL, structure_id INTEGER NOT NULL, png BLOB NOT NULL, sha256 TEXT NOT NULL,
            cursor INTEGER NOT NULL, PRIMARY KEY (image_id, structure_id),
            FOREIGN KEY (image_id, structure_id) REFERENCES corrections(image_id, structure_id))""",
        """INSERT INTO final_masks SELECT image_id, structure_id, final_png, final_sha256, final_cursor FROM corrections
            WHERE final_png IS NOT NULL""",
        "ALTER TABLE corrections DROP COLUMN final_png",
        "ALTER TABLE corrections DROP COLUMN final_sha256",
        "ALTER TABLE corrections DROP COLUMN final_cursor",
    ):
        db.execute(statement)
    db.execute("INSERT INTO project VALUES ('id', ?)", [uuid.uuid4().hex])


@migrations()
def m003_candidates(db: Database) -> None:
    """All masks that a model offered, which of them counts, and its answer in words."""
    for statement in (
        """CREATE TABLE candidates (
            prediction_id INTEGER NOT NULL REFERENCES predictions(id), place INTEGER NOT NULL, logits BLOB NOT NULL,
            predicted_iou REAL NOT NULL, PRIMARY KEY (prediction_id, place))""",
        "ALTER TABLE predictions ADD COLUMN chosen INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE predictions ADD COLUMN answer TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE predictions ADD COLUMN parts INTEGER NOT NULL DEFAULT 1",
    ):
        db.execute(statement)


@migrations()
def m004_zoom(db: Database) -> None:
    """How close the model looks for a structure."""
    db.execute("ALTER TABLE structures ADD COLUMN zoom INTEGER NOT NULL DEFAULT 1 CHECK (zoom IN (1, 2, 3))")


@migrations()
def m005_clicks(db: Database) -> None:
    """The clicks that a prediction was asked with, beside the words, and the prediction in words that they correct."""
    for statement in (
        "ALTER TABLE predictions ADD COLUMN clicks TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE predictions ADD COLUMN words_id INTEGER REFERENCES predictions(id)",
    ):
        db.execute(statement)


@migrations()
def m006_threshold_of_structure(db: Database) -> None:
    """The threshold with which new predictions of a structure start, where somebody has chosen one."""
    db.execute("ALTER TABLE structures ADD COLUMN threshold_step INTEGER CHECK (threshold_step BETWEEN 1 AND 199)")


@migrations()
def m007_review(db: Database) -> None:
    """What a person says of an image as a whole, how unsure each prediction is, and what a correction cost."""
    for statement in (
        """CREATE TABLE reviews (
            image_id INTEGER PRIMARY KEY REFERENCES images(id), rejected INTEGER NOT NULL DEFAULT 0 CHECK (rejected IN (0, 1)),
            flag TEXT, changed TEXT NOT NULL)""",
        # Beside the prediction and not in its row: columns behind a large blob are slow to reach in ten thousand rows.
        "ALTER TABLE corrections ADD COLUMN uncertainty REAL",
        """CREATE TABLE efforts (
            id INTEGER PRIMARY KEY, image_id INTEGER NOT NULL, structure_id INTEGER NOT NULL,
            prediction_id INTEGER REFERENCES predictions(id), seconds REAL NOT NULL, changed_px INTEGER, mask_px INTEGER,
            accepted TEXT, FOREIGN KEY (image_id, structure_id) REFERENCES corrections(image_id, structure_id))""",
        "CREATE UNIQUE INDEX efforts_of ON efforts(image_id, structure_id, coalesce(prediction_id, 0))",
    ):
        db.execute(statement)
    waiting = db.execute(
        "SELECT c.image_id, c.structure_id, p.grid, p.logits FROM corrections c JOIN predictions p ON p.id = c.prediction_id"
        " WHERE c.status != 'accepted'"
    )
    for image_id, structure_id, grid, blob in waiting.fetchall():
        try:
            unsure = uncertainty_of(unpack_logits(blob, grid))
        except DamagedError:  # whoever opens the image is told
            continue
        db.execute(
            "UPDATE corrections SET uncertainty = ? WHERE image_id = ? AND structure_id = ?",
            [unsure, image_id, structure_id],
        )


@migrations()
def m009_frames(db: Database) -> None:
    """Which picture of a file an image is, and how many the file holds.

    `sha256` stays unique: that of one frame of several is made of the file's and the frame's number.
    """
    db.execute("ALTER TABLE images ADD COLUMN frame INTEGER NOT NULL DEFAULT 0 CHECK (frame >= 0)")
    db.execute("ALTER TABLE images ADD COLUMN frames INTEGER NOT NULL DEFAULT 1 CHECK (frames >= 1)")


@migrations()
def m010_list_of_structures(db: Database) -> None:
    """In which order structures stand in the list, which of them are shown, and which are locked against changes."""
    for statement in (
        "ALTER TABLE structures ADD COLUMN place INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE structures ADD COLUMN is_visible INTEGER NOT NULL DEFAULT 1 CHECK (is_visible IN (0, 1))",
        "ALTER TABLE structures ADD COLUMN is_locked INTEGER NOT NULL DEFAULT 0 CHECK (is_locked IN (0, 1))",
        "UPDATE structures SET place = id",
    ):
        db.execute(statement)


@migrations()
def m011_test_set(db: Database) -> None:
    """Images that are kept for testing: no fine-tune reads them."""
    db.execute("CREATE TABLE test_images (image_id INTEGER PRIMARY KEY REFERENCES images(id), marked TEXT NOT NULL)")


@migrations()
def m012_removed_versions(db: Database) -> None:
    """When the files of a version were deleted; its row stays, for the predictions that it made."""
    db.execute("ALTER TABLE versions ADD COLUMN removed TEXT")


@migrations()
def m013_checksums(db: Database) -> None:
    """Checksums of what lies beside packed pixels, so that a flipped bit is seen."""
    db.execute("ALTER TABLE journal ADD COLUMN checksum INTEGER")
    db.execute("ALTER TABLE corrections ADD COLUMN seal INTEGER")
    db.execute(f"UPDATE corrections SET seal = {SEAL}")
    for key, *values in db.execute(f"SELECT j.id, {STEP_COLUMNS} FROM journal j").fetchall():
        db.execute("UPDATE journal SET checksum = ? WHERE id = ?", [step_checksum(*values), key])


@migrations()
def m014_series(db: Database) -> None:
    """Which DICOM series a slice lies in, as a hash. Of images that are there already it is learned when they are added again."""
    db.execute("ALTER TABLE images ADD COLUMN series_key TEXT NOT NULL DEFAULT ''")
