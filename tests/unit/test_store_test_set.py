"""The frozen test set: whole patients, never in a job folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from core.errors import FinetuneError
from core.finetune.freeze import enough_labels, freeze_labels
from core.finetune.job import JOB_FILE
from core.review import TEST, Entry, choose, count
from core.store import Store
from core.store.database import DATABASE_FILE

MASK = np.eye(4, 6, dtype=bool)


def fill(store: Store, patients: list[int]) -> None:
    store.add_structure("Polyp", "the polyp", "#ff0000")
    store.add_images([(Path(f"/pictures/{n}.png"), f"{n:064x}", 6, 4, f"p{p}", "") for n, p in enumerate(patients)])
    for image in store.images():
        store.save_final(image.id, 1, MASK, "accepted")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "project", "Colon") as made:
        fill(made, [0, 0, 1, 1, 2, 3, 4])
        yield made


def test_a_mark_holds_for_the_whole_patient_and_for_images_that_come_later(store: Store) -> None:
    assert store.set_test(3, True) == [3, 4] and store.test_set() == {3, 4}
    store.add_images([(Path("/pictures/later.png"), "f" * 64, 6, 4, "p1", "")])
    assert store.test_set() == {3, 4, 8}
    assert [row.image_id for row in store.reviews(1) if row.test] == [3, 4, 8]
    store.set_patients({4: "p9"})
    assert store.test_set() == {3, 4, 8}, "an image stays marked when its patient gets another name"
    assert store.set_test(8, False) == [3, 8] and store.test_set() == {4}


def test_the_list_can_show_it_alone(store: Store) -> None:
    store.set_test(1, True)
    entries = [Entry(row, row.name, (), known) for row, known in zip(store.images(), store.reviews(1), strict=True)]
    assert [entry.row.id for entry in choose(entries, TEST)] == [1, 2] and count(entries)[TEST] == 2


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=4, max_size=14), st.sets(st.integers(0, 13), max_size=4))
def test_nothing_of_it_enters_a_job_folder(
    tmp_path_factory: pytest.TempPathFactory, patients: list[int], marked: set[int]
) -> None:
    with Store.create(tmp_path_factory.mktemp("one") / "project", "Colon") as store:
        fill(store, patients)
        for number in marked:
            if number < len(patients):
                store.set_test(number + 1, True)
        kept = {f"p{patients[number]}" for number in marked if number < len(patients)}
        left = [number for number, patient in enumerate(patients) if f"p{patient}" not in kept]
        assert enough_labels(store)[:2] == (len(left), len({patients[number] for number in left}))
        try:
            job = freeze_labels(store, model="demo")
        except FinetuneError:
            assert len(left) < 4 and not list(store.folder.glob("runs/*"))
            return
        text = (Path(job.folder) / JOB_FILE).read_text(encoding="utf-8")
        assert {example["group"] for example in json.loads(text)["examples"]}.isdisjoint(kept)
        names = {f"{number + 1}-1.png" for number in left}
        assert {file.name for file in (Path(job.folder) / "masks").iterdir()} == names


def test_a_project_from_before_gets_an_empty_one(tmp_path: Path) -> None:
    with Store.create(tmp_path / "project", "Colon") as store:
        fill(store, [0, 1])
    file = tmp_path / "project" / DATABASE_FILE
    database = Database(file)
    database["test_images"].drop()
    database.execute("DELETE FROM _sqlite_migrations WHERE name = 'm011_test_set'")
    database.conn.commit()
    database.close()
    with Store.open(tmp_path / "project") as store:
        assert store.test_set() == set() and store.set_test(1, True) == [1]
