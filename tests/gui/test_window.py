"""The window with a real project, driven by mouse and keyboard."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.canvas_tools import Tool
from app.messages import SENTENCES
from app.project_files import FILTER
from app.session import Session
from core.errors import StoreError
from core.image_file import SUFFIXES
from core.store import Store
from tests.gui.acting import key, paint, place, predict


def test_painting_is_in_the_store_when_the_mouse_is_up(qtbot, window, project):
    session = window.session
    paint(qtbot, window, [(20, 20), (60, 20)])
    assert session.editing.current_mask()[20, 20:61].all()
    with Store.open(project, read_only=True) as other:
        layer = other.edit_layer(session.image_id, session.structure_id)
    assert np.array_equal(layer, session.editing.edits.layer)
    assert np.array_equal(window.canvas.shown_mask(), session.editing.current_mask())
    assert session.statuses()[session.image_id] == "in_work"


def test_the_right_button_erases_and_the_slider_still_works_after_painting(qtbot, window):
    session = window.session
    predict(window)
    before = session.editing.current_mask()
    assert before.any()
    paint(qtbot, window, [(64, 48)], Qt.MouseButton.RightButton)
    paint(qtbot, window, [(5, 5)])
    window.segment.threshold.slider.setValue(199)
    mask = session.editing.current_mask()
    assert mask[5, 5] and not mask[48, 64]
    window.segment.threshold.slider.setValue(1)
    wide = session.editing.current_mask()
    assert wide.sum() > before.sum() and wide[5, 5] and not wide[48, 64]
    assert np.array_equal(window.canvas.shown_mask(), wide)


def test_the_eraser_key_erases_with_the_left_button(qtbot, window):
    predict(window)
    key(qtbot, window, Qt.Key.Key_E)
    assert window.tools.tool is Tool.ERASER and window.commands["eraser"].isChecked()
    paint(qtbot, window, [(64, 48)])
    assert not window.session.editing.current_mask()[48, 64]
    key(qtbot, window, Qt.Key.Key_B)
    assert window.tools.tool is Tool.BRUSH


def test_undo_and_redo_walk_through_strokes_and_thresholds(qtbot, window):
    editing = window.session.editing
    predict(window)
    start = editing.current_mask()
    paint(qtbot, window, [(10, 10), (30, 10)])
    painted = editing.current_mask()
    key(qtbot, window, Qt.Key.Key_Plus, Qt.Key.Key_Plus)
    assert editing.step == 102
    for _ in range(2):
        window.commands["undo"].trigger()
    assert editing.step == 100 and np.array_equal(editing.current_mask(), painted)
    window.commands["undo"].trigger()
    assert np.array_equal(editing.current_mask(), start)
    assert np.array_equal(window.canvas.shown_mask(), start)
    window.commands["undo"].trigger()
    assert "There is nothing to undo on this image." in window.messages.texts()
    for _ in range(3):
        window.commands["redo"].trigger()
    assert editing.step == 102
    assert np.array_equal(window.canvas.shown_mask(), editing.current_mask())
    assert editing.current_mask()[10, 10:31].all()


def test_dragging_the_slider_writes_one_step_when_it_is_let_go(qtbot, window):
    session = window.session
    predict(window)
    slider = window.segment.threshold.slider
    slider.setSliderDown(True)
    for step in (110, 120, 130):
        slider.setValue(step)
    assert session.editing.step == 130
    assert len(session.store.journal(session.image_id, session.structure_id)) == 0
    slider.setSliderDown(False)
    steps = session.store.journal(session.image_id, session.structure_id)
    assert [(step.kind, step.payload) for step in steps] == [("threshold", {"before": 100, "after": 130})]


def test_accept_saves_exactly_what_is_on_the_screen_and_goes_on(qtbot, window, project):
    session = window.session
    first = session.image_id
    predict(window)
    paint(qtbot, window, [(10, 10), (30, 10)])
    shown = window.canvas.shown_mask()
    key(qtbot, window, Qt.Key.Key_Return)
    assert session.image_id != first
    assert session.statuses()[first] == "accepted"
    with Store.open(project, read_only=True) as other:
        assert np.array_equal(other.final_mask(first, session.structure_id), shown)
    window.commands["previous"].trigger()
    assert session.image_id == first and np.array_equal(window.canvas.shown_mask(), shown)
    paint(qtbot, window, [(100, 80)])
    assert session.statuses()[first] == "in_work"


def test_leaving_an_image_in_the_middle_of_a_stroke_keeps_the_stroke(qtbot, window):
    session = window.session
    first = session.image_id
    qtbot.mousePress(window.canvas, Qt.MouseButton.LeftButton, pos=place(window, 30, 30))
    qtbot.mouseMove(window.canvas, place(window, 60, 30))
    key(qtbot, window, Qt.Key.Key_D)
    qtbot.mouseRelease(window.canvas, Qt.MouseButton.LeftButton, pos=place(window, 70, 30))
    assert not session.editing.edits.layer.any()
    assert session.store.edit_layer(first, session.structure_id)[30, 30:61].all()


def test_when_the_store_refuses_the_stroke_goes_and_one_sentence_says_so(qtbot, window, monkeypatch):
    def refuse(*_):
        raise StoreError("The disk is full, so the stroke was not kept.", "Make room.")

    monkeypatch.setattr(window.session.store, "append_step", refuse)
    paint(qtbot, window, [(30, 30), (60, 30)])
    assert not window.session.editing.edits.layer.any() and not window.canvas.shown_mask().any()
    assert "The disk is full, so the stroke was not kept. Make room." in window.messages.texts()
    monkeypatch.undo()
    paint(qtbot, window, [(30, 30), (60, 30)])
    assert window.canvas.shown_mask()[30, 30:61].all()


def test_nothing_can_be_accepted_before_there_is_a_mask(qtbot, window):
    key(qtbot, window, Qt.Key.Key_Return)
    assert window.session.statuses()[window.session.image_id] == "unseen"
    assert any("nothing to accept" in text for text in window.messages.texts())


def test_a_changed_mask_is_saved_by_itself(qtbot, window, project):
    session = window.session
    paint(qtbot, window, [(20, 20), (60, 20)])
    with qtbot.waitSignal(session.editing.saved, timeout=3000):
        pass
    with Store.open(project, read_only=True) as other:
        assert np.array_equal(other.final_mask(session.image_id, session.structure_id), session.editing.current_mask())


def test_going_to_another_image_saves_and_coming_back_shows_the_same(qtbot, window):
    session = window.session
    first = session.image_id
    predict(window)
    paint(qtbot, window, [(20, 70), (60, 75)])
    mask = session.editing.current_mask()
    key(qtbot, window, Qt.Key.Key_D)
    assert session.image_id != first and not session.editing.current_mask().any()
    assert np.array_equal(session.store.final_mask(first, session.structure_id), mask)
    key(qtbot, window, Qt.Key.Key_A)
    assert np.array_equal(window.canvas.shown_mask(), mask)


def test_two_structures_have_two_masks(qtbot, window):
    session = window.session
    predict(window)
    one = session.editing.current_mask()
    session.add_structure("Spot", "the bright spot", "#E69F00")
    assert not session.editing.current_mask().any()
    paint(qtbot, window, [(100, 80)])
    session.select_structure(session.structures[0].id)
    assert np.array_equal(session.editing.current_mask(), one)
    assert window.segment.structure.list.count() == 2


def test_the_keys_work_from_the_first_moment(window):
    assert window.focusWidget() is window.canvas


def test_typing_in_the_prompt_starts_no_command(qtbot, window):
    prompt = window.segment.structure.prompt
    first = window.session.image_id
    prompt.setFocus()
    prompt.selectAll()
    qtbot.keyClicks(prompt, "bad polyp")
    with qtbot.waitSignal(window.segment.structure.predict_wanted):
        qtbot.keyClick(prompt, Qt.Key.Key_Return)
    assert prompt.text() == "bad polyp"
    assert window.session.structure_row.prompt == "bad polyp"
    assert window.session.image_id == first and window.tools.tool is Tool.BRUSH


def test_the_wheel_zooms_at_the_pointer_and_with_control_sizes_the_brush(qtbot, window):
    canvas = window.canvas
    at = QPointF(200, 150)
    fixed, scale = canvas.view.to_image(at), canvas.view.scale

    def turn(modifier, across=0, up=120):
        event = QWheelEvent(at, canvas.mapToGlobal(at), QPoint(), QPoint(across, up), Qt.MouseButton.NoButton, modifier,
                            Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(canvas, event)

    turn(Qt.KeyboardModifier.NoModifier)
    assert canvas.view.scale > scale
    assert (canvas.view.to_image(at) - fixed).manhattanLength() < 1e-6
    radius = window.tools.radius
    turn(Qt.KeyboardModifier.ControlModifier)
    larger = window.tools.radius
    assert larger > radius
    key(qtbot, window, Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketLeft)
    assert window.tools.radius < radius
    window.tools.set_radius(radius)
    turn(Qt.KeyboardModifier.ControlModifier, across=120, up=0)
    assert window.tools.radius == radius, "sideways is no size"
    for _ in range(15):
        turn(Qt.KeyboardModifier.ControlModifier, up=8)
    assert window.tools.radius == larger, "a touchpad turns one notch in small parts"


@pytest.mark.parametrize("button", [Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton])
def test_no_button_changes_the_mask_while_the_picture_is_moved(qtbot, window, button):
    predict(window)
    before, origin = window.session.editing.current_mask().copy(), window.canvas.view.origin
    key(qtbot, window, Qt.Key.Key_M)
    paint(qtbot, window, [(50, 48), (80, 48)], button)
    assert np.array_equal(window.session.editing.current_mask(), before)
    assert window.canvas.view.origin != origin


def test_space_moves_the_picture_and_paints_nothing(qtbot, window):
    canvas = window.canvas
    origin = QPointF(canvas.view.origin)
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    qtbot.mouseMove(canvas, QPoint(230, 240))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(230, 240))
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.view.origin - origin == QPointF(30, 40)
    assert not window.session.editing.edits.layer.any()


def test_an_image_that_vanished_gets_one_sentence_and_the_others_work(qtbot, window, tmp_path):
    (tmp_path / "pictures" / "p1_a.png").unlink()
    key(qtbot, window, Qt.Key.Key_D)
    assert window.session.image is None
    assert len([text for text in window.messages.texts() if "p1_a.png" in text]) == 1
    paint(qtbot, window, [(20, 20)])
    window.commands["next"].trigger()
    assert window.session.image is not None


def test_a_text_file_named_png_is_left_out_with_its_name(qtbot, window, tmp_path):
    bad = tmp_path / "note.png"
    bad.write_text("not an image")
    window.files.add([bad])
    qtbot.waitUntil(lambda: any("note.png" in text for text in window.messages.texts()), timeout=3000)
    assert len(window.session.images) == 3


def test_every_file_that_is_left_out_is_named_with_its_reason_and_known_images_are_counted(qtbot, window, tmp_path):
    pictures = sorted((tmp_path / "pictures").iterdir())
    (tmp_path / "no picture.png").write_text("hello")
    (tmp_path / "empty.tif").write_bytes(b"")
    (tmp_path / "twin.png").write_bytes(pictures[0].read_bytes())
    fresh = tmp_path / "fresh.png"
    cv2.imwrite(str(fresh), np.zeros((20, 30, 3), np.uint8))
    with qtbot.waitSignal(window.files.added, timeout=5000):
        window.files.add(
            [tmp_path / name for name in ("no picture.png", "empty.tif", "twin.png", "gone.png")] + [fresh]
        )
    (text,) = [text for text in window.messages.texts() if "left out" in text]
    lines = text.splitlines()
    assert lines[1].startswith("• The file no picture.png is not an image") and "leave it out" in lines[1]
    assert lines[2].startswith("• The file empty.tif is empty")
    assert lines[3].startswith("• The image gone.png cannot be read")
    assert lines[4] == "Images added to the project: 1. In the project already: 1."


def test_of_many_files_that_are_left_out_six_are_named_and_the_rest_is_counted(qtbot, window, tmp_path):
    bad = [tmp_path / f"bad {number}.png" for number in range(9)]
    for path in bad:
        path.write_text("hello")
    with qtbot.waitSignal(window.files.added, timeout=5000):
        window.files.add(bad)
    (text,) = [text for text in window.messages.texts() if "left out" in text]
    assert [line for line in text.splitlines() if line.startswith("•")][-1] == "• and 3 more"
    assert text.count("is not an image") == 6


def test_images_that_are_there_already_are_counted(qtbot, window, tmp_path):
    fresh = tmp_path / "fresh.png"
    cv2.imwrite(str(fresh), np.zeros((20, 30, 3), np.uint8))
    with qtbot.waitSignal(window.files.added, timeout=5000):
        window.files.add([*sorted((tmp_path / "pictures").iterdir())[:2], fresh])
    assert "Images added to the project: 1. In the project already: 2." in window.messages.texts()


def test_when_the_store_refuses_images_adding_ends_with_one_sentence(qtbot, window, tmp_path, monkeypatch):
    def full(images):
        raise StoreError("The disk is full.", "Make room.")

    monkeypatch.setattr(window.session.store, "add_images", full)
    window.messages.clear("images_added")
    with qtbot.waitSignal(window.files.added, timeout=5000):
        window.files.add(sorted((tmp_path / "pictures").iterdir()) * 3)
    assert [text for text in window.messages.texts() if "image" in text.lower()] == []
    assert "The disk is full. Make room." in window.messages.texts()
    qtbot.wait(50)


def test_every_kind_of_picture_that_can_be_read_is_offered_and_named():
    assert set(FILTER.split()) == {f"*{suffix}" for suffix in SUFFIXES}
    kinds = {"jpg": "jpeg", "tif": "tiff", "dcm": "dicom", "nii": "nifti", "nii.gz": "nifti"}
    names = {kinds.get(suffix[1:], suffix[1:]) for suffix in SUFFIXES}
    words = SENTENCES["no_images_found"].text.lower()
    assert not [name for name in names if name not in words]


def test_a_folder_that_is_no_project_gets_a_sentence_and_the_open_one_stays(window, tmp_path, project):
    assert not window.open_project(tmp_path / "pictures")
    assert len(window.messages.texts()) >= 1
    assert window.session.folder == project and len(window.session.images) == 3


def test_the_list_filters_by_name_and_follows_the_session(qtbot, window):
    images = window.images
    images.filter.setText("p2")
    assert images.view.model().rowCount() == 1
    images.view.setCurrentIndex(images.view.model().index(0, 0))
    assert Path(window.session.image_row.path).name == "p2_a.png"
    images.filter.clear()
    assert images.view.currentIndex().row() == 2


def test_after_closing_and_opening_again_everything_is_there(qtbot, qapp, window, project):
    predict(window)
    paint(qtbot, window, [(10, 10), (30, 10)])
    mask, image_id = window.session.editing.current_mask(), window.session.image_id
    window.close()
    again = Session()
    again.open_project(project)
    again.select_image(image_id)
    assert np.array_equal(again.editing.current_mask(), mask)
    assert again.editing.undo() and not again.editing.current_mask()[10, 10]
    again.close_project()


def test_accepting_with_the_slider_still_held_keeps_what_is_shown(qtbot, window, project):
    session = window.session
    first = session.image_id
    predict(window)
    slider = window.segment.threshold.slider
    slider.setSliderDown(True)
    slider.setValue(130)
    shown = window.canvas.shown_mask()
    key(qtbot, window, Qt.Key.Key_Return)
    slider.setSliderDown(False)
    with Store.open(project, read_only=True) as other:
        assert other.correction(first, session.structure_id).threshold_step == 130
        assert np.array_equal(other.final_mask(first, session.structure_id), shown)


def test_a_threshold_that_cannot_be_kept_goes_back_on_the_screen_too(qtbot, window, monkeypatch):
    def refuse(*_):
        raise StoreError("The disk is full, so the threshold was not kept.", "Make room.")

    predict(window)
    before = window.canvas.shown_mask()
    monkeypatch.setattr(window.session.store, "append_step", refuse)
    window.segment.threshold.slider.setValue(150)
    assert window.session.editing.step == window.segment.threshold.slider.value() == 100
    assert np.array_equal(window.canvas.shown_mask(), before)


@pytest.mark.parametrize("size", [(96, 128), (48, 64)])
def test_an_exchanged_image_is_not_shown_under_the_masks_of_the_old_one(qtbot, window, size):
    session = window.session
    paint(qtbot, window, [(30, 30), (60, 30)])
    painted = session.editing.current_mask()
    path, first = session.image_path, session.image_id
    original = path.read_bytes()
    cv2.imwrite(str(path), np.full((*size, 3), 90, np.uint8))
    key(qtbot, window, Qt.Key.Key_D, Qt.Key.Key_A)
    assert session.image_id == first and session.image is None and not session.editing.is_loaded
    assert any("exchanged or changed" in text for text in window.messages.texts())
    key(qtbot, window, Qt.Key.Key_D)
    path.write_bytes(original)
    key(qtbot, window, Qt.Key.Key_A)
    assert np.array_equal(session.editing.current_mask(), painted)


def test_the_size_of_the_image_stands_in_the_status_bar_before_the_mouse_moves(qtbot, window, tmp_path):
    cv2.imwrite(str(tmp_path / "other.png"), np.zeros((20, 30, 3), np.uint8))
    with qtbot.waitSignal(window.files.added, timeout=5000):
        window.files.add([tmp_path / "other.png"])
    window.canvas.pointed.emit(3, 4)
    assert "128 × 96" in window._place.text()
    window.session.select_image(window.session.images[-1].id)
    assert window._place.text().split("   ")[0] == "30 × 20"
    shown = window._place.text()
    key(qtbot, window, Qt.Key.Key_Y)
    assert shown != window._place.text() == "30 × 20   100 %"


def test_undo_in_the_middle_of_a_stroke_does_nothing_and_says_nothing(qtbot, window):
    canvas, editing = window.canvas, window.session.editing
    paint(qtbot, window, [(10, 10), (20, 10)])
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=place(window, 30, 30))
    window.commands["undo"].trigger()
    window.commands["redo"].trigger()
    assert editing.is_painting and not [text for text in window.messages.texts() if "nothing to" in text]
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=place(window, 40, 30))
    mask = editing.current_mask()
    assert mask[10, 15] and mask[30, 30]
    window.commands["undo"].trigger()
    assert editing.current_mask()[10, 15] and not editing.current_mask()[30, 30]


def test_previous_next_and_accept_stay_in_the_filtered_list(qtbot, window):
    first, second, third = (row.id for row in window.session.images)
    window.images.filter.setText("p2")
    window.commands["next"].trigger()
    assert window.session.image_id == third
    window.commands["next"].trigger()
    assert window.session.image_id == third and "This is the last image of the list." in window.messages.texts()
    window.commands["previous"].trigger()
    assert window.session.image_id == third and "This is the first image of the list." in window.messages.texts()
    window.images.filter.setText("")
    window.commands["previous"].trigger()
    assert window.session.image_id == second
    window.images.filter.setText("p1")
    predict(window)
    window.commands["accept"].trigger()
    assert window.session.image_id == second, "after it nothing is shown"
    window.images.filter.setText("_a")
    window.commands["previous"].trigger()
    assert window.session.image_id == first


def test_the_sentence_of_a_full_disk_goes_with_the_next_mask_that_is_saved(qtbot, window, monkeypatch):
    def full(*_args, **_more):
        raise StoreError("The disk is full.", "Make room.")

    predict(window)
    with monkeypatch.context() as broken:
        broken.setattr(window.session.store, "save_final", full)
        window.commands["accept"].trigger()
    assert "The disk is full. Make room." in window.messages.texts()
    window.commands["accept"].trigger()
    assert "The disk is full. Make room." not in window.messages.texts()


def test_a_sentence_of_another_project_stays_when_a_mask_is_saved(qtbot, window, tmp_path):
    assert not window.open_project(tmp_path / "pictures")
    predict(window)
    window.commands["accept"].trigger()
    assert [text for text in window.messages.texts() if "holds no project" in text]


def test_the_sentence_of_an_image_that_vanished_goes_with_the_next_image(qtbot, window, tmp_path):
    (tmp_path / "pictures" / "p1_a.png").unlink()
    first, second, _ = (row.id for row in window.session.images)
    window.session.select_image(second)
    assert [text for text in window.messages.texts() if "p1_a.png" in text]
    window.session.select_image(first)
    assert not [text for text in window.messages.texts() if "p1_a.png" in text]


def test_predicting_an_accepted_image_again_says_that_it_is_in_work(qtbot, window):
    session = window.session
    first = session.image_id
    predict(window)
    window.commands["accept"].trigger()
    session.select_image(first)
    assert session.editing.status == "accepted" and not [text for text in window.messages.texts() if "in work" in text]
    predict(window)
    assert session.editing.status == "in_work"
    (text,) = [text for text in window.messages.texts() if "in work" in text]
    assert text.startswith("p0_a.png was accepted") and "accept it again" in text
    assert session.save() and text in window.messages.texts(), "it stays until it is read or accepted again"
    window.commands["accept"].trigger()
    assert session.statuses()[first] == "accepted" and text not in window.messages.texts()


@pytest.mark.parametrize("width", [1024, 1130, 1280])
def test_a_narrow_window_leaves_nothing_out(qtbot, window, width):
    """What has no room in the strip is in the menu at its end."""
    strip, size = window.work.strip, window.size()
    window.resize(width, 700)
    qtbot.waitUntil(lambda: strip.width() > width / 3 and window.size() != size, timeout=5000)
    assert (window.width(), window.height()) == (width, 700)
    in_menu = {action.objectName() for action in strip.more.menu().actions()} if strip.more.isVisible() else set()
    in_strip = {key for key, button in strip._buttons_by_key.items() if button.isVisible()}
    assert in_menu.isdisjoint(in_strip) and in_strip >= {"brush", "eraser", "click", "pan", "undo", "redo"}
    assert in_strip | in_menu >= set(strip._buttons_by_key)
    assert strip.brush.isVisible() != ("larger" in in_menu) and strip.more.isVisible() == bool(in_menu)
    shown = [part for part in strip.findChildren(QWidget) if part.isVisible() and part.parent() is strip]
    assert all(part.width() >= part.minimumWidth() and part.geometry().right() <= strip.width() for part in shown)
    assert bool(in_menu) == (width < 1200)
