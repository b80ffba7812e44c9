"""Two windows on one project: the second is told, looks only, and overwrites nothing."""

import subprocess
import sys

import numpy as np
import pytest

from app.project_lock import LOCK_FILE, ProjectLock
from app.session import Session
from core.errors import StoreError
from core.store import Store


def test_the_second_window_is_told_and_changes_nothing(open_window, project, qtbot):
    first = open_window()
    first.session.editing.begin_stroke(30, 30, 6, True)
    first.session.editing.end_stroke()
    first.session.store.add_run("run", str(project / "runs" / "run"))
    second = open_window()
    assert second.session.read_only and not first.session.read_only
    assert any("another window" in text for text in second.messages.texts())
    assert np.array_equal(second.session.editing.current_mask(), first.session.editing.current_mask())
    before = first.session.editing.current_mask()
    second.session.editing.begin_stroke(80, 60, 9, True)
    second.session.editing.end_stroke()
    assert any("nothing was saved" in text for text in second.messages.texts())
    second.commands["accept"].trigger()
    assert np.array_equal(second.session.editing.current_mask(), before)
    with Store.open(project, read_only=True) as store:
        assert [run.outcome for run in store.runs()] == ["running"]
        assert set(store.statuses(first.session.structure_id).values()) == {"in_work", "unseen"}
    assert first.session.editing.undo() and not first.session.editing.current_mask().any()


def test_the_project_is_free_when_the_first_window_is_closed(open_window, project):
    first = open_window()
    assert (project / LOCK_FILE).exists()
    assert first.open_project(project) and not first.session.read_only  # again, in the same window
    first.close()
    assert not (project / LOCK_FILE).exists()
    assert not open_window().session.read_only


def test_what_a_killed_window_left_behind_keeps_nobody_out(project):
    code = (
        "import os, sys; from pathlib import Path; from app.project_lock import ProjectLock;"
        "lock = ProjectLock.take(Path(sys.argv[1])); os._exit(0 if lock else 1)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(project)], timeout=60).returncode == 0
    assert (project / LOCK_FILE).exists()
    lock = ProjectLock.take(project)
    assert lock is not None and ProjectLock.take(project) is None
    lock.release()


def test_a_folder_that_is_no_project_gets_no_lock_file(tmp_path):
    with pytest.raises(StoreError, match="project"):
        Session().open_project(tmp_path)
    assert not list(tmp_path.iterdir())
