"""A flipped bit beside the packed pixels (a place, the order, the threshold) is seen when the mask is read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from sqlite_utils import Database

from core.correction import EditLayer
from core.errors import StoreError
from core.store import JournalStep, Store
from core.store.database import DATABASE_FILE
from core.store.schema import APPLICATION_ID, migrations

HEIGHT, WIDTH = 60, 80
KEY = (1, 1)


@pytest.fixture
def store(tmp_path: Path):
    with Store.create(tmp_path / "project", "x") as store:
        store.add_structure("Polyp", "the polyp", "#fff")
        store.add_images([(Path("/p/a.png"), "a" * 64, WIDTH, HEIGHT, "", "")])
        store.save_prediction(*KEY, None, "the polyp", np.zeros((8, 8)), 0.5)
        store.save_prediction(*KEY, None, "a polyp", np.zeros((8, 8)), 0.5)
        edits = EditLayer(HEIGHT, WIDTH)
        for x in (20, 40):
            patch = edits.stroke(np.array([[x, 20.0], [x + 10, 30.0]]), 4.0, True)
            store.append_step(*KEY, JournalStep("stroke", {"points": [x]}, patch))
        store.append_step(*KEY, JournalStep("threshold", {"before": 100, "after": 120}))
        store.append_step(*KEY, JournalStep("click", {"clicks": [[5.0, 5.0, 1]]}))
        yield store


def read_all(store: Store) -> None:
    store.mask_record(*KEY).worked()
    store.journal(*KEY)
    store.clicks(*KEY)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET x = x + 1 WHERE position = 1",
        "UPDATE journal SET y = y - 2 WHERE position = 2",
        "UPDATE journal SET width = width - 1 WHERE position = 1",
        "UPDATE journal SET position = 6 WHERE position = 2",
        "UPDATE journal SET abandoned = 1 WHERE position = 1",
        "UPDATE journal SET kind = 'strokf' WHERE position = 1",
        "UPDATE journal SET payload = replace(payload, '120', '121') WHERE position = 3",
        "UPDATE journal SET payload = replace(payload, '5.0', '4.0') WHERE position = 4",
        "UPDATE corrections SET cursor = 3",
        "UPDATE corrections SET threshold_step = 121",
        "UPDATE corrections SET prediction_id = 1",
        "UPDATE corrections SET status = 'accepted'",
        "DELETE FROM journal WHERE position = 2",
    ],
)
def test_one_changed_value_is_seen(store: Store, statement: str) -> None:
    read_all(store)
    assert store.execute(statement).rowcount == 1
    with pytest.raises(StoreError, match="is damaged, so it was not used"):
        read_all(store)


def test_all_that_the_program_does_leaves_the_checksums_right(store: Store) -> None:
    for step in (store.undo, store.undo, store.redo, store.undo, store.undo):
        step(*KEY)
        read_all(store)
    patch = EditLayer(HEIGHT, WIDTH).stroke(np.array([[30.0, 20.0]]), 3.0, False)
    if patch is not None:
        store.append_step(*KEY, JournalStep("stroke", {}, patch))
    store.save_final(*KEY, np.ones((HEIGHT, WIDTH), bool), "accepted")
    store.start_structure_at(1, 90)
    store.save_prediction(*KEY, None, "it", np.ones((8, 8)), 0.5)
    read_all(store)
    for table, column in (("journal", "checksum"), ("corrections", "seal")):
        assert store.query(f"SELECT count(*) FROM {table} WHERE {column} IS NULL") == [(0,)]


def test_rows_of_an_older_project_get_theirs(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    connection = sqlite3.connect(folder / DATABASE_FILE, isolation_level=None)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(Database(connection), stop_before="m013_checksums")
    for statement in (
        "INSERT INTO images (id, path, sha256, width, height, added) VALUES (1, '/p/a.png', 'a', 80, 60, '')",
        "INSERT INTO structures (id, name, prompt, colour) VALUES (1, 'Polyp', 'the polyp', '#fff')",
        "INSERT INTO corrections (image_id, structure_id, threshold_step, status, cursor, changed)"
        " VALUES (1, 1, 90, 'in_work', 1, '')",
        "INSERT INTO journal (image_id, structure_id, position, kind, payload, created)"
        """ VALUES (1, 1, 1, 'threshold', '{"before": 100, "after": 90}', '')""",
    ):
        connection.execute(statement)
    connection.close()
    with Store.open(folder) as store:
        assert store.correction(*KEY).threshold_step == 90 and len(store.journal(*KEY)) == 1
        store.execute("UPDATE journal SET payload = replace(payload, '90', '91')")
        with pytest.raises(StoreError, match="is damaged"):
            store.journal(*KEY)
