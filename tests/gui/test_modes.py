"""The model decides, all structures at once, its other masks: by mouse and keyboard, and still there after a restart."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.answers import words_of
from core.export.png import export_png
from core.mask import decode_png
from core.store import Store
from tests.gui.acting import click, key, paint
from tests.gui.test_prediction import note, panel, set_prompt, wait_for_prediction


def answer(window):
    return window.segment.answer


def texts(window):
    return [button.text() for button in answer(window).buttons()]


def chosen(window):
    return [button.isChecked() for button in answer(window).buttons()].index(True)


def predict(qtbot, window, words="the polyp"):
    set_prompt(qtbot, window, words)
    qtbot.keyClick(panel(window).prompt, Qt.Key.Key_Return)
    wait_for_prediction(qtbot, window)
    window.canvas.setFocus()


def area(window):
    return int(window.session.editing.current_mask().sum())


def test_nothing_is_offered_before_there_is_a_prediction(qtbot, window):
    assert not answer(window).isVisible()
    key(qtbot, window, Qt.Key.Key_V)
    assert any(text.startswith("There is no other mask") for text in window.messages.texts())


def test_the_other_masks_can_be_chosen_by_mouse_and_by_key(qtbot, window):
    predict(qtbot, window)
    assert texts(window) == ["1 · 0.50", "2 · 0.90", "3 · 0.70"] and chosen(window) == 1
    middle = area(window)
    click(qtbot, answer(window).buttons()[0])
    small = area(window)
    assert small < middle and chosen(window) == 0
    assert np.array_equal(window.canvas.shown_mask(), window.session.editing.current_mask())
    areas = []
    for _ in range(3):
        key(qtbot, window, Qt.Key.Key_V)
        areas.append(area(window))
    assert areas[0] == middle and areas[1] > middle and areas[2] == small and chosen(window) == 0
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    assert chosen(window) == 1 and area(window) == middle


def test_a_click_on_the_mask_that_counts_changes_nothing(qtbot, window):
    predict(qtbot, window)
    click(qtbot, answer(window).buttons()[1])
    session = window.session
    assert chosen(window) == 1 and session.store.journal(session.image_id, session.structure_id) == []


def test_painted_pixels_stay_and_the_choice_can_be_taken_back(qtbot, window):
    predict(qtbot, window)
    paint(qtbot, window, [(4, 4), (24, 4)])
    paint(qtbot, window, [(60, 48), (68, 48)], Qt.MouseButton.RightButton)
    before = window.session.editing.current_mask().copy()
    key(qtbot, window, Qt.Key.Key_V)
    after = window.session.editing.current_mask()
    assert after[4, 4:25].all() and not after[48, 60:69].any() and after.sum() > before.sum()
    window.commands["undo"].trigger()
    assert np.array_equal(window.session.editing.current_mask(), before) and chosen(window) == 1
    window.commands["redo"].trigger()
    assert np.array_equal(window.session.editing.current_mask(), after) and chosen(window) == 2
    key(qtbot, window, Qt.Key.Key_Minus)
    assert window.session.editing.step == 99 and chosen(window) == 2, "the threshold works on the chosen mask"


def test_the_chosen_mask_survives_a_restart_and_is_what_the_png_holds(qtbot, window, tmp_path):
    predict(qtbot, window)
    key(qtbot, window, Qt.Key.Key_V)
    paint(qtbot, window, [(4, 4), (24, 4)])
    window.session.editing.set_threshold(90, commit=True)
    shown = window.session.editing.current_mask().copy()
    folder = window.session.folder
    window.session.close_project()
    assert not answer(window).isVisible()
    assert window.open_project(folder)
    assert chosen(window) == 2 and np.array_equal(window.session.editing.current_mask(), shown)
    window.session.accept()
    with Store.open(folder, read_only=True) as store:
        export_png(store, tmp_path / "masks")
        prediction = store.prediction(1, 1)
        assert (prediction.chosen, round(prediction.predicted_iou, 3)) == (2, 0.7)
    assert np.array_equal(decode_png((tmp_path / "masks" / "Polyp" / "p0_a.png").read_bytes()), shown)


@pytest.fixture
def deciding(qtbot, window):
    click(qtbot, panel(window).decide)
    return window


def test_the_decision_is_a_choice_of_the_project_in_two_places(qtbot, window):
    box, action = panel(window).decide, window.commands["let_decide"]
    assert not box.isChecked() and not action.isChecked()
    action.trigger()
    assert box.isChecked() and window.session.store.meta("let_decide") == "yes"
    folder = window.session.folder
    window.session.close_project()
    assert not box.isChecked() and not box.isEnabled()
    assert window.open_project(folder) and box.isChecked() and action.isChecked()
    click(qtbot, box)
    assert not action.isChecked() and window.session.store.meta("let_decide") is None


def test_a_forced_answer_says_no_words(qtbot, window):
    predict(qtbot, window, "none")
    assert not answer(window).words.isVisible() and area(window) > 0


def test_the_answer_is_shown_and_can_be_selected(qtbot, deciding):
    predict(qtbot, deciding)
    words = answer(deciding).words
    assert words.isVisible() and words.text() == "The model says: “Sure, [mask].”"
    assert words.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    assert len(texts(deciding)) == 3


def test_an_answer_without_a_mask_is_said_and_the_empty_mask_can_be_accepted(qtbot, deciding, tmp_path):
    session = deciding.session
    predict(qtbot, deciding, "none")
    assert area(deciding) == 0 and answer(deciding).words.text() == "The model says: “I see nothing of it.”"
    assert texts(deciding) == [] and note(deciding) == "The model answered without a mask."
    said = [text for text in deciding.messages.texts() if text.startswith("The model answered without a mask: Polyp.")]
    assert len(said) == 1
    session.editing.set_threshold(1, commit=True)
    assert area(deciding) == 0, "at no threshold"
    key(qtbot, deciding, Qt.Key.Key_Return)
    export_png(session.store, tmp_path / "masks")
    assert not decode_png((tmp_path / "masks" / "Polyp" / "p0_a.png").read_bytes()).any()


def test_the_message_goes_when_the_model_finds_something(qtbot, deciding):
    predict(qtbot, deciding, "none")
    click(qtbot, panel(deciding).decide)
    predict(qtbot, deciding, "the polyp")
    qtbot.waitUntil(lambda: area(deciding) > 0, timeout=30_000)
    assert not any("without a mask" in text for text in deciding.messages.texts())
    assert not answer(deciding).words.isVisible()


def test_several_masks_of_one_answer_are_one_structure_or_each_alone(qtbot, deciding):
    predict(qtbot, deciding, "two")
    assert answer(deciding).words.text() == "The model says: “There are [mask 1] and [mask 2].”"
    assert texts(deciding) == ["All · 0.60", "1 · 0.60", "2 · 0.80"] and chosen(deciding) == 0
    both = deciding.session.editing.current_mask().copy()
    click(qtbot, answer(deciding).buttons()[1])
    left = deciding.session.editing.current_mask().copy()
    click(qtbot, answer(deciding).buttons()[2])
    right = deciding.session.editing.current_mask().copy()
    assert left[:, :64].any() and not left[:, 64:].any() and not right[:, :64].any()
    assert np.array_equal(left | right, both)


def test_words_are_shown_without_the_signs_of_the_model():
    assert words_of("Sure, [SEG].<|im_end|>") == "Sure, [mask]."
    assert words_of("<p>Two</p>: [SEG],\n [SEG] <|endoftext|>") == "Two: [mask 1], [mask 2]"
    assert words_of("a < b and c > d") == "a < b and c > d" and words_of("") == ""


def add_structures(session):
    session.add_structure("Vessel", "nothing", "#E69F00")
    session.add_structure("Instrument", "the instrument", "#009E73")


def test_all_structures_are_found_in_one_look(qtbot, window):
    session = window.session
    assert not panel(window).all.isVisible()
    add_structures(session)
    asked = []
    predict_several = window.flow.process.predict_several
    window.flow.process.predict_several = lambda *request: (asked.append(request), predict_several(*request))[1]
    click(qtbot, panel(window).all)
    wait_for_prediction(qtbot, window)
    assert len(asked) == 1 and asked[0][1] == ["the polyp", "nothing", "the instrument"]
    assert note(window) == "3 structures in 0.0 s on the processor."
    for row in session.structures:
        assert session.store.prediction(session.image_id, row.id).prompt == row.prompt
    assert session.structure_row.name == "Instrument" and area(window) > 0
    session.select_structure(session.structures[1].id)
    assert area(window) == 0 and session.editing.has_prediction


def test_what_was_worked_on_stays_as_it_is(qtbot, window):
    session = window.session
    predict(qtbot, window)
    paint(qtbot, window, [(4, 4), (24, 4)])
    add_structures(session)
    session.select_structure(session.structures[0].id)
    before = session.store.prediction(session.image_id, 1).id
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: session.store.prediction(session.image_id, 3) is not None, timeout=30_000)
    assert session.store.prediction(session.image_id, 1).id == before
    for row in session.structures[1:]:
        session.select_structure(row.id)
        session.accept()
    window.commands["predict_all"].trigger()
    assert any(text.startswith("You have worked on every structure") for text in window.messages.texts())


def test_all_structures_with_a_model_that_decides(qtbot, deciding):
    session = deciding.session
    session.add_structure("Vessel", "none", "#E69F00")
    session.add_structure("Stone", "two", "#009E73")
    click(qtbot, panel(deciding).all)
    wait_for_prediction(qtbot, deciding)
    assert [session.store.prediction(session.image_id, key).parts for key in (1, 2, 3)] == [1, 0, 2]
    assert any("without a mask: Vessel." in text for text in deciding.messages.texts())


def test_a_project_that_cannot_be_written_says_so_and_the_mask_stays(qtbot, window, monkeypatch):
    from core.errors import StoreError

    predict(qtbot, window)

    def refuse(*_):
        raise StoreError("The disk is full, so this change was not saved.", "Make room.")

    monkeypatch.setattr(window.session.store, "append_step", refuse)
    before = area(window)
    click(qtbot, answer(window).buttons()[0])
    assert chosen(window) == 1 and area(window) == before
    assert "The disk is full, so this change was not saved. Make room." in window.messages.texts()
