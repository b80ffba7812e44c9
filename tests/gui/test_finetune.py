"""From the large button to a version in use: real processes of a few lines, real job folders, a real project."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.finetune_process import FinetuneProcess, State
from app.leave_dialog import LeaveDialog
from app.session import Session
from core.store import Store
from tests.gui.acting import click, key
from tests.gui.conftest import HEIGHT, WIDTH, toy_finetune

WAIT = 30_000
LOUD = [pytest.mark.expects_log("a worker ended")]
MISMATCHED = pytest.mark.expects_log("speaks version")


@pytest.fixture
def labelled(qtbot, open_window, tmp_path):
    """A window whose project has six images, all accepted."""

    def open_it(mode: str = "better"):
        window = open_window(finetune=mode)
        more = tmp_path / "more"
        more.mkdir()
        for number in range(3, 6):
            cv2.imwrite(str(more / f"p{number}_a.png"), np.full((HEIGHT, WIDTH, 3), 40 * number, np.uint8))
        window.files.add(sorted(more.iterdir()))
        session = window.session
        qtbot.waitUntil(lambda: len(session.images) == 6, timeout=WAIT)
        mask = np.zeros((HEIGHT, WIDTH), np.bool_)
        mask[20:40, 30:60] = True
        for row in session.images:
            session.store.save_final(row.id, session.structure_id, mask, "accepted")
            session.status_changed.emit(row.id)
        window.tabs.setCurrentIndex(1)
        qtbot.waitUntil(lambda: panel(window).start.isEnabled(), timeout=WAIT)
        return window

    return open_it


def panel(window):
    return window.model.finetune


def run(qtbot, window):
    ended = []
    window.flow.finetuning.ended.connect(ended.append)
    click(qtbot, panel(window).start)
    assert panel(window).stage.text() == "Gathering your labels …" and not window.model.chart().isVisible()
    qtbot.waitUntil(lambda: bool(ended), timeout=WAIT)
    qtbot.wait(50)
    assert len(ended) == 1
    return ended[0]


def said(window, words):
    return any(words in text for text in window.messages.texts())


def test_too_few_labels_disable_the_button_and_say_why(qtbot, window):
    window.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: "Accept at least 4 images" in panel(window).why_not.text(), timeout=WAIT)
    assert not panel(window).start.isEnabled() and panel(window).why_not.isVisible()
    window.commands["finetune"].trigger()
    assert said(window, "Accept at least 4 images") and not window.flow.finetuning.is_running


def test_the_panel_counts_labels_and_patients(labelled):
    assert panel(labelled()).labels.text() == "Accepted masks: 6, patients: 6"


def test_a_better_version_is_in_use_afterwards(qtbot, labelled, project):
    window = labelled()
    panel(window).note.setText("second scanner")
    outcome = run(qtbot, window)
    assert outcome.state is State.FINISHED
    store = window.session.store
    version, run_row = store.active_version(), store.runs()[-1]
    assert version.note == "second scanner" and run_row.outcome == "done" and run_row.version_id == version.id
    assert store.version_folder(version).is_dir()
    result = window.model.result
    assert result.isVisible() and result.in_use.text() == "Version 1 is in use."
    assert result.bars.texts() == [
        "Before, threshold 0.5: 0.610",
        "Before, best threshold 0.42: 0.680",
        "After, best threshold 0.48: 0.790",
    ]
    assert result.reason.text() == "The new version is better: Dice 0.790."
    assert said(window, "Version 1 is better and in use")
    assert panel(window).start.isEnabled() and panel(window).note.text() == ""
    assert not window.model.chart().isVisible()
    click(qtbot, window.model.curve)
    assert window.model.chart().isVisible()
    losses, dices = window.model.chart().points()
    assert [epoch for epoch, _ in losses] == [1, 2, 3, 4, 5, 6] and len(dices) == 6
    job = json.loads((store.folder / run_row.folder / "job.json").read_text())
    assert len(job["examples"]) == 6 and job["model"] == "demo"


def test_a_version_that_is_not_better_changes_nothing_but_can_be_chosen(qtbot, labelled):
    window = labelled("worse")
    assert run(qtbot, window).state is State.FINISHED
    assert window.session.store.active_version() is None
    assert said(window, "not surely better") and window.model.result.in_use.text() == "Version 1 is not in use."
    versions = window.model.versions
    versions.list.setCurrentRow(1)
    click(qtbot, versions.use)
    assert window.session.store.active_version() is not None
    assert said(window, "because you chose it, although it was not surely better")
    assert said(window, "(Dice 0.660 instead of 0.680)")
    click(qtbot, versions.back)
    assert window.session.store.active_version() is None and said(window, "Base model is in use")


@pytest.mark.parametrize(
    ("mode", "state", "words"),
    [
        pytest.param("dies", State.DIED, "The fine-tune stopped unexpectedly", marks=LOUD),
        pytest.param("silent", State.DIED, "The fine-tune stopped unexpectedly", marks=LOUD),
        ("fails", State.FAILED, "The model cannot learn (all is frozen); nothing was changed. Use another model."),
        pytest.param("other", State.FAILED, "two different installations", marks=[*LOUD, MISMATCHED]),
    ],
)
def test_every_bad_ending_gets_one_sentence_and_the_next_run_may_start(qtbot, labelled, mode, state, words, caplog):
    window = labelled(mode)
    outcome = run(qtbot, window)
    assert outcome.state is state and said(window, words)
    assert window.session.store.runs()[-1].outcome == ("died" if state is State.DIED else "failed")
    assert window.session.store.versions() == [] and panel(window).start.isEnabled()
    assert panel(window).last.isVisible() and panel(window).last.text() == state.value


@pytest.mark.parametrize("mode", ["long", "deaf"])
def test_cancel_ends_a_run_even_one_that_does_not_listen(qtbot, labelled, mode, monkeypatch):
    monkeypatch.setattr("app.task_process.CANCEL_MS", 400)
    window = labelled(mode)
    ended = []
    window.flow.finetuning.ended.connect(ended.append)
    click(qtbot, panel(window).start)
    qtbot.waitUntil(lambda: len(window.model.chart().points()[0]) > 2, timeout=WAIT)
    assert window.tabs.tabText(1) == "Model – learning …" and not panel(window).start.isEnabled()
    click(qtbot, panel(window).cancel)
    assert not panel(window).cancel.isEnabled()
    qtbot.waitUntil(lambda: bool(ended), timeout=WAIT)
    assert ended[0].state is State.CANCELLED and said(window, "The fine-tune was cancelled")
    assert window.session.store.runs()[-1].outcome == "cancelled" and window.tabs.tabText(1) == "Model"
    assert window.session.store.versions() == []


def test_work_goes_on_while_the_model_learns(qtbot, labelled):
    window = labelled("long")
    click(qtbot, panel(window).start)
    qtbot.waitUntil(lambda: len(window.model.chart().points()[0]) > 1, timeout=WAIT)
    window.tabs.setCurrentIndex(0)
    key(qtbot, window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: window.session.editing.has_prediction, timeout=WAIT)
    assert window.flow.finetuning.is_running
    window.commands["finetune"].trigger()
    assert said(window, "running already")
    window.flow.finetuning.close()


def test_closing_during_a_run_asks_first_and_then_records_it(qtbot, labelled, project, monkeypatch):
    window = labelled("long")
    click(qtbot, panel(window).start)
    qtbot.waitUntil(lambda: len(window.model.chart().points()[0]) > 1, timeout=WAIT)
    answers = [False, True]
    monkeypatch.setattr(LeaveDialog, "exec", lambda self: answers.pop(0))
    assert not window.close() and window.flow.finetuning.is_running
    assert window.close() and not window.flow.finetuning.is_running
    with Store.open(project, read_only=True) as store:
        assert store.runs()[-1].outcome == "cancelled"


def test_a_run_that_was_cut_off_is_said_at_the_next_start(qtbot, open_window, project):
    with Store.open(project) as store:
        store.add_run("r1", str(project / "runs" / "r1"))
    window = open_window()
    assert said(window, "cut off when the program ended")
    assert window.session.store.runs()[0].outcome == "died"


def test_labels_that_are_refused_are_said(qtbot, labelled, project, monkeypatch):
    window = labelled()
    (project / "runs").rmdir()
    (project / "runs").write_text("not a folder")
    outcome = run(qtbot, window)
    assert outcome.state is State.FAILED and said(window, "could not be prepared")


@pytest.mark.expects_log("a worker ended")
def test_a_program_that_is_not_there_fails_with_a_sentence(qtbot, tmp_path, caplog):
    process = FinetuneProcess(tmp_path, ["/nowhere/at/all"])
    with qtbot.waitSignal(process.ended, timeout=30_000) as ended:
        process.start()
    assert ended.args[0].state is State.FAILED and "could not be started" in str(ended.args[0].error)


def test_the_process_knows_where_it_is(qtbot, tmp_path):
    (tmp_path / "job.json").write_text(json.dumps({"examples": [], "out": str(tmp_path / "out")}))
    process = FinetuneProcess(tmp_path, toy_finetune())
    assert process.state is State.NOT_STARTED
    with qtbot.waitSignal(process.ended, timeout=WAIT):
        process.start()
        assert process.state is State.RUNNING
    assert process.state is State.FINISHED


def test_the_last_result_is_there_after_opening_again(qtbot, labelled, project, qapp):
    window = labelled()
    run(qtbot, window)
    window.close()
    again = Session()
    again.open_project(project)
    assert again.store.active_version() is not None
    again.close_project()


def test_a_project_opened_by_a_relative_path_can_be_learned_from(qtbot, labelled, project, monkeypatch):
    window = labelled()
    monkeypatch.chdir(project.parent)
    assert window.open_project(project.relative_to(project.parent))
    qtbot.waitUntil(lambda: panel(window).start.isEnabled(), timeout=WAIT)
    assert run(qtbot, window).state is State.FINISHED


def test_the_chosen_preset_goes_into_the_run_and_its_time_is_told_afterwards(qtbot, labelled):
    window = labelled()
    choice = panel(window).preset
    assert choice.key() == "quick" and "measured and said before" in choice.time.text()
    choice.box.setFocus()
    for _ in range(3):
        qtbot.keyClick(choice.box, Qt.Key.Key_Down)
    assert choice.key() == "whole" and "how your images look" in choice.what.text()
    click(qtbot, choice.thin)
    assert choice.thin.isChecked()
    assert run(qtbot, window).state is State.FINISHED
    job = json.loads((window.session.store.folder / window.session.store.runs()[-1].folder / "job.json").read_text())
    assert (job["preset"], job["thin"], job["epochs"]) == ("whole", True, 60)
    assert choice.isEnabled()


def test_the_time_of_the_last_run_of_a_kind_is_told(qtbot, labelled):
    choice = panel(labelled()).preset
    for seconds, words in ((30, "about a minute"), (600, "about 10 min"), (3 * 3600, "about 3 h")):
        choice.show_expected({"quick": float(seconds)})
        assert words in choice.time.text()
    choice.box.setCurrentIndex(2)
    assert choice.key() == "deep" and "measured" in choice.time.text()


def test_edges_and_courses_are_shown_with_the_result(qtbot, labelled):
    window = labelled()
    assert run(qtbot, window).state is State.FINISHED
    result = window.model.result
    assert not result.closer.isVisible(), "a version from before they were measured has none"
    row = window.session.store.versions()[-1]
    closer = {"hd95": [12.34, 5.0], "surface_dice": [0.5, 0.9], "centreline_dice": [0.6, 0.7], "pieces": [14.0, 3.0]}
    result.show_version("Version 1", replace(row, figures={**row.figures, "closer": closer, "near_copies": 2}), True)
    lines = result.closer.text().splitlines()
    assert lines[0] == "Distance of the edges (95 %): 12.3 px before, 5.0 px after."
    assert lines[1] == "Edges in the right place: 50% before, 90% after." and len(lines) == 5
    assert lines[4].startswith("2 of the images kept aside look almost like") and result.closer.isVisible()
