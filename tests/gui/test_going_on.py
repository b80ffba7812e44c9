"""A fine-tune that is paused, killed, or left to the background: by real processes that really learn."""

import sys
from dataclasses import replace

import psutil
import pytest
from PySide6.QtCore import Qt

from app.canvas_tools import CanvasTools
from app.finetune_process import State
from app.leave_dialog import IN_BACKGROUND, LeaveDialog
from app.main_window import MainWindow
from app.model_flow import Workers
from app.session import Session
from app.settings import Settings
from app.theme import Theme
from core.finetune.background import is_worked_on, runs_in_background
from core.finetune.job import Job
from core.finetune.presets import PRESETS, QUICK
from core.finetune.reached import STATE
from core.store import Store
from tests.gui.acting import click
from tests.gui.conftest import toy_worker
from tests.gui.test_finetune import WAIT, labelled, panel, said  # noqa: F401 (a fixture)

EPOCHS = 16


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch):
    monkeypatch.setitem(PRESETS, QUICK, replace(PRESETS[QUICK], epochs=EPOCHS, learning_rate=0.02))


def learner():
    return [sys.executable, "-m", "tests.unit.finetune_toy", "unhurried"]


@pytest.fixture
def learning(qtbot, labelled):  # noqa: F811
    """A window in which a run has learned for some rounds."""
    window = labelled()
    window.flow.finetuning._command = learner()
    click(qtbot, panel(window).start)
    rounds(qtbot, window, 3)
    return window


@pytest.fixture
def reopened(qtbot, qapp, project, tmp_path):
    """The project in a new window, as after a new start of the program."""
    made = []

    def open_it():
        window = MainWindow(Session(), Settings(tmp_path / "settings.ini"), Theme(qapp, "dark"), CanvasTools(radius=4.0),
                            Workers(toy_worker(), learner()))  # fmt: skip
        made.append(window)
        qtbot.addWidget(window)
        window.show()
        assert window.open_project(project)
        window.tabs.setCurrentIndex(1)
        return window

    yield open_it
    for window in made:
        window.flow.close()
        window.close()


def rounds(qtbot, window, count):
    qtbot.waitUntil(lambda: len(window.model.chart().points()[0]) >= count, timeout=2 * WAIT)


def endings(window):
    found = []
    window.flow.finetuning.ended.connect(found.append)
    return found


def whole_curve(window):
    return [epoch for epoch, _ in window.model.chart().points()[0]] == list(range(1, EPOCHS + 1))


def test_a_paused_run_gives_its_process_back_and_goes_on(qtbot, learning):
    found = endings(learning)
    assert "views per second" in panel(learning).speed.text() and "memory" in panel(learning).speed.text()
    click(qtbot, panel(learning).pause)
    assert not panel(learning).pause.isEnabled() and panel(learning).cancel.isEnabled()
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    store = learning.session.store
    assert found[0].state is State.PAUSED and store.runs()[-1].outcome == "paused"
    folder = store.folder / store.runs()[-1].folder
    assert not is_worked_on(folder), "the process is gone, and its memory with it"
    offer = panel(learning).offer
    assert offer.isVisible() and "paused after round" in offer.words.text() and panel(learning).start.isEnabled()
    click(qtbot, offer.go_on)
    assert not offer.isVisible() and store.runs()[-1].outcome == "running"
    qtbot.waitUntil(lambda: len(found) == 2, timeout=2 * WAIT)
    assert found[1].state is State.FINISHED and whole_curve(learning)
    assert len(store.runs()) == len(store.versions()) == 1 and not (folder / STATE).exists()


def test_a_run_on_a_cluster_is_not_paused_and_can_be_cancelled(qtbot, labelled):  # noqa: F811
    window = labelled()
    window.flow.finetuning._command = learner()
    window.settings.choose("learning place", "cluster")
    found = endings(window)
    click(qtbot, panel(window).start)
    qtbot.waitUntil(lambda: window.flow.finetuning.on_cluster, timeout=WAIT)
    store = window.session.store
    job = Job.read(store.folder / store.runs()[-1].folder)
    assert job.cluster == "http://127.0.0.1:8265"
    assert not panel(window).pause.isEnabled() and panel(window).cancel.isEnabled()
    click(qtbot, panel(window).cancel)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    assert found[0].state is State.CANCELLED


@pytest.mark.expects_log("a worker ended")
def test_a_killed_run_is_offered_again_and_can_be_discarded(qtbot, learning):
    found = endings(learning)
    (worker,) = [one for one in psutil.Process().children() if "finetune_toy" in " ".join(one.cmdline())]
    worker.kill()
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    assert found[0].state is State.DIED
    offer, store = panel(learning).offer, learning.session.store
    assert offer.isVisible() and "cut off after round" in offer.words.text()
    folder = store.folder / store.runs()[-1].folder
    assert (folder / STATE).is_dir()
    click(qtbot, offer.discard)
    assert not offer.isVisible() and not (folder / STATE).exists() and store.runs()[-1].outcome == "cancelled"


def test_a_run_left_to_the_background_is_found_again_with_its_curve(qtbot, learning, project, reopened, monkeypatch):
    monkeypatch.setattr(LeaveDialog, "exec", lambda self: IN_BACKGROUND)
    store = learning.session.store
    folder = store.folder / store.runs()[-1].folder
    assert learning.close() and runs_in_background(folder)
    with Store.open(project, read_only=True) as store:
        assert store.runs()[-1].outcome == "running"
    window = reopened()
    found = endings(window)
    assert window.flow.finetuning.is_running and panel(window).cancel.isVisible()
    qtbot.waitUntil(lambda: bool(found), timeout=3 * WAIT)
    assert found[0].state is State.FINISHED and whole_curve(window)
    store = window.session.store
    assert len(store.versions()) == 1 and store.runs()[-1].outcome == "done"
    assert not runs_in_background(folder) and not is_worked_on(folder)
    window.close()
    again = reopened()
    assert not again.flow.finetuning.is_running and len(again.session.store.versions()) == 1, "it is taken in once"


def test_a_run_in_the_background_can_be_cancelled_from_a_new_window(qtbot, learning, reopened, monkeypatch):
    monkeypatch.setattr(LeaveDialog, "exec", lambda self: IN_BACKGROUND)
    assert learning.close()
    window = reopened()
    found = endings(window)
    rounds(qtbot, window, 1)
    click(qtbot, panel(window).cancel)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    store = window.session.store
    assert found[0].state is State.CANCELLED and store.versions() == [] and store.runs()[-1].outcome == "cancelled"
    folder = store.folder / store.runs()[-1].folder
    qtbot.waitUntil(lambda: not is_worked_on(folder), timeout=WAIT)
    assert not panel(window).offer.isVisible()


def test_a_version_that_was_changed_behind_the_run_is_not_taken_in(qtbot, learning, reopened, monkeypatch, project):
    monkeypatch.setattr(LeaveDialog, "exec", lambda self: IN_BACKGROUND)
    store = learning.session.store
    folder = store.folder / store.runs()[-1].folder
    assert learning.close()
    qtbot.waitUntil(lambda: b'"event":"done"' in (folder / "progress.jsonl").read_bytes(), timeout=3 * WAIT)
    (file,) = (project / "versions").glob("*/adapter_model.safetensors")
    file.write_bytes(file.read_bytes() + b" ")
    window = reopened()
    found = endings(window)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    assert found[0].state is State.FAILED and window.session.store.versions() == []
    assert said(window, "not on the disk as it was written")


def test_the_dialog_gives_three_answers(qtbot):
    for name, answer in (("stay", 0), ("leave", 1), ("background", IN_BACKGROUND)):
        dialog = LeaveDialog()
        qtbot.addWidget(dialog)
        dialog.show()
        click(qtbot, getattr(dialog, name))
        assert dialog.result() == answer
    dialog = LeaveDialog(can_be_left=False)
    qtbot.addWidget(dialog)
    assert not dialog.background.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == 0, "Enter stays"
