"""Faults of the disk at the real seam: one sentence, and what was acknowledged is there or the project is refused."""

from __future__ import annotations

import datetime
import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlite_utils import Database

from app.restore_dialog import RestoreDialog
from core.correction import EditLayer
from core.errors import DamagedProject, KnownError, StoreError
from core.store import JournalStep, Store
from core.store.backup import KEPT, back_up_daily, newest_backup
from core.store.database import DATABASE_FILE
from core.store.schema import APPLICATION_ID, migrations
from tests.gui.acting import key, paint, predict

HEIGHT, WIDTH = 60, 80
MASK = np.zeros((HEIGHT, WIDTH), np.bool_)
MASK[10:30, 20:50] = True
DAY = datetime.date(2026, 11, 24)


def strokes(count: int) -> Iterator[JournalStep]:
    edits, rng = EditLayer(HEIGHT, WIDTH), np.random.default_rng(5)
    for _ in range(count):
        patch = edits.stroke(rng.uniform(0, 60, (4, 2)), 5.0, True)
        if patch is not None:
            yield JournalStep("stroke", {"points": []}, patch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with two images: an accepted mask, a prediction, twelve strokes."""
    with Store.create(tmp_path / "project", "x") as store:
        store.add_structure("Polyp", "the polyp", "#fff")
        store.add_images([(Path(f"/p/{n}.png"), f"{n}" * 64, WIDTH, HEIGHT, "", "") for n in range(2)])
        store.save_prediction(1, 1, None, "the polyp", np.linspace(-4, 4, 256).reshape(16, 16).astype(np.float16), 0.7)
        for step in strokes(12):
            store.append_step(1, 1, step)
        store.save_final(2, 1, MASK, "accepted")
    return tmp_path / "project"


def everything(store: Store) -> tuple[bytes, ...]:
    return (
        store.edit_layer(1, 1).tobytes(),
        store.prediction(1, 1).logits.tobytes(),
        store.label(2, 1).mask.tobytes(),
        str((store.images(), store.structures(), store.statuses(1), store.reviews(1), store.versions())).encode(),
    )


# --- the file itself ----------------------------------------------------------------------------------------------


def test_a_flipped_bit_ends_in_a_sentence_and_a_mask_is_never_another_one(folder: Path) -> None:
    file, chance = folder / DATABASE_FILE, random.Random(1)
    whole = file.read_bytes()
    used = [place for place, byte in enumerate(whole) if byte]  # most of a small database is empty
    with Store.open(folder) as store:
        wanted = everything(store)[:3]
    refused = other = 0
    for _ in range(100):
        harmed = bytearray(whole)
        harmed[chance.choice(used)] ^= 1 << chance.randrange(8)
        file.write_bytes(harmed)
        try:
            with Store.open(folder) as store:
                found = everything(store)[:3]
        except KnownError as error:
            assert str(error).endswith("."), "a sentence"
            refused += 1
            continue
        except ValueError as error:
            assert "there is no" in str(error)  # a row's key is another one: what asks for it is told so
            continue
        other += found[:2] != wanted[:2]
        assert found[2] == wanted[2], "an accepted mask is checked by its hash"
    assert refused > 20
    assert other == 0, "what lies beside the packed pixels has a checksum too"


@pytest.mark.parametrize("seed", range(8))
def test_of_a_log_that_was_torn_off_all_whole_steps_are_there(folder: Path, tmp_path: Path, seed: int) -> None:
    """A computer that lost its power in the middle of a write: the write-ahead log ends anywhere, or in noise."""
    layers, torn = [], tmp_path / "torn"
    store = Store.open(folder)
    for step in strokes(6):
        layers.append(store.edit_layer(1, 1).tobytes())
        store.append_step(1, 1, step)
    layers.append(store.edit_layer(1, 1).tobytes())
    shutil.copytree(folder, torn)
    store.close()
    log, chance = torn / f"{DATABASE_FILE}-wal", random.Random(seed)
    content = bytearray(log.read_bytes())
    cut = chance.randrange(len(content))
    log.write_bytes(content[:cut] + (chance.randbytes(500) if seed % 2 else b""))
    with Store.open(torn) as store:
        assert store.edit_layer(1, 1).tobytes() in layers and np.array_equal(store.label(2, 1).mask, MASK)
        store.append_step(1, 1, next(strokes(1)))


@pytest.mark.parametrize("torn", [512, 1024, 3000])
def test_a_page_that_was_half_written_is_refused_or_whole(folder: Path, torn: int) -> None:
    file = folder / DATABASE_FILE
    whole = file.read_bytes()
    with Store.open(folder) as store:
        wanted = everything(store)
    for page in range(len(whole) // 4096):
        harmed = bytearray(whole)
        harmed[page * 4096 + torn : page * 4096 + 4096] = bytes(4096 - torn)
        file.write_bytes(harmed)
        try:
            with Store.open(folder) as store:
                assert everything(store) == wanted
        except KnownError as error:
            assert "damaged" in str(error) or "another program" in str(error) or "newer version" in str(error)


def test_a_file_that_was_deleted_under_the_program_is_put_back_with_all_of_it(folder: Path) -> None:
    with Store.open(folder) as store:
        (folder / DATABASE_FILE).unlink()
        (folder / f"{DATABASE_FILE}-wal").unlink(missing_ok=True)
        for step in strokes(2):
            store.append_step(1, 1, step)
        wanted = everything(store)
    with Store.open(folder) as store:
        assert everything(store) == wanted and len(store.journal(1, 1)) == 14


def test_a_file_that_was_swapped_under_the_program_is_not_written_over(folder: Path, tmp_path: Path) -> None:
    with Store.create(tmp_path / "other", "other"):
        pass
    with Store.open(folder) as store:
        wanted = everything(store)
        os.replace(tmp_path / "other" / DATABASE_FILE, folder / DATABASE_FILE)
        with pytest.raises(StoreError, match="Another file was put in the place.*not saved.*project-kept-"):
            store.append_step(1, 1, next(strokes(1)))
        assert everything(store) == wanted, "reading goes on"
    (kept,) = folder.glob("project-kept-*.sqlite")
    with Store.open(folder) as store:
        assert store.images() == [], "the other one is as it was"
    os.replace(kept, folder / DATABASE_FILE)
    with Store.open(folder) as store:
        assert everything(store) == wanted


def test_a_file_that_only_has_another_number_is_the_same(folder: Path, tmp_path: Path) -> None:
    """As on some network folders."""
    with Store.open(folder) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(folder / DATABASE_FILE, tmp_path / "again")
        shutil.move(folder / DATABASE_FILE, tmp_path / "held")
        os.link(tmp_path / "again", folder / DATABASE_FILE)
        with store.transaction():
            pass


def test_a_folder_that_is_gone_is_said_and_works_again_when_it_is_back(folder: Path, tmp_path: Path) -> None:
    with Store.open(folder) as store:
        folder.rename(tmp_path / "elsewhere")
        with pytest.raises(StoreError, match="cannot be reached.*Check the connection"):
            store.append_step(1, 1, next(strokes(1)))
        (tmp_path / "elsewhere").rename(folder)
        store.append_step(1, 1, next(strokes(1)))
        assert len(store.journal(1, 1)) == 13


@pytest.fixture
def little_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if (
        shutil.which("mount") is None
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(place)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("only an administrator can make a file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_real_full_disk_keeps_what_was_acknowledged(folder: Path, little_disk: Path) -> None:
    shutil.copytree(folder, little_disk / "project")
    (little_disk / "other").write_bytes(bytes(1_000_000))
    with Store.open(little_disk / "project") as store:
        noise = np.random.default_rng(0).normal(size=(256, 256)).astype(np.float16)
        before = everything(store)
        kept, layers = 0, []
        with pytest.raises(StoreError, match="The disk is full.*Make room on the disk and try again"):
            for _ in range(40):
                store.append_step(1, 1, next(strokes(1)))
                layers.append(store.edit_layer(1, 1).tobytes())
                store.save_prediction(2, 1, None, "x", noise, 0.5)
                kept += 1
        assert kept < 40
        assert store.edit_layer(1, 1).tobytes() == layers[-1] and before[1] == everything_of_one(store)
        (little_disk / "other").unlink()
        store.append_step(1, 1, next(strokes(1)))
    with Store.open(little_disk / "project") as store:
        assert len(store.journal(1, 1)) == 12 + len(layers) + 1


def everything_of_one(store: Store) -> bytes:
    return store.prediction(1, 1).logits.tobytes()


# --- versions -----------------------------------------------------------------------------------------------------

SHAPES = [migration.name for migration in migrations.pending(Database(memory=True))]


@pytest.mark.parametrize("stop", SHAPES[1:])
def test_a_project_of_every_older_shape_is_backed_up_and_brought_up_to_date(tmp_path: Path, stop: str) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    connection = sqlite3.connect(folder / DATABASE_FILE, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(Database(connection), stop_before=stop)
    connection.execute("INSERT INTO project VALUES ('name', 'Old')")
    connection.execute(
        "INSERT INTO images (id, path, sha256, width, height, patient_key, study_key, added)"
        " VALUES (1, '/p/a.png', ?, ?, ?, '', '', '')",
        ("a" * 64, WIDTH, HEIGHT),
    )
    connection.execute("INSERT INTO structures (id, name, prompt, colour) VALUES (1, 'Polyp', 'the polyp', '#fff')")
    connection.close()
    with Store.open(folder) as store:
        assert [row.name for row in store.structures()] == ["Polyp"] and len(store.images()) == 1
        for step in strokes(3):
            store.append_step(1, 1, step)
        store.save_final(1, 1, MASK, "accepted")
        assert np.array_equal(store.label(1, 1).mask, MASK)
    (backup,) = folder.glob("project-before-update-*.sqlite")
    with sqlite3.connect(backup) as kept:
        assert kept.execute("SELECT count(*) FROM images").fetchone() == (1,)
    kept.close()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (id INTEGER PRIMARY KEY)",
        "CREATE INDEX mine ON journal(hex(payload))",
        "CREATE VIRTUAL TABLE words USING fts5(x)",
        "CREATE TEMP VIEW harmless AS SELECT 1; CREATE VIEW images2 AS SELECT * FROM images",
        "ALTER TABLE images ADD COLUMN twice INTEGER GENERATED ALWAYS AS (width * 2) VIRTUAL",
    ],
)
def test_a_project_with_parts_of_somebody_else_is_refused(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / DATABASE_FILE) as other:
        other.executescript(statement)
    other.close()
    for read_only in (True, False):
        with pytest.raises(StoreError, match="did not write|is damaged"):
            Store.open(folder, read_only)


def test_a_table_that_computes_in_secret_is_refused(folder: Path) -> None:
    with sqlite3.connect(folder / DATABASE_FILE) as other:
        other.execute("PRAGMA writable_schema = ON")
        other.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'note TEXT NOT NULL DEFAULT ''''',"
            " 'note TEXT NOT NULL DEFAULT (hex(randomblob(9)))') WHERE name = 'versions'"
        )
    other.close()
    with pytest.raises(StoreError, match="commands that this program did not write"):
        Store.open(folder)


# --- backups ------------------------------------------------------------------------------------------------------


def test_one_backup_a_day_and_seven_are_kept(folder: Path) -> None:
    for day in range(10):
        assert back_up_daily(folder, DAY + datetime.timedelta(day)) is not None
        assert back_up_daily(folder, DAY + datetime.timedelta(day)) is None
    names = sorted(path.name for path in (folder / "backups").iterdir())
    assert names == [f"project-{DAY + datetime.timedelta(day)}.sqlite" for day in range(10 - KEPT, 10)]


def test_a_clock_that_was_set_back_still_gets_its_backup(folder: Path) -> None:
    for day in range(KEPT):
        back_up_daily(folder, DAY + datetime.timedelta(day))
    early = back_up_daily(folder, DAY - datetime.timedelta(400))
    assert early is not None and early.exists() and len(list(early.parent.iterdir())) == KEPT
    assert back_up_daily(folder, DAY - datetime.timedelta(399)) is not None


def test_a_backup_is_that_of_one_moment_and_a_stopped_one_leaves_nothing(folder: Path) -> None:
    class Stop(Exception):
        pass

    def stop() -> None:
        raise Stop

    with pytest.raises(Stop):
        back_up_daily(folder, DAY, stop)
    assert list((folder / "backups").iterdir()) == []
    with Store.open(folder) as store:
        wanted = everything(store)
        file = back_up_daily(folder, DAY, lambda: store.set_meta("note", "written meanwhile"))
        assert everything(store) == wanted and store.meta("note") == "written meanwhile"
    assert file is not None and newest_backup(folder)[0] == file
    shutil.copyfile(file, folder / DATABASE_FILE)
    with Store.open(folder) as store:
        assert everything(store) == wanted and store.meta("note") is None


def test_little_room_is_said_and_the_project_is_safe(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    with pytest.raises(StoreError, match="no backup of “project” was made today"):
        back_up_daily(folder, DAY)


# --- in the window ------------------------------------------------------------------------------------------------


def answer(qtbot, choose: str, seen: list[str]):
    """Press a button of the question as soon as it is asked, as a hand would."""
    from PySide6.QtCore import QTimer

    timer = QTimer(interval=20)

    def press() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, RestoreDialog):
            timer.stop()
            seen.append(dialog.windowTitle())
            dialog.grab().save(os.environ.get("SA2VA_PICTURE", os.devnull), "PNG")
            QTest.mouseClick(getattr(dialog, choose), Qt.MouseButton.LeftButton)

    timer.timeout.connect(press)
    timer.start()
    return timer


def harm(project: Path) -> bytes:
    content = bytearray((project / DATABASE_FILE).read_bytes())
    content[4096 : 4096 * 3] = random.Random(0).randbytes(4096 * 2)
    (project / DATABASE_FILE).write_bytes(content)
    return bytes(content)


def test_a_damaged_project_is_gone_on_with_from_its_backup(qtbot, open_window, project) -> None:
    window = open_window()
    qtbot.waitUntil(lambda: newest_backup(project) is not None, timeout=30_000)
    predict(window)
    paint(qtbot, window, [(20, 20), (40, 30)])
    (project / "backups" / newest_backup(project)[0].name).unlink()
    back_up_daily(project, datetime.date.today())
    layer = window.session.editing.edits.layer.copy()
    window.session.close_project()
    harmed, seen = harm(project), []
    timer = answer(qtbot, "leave", seen)
    assert not window.open_project(project) and seen == ["The project is damaged"]
    assert any("is damaged and was not changed" in text for text in window.messages.texts())
    assert (project / DATABASE_FILE).read_bytes() == harmed
    timer = answer(qtbot, "use", seen)
    assert window.open_project(project) and len(seen) == 2
    timer.stop()
    assert not any("damaged" in text for text in window.messages.texts())
    assert np.array_equal(window.session.editing.edits.layer, layer)
    (kept,) = project.glob("project-damaged-*.sqlite")
    assert kept.read_bytes() == harmed
    paint(qtbot, window, [(60, 60), (70, 70)])
    key(qtbot, window, Qt.Key.Key_Return)


def test_a_damaged_project_without_a_backup_is_left_as_it_is_if_that_is_chosen(qtbot, open_window, project) -> None:
    window, seen = open_window(), []
    window.session.close_project()
    shutil.rmtree(project / "backups")
    harmed = harm(project)
    timer = answer(qtbot, "leave", seen)
    assert not window.open_project(project) and len(seen) <= 1
    timer.stop()
    assert any("is damaged and was not changed" in text for text in window.messages.texts())
    assert (project / DATABASE_FILE).read_bytes() == harmed


def damage_a_stroke(project: Path) -> bytes:
    """A stroke of the first image and its final mask, and a row that belongs to nothing, so that it is seen at the opening."""
    with sqlite3.connect(project / DATABASE_FILE) as other:
        other.execute("UPDATE journal SET x = x + 1 WHERE id = (SELECT max(id) FROM journal)")
        other.execute("UPDATE final_masks SET png = x'00'")
        other.execute("PRAGMA foreign_keys = OFF")
        other.execute("INSERT INTO test_images VALUES (999, '')")
    other.close()
    return (project / DATABASE_FILE).read_bytes()


@pytest.mark.parametrize("way", ["mend", "look"])
def test_a_damaged_project_is_repaired_or_looked_at(qtbot, open_window, project, way: str) -> None:
    window, seen = open_window(), []
    predict(window)
    paint(qtbot, window, [(20, 20), (40, 30)])
    layer = window.session.editing.edits.layer.copy()
    name = window.session.image_row.name
    paint(qtbot, window, [(60, 60), (70, 70)])
    window.session.close_project()
    harmed = damage_a_stroke(project)
    timer = answer(qtbot, way, seen)
    assert window.open_project(project) and len(seen) == 1
    timer.stop()
    assert np.array_equal(window.session.editing.edits.layer, layer), "all up to the damaged stroke"
    assert window.session.read_only is (way == "look")
    (said,) = [text for text in window.messages.texts() if name in text]
    assert ("was repaired" if way == "mend" else "nothing can be changed") in said
    paint(qtbot, window, [(60, 60), (70, 70)])
    if way == "look":
        assert (project / DATABASE_FILE).read_bytes() == harmed
        assert np.array_equal(window.session.editing.edits.layer, layer)
        assert any("only looked at here" in text for text in window.messages.texts())
    else:
        assert window.session.editing.edits.layer.sum() > layer.sum()
        (kept,) = project.glob("project-damaged-*.sqlite")
        assert kept.read_bytes() == harmed
        assert window.session.store.reviews(1)[0].flag == "damaged: look at this mask"


def test_a_project_locked_by_another_program_loses_no_stroke_unsaid(qtbot, open_window, project) -> None:
    window = open_window()
    predict(window)
    window.session.store.execute("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(project / DATABASE_FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    paint(qtbot, window, [(20, 20), (40, 30)])
    assert any("Another program is using the project" in text for text in window.messages.texts())
    assert not window.session.editing.edits.layer.any(), "what is shown is what is kept"
    other.execute("ROLLBACK")
    other.close()
    paint(qtbot, window, [(20, 20), (40, 30)])
    assert window.session.editing.edits.layer.any()
    with Store.open(project, read_only=True) as store:
        assert np.array_equal(store.edit_layer(window.session.image_id, 1), window.session.editing.edits.layer)


def test_damaged_is_a_kind_of_its_own(folder: Path) -> None:
    harm(folder)
    with pytest.raises(DamagedProject):
        Store.open(folder)
