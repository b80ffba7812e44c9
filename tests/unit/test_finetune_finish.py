"""The ending of a run is recorded in the project with what the run found out about its base model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.finetune.freeze import begin, finish
from core.finetune.job import Job
from core.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "project", "x") as store:
        yield store


def finished(store: Store, written: str | None, known: str = "") -> str:
    """The base of a version that a run of the window made; `written` is the run's own record."""
    out = store.folder / "versions" / "one"
    out.mkdir(parents=True)
    if written is not None:
        (out / "version.json").write_text(written, encoding="utf-8")
    job = Job(
        folder=str(store.folder / "runs" / "one"), model="demo", examples=(), out=str(out), in_use=None, base_id=known
    )
    begin(store, job)
    result: dict[str, Any] = {"version": str(out), "accepted": True, "figures": {}}
    finish(store, job, "done", result)
    (row,) = store.versions()
    return row.base_id


def test_a_version_knows_its_base_model_although_the_window_did_not(store: Store) -> None:
    assert finished(store, '{"base_id": "abc"}') == "abc"


def test_what_is_known_before_the_run_is_kept(store: Store) -> None:
    assert finished(store, '{"base_id": "abc"}', known="def") == "def"


@pytest.mark.parametrize("written", [None, "no json", "[]", "{}"])
def test_a_record_that_cannot_be_read_costs_no_version(store: Store, written: str | None) -> None:
    assert finished(store, written) == ""
