"""Predicting in the window: by button, key and Enter, while everything else stays usable."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.store import VersionRow
from tests.gui.acting import click, key, paint

WAIT = 10_000


def panel(window):
    return window.segment.structure


def is_idle(window):
    return not window.flow.predictions.is_busy


def wait_for_prediction(qtbot, window):
    qtbot.waitUntil(lambda: window.session.editing.has_prediction and is_idle(window), timeout=WAIT)


def set_prompt(qtbot, window, words):
    prompt = panel(window).prompt
    prompt.setFocus()
    prompt.selectAll()
    qtbot.keyClicks(prompt, words)


def note(window):
    return panel(window)._note.text()


def test_the_button_predicts_and_says_what_it_does(qtbot, window):
    said = []
    window.flow.predictions.busy.connect(said.append)
    assert not window.flow.process.is_running
    click(qtbot, panel(window).predict)
    assert panel(window)._busy.isVisible() and panel(window).stop.isVisible()
    wait_for_prediction(qtbot, window)
    assert said == ["Loading the model …", "Loading the model …", "Looking at p0_a.png …"]
    assert window.session.editing.current_mask()[48, 64]
    assert np.array_equal(window.canvas.shown_mask(), window.session.editing.current_mask())
    assert window.session.statuses()[window.session.image_id] == "predicted"
    assert note(window) == "Found in 0.0 s on the processor." and not panel(window)._busy.isVisible()


def test_the_key_predicts_and_the_model_is_loaded_once(qtbot, window):
    said = []
    window.flow.predictions.busy.connect(said.append)
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    key(qtbot, window, Qt.Key.Key_D, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    assert said.count("Loading the model …") == 2 and said[-1] == "Looking at p1_a.png …"


def test_enter_in_the_prompt_predicts_with_the_new_words(qtbot, window):
    set_prompt(qtbot, window, "nothing")
    qtbot.keyClick(panel(window).prompt, Qt.Key.Key_Return)
    wait_for_prediction(qtbot, window)
    session = window.session
    assert session.store.prediction(session.image_id, session.structure_id).prompt == "nothing"
    assert note(window) == "The model finds nothing of it on this image."


def test_words_that_were_only_typed_count_when_the_button_is_clicked(qtbot, window):
    set_prompt(qtbot, window, "nothing")
    click(qtbot, panel(window).predict)
    wait_for_prediction(qtbot, window)
    assert window.session.structure_row.prompt == "nothing"
    assert not window.session.editing.current_mask().any()


def test_an_empty_prompt_gets_a_sentence(qtbot, window):
    panel(window).prompt.clear()
    click(qtbot, panel(window).predict)
    assert any("prompt is empty" in text for text in window.messages.texts())
    assert not window.flow.process.is_running


def test_the_image_may_be_changed_while_the_model_works(qtbot, open_window):
    window = open_window("slow")
    session = window.session
    first = session.image_id
    key(qtbot, window, Qt.Key.Key_P)
    panel(window).automatic.setChecked(False)
    key(qtbot, window, Qt.Key.Key_D)
    paint(qtbot, window, [(20, 20), (60, 20)])
    qtbot.waitUntil(lambda: session.store.prediction(first, session.structure_id) is not None, timeout=WAIT)
    assert not session.editing.has_prediction and session.editing.current_mask()[20, 40]
    assert session.statuses()[first] == "predicted"


def test_after_accepting_the_next_image_is_predicted_by_itself(qtbot, window):
    session = window.session
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    first = session.image_id
    key(qtbot, window, Qt.Key.Key_Return)
    assert session.image_id != first
    wait_for_prediction(qtbot, window)
    assert session.statuses()[session.image_id] == "predicted"


def test_nothing_is_predicted_by_itself_before_it_was_asked_for_or_when_switched_off(qtbot, window):
    key(qtbot, window, Qt.Key.Key_D)
    qtbot.wait(300)
    assert not window.flow.process.is_running
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    panel(window).automatic.click()
    key(qtbot, window, Qt.Key.Key_D)
    qtbot.wait(400)
    assert not window.session.editing.has_prediction


def test_an_image_somebody_worked_on_is_not_predicted_by_itself(qtbot, window):
    key(qtbot, window, Qt.Key.Key_D)
    paint(qtbot, window, [(20, 20), (60, 20)])
    key(qtbot, window, Qt.Key.Key_A, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    key(qtbot, window, Qt.Key.Key_D)
    qtbot.wait(400)
    assert not window.session.editing.has_prediction


def test_a_prediction_waits_for_the_end_of_a_stroke(qtbot, open_window):
    from tests.gui.acting import place

    window = open_window("slow")
    key(qtbot, window, Qt.Key.Key_P)
    canvas = window.canvas
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=place(window, 10, 10))
    qtbot.wait(1500)
    assert not window.session.editing.has_prediction
    qtbot.mouseMove(canvas, place(window, 40, 10))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=place(window, 40, 10))
    wait_for_prediction(qtbot, window)
    mask = window.session.editing.current_mask()
    assert mask[10, 10:41].all() and mask[48, 64]


def test_a_model_that_cannot_be_loaded_gets_one_sentence(qtbot, window):
    window.session.store.set_meta("base_model", "/models/missing")
    key(qtbot, window, Qt.Key.Key_P)
    qtbot.waitUntil(
        lambda: "The model is not complete, so nothing was loaded. Choose another." in window.messages.texts()
    )
    assert is_idle(window) and not panel(window)._busy.isVisible()
    window.session.store.set_meta("base_model", "other")
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)


@pytest.mark.expects_log("a worker ended")
def test_a_crash_is_said_once_and_the_next_try_works(qtbot, window, caplog):
    set_prompt(qtbot, window, "die")
    qtbot.keyClick(panel(window).prompt, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any("stopped unexpectedly" in text for text in window.messages.texts()), timeout=WAIT)
    assert is_idle(window)
    set_prompt(qtbot, window, "the polyp")
    qtbot.keyClick(panel(window).prompt, Qt.Key.Key_Return)
    wait_for_prediction(qtbot, window)
    assert not any("stopped unexpectedly" in text for text in window.messages.texts())


def test_a_prediction_that_hangs_can_be_stopped(qtbot, window):
    set_prompt(qtbot, window, "hang")
    qtbot.keyClick(panel(window).prompt, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Looking" in note(window), timeout=WAIT)
    click(qtbot, panel(window).stop)
    assert note(window) == "Stopped." and is_idle(window)
    set_prompt(qtbot, window, "the polyp")
    click(qtbot, panel(window).predict)
    wait_for_prediction(qtbot, window)


def test_an_answer_for_a_project_that_was_closed_is_dropped(qtbot, open_window, tmp_path):
    window = open_window("slow")
    key(qtbot, window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: "Looking" in note(window), timeout=WAIT)
    window.session.create_project(tmp_path / "other", "other")
    qtbot.wait(800)
    assert window.session.images == [] and is_idle(window)
    assert window.messages.texts() == ["Images added to the project: 3."]


def test_the_active_version_predicts_with_its_own_threshold(qtbot, window, tmp_path):
    session = window.session
    folder = tmp_path / "project" / "versions" / "v1"
    folder.mkdir()
    figures = {"tuned_step": 64}
    session.store.add_version(VersionRow("v1", None, "toy", str(folder), "2026-01-01T00:00:00+00:00", figures))
    session.store.activate("v1")
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    assert window.flow.process.model == str(folder.resolve())
    assert session.editing.step == 64
    assert session.store.prediction(session.image_id, session.structure_id).version_id == "v1"


def test_an_untouched_image_is_predicted_again_when_another_version_is_in_use(qtbot, window, tmp_path):
    session = window.session
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    first = session.image_id
    key(qtbot, window, Qt.Key.Key_D)
    folder = tmp_path / "project" / "versions" / "v1"
    folder.mkdir()
    session.store.add_version(
        VersionRow("v1", None, "toy", str(folder), "2026-01-01T00:00:00+00:00", {"tuned_step": 64})
    )
    session.store.activate("v1")
    key(qtbot, window, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: session.store.prediction(first, session.structure_id).version_id == "v1", timeout=WAIT)
    qtbot.waitUntil(lambda: session.editing.step == 64, timeout=WAIT)


def test_closing_the_window_ends_the_worker(qtbot, window):
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    worker = window.flow.process._worker
    window.close()
    assert not worker.is_running
