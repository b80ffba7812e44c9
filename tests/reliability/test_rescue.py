"""Of a damaged project everything that can be read comes over, and what does not is named; the damaged file is kept."""

from __future__ import annotations

import datetime
import random
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from core.correction import EditLayer
from core.errors import DamagedProject, KnownError, StoreError
from core.export.choice import Choice
from core.export.write import export_masks
from core.store import JournalStep, Store
from core.store.backup import back_up_daily
from core.store.database import DATABASE_FILE
from core.store.rescue import look, repair

HEIGHT, WIDTH, IMAGES = 60, 80, 12
NOTE = "damaged"
PAGE = 4096


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve images: predicted and painted, every other one accepted; images, steps and maps fill many pages."""
    rng = np.random.default_rng(3)
    with Store.create(tmp_path / "project", "x") as store:
        store.add_structure("Polyp", "the polyp", "#fff")
        store.add_images([(Path(f"/p/{n}.png"), f"{n:064d}", WIDTH, HEIGHT, "", "") for n in range(IMAGES)])
        for image in range(1, IMAGES + 1):
            store.save_prediction(image, 1, None, "the polyp", rng.normal(size=(32, 32)).astype(np.float16), 0.5)
            edits = EditLayer(HEIGHT, WIDTH)
            for _ in range(4):
                patch = edits.stroke(rng.uniform(10, 50, (5, 2)), 5.0, True)
                store.append_step(
                    image, 1, JournalStep("stroke", {"points": rng.uniform(0, 60, (9, 2)).tolist()}, patch)
                )
            if image % 2:
                store.save_final(image, 1, store.mask_record(image, 1).worked()[1], "accepted")
    back_up_daily(tmp_path / "project", datetime.date(2026, 11, 30))
    return tmp_path / "project"


def masks(place: Path) -> dict[str, tuple[str, bytes, bytes]]:
    """Of each image by its name: status, the mask as it stands, the accepted mask."""
    found = {}
    with Store.open(place, read_only=True) as store:
        for row in store.images():
            record, final = store.mask_record(row.id, 1), store.final_mask(row.id, 1)
            status = record.correction.status
            found[row.name] = (status, record.worked()[1].tobytes(), final.tobytes() if status == "accepted" else b"")
    return found


def test_bits_flipped_at_many_places_lose_nothing_unsaid(folder: Path) -> None:
    """Whatever is not named as damaged is what it was, to the pixel."""
    wanted, whole, chance = masks(folder), (folder / DATABASE_FILE).read_bytes(), random.Random(11)
    used = [place for place, byte in enumerate(whole) if byte]
    repaired = lost = named = 0
    for round_ in range(24):
        harmed = bytearray(whole)
        for _ in range(1 + round_ % 4):
            harmed[chance.choice(used)] ^= 1 << chance.randrange(8)
        (folder / DATABASE_FILE).write_bytes(harmed)
        try:
            done = repair(folder, NOTE)
        except DamagedProject:
            assert (folder / DATABASE_FILE).read_bytes() == harmed, "it is as it was"
            lost += 1
            continue
        found = masks(folder)
        repaired, named = repaired + 1, named + len(done.masks.damaged)
        gone = wanted.keys() - found.keys()
        assert len(gone) + done.masks.whole + len(done.masks.damaged) >= IMAGES - done.lost
        for name, state in found.items():
            if name in wanted and name not in done.masks.damaged:
                assert state[1] == wanted[name][1], f"{name}: the mask is another one"
                assert state[0] in (wanted[name][0], "in_work"), "at the most it has to be looked at again"
        (kept,) = folder.glob("project-damaged-*.sqlite")
        assert kept.read_bytes() == harmed
        kept.unlink()
    assert repaired > 15 and named > 1, (repaired, lost, named)


@pytest.mark.parametrize("harm", ["noise", "zeros"])
def test_whole_pages_that_are_gone_cost_only_what_was_on_them(folder: Path, harm: str) -> None:
    wanted, whole = masks(folder), (folder / DATABASE_FILE).read_bytes()
    kept = []
    for page in range(1, len(whole) // PAGE, 4):
        content = random.Random(page).randbytes(PAGE) if harm == "noise" else bytes(PAGE)
        (folder / DATABASE_FILE).write_bytes(whole[: page * PAGE] + content + whole[(page + 1) * PAGE :])
        try:
            done = repair(folder, NOTE)
        except DamagedProject:
            kept.append(0)
            continue
        found = masks(folder)
        same = [name for name in wanted if found.get(name) == wanted[name]]
        assert not set(same) & set(done.masks.damaged)
        kept.append(len(same))
    assert sum(kept) / len(kept) > 0.7 * IMAGES and sorted(kept)[len(kept) // 2] >= IMAGES - 2, kept


def harm_a_step(folder: Path, image: int) -> None:
    with sqlite3.connect(folder / DATABASE_FILE) as other:
        other.execute("UPDATE journal SET after = x'00' WHERE image_id = ? AND position = 3", (image,))
    other.close()


def test_an_accepted_mask_stays_although_its_steps_are_damaged(folder: Path) -> None:
    harm_a_step(folder, 1)
    harm_a_step(folder, 2)
    wanted = masks_with(folder, 1)
    done = repair(folder, NOTE)
    with Store.open(folder) as store:
        assert done.masks.damaged == ("1.png",), "image 2 was in work: its mask is that of the first two steps"
        assert store.reviews(1)[1].flag == NOTE and store.reviews(1)[0].flag is None
        assert np.array_equal(store.label(1, 1).mask, wanted)
        assert np.array_equal(store.mask_record(1, 1).worked()[1], wanted), "what is on the screen is what is exported"
        assert store.correction(2, 1).cursor == 2 and store.correction(2, 1).status == "in_work"
        assert store.undo(2, 1) is not None and store.redo(2, 1) is not None


def masks_with(folder: Path, image: int) -> np.ndarray:
    with Store.open(folder) as store:
        return store.label(image, 1).mask


def test_a_locked_structure_is_locked_again(folder: Path) -> None:
    with Store.open(folder) as store:
        store.update_structure(1, is_locked=True)
    harm_a_step(folder, 1)
    repair(folder, NOTE)
    with Store.open(folder) as store:
        assert store.structure(1).is_locked


def test_looking_changes_nothing_and_what_is_whole_can_be_exported(folder: Path, tmp_path: Path) -> None:
    content = bytearray((folder / DATABASE_FILE).read_bytes())
    page = next(n for n in range(len(content) // PAGE - 1, 0, -1) if any(content[n * PAGE : (n + 1) * PAGE]))
    content[page * PAGE + 8 : page * PAGE + 400] = bytes(392)
    (folder / DATABASE_FILE).write_bytes(content)
    with pytest.raises(KnownError):
        Store.open(folder)
    done = look(folder, NOTE)
    assert (folder / DATABASE_FILE).read_bytes() == content and done.folder != folder
    with Store.open(done.folder, read_only=True) as store:
        assert [row.path for row in store.images()] == [f"/p/{n}.png" for n in range(IMAGES)]
        with pytest.raises(StoreError, match="only looked at"):
            store.set_rejected(1, True)
        assert len(store.accepted()) >= IMAGES // 2 - 1
        export_masks(store, tmp_path / "masks", Choice())
        assert len(list((tmp_path / "masks").rglob("*.png"))) == len(store.accepted())


def test_a_stopped_repair_leaves_everything_as_it_was(folder: Path) -> None:
    class Stop(Exception):
        pass

    def stop() -> None:
        raise Stop

    harm_a_step(folder, 1)
    before = (folder / DATABASE_FILE).read_bytes()
    with pytest.raises(Stop):
        repair(folder, NOTE, stop)
    assert (folder / DATABASE_FILE).read_bytes() == before
    assert len(list((folder / "backups").rglob("*.sqlite*"))) == 1 and not list(folder.glob("project-damaged*"))


def test_what_is_no_database_at_all_is_refused_and_kept(folder: Path) -> None:
    noise = random.Random(0).randbytes(50_000)
    (folder / DATABASE_FILE).write_bytes(noise)
    for way in (repair, look):
        with pytest.raises(StoreError):
            way(folder, NOTE)
    assert (folder / DATABASE_FILE).read_bytes() == noise


def test_commands_in_a_damaged_file_do_not_come_over(folder: Path) -> None:
    with sqlite3.connect(folder / DATABASE_FILE) as other:
        other.execute("CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM final_masks; END")
        other.execute("CREATE VIEW v AS SELECT * FROM images")
    other.close()
    repair(folder, NOTE)
    with Store.open(folder) as store:
        assert store.query("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')") == [(0,)]
    shutil.rmtree(folder)
