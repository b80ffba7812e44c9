"""A project is opened whole or refused in one sentence, and nothing of it is lost on the way."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlite_utils import Database

from core.errors import InputError, StoreError
from core.image_file import Image
from core.mask import encode_png
from core.store import JournalStep, Store, VersionRow, database
from core.store.database import DATABASE_FILE
from core.store.schema import APPLICATION_ID, m001_first_tables, migrations

SHA = "ab" * 32
MASK = np.eye(4, 6, dtype=bool)


def fill(store: Store) -> None:
    store.add_structure("Polyp", "the polyp", "#ff0000")
    store.add_images([(Path("/pictures/p1_a.png"), SHA, 6, 4, "p1", "A")])
    store.save_final(1, 1, MASK, "accepted")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Store.create(tmp_path / "project", "Colon") as store:
        fill(store)
    return tmp_path / "project"


@pytest.fixture
def other(folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(folder / DATABASE_FILE, isolation_level=None)
    yield connection
    connection.close()


def test_what_was_put_in_is_there_after_closing(folder: Path) -> None:
    with Store.open(folder) as store:
        assert store.meta("name") == "Colon" and len(store.project_id) == 32
        assert [(row.path, row.sha256, row.width, row.height) for row in store.images()] == [
            (str(Path("/pictures/p1_a.png")), SHA, 6, 4)
        ]
        assert np.array_equal(store.final_mask(1, 1), MASK)
    assert [path.name for path in folder.iterdir() if path.is_file()] == [DATABASE_FILE], "nothing is left beside it"


def test_every_stroke_reaches_the_disk(folder: Path) -> None:
    with Store.open(folder) as store:
        settings = {name: store.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
        assert settings == {"journal_mode": "wal", "synchronous": 2}, "2 is FULL: each commit is flushed"
        assert store.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        with pytest.raises(sqlite3.IntegrityError):
            store.execute("INSERT INTO final_masks VALUES (77, 1, x'00', '', 0)")


def test_two_projects_have_two_identities(folder: Path, tmp_path: Path) -> None:
    with Store.create(tmp_path / "second", "Colon") as second, Store.open(folder) as first:
        assert first.project_id != second.project_id


def test_a_folder_with_a_project_gets_no_second_one(folder: Path) -> None:
    with pytest.raises(StoreError, match="already holds a project"):
        Store.create(folder, "again")
    with Store.open(folder) as store:
        assert store.meta("name") == "Colon"


def test_a_project_that_could_not_be_made_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def boom(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", boom)
    with pytest.raises(StoreError, match="disk is full"):
        Store.create(tmp_path / "project", "x")
    assert not [path for path in (tmp_path / "project").iterdir() if path.is_file()]
    monkeypatch.undo()
    Store.create(tmp_path / "project", "x").close()


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "project").write_text("no folder")
    with pytest.raises(StoreError, match="cannot be written"):
        Store.create(tmp_path / "project", "x")
    with pytest.raises(StoreError, match="holds no project"):
        Store.open(tmp_path / "project")
    with pytest.raises(StoreError, match="holds no project"):
        Store.open(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["a#b?c%20d", "Übung ü", "it's"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    with Store.create(tmp_path / name, "x") as store:
        fill(store)
    for read_only in (True, False):
        with Store.open(tmp_path / name, read_only) as store:
            assert len(store.images()) == 1


def damage_text(file: Path) -> None:
    file.write_text("this is a text and no project\n" * 200)


def damage_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def damage_middle(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096 : 4096 * 3] = os.urandom(4096 * 2)
    file.write_bytes(content)


@pytest.mark.parametrize("damage", [damage_text, damage_half, damage_middle])
@pytest.mark.parametrize("read_only", [True, False])
def test_a_damaged_file_is_refused_and_left_alone(folder: Path, damage: Callable, read_only: bool) -> None:
    damage(folder / DATABASE_FILE)
    before = (folder / DATABASE_FILE).read_bytes()
    with pytest.raises(StoreError, match="is damaged and was not changed"):
        Store.open(folder, read_only)
    assert (folder / DATABASE_FILE).read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE journal",
        "ALTER TABLE images DROP COLUMN study_key",
        "INSERT INTO final_masks VALUES (5, 6, x'00', 'x', 0)",
    ],
)
def test_a_sound_file_that_is_not_ours_is_damaged_too(folder: Path, other: sqlite3.Connection, statement: str) -> None:
    other.execute(statement)
    with pytest.raises(StoreError, match="is damaged and was not changed"):
        Store.open(folder)


def test_the_file_of_another_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / DATABASE_FILE).touch()
    with pytest.raises(StoreError, match="belongs to another program"):
        Store.open(tmp_path)
    assert (tmp_path / DATABASE_FILE).stat().st_size == 0


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM images; END",
        "CREATE VIEW v AS SELECT * FROM images",
    ],
)
def test_a_file_that_does_things_by_itself_is_refused(folder: Path, other: sqlite3.Connection, statement: str) -> None:
    other.execute(statement)
    with pytest.raises(StoreError, match="commands that this program did not write"):
        Store.open(folder)


def test_a_newer_file_is_refused_with_the_way_out(folder: Path, other: sqlite3.Connection) -> None:
    other.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('sa2va-annotator', 'm999_wings', '')"
    )
    other.execute("CREATE TABLE wings (id INTEGER PRIMARY KEY)")
    for read_only in (True, False):
        with pytest.raises(StoreError, match=r"newer version .*m999_wings.*Install the newer version"):
            Store.open(folder, read_only)


def first_shape(folder: Path) -> None:
    """A project as the first shape of the tables kept it."""
    folder.mkdir()
    connection = sqlite3.connect(folder / DATABASE_FILE, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(Database(connection), stop_before="m002_masks_by_themselves")
    connection.execute("INSERT INTO project VALUES ('name', 'Old')")
    connection.execute("INSERT INTO images VALUES (1, '/p/a.png', ?, 6, 4, '', '', '')", (SHA,))
    connection.execute("INSERT INTO structures VALUES (1, 'Polyp', 'the polyp', '#fff'), (2, 'Vessel', 'v', '#000')")
    png = encode_png(MASK)
    sha = hashlib.sha256(png).hexdigest()
    connection.execute(
        "INSERT INTO corrections VALUES (1, 1, 120, 'accepted', 0, ?, ?, 0, NULL, '2026-01-01'),"
        " (1, 2, 90, 'in_work', 0, NULL, NULL, NULL, NULL, '2026-01-02')",
        (png, sha),
    )
    connection.close()


def test_an_older_project_is_brought_up_to_date_after_a_backup(tmp_path: Path) -> None:
    first_shape(tmp_path / "old")
    before = (tmp_path / "old" / DATABASE_FILE).read_bytes()
    with pytest.raises(StoreError, match=r"older version.*Open it in the window once"):
        Store.open(tmp_path / "old", read_only=True)
    assert (tmp_path / "old" / DATABASE_FILE).read_bytes() == before
    with Store.open(tmp_path / "old") as store:
        assert np.array_equal(store.final_mask(1, 1), MASK) and store.final_mask(1, 2) is None
        assert [row.threshold_step for row in (store.correction(1, 1), store.correction(1, 2))] == [120, 90]
        assert len(store.labels()) == 1 and store.project_id
    backups = list((tmp_path / "old").glob("project-before-update-*.sqlite"))
    assert len(backups) == 1
    kept = sqlite3.connect(backups[0])
    assert kept.execute("SELECT count(*) FROM corrections WHERE final_png IS NOT NULL").fetchone() == (1,)
    kept.close()
    with Store.open(tmp_path / "old", read_only=True) as store:
        assert len(store.labels()) == 1
    assert len(list((tmp_path / "old").glob("project-before-update-*.sqlite"))) == 1, "only the first time"


def test_a_step_of_the_migration_that_fails_leaves_the_old_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_shape(tmp_path / "old")
    monkeypatch.setattr(
        migrations._migrations[-1], "fn", lambda db: (db.execute("DROP TABLE journal"), db.execute("no SQL"))
    )
    with pytest.raises(sqlite3.OperationalError):
        Store.open(tmp_path / "old")
    monkeypatch.undo()
    with Store.open(tmp_path / "old") as store:
        assert np.array_equal(store.final_mask(1, 1), MASK) and store.journal(1, 1) == []


def test_the_first_shape_is_not_rewritten() -> None:
    fresh = Database(memory=True)
    m001_first_tables(fresh)
    columns = [column.name for column in fresh["corrections"].columns]
    assert columns == [
        "image_id", "structure_id", "threshold_step", "status", "cursor", "final_png", "final_sha256", "final_cursor",
        "prediction_id", "changed",
    ], "projects of that shape are out there: add a migration instead"  # fmt: skip


def test_a_second_connection_sees_what_the_first_wrote_and_may_stay_open(folder: Path) -> None:
    with Store.open(folder) as window, Store.open(folder) as second, Store.open(folder, read_only=True) as reader:
        for value in ("one", "two"):
            window.set_meta("note", value)
            assert second.meta("note") == reader.meta("note") == value
        second.set_meta("note", "three")
        assert window.meta("note") == "three"


def test_a_snapshot_stays_as_it_was_while_another_writes(folder: Path) -> None:
    with Store.open(folder) as window, Store.open(folder, read_only=True) as reader:
        with reader.snapshot():
            window.save_final(1, 1, ~MASK, "accepted")
            with reader.snapshot():
                assert np.array_equal(reader.labels()[0].mask, MASK)
        assert np.array_equal(reader.labels()[0].mask, ~MASK)


def test_a_locked_project_says_so_and_works_again_afterwards(
    folder: Path, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(folder) as store:
        store.execute("PRAGMA busy_timeout = 10")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="Another program is using the project"):
            store.set_meta("note", "x")
        assert store.meta("note") is None, "reading goes on"
        other.execute("ROLLBACK")
        store.set_meta("note", "x")
        assert store.meta("note") == "x"


def test_all_of_a_transaction_or_nothing(folder: Path) -> None:
    with Store.open(folder) as store:
        with pytest.raises(RuntimeError, match="boom"), store.transaction():
            store.execute("UPDATE project SET value = 'broken'")
            raise RuntimeError("boom")
        assert store.meta("name") == "Colon"
        with pytest.raises(sqlite3.OperationalError), store.transaction():
            store.execute("no SQL at all")
        store.set_meta("note", "goes on")


def test_a_full_disk_keeps_everything_before(folder: Path) -> None:
    with Store.open(folder) as store:
        pages = store.execute("PRAGMA page_count").fetchone()[0]
        store.execute(f"PRAGMA max_page_count = {pages}")
        noise = np.random.default_rng(0).random((4, 6)) > 0.5
        with pytest.raises(StoreError, match="The disk is full, so this change was not saved; everything before it is"):
            for number in range(1000):
                store.save_prediction(1, 1, None, f"{number}" * 500, np.random.rand(64, 64), 0.5)
        store.execute("PRAGMA max_page_count = 100000")
        assert np.array_equal(store.final_mask(1, 1), MASK)
        store.save_final(1, 1, noise, "accepted")
        assert np.array_equal(store.final_mask(1, 1), noise)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR | 19 << 8])
@pytest.mark.parametrize(("free", "words"), [(0, "The disk is full"), (10**9, "cannot be reached")])
def test_a_project_that_cannot_be_opened_on_a_full_disk_says_that_it_is_full(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: int, free: int, words: str
) -> None:
    def refused(*_: object) -> sqlite3.Connection:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = code
        raise error

    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(10**9, 0, free))  # type: ignore[attr-defined]
    with monkeypatch.context() as broken:
        broken.setattr(database, "_connect", refused)
        with pytest.raises(StoreError, match=words):
            Store.open(folder)
    with Store.open(folder) as store:
        assert store.meta("name") == "Colon"


def test_a_disk_that_is_gone_is_not_called_full(tmp_path: Path) -> None:
    error = OSError("gone")
    with pytest.raises(StoreError, match="cannot be reached"):
        database.raise_known(error, tmp_path / "gone")


def test_a_read_only_connection_refuses_to_write(folder: Path) -> None:
    before = (folder / DATABASE_FILE).read_bytes()
    with Store.open(folder, read_only=True) as store:
        for attempt in (
            lambda: store.set_meta("note", "x"),
            lambda: store.append_step(1, 1, JournalStep("threshold", {"before": 100, "after": 90})),
            lambda: store.save_final(1, 1, ~MASK, "accepted"),
        ):
            with pytest.raises(StoreError, match="only looked at here, so nothing was saved"):
                attempt()
        assert np.array_equal(store.final_mask(1, 1), MASK)
    assert (folder / DATABASE_FILE).read_bytes() == before


READ_AND_OPEN = """
from pathlib import Path
from core.errors import StoreError
from core.store import Store
def act(folder):
    for read_only in (True, False):
        try:
            with Store.open(Path(folder), read_only) as store:
                print(store.final_mask(1, 1).sum(), "white pixels")
        except StoreError as error:
            print(error)
"""
PROTECTED = (
    "The project “project” is write-protected, so nothing can be saved in it. "
    "Copy it to a folder in which you may write and open the copy."
)


def test_a_write_protected_project_can_be_read_and_says_in_the_window_what_to_do(
    folder: Path, as_nobody: Callable[[str, Path], list[str]]
) -> None:
    assert as_nobody(READ_AND_OPEN, folder) == ["4 white pixels", PROTECTED]


@pytest.mark.parametrize("left", ["-shm", None])
def test_strokes_still_in_the_log_of_a_protected_project_are_read_or_it_is_refused(
    folder: Path, tmp_path: Path, as_nobody: Callable[[str, Path], list[str]], left: str | None
) -> None:
    """Never is the mask of before the crash shown as if it were the last one."""
    crashed = tmp_path / "crashed" / "project"
    with Store.open(folder) as store:
        store.save_final(1, 1, ~MASK, "accepted")
        shutil.copytree(folder, crashed)
    if left is None:
        (crashed / f"{DATABASE_FILE}-shm").unlink()
    assert as_nobody(READ_AND_OPEN, crashed) == (["20 white pixels", PROTECTED] if left else [PROTECTED, PROTECTED])
    with Store.open(crashed) as store:
        assert np.array_equal(store.final_mask(1, 1), ~MASK), "in a folder that can be written all of it is there"


def test_images_are_kept_once_and_found_where_they_are(folder: Path, tmp_path: Path) -> None:
    inside, outside = folder / "images" / "b.png", tmp_path / "c.png"
    with Store.open(folder) as store:
        rows = [(inside, "1" * 64, 5, 5, "", ""), (outside, "2" * 64, 5, 5, "", ""), (outside, SHA, 1, 1, "", "")]
        assert store.add_images(rows) == 2, "the third is there already, under another name"
        by_path = {row.path: store.image_path(row) for row in store.images()}
        assert by_path["images/b.png"] == inside and by_path[str(outside)] == outside
    folder.rename(tmp_path / "moved")
    with Store.open(tmp_path / "moved") as store:
        assert store.image_path(store.images()[1]) == tmp_path / "moved" / "images" / "b.png"


def test_an_image_read_by_a_relative_path_is_found_from_anywhere(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open(Path("project")) as store:
        store.add_images([Image(np.zeros((2, 3, 3), np.uint8), Path("pictures/p7_x.png"), "9" * 64, 3, 2)])
        monkeypatch.chdir("/")
        row = store.images()[-1]
        assert store.image_path(row) == tmp_path / "pictures" / "p7_x.png" and row.patient_key == "p7"
        assert store.folder == folder


def test_a_name_that_is_no_text_is_refused_and_nothing_is_added(folder: Path) -> None:
    with Store.open(folder) as store:
        rows = [(Path("/p/a.png"), "1" * 64, 5, 5, "", ""), (Path("/p/caf\udce9.png"), "2" * 64, 5, 5, "", "")]
        with pytest.raises(InputError, match=r"caf\?\.png.*Rename the file"):
            store.add_images(rows)
        assert len(store.images()) == 1


def test_structures_have_one_name_each(folder: Path) -> None:
    with Store.open(folder) as store:
        with pytest.raises(StoreError, match="already is a structure called “Polyp”"):
            store.add_structure("Polyp", "x", "#000")
        second = store.add_structure("Vessel", "the vessel", "#000")
        with pytest.raises(StoreError, match="already is a structure called “Polyp”"):
            store.update_structure(second.id, name="Polyp")
        changed = store.update_structure(second.id, prompt="a vessel")
        assert (changed.name, changed.prompt, changed.colour) == ("Vessel", "a vessel", "#000")
        assert store.structures()[1] == changed
        with pytest.raises(ValueError, match="no structure"):
            store.update_structure(99, name="x")


def test_versions_and_runs_are_kept_and_one_click_goes_back(folder: Path) -> None:
    with Store.open(folder) as store:
        store.add_run("r1", str(folder / "runs" / "r1"))
        store.add_version(VersionRow("v1", None, "base", str(folder / "versions" / "v1"), "2026-01-01", {"dice": 0.8}))
        store.activate("v1")
        store.finish_run("r1", "done", {"seconds": 3}, "v1")
    with Store.open(folder) as store:
        version = store.active_version()
        assert version is not None and version.figures == {"dice": 0.8} and version.folder == "versions/v1"
        assert store.version_folder(version) == folder / "versions" / "v1"
        run = store.runs()[0]
        assert (run.outcome, run.version_id, run.figures, run.folder) == ("done", "v1", {"seconds": 3}, "runs/r1")
        store.activate(None)
        assert store.active_version() is None
        with pytest.raises(ValueError, match="no version"):
            store.activate("v2")


def test_how_close_the_model_looks_is_kept_with_the_structure(folder: Path) -> None:
    with Store.open(folder) as store:
        key = store.structures()[0].id
        assert store.structures()[0].zoom == 1
        assert store.update_structure(key, zoom=3).zoom == 3
        with pytest.raises(ValueError, match="zoom"):
            store.update_structure(key, zoom=4)
    with Store.open(folder) as store:
        assert [row.zoom for row in store.structures() if row.id == key] == [3]
