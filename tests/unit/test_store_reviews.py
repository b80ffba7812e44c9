"""Rejecting and flagging an image, and what a correction cost, as the project keeps it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlite_utils import Database

from core.errors import FinetuneError, StoreError
from core.export.png import export_png
from core.finetune.freeze import enough_labels, freeze_labels
from core.store import EffortRow, JournalStep, Offer, ReviewRow, Store, VersionRow
from core.store.database import DATABASE_FILE
from core.store.schema import APPLICATION_ID, migrations
from core.uncertainty import uncertainty_of

MASK = np.eye(4, 6, dtype=bool)
SHARP = np.where(np.eye(8, dtype=bool), 9.0, -9.0).astype(np.float16)
VAGUE = np.zeros((8, 8), np.float16)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "project", "Colon") as made:
        made.add_structure("Polyp", "the polyp", "#ff0000")
        made.add_images([(Path(f"/pictures/p{n}_a.png"), f"{n:064x}", 6, 4, f"p{n}", "") for n in range(6)])
        yield made


def accept(store: Store, *images: int) -> None:
    for image in images:
        store.save_final(image, 1, MASK, "accepted")


def test_a_rejected_image_keeps_its_mask_and_counts_nowhere(store: Store, tmp_path: Path) -> None:
    accept(store, 1, 2, 3, 4, 5)
    store.set_rejected(2, True)
    assert store.statuses(1) == {1: "accepted", 2: "rejected", 3: "accepted", 4: "accepted", 5: "accepted", 6: "unseen"}
    assert store.rejected() == {2}
    assert [image for image, _ in store.accepted()] == [1, 3, 4, 5] and len(store.labels()) == 4
    report = export_png(store, tmp_path / "masks")
    assert (report.written, report.rejected) == (4, 1)
    assert [str(remark) for remark in report.remarks] == ["Rejected images were left out: 1."]
    assert len(list((tmp_path / "masks").rglob("*.png"))) == 4
    assert enough_labels(store)[:2] == (4, 4)
    store.set_rejected(2, False)
    assert store.statuses(1)[2] == "accepted" and np.array_equal(store.final_mask(2, 1), MASK)
    assert export_png(store, tmp_path / "masks").rejected == 0


def test_an_export_takes_a_mask_away_whose_image_was_rejected_since(store: Store, tmp_path: Path) -> None:
    accept(store, 1, 2)
    export_png(store, tmp_path / "masks")
    store.set_rejected(2, True)
    report = export_png(store, tmp_path / "masks")
    assert (report.written, report.removed, report.rejected) == (1, 1, 1)


def test_nothing_is_learned_from_a_rejected_image(store: Store) -> None:
    accept(store, 1, 2, 3, 4, 5)
    store.set_rejected(5, True)
    job = freeze_labels(store, model="demo")
    assert len(job.examples) == 4 and f"{4:064x}" not in {example.image_sha256 for example in job.examples}
    store.set_rejected(4, True)
    with pytest.raises(FinetuneError, match="too few accepted labels"):
        freeze_labels(store, model="demo")


def test_a_flag_is_beside_the_state_and_the_other_stays(store: Store) -> None:
    accept(store, 1)
    store.set_flag(1, "ask the radiologist")
    store.set_flag(2, "")
    store.set_rejected(1, True)
    assert store.reviews(1, 1) == [ReviewRow(1, "rejected", "ask the radiologist", None)]
    assert store.reviews(1, 2) == [ReviewRow(2, "unseen", "", None)]
    store.set_rejected(1, False)
    store.set_flag(1, None)
    assert store.reviews(1, 1) == [ReviewRow(1, "accepted", None, None)]
    assert [row.image_id for row in store.reviews(None)] == [1, 2, 3, 4, 5, 6]


def test_who_only_looks_can_neither_reject_nor_flag(store: Store) -> None:
    with Store.open(store.folder, read_only=True) as other:
        for step in (
            lambda: other.set_rejected(1, True),
            lambda: other.set_flag(1, "x"),
            lambda: other.add_seconds(1, 1, 2),
        ):
            with pytest.raises(StoreError):
                step()
    with pytest.raises(sqlite3.IntegrityError):
        store.set_rejected(77, True)


def test_the_uncertainty_of_the_prediction_that_counts_is_kept(store: Store) -> None:
    store.save_prediction(1, 1, None, "the polyp", VAGUE, 0.5)
    assert store.reviews(1, 1)[0].uncertainty == uncertainty_of(VAGUE) == 1.0
    offer = Offer(np.stack([SHARP, VAGUE]), (0.9, 0.2), 0)
    store.save_prediction(1, 1, None, "the polyp", SHARP, 0.9, offer=offer)
    assert store.reviews(1, 1)[0].uncertainty == 0.0
    key = store.prediction(1, 1).id
    store.edit_layer(1, 1)
    store.append_step(1, 1, JournalStep("candidate", {"prediction": key, "before": 0, "after": 1}))
    assert store.reviews(1, 1)[0].uncertainty == 1.0, "of the one that was chosen"
    store.undo(1, 1)
    assert store.reviews(1, 1)[0].uncertainty == 0.0


def test_seconds_add_up_until_the_mask_is_accepted_and_begin_anew_with_a_prediction(store: Store) -> None:
    store.add_version(VersionRow("v1", None, "base", str(store.folder / "versions" / "v1"), "2026-11-24"))
    store.add_seconds(1, 1, 99.0)
    assert store.execute("SELECT count(*) FROM efforts").fetchone() == (0,), "nobody worked on anything yet"
    store.save_prediction(1, 1, None, "the polyp", SHARP, 0.9)
    store.add_seconds(1, 1, 5.0)
    store.add_seconds(1, 1, 2.5)
    assert store.efforts(1) == [], "not accepted yet"
    accept(store, 1)
    store.note_effort(1, 1, 1.5, 40, 200)
    (first,) = store.efforts(1)
    assert first == EffortRow(1, None, True, 9.0, 40, 200, first.accepted)
    store.note_effort(1, 1, 1.0, 30, 210)
    (again,) = store.efforts(1)
    assert (again.seconds, again.changed_px, again.mask_px) == (10.0, 30, 210), "accepted once more"
    store.save_prediction(1, 1, "v1", "the polyp", SHARP, 0.9)
    store.note_effort(1, 1, 3.0, 10, 200)
    store.save_final(2, 1, MASK, "accepted")
    store.note_effort(2, 1, 4.0, 5, 5)
    assert [(row.image_id, row.version_id, row.predicted, row.seconds, row.changed_px) for row in store.efforts(1)] == [
        (1, None, True, 10.0, 30), (1, "v1", True, 3.0, 10), (2, None, False, 4.0, 5),
    ]  # fmt: skip
    assert store.efforts(2) == []


def test_a_project_from_before_learns_how_uncertain_its_open_predictions_are(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    connection = sqlite3.connect(folder / DATABASE_FILE, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(Database(connection), stop_before="m007_review")
    with Store.create(tmp_path / "new", "New") as new:
        new.add_images([(Path("/a.png"), "ab" * 32, 6, 4, "", "")])
        new.add_structure("Polyp", "the polyp", "#fff")
        new.save_prediction(1, 1, None, "", VAGUE, 0.5)
        blob = new.execute("SELECT logits FROM predictions").fetchone()[0]
    for key, logits in ((1, blob), (2, b"damaged"), (3, blob)):
        connection.execute("INSERT INTO images VALUES (?, ?, ?, 6, 4, '', '', '')", (key, f"/{key}.png", f"{key:064x}"))
        connection.execute(
            "INSERT OR IGNORE INTO structures (id, name, prompt, colour) VALUES (1, 'Polyp', 'p', '#fff')"
        )
        connection.execute(
            "INSERT INTO predictions (id, image_id, structure_id, prompt, grid, logits, predicted_iou, created)"
            " VALUES (?, ?, 1, '', 8, ?, 0.5, '')",
            (key, key, logits),
        )
        connection.execute(
            "INSERT INTO corrections (image_id, structure_id, threshold_step, status, prediction_id, changed)"
            " VALUES (?, 1, 100, ?, ?, '')",
            (key, "accepted" if key == 3 else "predicted", key),
        )
    connection.close()
    with Store.open(folder) as store:
        assert [row.uncertainty for row in store.reviews(1)] == [1.0, None, None]
