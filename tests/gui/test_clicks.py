"""Clicks for the model by mouse and keyboard: durable, undone like strokes, under the painted pixels, never in the way."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.canvas_tools import CanvasTools, Tool
from app.main_window import MainWindow
from app.model_flow import Workers
from app.session import Session
from app.settings import Settings
from app.theme import Theme
from core.clicks import Clicks
from core.demo_project import read_demo_project
from core.image_file import read_image
from core.store import JournalStep, Store
from tests.gui.acting import click, key, paint, place, predict

WAIT = 30_000
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def row(window):
    return window.session.store.clicks(window.session.image_id, window.session.structure_id)


def answered(qtbot, window):
    qtbot.waitUntil(lambda: not window.clicks.answers.is_busy and row(window).answered, timeout=WAIT)


def click_at(qtbot, window, x, y, button=LEFT, wait=True):
    qtbot.mouseClick(window.canvas, button, pos=place(window, x, y))
    if wait:
        answered(qtbot, window)


def shown(window):
    mask = window.session.editing.current_mask()
    assert np.array_equal(window.canvas.shown_mask(), mask)
    return mask.copy()


@pytest.fixture
def clicking(qtbot, window):
    predict(window)
    key(qtbot, window, Qt.Key.Key_C)
    return window


def test_one_key_takes_the_tool_in_hand(qtbot, window):
    key(qtbot, window, Qt.Key.Key_C)
    assert window.tools.tool is Tool.CLICK and window.commands["click"].isChecked()
    assert window.canvas.cursor().shape() == Qt.CursorShape.CrossCursor


def test_left_says_that_it_belongs_and_right_that_it_does_not(qtbot, clicking):
    before = shown(clicking)
    assert not before[10, 10] and before[48, 64]
    click_at(qtbot, clicking, 10, 10)
    click_at(qtbot, clicking, 64, 48, RIGHT)
    after = shown(clicking)
    assert after[10, 10] and not after[48, 64]
    points = row(clicking).clicks.points
    assert [inside for *_, inside in points] == [1, 0] and abs(points[0][0] - 10.5) < 1 and abs(points[1][1] - 48.5) < 1
    assert clicking.session.editing.status == "in_work"
    assert clicking.segment.clicks.isVisible() and clicking.segment.clicks.words.text() == "Clicks: 2"


def test_a_drag_is_a_box_and_a_second_one_takes_its_place(qtbot, clicking):
    paint(qtbot, clicking, [(20, 20), (60, 40), (64, 70)])
    answered(qtbot, clicking)
    assert not shown(clicking)[:, 70:].any() and shown(clicking)[48, 60]
    assert clicking.segment.clicks.words.text() == "A box"
    paint(qtbot, clicking, [(100, 90), (50, 10)])
    answered(qtbot, clicking)
    left, top, right, bottom = row(clicking).clicks.box
    assert left < right and top < bottom and abs(left - 50.5) < 1 and len(row(clicking).clicks.marks) == 1


def test_a_box_ends_at_the_edge_of_the_image_and_a_click_outside_is_none(qtbot, clicking):
    corner = place(clicking, 127, 95) + QPoint(60, 0)
    qtbot.mousePress(clicking.canvas, LEFT, pos=place(clicking, 40, 10))
    qtbot.mouseMove(clicking.canvas, corner)
    qtbot.mouseRelease(clicking.canvas, LEFT, pos=corner)
    answered(qtbot, clicking)
    assert row(clicking).clicks.box[2] == 128
    qtbot.mouseClick(clicking.canvas, LEFT, pos=place(clicking, 0, 48) - QPoint(30, 0))
    assert len(row(clicking).clicks.marks) == 1


def test_a_double_click_is_one_click(qtbot, clicking):
    click_at(qtbot, clicking, 10, 10)
    qtbot.mouseDClick(clicking.canvas, LEFT, pos=place(clicking, 10, 10))
    qtbot.mouseRelease(clicking.canvas, LEFT, pos=place(clicking, 10, 10))
    click_at(qtbot, clicking, 10, 10, RIGHT)
    assert [inside for *_, inside in row(clicking).clicks.points] == [1, 0]


def test_escape_gives_up_a_box_that_is_being_drawn(qtbot, clicking):
    qtbot.mousePress(clicking.canvas, LEFT, pos=place(clicking, 20, 20))
    qtbot.mouseMove(clicking.canvas, place(clicking, 60, 60))
    qtbot.keyClick(clicking.canvas, Qt.Key.Key_Escape)
    qtbot.mouseRelease(clicking.canvas, LEFT, pos=place(clicking, 60, 60))
    assert not row(clicking).clicks


def test_painted_pixels_stay_painted(qtbot, clicking):
    key(qtbot, clicking, Qt.Key.Key_B)
    paint(qtbot, clicking, [(4, 4), (24, 4)])
    paint(qtbot, clicking, [(60, 48), (68, 48)], RIGHT)
    key(qtbot, clicking, Qt.Key.Key_C)
    click_at(qtbot, clicking, 14, 4, RIGHT)
    click_at(qtbot, clicking, 64, 48)
    after = shown(clicking)
    assert after[4, 4:25].all() and not after[48, 60:69].any()


def test_undo_and_redo_show_the_answers_without_asking_again(qtbot, clicking):
    masks = [shown(clicking)]
    for place_of in ((10, 10), (110, 80)):
        click_at(qtbot, clicking, *place_of)
        masks.append(shown(clicking))
    assert not np.array_equal(masks[1], masks[2])
    clicking.flow.process.stop()
    asked = []
    clicking.flow.process.predict = lambda *request, **rest: asked.append(request)
    for expected in (masks[1], masks[0]):
        clicking.commands["undo"].trigger()
        assert np.array_equal(shown(clicking), expected)
    assert not row(clicking).clicks and not clicking.segment.clicks.isVisible()
    for expected in (masks[1], masks[2]):
        clicking.commands["redo"].trigger()
        assert np.array_equal(shown(clicking), expected)
    qtbot.keyClick(clicking.canvas, Qt.Key.Key_Backspace)
    assert np.array_equal(shown(clicking), masks[1]) and len(row(clicking).clicks.points) == 1
    click(qtbot, clicking.segment.clicks.clear)
    assert np.array_equal(shown(clicking), masks[0]) and not row(clicking).clicks
    clicking.commands["undo"].trigger()
    assert np.array_equal(shown(clicking), masks[1])
    assert asked == []


def test_the_first_click_asks_with_the_words_and_undo_empties_the_mask(qtbot, window):
    key(qtbot, window, Qt.Key.Key_C)
    click_at(qtbot, window, 10, 10)
    prediction = window.session.editing.prediction
    assert prediction.prompt == "the polyp" and window.session.editing.has_prediction
    assert shown(window)[10, 10] and shown(window)[48, 64]
    window.commands["undo"].trigger()
    assert not shown(window).any() and not window.session.editing.has_prediction
    window.commands["redo"].trigger()
    assert shown(window)[10, 10]


def test_a_prediction_in_words_clears_the_clicks(qtbot, clicking):
    click_at(qtbot, clicking, 10, 10)
    key(qtbot, clicking, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: not clicking.flow.predictions.is_busy and not row(clicking).clicks, timeout=WAIT)
    assert not shown(clicking)[10, 10]


def test_clicks_and_mask_are_there_after_a_restart(qtbot, clicking, project):
    click_at(qtbot, clicking, 10, 10)
    expected, marks = shown(clicking), row(clicking).clicks
    clicking.session.close_project()
    assert not clicking.segment.clicks.isVisible()
    assert clicking.open_project(project)
    assert np.array_equal(shown(clicking), expected) and row(clicking).clicks == marks
    assert not clicking.clicks.answers.is_busy


def test_a_click_is_on_the_disk_before_the_model_answers(qtbot, open_window, project):
    window = open_window("hangs")
    predict(window)
    key(qtbot, window, Qt.Key.Key_C)
    click_at(qtbot, window, 10, 10, wait=False)
    with Store.open(project, read_only=True) as other:
        found = other.clicks(window.session.image_id, window.session.structure_id)
    assert len(found.clicks.points) == 1 and not found.answered
    assert "Loading the model" in window.segment.clicks.words.text()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Backspace)
    assert not row(window).clicks
    paint_while = time.perf_counter()
    key(qtbot, window, Qt.Key.Key_B)
    paint(qtbot, window, [(4, 4), (24, 4)])
    assert shown(window)[4, 10] and time.perf_counter() - paint_while < 5


def test_what_was_not_answered_is_asked_when_the_image_is_opened_again(qtbot, open_window):
    window = open_window()
    predict(window)
    session = window.session
    made = JournalStep("click", {"clicks": [[10.5, 10.5, 1]]})
    session.store.append_step(session.image_id, session.structure_id, made)
    key(qtbot, window, Qt.Key.Key_D)
    key(qtbot, window, Qt.Key.Key_A)
    answered(qtbot, window)
    assert shown(window)[10, 10]


def test_clicks_made_while_the_model_answers_are_asked_together(qtbot, open_window):
    window = open_window("slow clicks")
    predict(window)
    asked = []
    send = window.flow.process.predict

    def note(*request, **rest):
        asked.append(len(rest["clicks"].points))
        return send(*request, **rest)

    window.flow.process.predict = note
    key(qtbot, window, Qt.Key.Key_C)
    for x, y in ((10, 10), (110, 10), (10, 80), (110, 80)):
        click_at(qtbot, window, x, y, wait=False)
    answered(qtbot, window)
    after = shown(window)
    assert asked == [1, 4] and all(after[y, x] for x, y in ((10, 10), (110, 10), (10, 80), (110, 80)))


def test_the_answer_to_an_image_that_was_left_is_kept_there(qtbot, open_window):
    window = open_window("slow clicks")
    predict(window)
    key(qtbot, window, Qt.Key.Key_C)
    click_at(qtbot, window, 10, 10, wait=False)
    first = window.session.image_id
    key(qtbot, window, Qt.Key.Key_D)
    assert window.session.image_id != first
    store = window.session.store
    qtbot.waitUntil(lambda: store.clicks(first, 1).answered and not window.clicks.answers.is_busy, timeout=WAIT)
    assert not shown(window).any()
    key(qtbot, window, Qt.Key.Key_A)
    assert shown(window)[10, 10]


def test_an_accepted_mask_stays_as_it_was_reviewed(qtbot, open_window):
    window = open_window("slow clicks")
    predict(window)
    key(qtbot, window, Qt.Key.Key_C)
    click_at(qtbot, window, 10, 10, wait=False)
    first, expected = window.session.image_id, shown(window)
    key(qtbot, window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not window.clicks.answers.is_busy, timeout=WAIT)
    key(qtbot, window, Qt.Key.Key_A)
    assert window.session.image_id == first and np.array_equal(shown(window), expected)
    assert window.session.editing.status == "accepted" and not window.clicks.answers.is_busy


def test_a_click_overtakes_the_words_that_are_still_on_their_way(qtbot, open_window):
    window = open_window("slow")
    key(qtbot, window, Qt.Key.Key_P, Qt.Key.Key_C)
    assert window.flow.predictions.is_busy
    click_at(qtbot, window, 10, 10)
    qtbot.waitUntil(lambda: not window.flow.predictions.is_busy, timeout=WAIT)
    assert len(row(window).clicks.points) == 1 and shown(window)[10, 10]


@pytest.mark.parametrize(
    "words", ["bad", pytest.param("die", marks=pytest.mark.expects_log("a worker ended (it ended by itself"))]
)
def test_a_model_that_fails_is_said_and_the_next_click_asks_for_all(qtbot, window, words):
    predict(window)
    window.session.update_structure(window.session.structure_id, prompt=words)
    key(qtbot, window, Qt.Key.Key_C)
    click_at(qtbot, window, 10, 10, wait=False)
    qtbot.waitUntil(lambda: not window.clicks.answers.is_busy, timeout=WAIT)
    assert window.messages.texts() and not row(window).answered
    assert "has not answered" in window.segment.clicks.words.text()
    window.session.update_structure(window.session.structure_id, prompt="the polyp")
    click_at(qtbot, window, 110, 80)
    assert shown(window)[10, 10] and shown(window)[80, 110]


def test_stop_ends_the_asking(qtbot, open_window):
    window = open_window("hangs")
    predict(window)
    key(qtbot, window, Qt.Key.Key_C)
    click_at(qtbot, window, 10, 10, wait=False)
    window.flow.process.stop()
    window.flow.predictions.idle.emit("")
    assert not window.clicks.answers.is_busy


def test_a_project_that_is_only_looked_at_takes_no_click(qtbot, clicking, project):
    clicking.session.store.read_only = True
    click_at(qtbot, clicking, 10, 10, wait=False)
    assert not row(clicking).clicks and any("only looked at" in text for text in clicking.messages.texts())
    clicking.session.store.read_only = False


def test_hovering_shows_what_a_click_would_give_and_keeps_nothing(qtbot, clicking):
    click_at(qtbot, clicking, 10, 10)
    preview, tool = clicking.clicks.preview, clicking.canvas.clicks
    predictions = clicking.session.store.query("SELECT count(*) FROM predictions")
    before = shown(clicking)
    preview.took = 0.01
    qtbot.mouseMove(clicking.canvas, place(clicking, 100, 70))
    qtbot.mouseMove(clicking.canvas, place(clicking, 110, 80))
    qtbot.waitUntil(lambda: bool(tool.preview), timeout=WAIT)
    corners = [point for line in tool.preview for point in line]
    assert any(abs(point.x() - 110) < 14 and abs(point.y() - 80) < 14 for point in corners)
    assert np.array_equal(shown(clicking), before) and len(row(clicking).clicks.points) == 1
    assert clicking.session.store.query("SELECT count(*) FROM predictions") == predictions
    key(qtbot, clicking, Qt.Key.Key_B)
    assert tool.preview == []


def test_an_image_that_had_to_be_encoded_first_makes_no_click_slow(qtbot, open_window):
    window = open_window("slow look")
    predict(window)
    key(qtbot, window, Qt.Key.Key_C)
    click_at(qtbot, window, 10, 10)
    qtbot.mouseMove(window.canvas, place(window, 100, 70))
    qtbot.mouseMove(window.canvas, place(window, 110, 80))
    qtbot.waitUntil(lambda: bool(window.canvas.clicks.preview), timeout=WAIT)


def test_nothing_is_asked_on_hover_where_the_last_click_was_slow(qtbot, clicking):
    click_at(qtbot, clicking, 10, 10)
    clicking.clicks.preview.took = 0.2
    asked = []
    clicking.flow.process.predict = lambda *request, **rest: asked.append(request)
    qtbot.mouseMove(clicking.canvas, place(clicking, 100, 70))
    qtbot.mouseMove(clicking.canvas, place(clicking, 110, 80))
    assert asked == []


def test_painted_pixels_reach_the_decoder_as_a_part_of_the_mask(qtbot, clicking):
    """The toy's answer is the mask that it was shown, with discs for the clicks."""
    key(qtbot, clicking, Qt.Key.Key_B)
    clicking.tools.set_radius(6)
    paint(qtbot, clicking, [(100, 10), (110, 10)])
    paint(qtbot, clicking, [(64, 48)], RIGHT)
    key(qtbot, clicking, Qt.Key.Key_C)
    click_at(qtbot, clicking, 10, 80)
    logits = clicking.session.editing.prediction.logits
    height, width = clicking.session.editing.levels.shape
    cell = lambda x, y: logits[int(y * 64 / height), int(x * 64 / width)]  # noqa: E731
    assert cell(105, 10) == 10 and cell(64, 48) == -10 and cell(120, 90) == -8 and cell(10, 80) == 8


def test_without_a_prediction_the_painted_mask_is_shown_to_the_decoder(qtbot, window):
    window.tools.set_radius(6)
    paint(qtbot, window, [(100, 10), (110, 10)])
    key(qtbot, window, Qt.Key.Key_C)
    click_at(qtbot, window, 10, 80)
    logits = window.session.editing.prediction.logits
    assert logits.max() == 10 and logits.min() == -10 and shown(window)[10, 105]


def test_the_words_beside_the_button(qtbot, clicking):
    click_at(qtbot, clicking, 10, 10)
    paint(qtbot, clicking, [(20, 20), (64, 70)])
    answered(qtbot, clicking)
    assert clicking.segment.clicks.words.text() == "Clicks: 1, and a box"
    assert row(clicking).clicks != Clicks()


def test_with_the_real_worker_and_the_demo_model(qtbot, qapp, tmp_path):
    """Words, a click, a box, undo and a restart; the demo model hears each of them."""
    demo = read_demo_project()
    with Store.create(tmp_path / "project", "demo") as store:
        store.add_structure("Lesion", demo.structures[0].prompt, "#56B4E9")
        store.add_images([read_image(demo.images[20].image)])
    session = Session()
    window = MainWindow(
        session, Settings(tmp_path / "settings.ini"), Theme(qapp, "dark"), CanvasTools(radius=4.0), Workers()
    )
    qtbot.addWidget(window)
    window.resize(1200, 800)
    window.show()
    assert window.open_project(tmp_path / "project")
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.canvas.width() > 400, timeout=WAIT)
    key(qtbot, window, Qt.Key.Key_C)
    assert window.tools.tool is Tool.CLICK
    height, width = session.image.height, session.image.width

    def wait():
        assert row(window).clicks and not window.messages.texts()
        qtbot.waitUntil(lambda: not window.clicks.answers.is_busy and row(window).answered, timeout=4 * WAIT)

    logits = []
    click_at(qtbot, window, width // 2, height // 2, wait=False)
    wait()
    assert session.editing.prediction.prompt == "the breast lesion" and len(session.editing.prediction.ious) == 3
    logits.append(session.editing.prediction.logits)
    click_at(qtbot, window, width // 5, height // 5, RIGHT, wait=False)
    wait()
    logits.append(session.editing.prediction.logits)
    paint(qtbot, window, [(width // 4, height // 4), (width // 2, height // 2), (width * 3 // 4, height * 3 // 4)])
    wait()
    logits.append(session.editing.prediction.logits)
    assert all(np.abs(one - other).max() > 0.01 for one, other in zip(logits, logits[1:], strict=False))
    assert np.abs(logits[0]).max() > 1 and row(window).clicks.box is not None
    expected = shown(window)
    window.commands["undo"].trigger()
    assert np.array_equal(session.editing.prediction.logits, logits[1])
    window.commands["redo"].trigger()
    session.close_project()
    assert window.open_project(tmp_path / "project")
    assert np.array_equal(shown(window), expected)
    window.close()
