"""The list of structures: choose, order, hide, lock, add; and how those that are not worked on are drawn."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas_view import CanvasView
from app.other_overlay import Layers, picture_of
from app.structure_dialog import StructureDialog
from app.structure_row import eye_place, lock_place
from app.theme import STRUCTURE_COLOURS, next_colour
from core.mask import HALF
from core.overlap import label_map
from core.store import Store, StructureRow
from tests.gui.acting import click, disc_logits, key, paint, place, predict

WAIT = 30_000
SKY, ORANGE, GREEN = STRUCTURE_COLOURS[:3]


@pytest.fixture
def three(window, qtbot):
    """The window with three structures, each predicted on the image on the screen; the first is current."""
    session = window.session
    session.add_structure("Spot", "the bright spot", ORANGE)
    session.add_structure("Fold", "the fold", GREEN)
    for row, (x, y, r) in zip(session.structures, ((20, 32, 12), (36, 32, 12), (50, 50, 8)), strict=True):
        session.take_prediction(session.image_id, row.id, None, row.prompt, disc_logits(x, y, r), 0.9)
    session.select_structure(session.structures[0].id)
    settle(qtbot, window)
    window.messages.clear("images_added")
    return window


def settle(qtbot, window):
    qtbot.wait(1)
    qtbot.waitUntil(lambda: not window.canvas.others.is_gathering, timeout=WAIT)


def rows(window):
    return window.segment.structure.list


def names(window):
    return [row.name for row in window.session.structures]


def facts(window, number):
    return rows(window).facts(window.session.structures[number - 1].id)


def area_of(window, number) -> QRect:
    view = rows(window)
    return view.visualRect(view.model().index(number - 1, 0))


def press(qtbot, window, at: QPoint):
    qtbot.mouseClick(rows(window).viewport(), Qt.MouseButton.LeftButton, pos=at)


def mask_of(window, number) -> np.ndarray:
    session = window.session
    return session.store.mask_record(session.image_id, session.structures[number - 1].id).worked()[1]


def seen(window) -> np.ndarray:
    window.canvas.event(QEvent(QEvent.Type.Leave))
    image = window.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return lines[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def at(window, picture, x, y) -> list[int]:
    spot = place(window, x, y)
    return list(picture[spot.y(), spot.x()])


# Choosing


def test_a_click_or_a_number_makes_a_structure_current_and_keeps_the_keyboard_on_the_picture(qtbot, three):
    press(qtbot, three, area_of(three, 2).center() - QPoint(60, 0))
    assert three.session.structure_row.name == "Spot"
    key(qtbot, three, "3")
    assert three.session.structure_row.name == "Fold" and rows(three).currentRow() == 2
    key(qtbot, three, "9")
    assert three.session.structure_row.name == "Fold", "there is no ninth"
    assert three.focusWidget() is three.canvas


def test_the_menu_names_the_structures_and_marks_the_current_one(qtbot, three):
    key(qtbot, three, "2")
    texts = [three.commands[f"structure_{number}"].text() for number in (1, 2, 3)]
    assert texts == ["&1  Polyp", "&2  Spot", "&3  Fold"]
    assert [three.commands[f"structure_{number}"].isChecked() for number in (1, 2, 3)] == [False, True, False]
    assert three.commands["structure_3"].isVisible() and not three.commands["structure_4"].isVisible()


def test_one_to_one_and_fit_have_other_keys_than_the_structures(qtbot, three):
    key(qtbot, three, Qt.Key.Key_Y)
    assert three.canvas.view.scale == 1.0
    key(qtbot, three, Qt.Key.Key_F)
    assert three.canvas.view.fitted
    keys = [one for action in three.commands._actions.values() for one in action.shortcuts()]
    assert len(keys) == len({one.toString() for one in keys})


# Order


def test_keys_move_the_current_structure_and_the_order_lasts(qtbot, three):
    key(qtbot, three, "3")
    qtbot.keyClick(three.canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(three.canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(three.canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert names(three) == ["Fold", "Polyp", "Spot"] and rows(three).currentRow() == 0
    qtbot.keyClick(three.canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert names(three) == ["Polyp", "Fold", "Spot"]
    folder = three.session.folder
    three.session.close_project()
    with Store.open(folder) as store:
        assert [row.name for row in store.structures()] == ["Polyp", "Fold", "Spot"]


@pytest.mark.parametrize(
    ("take", "drop", "expected"),
    [(1, 3, ["Spot", "Fold", "Polyp"]), (3, 1, ["Fold", "Polyp", "Spot"]), (2, 2, ["Polyp", "Spot", "Fold"])],
)
def test_a_row_is_dragged_to_another_place(qtbot, three, take, drop, expected):
    view, by = rows(three).viewport(), QPoint(60, 0)
    start, end = area_of(three, take).center() - by, area_of(three, drop).center() - by
    end += QPoint(0, 15 if drop > take else -15 if drop < take else 0)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    assert names(three) == expected and [row.name for row in three.session.store.structures()] == expected
    assert rows(three).currentRow() == names(three).index(three.session.structure_row.name)


# What a row says


def test_each_row_says_status_threshold_and_area_on_this_image(qtbot, three):
    assert facts(three, 2).words == "Predicted · 0.500"
    for number in (1, 2, 3):
        assert facts(three, number).area == f"{np.count_nonzero(mask_of(three, number)):,} px".replace(",", "\u202f")
    three.session.editing.set_threshold(160, commit=True)
    assert facts(three, 1).words == "In work · 0.800" and facts(three, 2).words == "Predicted · 0.500"
    three.session.accept()
    assert facts(three, 1).status == "accepted"
    key(qtbot, three, "2")
    settle(qtbot, three)
    assert facts(three, 1).words == "Accepted · 0.800", "each keeps its own threshold and status"
    three.commands["reject"].trigger()
    three.session.select_image(three.session.images[0].id)
    settle(qtbot, three)
    assert {facts(three, number).status for number in (1, 2, 3)} == {"rejected"}


def test_the_area_follows_the_brush_and_the_flag_is_shown(qtbot, three):
    before = facts(three, 1).area
    paint(qtbot, three, [(100, 80), (110, 80)])
    qtbot.waitUntil(lambda: facts(three, 1).area != before, timeout=WAIT)
    assert facts(three, 1).area == f"{three.canvas.shown_mask().sum():,} px".replace(",", "\u202f")
    three.session.store.set_flag(three.session.image_id, "again")
    three.session.status_changed.emit(three.session.image_id)
    settle(qtbot, three)
    assert facts(three, 2).flagged


def test_an_image_that_nobody_touched_says_so(qtbot, three):
    three.session.select_image(three.session.images[1].id)
    settle(qtbot, three)
    assert [(facts(three, n).words, facts(three, n).area) for n in (1, 2, 3)] == [("Unseen", "")] * 3


# Hiding and drawing


def test_all_structures_are_drawn_and_the_eye_hides_one(qtbot, three):
    both = seen(three)
    press(qtbot, three, eye_place(area_of(three, 2)).center())
    assert not three.session.structures[1].is_visible and three.session.structure_row.name == "Polyp"
    without = seen(three)
    middle = (36 / 64 * 128 + 12, 48)
    assert at(three, both, *middle) != at(three, without, *middle)
    polyp = (20 / 64 * 128 - 12, 48)
    assert at(three, both, *polyp) == at(three, without, *polyp)
    with Store.open(three.session.folder, read_only=True) as store:
        assert [row.is_visible for row in store.structures()] == [True, False, True]
    press(qtbot, three, eye_place(area_of(three, 2)).center())
    assert np.array_equal(seen(three), both)


def test_the_current_structure_is_hidden_by_its_key_and_its_mask_stays(qtbot, three):
    mask = three.canvas.shown_mask()
    qtbot.keyClick(three.canvas, Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
    assert not three.session.structure_row.is_visible and not three.canvas._overlay.look.visible
    assert np.array_equal(three.canvas.shown_mask(), mask)
    qtbot.keyClick(three.canvas, Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
    assert three.session.structure_row.is_visible and three.canvas._overlay.look.visible


def test_hiding_the_mask_hides_all_of_them(qtbot, three):
    key(qtbot, three, "3")
    settle(qtbot, three)
    masked = seen(three)
    QTest.keyPress(three.canvas, Qt.Key.Key_S)
    bare = seen(three)
    QTest.keyRelease(three.canvas, Qt.Key.Key_S)
    for row in three.session.structures:
        three.session.update_structure(row.id, is_visible=False)
    assert np.array_equal(seen(three), bare) and (masked != bare).any()


def test_what_was_painted_is_drawn_when_another_structure_is_current(qtbot, three):
    paint(qtbot, three, [(110, 12), (118, 12)])
    mask = three.canvas.shown_mask()
    key(qtbot, three, "3")
    settle(qtbot, three)
    others, first = three.canvas.others, three.session.structures[0].id
    bit = others.gathered.slots[first]
    assert np.array_equal((others.gathered.bits >> bit & 1).astype(bool), mask)
    assert others.area(first) == mask.sum()


@given(
    data=st.data(),
    count=st.integers(1, 5),
    size=st.tuples(st.integers(2, 12), st.integers(2, 12)),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_fills_in_one_picture_follow_the_order_of_the_list(qapp, data, count, size):
    height, width = size
    numbers = np.random.default_rng(data.draw(st.integers(0, 2**16)))
    masks = [numbers.random(size) < 0.5 for _ in range(count)]
    slots = data.draw(st.permutations(range(8)))[:count]
    bits = np.zeros(size, np.uint8)
    for slot, mask in zip(slots, masks, strict=True):
        bits |= mask.astype(np.uint8) << np.uint8(slot)
    colours = STRUCTURE_COLOURS[:count]
    view = CanvasView()
    view.set_image(QSize(width, height))
    view.scale, view.origin = 1.0, QPointF(0, 0)
    image = picture_of(
        bits, Layers(tuple(zip(slots, colours, strict=True)), 1.0, False), view, QRect(0, 0, width, height), 1.0
    )
    labels = label_map(masks)
    for y, x in np.ndindex(height, width):
        expected = colours[labels[y, x] - 1].lower() if labels[y, x] else None
        pixel = image.pixelColor(x, y)
        assert (pixel.name() if pixel.alpha() else None) == expected


@given(
    scale=st.floats(0.1, 8.0), x=st.floats(-30, 30), y=st.floats(-30, 30), ratio=st.sampled_from([1.0, 1.5, 2.0]),
)  # fmt: skip
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_pixel_of_the_screen_shows_the_pixel_that_lies_below_it(qapp, scale, x, y, ratio):
    mask = np.random.default_rng(3).random((20, 30)) < 0.5
    view = CanvasView()
    view.set_image(QSize(30, 20))
    view.scale, view.origin = scale, QPointF(x, y)
    area = QRect(-5, 3, 40, 25)
    image = picture_of(mask.astype(np.uint8), Layers(((0, SKY),), 1.0, False), view, area, ratio)
    assert image.devicePixelRatio() == ratio
    for row, column in ((0, 0), (7, 11), (image.height() - 1, image.width() - 1)):
        point = view.to_image(QPointF(area.x() + (column + 0.5) / ratio, area.y() + (row + 0.5) / ratio))
        below = (int(np.floor(point.y())), int(np.floor(point.x())))
        inside = 0 <= below[0] < 20 and 0 <= below[1] < 30
        assert (image.pixelColor(column, row).alpha() > 0) == (inside and bool(mask[below]))


# Locking


def lock_first(qtbot, window):
    press(qtbot, window, lock_place(area_of(window, 1)).center())
    assert window.session.structure_row.is_locked


def test_nothing_changes_a_locked_structure_and_one_message_says_so(qtbot, three):
    session, store = three.session, three.session.store
    paint(qtbot, three, [(100, 20)])
    lock_first(qtbot, three)
    mask, steps = three.canvas.shown_mask(), len(store.journal(session.image_id, session.structure_id))
    assert not three.segment.threshold.slider.isEnabled()

    def stays(*change):
        three.messages.clear("LockedError")
        for step in change:
            step()
        assert three.messages.texts() == [
            "“Polyp” is locked, so its mask was not changed. To change it, click on its lock in the list of structures."
        ]
        assert np.array_equal(three.canvas.shown_mask(), mask)
        assert len(store.journal(session.image_id, session.structure_id)) == steps

    stays(lambda: paint(qtbot, three, [(10, 10), (30, 10)]))
    stays(lambda: paint(qtbot, three, [(40, 48)], Qt.MouseButton.RightButton))
    for tool in ("R", "L", "O", "K", "C"):
        stays(lambda tool=tool: key(qtbot, three, tool), lambda: paint(qtbot, three, [(10, 10), (30, 30)]))
    key(qtbot, three, "B")
    for command in ("fill_holes", "clear", "grow", "smooth", "undo", "redo", "raise", "lower_much", "predict"):
        stays(three.commands[command].trigger)
    session.take_prediction(session.image_id, session.structure_id, None, "x", disc_logits(10, 10, 5), 0.9)
    assert np.array_equal(mask_of(three, 1), mask), "a late answer is dropped"
    three.session.select_image(session.images[1].id)
    three.session.select_image(session.images[0].id)
    assert np.array_equal(three.canvas.shown_mask(), mask)


def test_unlocked_it_can_be_corrected_again_and_the_message_goes(qtbot, three):
    lock_first(qtbot, three)
    paint(qtbot, three, [(10, 10)])
    assert len(three.messages.texts()) == 1
    qtbot.keyClick(three.canvas, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert three.messages.texts() == [] and not three.session.structure_row.is_locked
    paint(qtbot, three, [(10, 10)])
    assert three.canvas.shown_mask()[10, 10] and three.segment.threshold.slider.isEnabled()


def test_other_structures_are_corrected_and_predicted_beside_a_locked_one(qtbot, three):
    lock_first(qtbot, three)
    mask = mask_of(three, 1)
    with qtbot.waitSignal(three.flow.predictions.answered, timeout=WAIT):
        qtbot.keyClick(three.canvas, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    assert np.array_equal(mask_of(three, 1), mask)
    assert three.session.store.prediction(three.session.image_id, 2).prompt == "the bright spot"
    key(qtbot, three, "2")
    paint(qtbot, three, [(10, 10)])
    assert three.canvas.shown_mask()[10, 10] and three.messages.texts() == []


def test_a_locked_mask_can_be_accepted(qtbot, three):
    lock_first(qtbot, three)
    first = three.session.image_id
    key(qtbot, three, Qt.Key.Key_Return)
    assert three.session.store.correction(first, 1).status == "accepted"


def test_the_lock_ends_a_stroke_that_is_being_drawn_and_keeps_it(qtbot, three):
    canvas = three.canvas
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=place(three, 100, 20))
    qtbot.mouseMove(canvas, place(three, 110, 20))
    qtbot.keyClick(canvas, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=place(three, 110, 20))
    assert mask_of(three, 1)[20, 105] and np.array_equal(mask_of(three, 1), three.canvas.shown_mask())


# Adding and changing


def in_dialog(step):
    def run() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, StructureDialog)
        step(dialog)

    QTimer.singleShot(100, run)


def test_a_new_structure_is_found_by_typing_and_gets_the_next_colour(qtbot, window):
    def choose(dialog) -> None:
        line = dialog.common.offers.lineEdit()
        line.setFocus()
        qtbot.keyClicks(line, "gallb")
        popup = dialog.common.offers.completer().popup()
        assert popup.isVisible() and popup.model().rowCount() == 1
        qtbot.keyClick(popup, Qt.Key.Key_Down)
        qtbot.keyClick(popup, Qt.Key.Key_Return)
        assert (dialog.name.text(), dialog.prompt.text()) == ("Gallbladder", "the gallbladder")
        dialog.common.language.setCurrentIndex(1)
        assert dialog.prompt.text() == "胆囊"
        click(qtbot, dialog._keep)

    in_dialog(choose)
    click(qtbot, window.segment.structure.add)
    row = window.session.structure_row
    assert (row.name, row.prompt, row.colour) == ("Gallbladder", "胆囊", ORANGE)


def test_chinese_words_find_a_structure_too(qtbot):
    dialog = StructureDialog(StructureRow(0, "", "", SKY), None, "US")
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.common.kind.currentData() == "ultrasound"
    line = dialog.common.offers.lineEdit()
    line.setFocus()
    spelled = QInputMethodEvent()
    spelled.setCommitString("甲状腺")
    QApplication.sendEvent(line, spelled)
    popup = dialog.common.offers.completer().popup()
    assert popup.model().rowCount() == 1
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert dialog.choice()["prompt"] == "the thyroid nodule"


def test_another_name_colour_and_prompt_leave_the_masks(qtbot, three):
    mask = three.canvas.shown_mask()

    def change(dialog) -> None:
        assert dialog.common is None
        dialog.name.setText("Adenoma")
        dialog.prompt.setText("the adenoma")
        dialog._colours.button(5).click()
        qtbot.keyClick(dialog, Qt.Key.Key_Return)

    in_dialog(change)
    qtbot.keyClick(three.canvas, Qt.Key.Key_F2)
    row = three.session.structure_row
    assert (row.name, row.prompt, row.colour) == ("Adenoma", "the adenoma", STRUCTURE_COLOURS[5])
    assert np.array_equal(three.canvas.shown_mask(), mask) and facts(three, 1).row.name == "Adenoma"


def test_colours_are_used_in_turn():
    used: list[str] = []
    for _ in range(9):
        used.append(next_colour(used))
    assert used == [*STRUCTURE_COLOURS, *STRUCTURE_COLOURS[:2]]


def test_a_project_without_structures_shows_no_empty_list(qtbot, window, tmp_path):
    window.session.create_project(tmp_path / "new", "new")
    assert not rows(window).isVisible() and window.segment.structure.add.isEnabled()
    assert not window.commands["lock_structure"].isEnabled() and window.commands["new_structure"].isEnabled()


def test_the_next_image_has_its_own_masks_and_a_predicted_one_starts_at_its_threshold(qtbot, three):
    three.session.select_image(three.session.images[1].id)
    settle(qtbot, three)
    assert three.canvas.others.gathered.bits is None
    predict(three)
    assert facts(three, 1).words == f"Predicted · {HALF / 200:.3f}"


def test_del_in_a_list_clears_no_mask(qtbot, three):
    before = three.session.editing.current_mask().copy()
    assert before.any()
    for view in (rows(three), three.images.view):
        view.setFocus()
        qtbot.waitUntil(view.hasFocus, timeout=WAIT)
        qtbot.keyClick(view, Qt.Key.Key_Delete)
        assert np.array_equal(three.session.editing.current_mask(), before)
    qtbot.keyClick(three.canvas, Qt.Key.Key_Delete)
    assert not three.session.editing.current_mask().any()
