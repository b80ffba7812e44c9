"""A mask is carried through a stack: kept as predictions, not onto what a person has done, until a doubt or a person stops it."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.errors import StoreError
from core.mask import HALF
from tests.gui.acting import click, key, paint, predict
from tests.gui.test_stacks import PAGES, WAIT, at, make_stack, slices, statuses  # noqa: F401 (a fixture)


def ask(qtbot, window, way: str = "both", most: int = 0):
    """Open the dialog with its key, choose, and begin."""
    qtbot.keyClick(window.canvas, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    dialog = window.stack.dialog
    assert dialog.isVisible() and not dialog.isModal()
    getattr(dialog, way).setChecked(True)
    dialog.most.setValue(most)
    click(qtbot, dialog.start)
    return dialog


def carry(qtbot, window, way: str = "both", most: int = 0):
    """As `ask`, and wait for its end."""
    with qtbot.waitSignal(window.stack.carrying.ended, timeout=WAIT):
        return ask(qtbot, window, way, most)


@pytest.fixture
def ready(qtbot, make_stack):  # noqa: F811
    """Opens the window on a slice with a corrected mask; takes the mode of the toy worker."""

    def make(mode: str = "ok"):
        window = make_stack(mode)
        predict(window)
        paint(qtbot, window, [(60, 40), (70, 40)])
        return window

    return make


def test_the_mask_goes_both_ways_and_is_kept_as_predictions(qtbot, ready):
    window = ready()
    dialog = carry(qtbot, window)
    assert dialog.outcome.text() == "Carried to 7 slices."
    assert statuses(window) == ["predicted"] * 3 + ["in_work"] + ["predicted"] * 4
    store, structure = window.session.store, window.session.structure_id
    found = store.prediction(slices(window)[5], structure)
    assert (found.prompt, found.version_id, found.predicted_iou) == ("the polyp", None, 0.8)
    assert store.correction(slices(window)[5], structure).threshold_step == HALF
    window.session.select_image(slices(window)[5])
    before = window.session.editing.current_mask()
    assert before.any()
    window.segment.threshold.nudge(40)
    assert window.session.editing.current_mask().sum() < before.sum()
    window.commands["undo"].trigger()
    assert np.array_equal(window.session.editing.current_mask(), before)


@pytest.mark.parametrize(
    ("way", "most", "reached"), [("forward", 2, [4, 5]), ("backward", 0, [0, 1, 2]), ("both", 1, [2, 4])]
)
def test_only_as_far_as_one_wants(qtbot, ready, way, most, reached):
    window = ready()
    carry(qtbot, window, way, most)
    assert [place for place, status in enumerate(statuses(window)) if status == "predicted"] == reached


def test_what_a_person_did_stays_and_it_is_said_how_much(qtbot, ready):
    window = ready()
    session, store = window.session, window.session.store
    for place, step in ((4, "accept"), (5, "paint"), (6, "reject")):
        session.select_image(slices(window)[place])
        if step == "accept":
            predict(window)
            key(qtbot, window, Qt.Key.Key_Return)
        elif step == "paint":
            paint(qtbot, window, [(5, 5), (20, 5)])
        else:
            key(qtbot, window, Qt.Key.Key_X)
    session.select_image(slices(window)[3])
    before = [store.prediction(slices(window)[place], session.structure_id) for place in (4, 5, 6)]
    dialog = carry(qtbot, window)
    assert "Carried to 4 slices." in dialog.outcome.text() and "left as they are: 3." in dialog.outcome.text()
    assert statuses(window)[4:] == ["accepted", "in_work", "rejected", "predicted"]
    assert [store.prediction(slices(window)[place], session.structure_id) for place in (4, 5, 6)] == before


def test_it_stops_on_doubt_and_leads_to_the_slice(qtbot, ready):
    window = ready("doubts")
    dialog = carry(qtbot, window)
    text = dialog.outcome.text()
    assert "Carried to 4 slices." in text and "Stopped at slice 7: look at it. The model was not sure" in text
    assert [show.text() for show in dialog.shows] == ["Show slice 7", "Show slice 1"]
    assert statuses(window) == [
        "unseen",
        "predicted",
        "predicted",
        "in_work",
        "predicted",
        "predicted",
        "unseen",
        "unseen",
    ]
    click(qtbot, dialog.shows[0])
    at(window, 6)


def test_it_can_be_stopped_and_what_was_carried_stays(qtbot, ready):
    window = ready("slow walk")
    dialog = ask(qtbot, window, "forward")
    qtbot.waitUntil(lambda: statuses(window)[4] == "predicted", timeout=WAIT)
    assert dialog.bar.isVisible() and not dialog.start.isVisible()
    with qtbot.waitSignal(window.stack.carrying.ended, timeout=WAIT):
        click(qtbot, dialog.stop)
    assert "Stopped before the end" in dialog.outcome.text()
    assert statuses(window)[4] == "predicted" and statuses(window)[7] == "unseen"
    carry(qtbot, window, "forward")
    assert statuses(window)[4:] == ["predicted"] * 4, "and begun again"


def test_one_works_on_meanwhile_and_the_end_is_said_below_the_strip(qtbot, ready):
    window = ready("slow walk")
    dialog = ask(qtbot, window, "forward")
    click(qtbot, dialog.close_button)
    window.session.select_image(slices(window)[7])
    with qtbot.waitSignal(window.stack.carrying.ended, timeout=WAIT):
        paint(qtbot, window, [(5, 5), (20, 5)])
    assert statuses(window)[3:] == ["in_work", "predicted", "predicted", "predicted", "in_work"]
    assert any(text.startswith("Carried to 3 slices.") for text in window.messages.texts())


@pytest.mark.expects_log("a worker ended")
def test_a_model_that_dies_on_the_way_is_said_and_the_next_try_works(qtbot, ready):
    window = ready("dies walking")
    dialog = carry(qtbot, window, "forward")
    assert "The model stopped unexpectedly" in dialog.outcome.text()
    assert statuses(window)[4:6] == ["predicted", "unseen"]
    window.session.select_image(slices(window)[6])
    predict(window)
    carry(qtbot, window, "forward")
    assert statuses(window)[7] == "predicted"


def test_the_model_that_is_let_go_ends_it(qtbot, ready):
    window = ready("slow walk")
    with qtbot.waitSignal(window.stack.carrying.ended, timeout=WAIT):
        ask(qtbot, window)
        window.flow.process.stop()
    assert not window.stack.carrying.is_running


def test_another_project_ends_it_and_nothing_goes_there(qtbot, ready, project):
    window = ready("slow walk")
    dialog = ask(qtbot, window)
    qtbot.waitUntil(lambda: statuses(window)[4] == "predicted", timeout=WAIT)
    assert window.open_project(project)
    assert not window.stack.carrying.is_running and dialog.start.isVisible()
    qtbot.wait(300)


def test_a_project_that_cannot_be_written_ends_it(qtbot, ready, monkeypatch):
    window = ready("slow walk")

    def full(*_args, **_named):
        raise StoreError("The disk is full.", "Make room.")

    monkeypatch.setattr(window.session.store, "save_prediction", full)
    dialog = carry(qtbot, window)
    assert "The disk is full. Make room." in dialog.outcome.text()


def test_without_a_mask_or_with_a_lock_nothing_begins(qtbot, make_stack):  # noqa: F811
    window = make_stack()
    ask(qtbot, window)
    assert any("no mask of this structure to carry on" in text for text in window.messages.texts())
    predict(window)
    window.session.update_structure(window.session.structure_id, is_locked=True)
    click(qtbot, window.stack.dialog.start)
    assert any("is locked" in text for text in window.messages.texts())
    assert not window.stack.carrying.is_running and statuses(window).count("predicted") == 1
    window.session.select_image(window.session.images[0].id)
    assert not window.stack.dialog.start.isEnabled() and PAGES == 8
