"""Every tool by mouse and keyboard: outlines, filling, whole masks, limits, lens."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.canvas_tools import Tool
from app.commands import COMMANDS
from app.magnifier import lens_rect
from app.settings import NUMBERS, Settings
from core.errors import StoreError
from core.mask_tools import fill_holes, grow, keep_largest, polygon_region, remove_islands, shrink, smooth
from core.store import Store
from tests.gui.acting import click, key, paint, place, predict

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def same_everywhere(window, project):
    """The mask on the screen is that of the session, of the store read anew, and of the PNG."""
    session = window.session
    shown = window.canvas.shown_mask()
    assert np.array_equal(shown, session.editing.current_mask())
    assert session.save()
    with Store.open(project, read_only=True) as other:
        assert np.array_equal(other.edit_layer(session.image_id, session.structure_id), session.editing.edits.layer)
        assert np.array_equal(other.final_mask(session.image_id, session.structure_id), shown)
    return shown


def last_step(window):
    return window.session.store.journal(window.session.image_id, window.session.structure_id)[-1]


def inside(window, corners):
    """What lies in an outline, drawn through the same widget pixels as the mouse went."""
    view, image = window.canvas.view, window.session.image
    points = [view.to_image(QPointF(place(window, *corner))) for corner in corners]
    region = polygon_region(np.array([(round(p.x(), 2), round(p.y(), 2)) for p in points]), image.height, image.width)
    result = np.zeros((image.height, image.width), bool)
    rows, columns = region.inside.shape
    result[region.y : region.y + rows, region.x : region.x + columns] = region.inside
    return result


def point_at(qtbot, window, x, y):
    """Where the pointer is already, from the test before, Qt sees no move: so it comes from elsewhere."""
    qtbot.mouseMove(window.canvas, place(window, x - 9, y - 9))
    qtbot.mouseMove(window.canvas, place(window, x, y))


def corners_clicked(qtbot, window, corners, button=LEFT):
    for corner in corners:
        qtbot.mouseMove(window.canvas, place(window, *corner))
        qtbot.mouseClick(window.canvas, button, pos=place(window, *corner))


QUAD = [(20, 20), (70, 15), (90, 60), (30, 70)]


def test_a_polygon_closed_by_enter_adds_what_it_encloses(qtbot, window, project):
    first = window.session.image_id
    key(qtbot, window, Qt.Key.Key_O)
    assert window.tools.tool is Tool.POLYGON and window.commands["polygon"].isChecked()
    corners_clicked(qtbot, window, QUAD)
    assert window.canvas.outline.is_open and not window.canvas.shown_mask().any()
    key(qtbot, window, Qt.Key.Key_Return)
    assert window.session.image_id == first, "Enter closed the outline and accepted nothing"
    assert np.array_equal(same_everywhere(window, project), inside(window, QUAD))
    assert last_step(window).kind == "stroke" and last_step(window).payload["tool"] == "polygon"
    assert len(last_step(window).payload["points"]) == 4
    window.commands["undo"].trigger()
    assert not window.canvas.shown_mask().any()
    window.commands["redo"].trigger()
    assert np.array_equal(window.canvas.shown_mask(), inside(window, QUAD))


def test_a_polygon_closed_by_a_double_click_with_the_right_button_takes_away(qtbot, window, project):
    predict(window)
    before = window.session.editing.current_mask()
    key(qtbot, window, Qt.Key.Key_O)
    corners_clicked(qtbot, window, QUAD, RIGHT)
    qtbot.mouseDClick(window.canvas, RIGHT, pos=place(window, *QUAD[-1]))
    assert not window.canvas.outline.is_open
    assert np.array_equal(same_everywhere(window, project), before & ~inside(window, QUAD))


def test_a_click_on_the_first_point_closes_a_polygon(qtbot, window):
    key(qtbot, window, Qt.Key.Key_O)
    corners_clicked(qtbot, window, [*QUAD, QUAD[0]])
    assert np.array_equal(window.canvas.shown_mask(), inside(window, QUAD))


def test_backspace_and_undo_take_points_back_and_escape_gives_up(qtbot, window):
    paint(qtbot, window, [(100, 80)])
    painted = window.canvas.shown_mask()
    key(qtbot, window, Qt.Key.Key_O)
    corners_clicked(qtbot, window, [*QUAD, (5, 90), (5, 5)])
    qtbot.keyClick(window.canvas, Qt.Key.Key_Backspace)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(window.canvas.outline.points) == 4
    assert np.array_equal(window.canvas.shown_mask(), painted), "undo took back a point and no stroke"
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert not window.canvas.outline.is_open and np.array_equal(window.canvas.shown_mask(), painted)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not window.canvas.shown_mask().any(), "without an outline it is the undo of strokes again"


def test_two_points_are_no_polygon_yet_and_another_tool_or_image_forgets_it(qtbot, window):
    key(qtbot, window, Qt.Key.Key_O)
    corners_clicked(qtbot, window, QUAD[:2])
    key(qtbot, window, Qt.Key.Key_Return)
    assert window.canvas.outline.is_open
    key(qtbot, window, Qt.Key.Key_L)
    assert not window.canvas.outline.is_open
    key(qtbot, window, Qt.Key.Key_O)
    corners_clicked(qtbot, window, QUAD)
    key(qtbot, window, Qt.Key.Key_D)
    assert not window.canvas.outline.is_open and not window.canvas.shown_mask().any()


def test_zooming_and_moving_in_the_middle_of_a_polygon_keep_it_where_it_is(qtbot, window):
    key(qtbot, window, Qt.Key.Key_O)
    corners_clicked(qtbot, window, QUAD[:2])
    expected = inside(window, QUAD)
    kept = list(window.canvas.outline.points)
    window.canvas.zoom_to(window.canvas.view.scale * 0.7)
    qtbot.keyPress(window.canvas, Qt.Key.Key_Space)
    paint(qtbot, window, [(60, 60), (64, 66)])
    qtbot.keyRelease(window.canvas, Qt.Key.Key_Space)
    assert window.canvas.outline.points == kept
    corners_clicked(qtbot, window, QUAD[2:])
    key(qtbot, window, Qt.Key.Key_Return)
    assert (window.canvas.shown_mask() ^ expected).sum() <= 60, "as near as other widget pixels come"


@pytest.mark.parametrize(("button", "adds"), [(LEFT, True), (RIGHT, False)])
def test_a_lasso_is_drawn_around(qtbot, window, project, button, adds):
    predict(window)
    before = window.session.editing.current_mask()
    key(qtbot, window, Qt.Key.Key_L)
    line = [(64 + 30 * np.cos(t), 50 + 25 * np.sin(t)) for t in np.linspace(0, 6, 40)]
    paint(qtbot, window, line, button)
    drawn = inside(window, line)
    expected = before | drawn if adds else before & ~drawn
    assert np.array_equal(same_everywhere(window, project), expected)
    assert last_step(window).payload["tool"] == "lasso" and last_step(window).payload["add"] is adds


@pytest.mark.parametrize(("button", "adds"), [(LEFT, True), (RIGHT, False)])
def test_a_rectangle_goes_from_corner_to_corner(qtbot, window, project, button, adds):
    predict(window)
    before = window.session.editing.current_mask()
    key(qtbot, window, Qt.Key.Key_R)
    paint(qtbot, window, [(80, 70), (60, 60), (30, 20)], button)
    drawn = inside(window, [(80, 70), (30, 70), (30, 20), (80, 20)])
    assert np.array_equal(same_everywhere(window, project), before | drawn if adds else before & ~drawn)
    assert 2300 < drawn.sum() < 2700


def test_filling_a_gap_and_removing_a_piece(qtbot, window, project):
    key(qtbot, window, Qt.Key.Key_R)
    paint(qtbot, window, [(20, 20), (80, 80)])
    paint(qtbot, window, [(40, 40), (60, 60)], RIGHT)
    paint(qtbot, window, [(100, 10), (110, 20)])
    ring = window.canvas.shown_mask()
    key(qtbot, window, Qt.Key.Key_K)
    qtbot.mouseClick(window.canvas, LEFT, pos=place(window, 50, 50))
    filled = same_everywhere(window, project)
    assert np.array_equal(filled, fill_holes(ring)) and filled[50, 50] and not filled[5, 5]
    qtbot.mouseClick(window.canvas, RIGHT, pos=place(window, 105, 15))
    assert np.array_equal(same_everywhere(window, project), keep_largest(filled))
    qtbot.mouseClick(window.canvas, RIGHT, pos=place(window, 105, 15))
    assert any("no mask under the pointer" in text for text in window.messages.texts())
    qtbot.mouseClick(window.canvas, LEFT, pos=place(window, 50, 50))
    assert any("in the mask already" in text for text in window.messages.texts())
    qtbot.mouseClick(window.canvas, LEFT, pos=QPoint(2, 2))
    assert len(window.session.store.journal(window.session.image_id, window.session.structure_id)) == 5


SHIFT = Qt.KeyboardModifier.ShiftModifier
WHOLE = {
    Qt.Key.Key_F: ("fill_holes", fill_holes, "fill holes"),
    Qt.Key.Key_L: ("keep_largest", keep_largest, "keep largest"),
    Qt.Key.Key_R: ("remove_islands", lambda seen: remove_islands(seen, 200), "remove islands"),
    Qt.Key.Key_S: ("smooth", lambda seen: smooth(seen, 4), "smooth"),
    Qt.Key.Key_G: ("grow", lambda seen: grow(seen, 5), "grow"),
    Qt.Key.Key_K: ("shrink", lambda seen: shrink(seen, 5), "shrink"),
}


@pytest.mark.parametrize("letter", WHOLE)
def test_whole_mask_by_key_and_by_button(qtbot, window, project, letter):
    name, change, tool = WHOLE[letter]
    panel = window.segment.whole_mask
    panel.islands.setValue(200)
    panel.smoothing.setValue(4)
    panel.widening.setValue(5)
    predict(window)
    key(qtbot, window, Qt.Key.Key_R)
    paint(qtbot, window, [(60, 40), (70, 50)], RIGHT)
    paint(qtbot, window, [(5, 5), (15, 15)])
    before = window.canvas.shown_mask()
    expected = change(before)
    assert not np.array_equal(before, expected)
    qtbot.keyClick(window.canvas, letter, SHIFT)
    assert np.array_equal(same_everywhere(window, project), expected)
    assert last_step(window).payload["tool"] == tool
    window.commands["undo"].trigger()
    assert np.array_equal(same_everywhere(window, project), before)
    words = window.commands[name].text().replace("&", "")
    buttons = [one for one in panel.children() if getattr(one, "accessibleName", str)() == words]
    window.tabs.setCurrentIndex(0)
    click(qtbot, buttons[0])
    assert np.array_equal(same_everywhere(window, project), expected)


def test_the_slider_still_works_after_the_whole_mask_was_changed(qtbot, window, project):
    predict(window)
    qtbot.keyClick(window.canvas, Qt.Key.Key_G, SHIFT)
    grown = window.canvas.shown_mask()
    added = window.session.editing.edits.layer == 1
    window.segment.threshold.slider.setValue(195)
    narrow = same_everywhere(window, project)
    assert narrow.sum() < grown.sum() and narrow[added].all()
    window.segment.threshold.slider.setValue(100)
    assert np.array_equal(same_everywhere(window, project), grown)


def test_clearing_empties_and_can_be_taken_back(qtbot, window, project):
    predict(window)
    before = window.canvas.shown_mask()
    key(qtbot, window, Qt.Key.Key_Delete)
    assert not same_everywhere(window, project).any()
    key(qtbot, window, Qt.Key.Key_Delete)
    assert any("nothing to change" in text for text in window.messages.texts())
    assert len(window.session.store.journal(window.session.image_id, window.session.structure_id)) == 1
    window.commands["undo"].trigger()
    assert np.array_equal(same_everywhere(window, project), before)


def test_the_mask_of_the_image_before_is_copied(qtbot, window, project):
    predict(window)
    paint(qtbot, window, [(100, 80)])
    before = window.canvas.shown_mask()
    qtbot.keyClick(window.canvas, Qt.Key.Key_C, SHIFT)
    assert any("first image" in text for text in window.messages.texts())
    key(qtbot, window, Qt.Key.Key_D)
    paint(qtbot, window, [(5, 5)])
    qtbot.keyClick(window.canvas, Qt.Key.Key_C, SHIFT)
    assert np.array_equal(same_everywhere(window, project), before)
    assert last_step(window).payload["tool"] == "copy"
    window.commands["undo"].trigger()
    assert window.canvas.shown_mask()[5, 5] and not window.canvas.shown_mask()[80, 100]
    key(qtbot, window, Qt.Key.Key_A)
    assert np.array_equal(window.canvas.shown_mask(), before), "the image before stays as it was"
    paint(qtbot, window, [(60, 10)])
    assert window.canvas.shown_mask()[10, 60], "and can be painted on"


def test_an_image_before_without_mask_or_of_another_size_is_not_copied(qtbot, window, tmp_path):
    import cv2

    key(qtbot, window, Qt.Key.Key_D)
    qtbot.keyClick(window.canvas, Qt.Key.Key_C, SHIFT)
    assert any("shows no mask" in text for text in window.messages.texts())
    other = tmp_path / "q_small.png"
    cv2.imwrite(str(other), np.full((50, 60, 3), 90, np.uint8))
    window.files.add([other])
    qtbot.waitUntil(lambda: len(window.session.images) == 4, timeout=30_000)
    window.session.select_image(window.session.images[-1].id)
    qtbot.keyClick(window.canvas, Qt.Key.Key_C, SHIFT)
    assert any("another size (128 × 96, this one 60 × 50)" in text for text in window.messages.texts())
    assert not window.session.store.journal(window.session.image_id, window.session.structure_id)


def test_a_square_brush_paints_a_square(qtbot, window, project):
    key(qtbot, window, Qt.Key.Key_Q)
    assert window.tools.square and window.segment.brush.square.isChecked() and window.commands["square"].isChecked()
    window.tools.set_radius(6)
    paint(qtbot, window, [(50, 50)])
    rows, columns = np.nonzero(same_everywhere(window, project))
    assert len(rows) == (np.ptp(rows) + 1) * (np.ptp(columns) + 1) and 11 <= np.ptp(rows) + 1 <= 13
    click(qtbot, window.segment.brush.round)
    assert not window.tools.square and not window.commands["square"].isChecked()


def grey_of(window):
    import cv2

    return cv2.cvtColor(window.session.image.pixels, cv2.COLOR_RGB2GRAY)


def test_limited_to_grey_values_brush_eraser_and_outlines_leave_the_rest_alone(qtbot, window, project):
    grey, panel = grey_of(window), window.segment.brush
    key(qtbot, window, Qt.Key.Key_I)
    assert panel.only.isChecked() and panel.low.isVisible()
    panel.low.setValue(90)
    panel.high.setValue(150)
    allowed = (grey >= 90) & (grey <= 150)
    window.tools.set_radius(15)
    paint(qtbot, window, [(40, 40), (70, 40)])
    painted = same_everywhere(window, project)
    assert painted.any() and not painted[~allowed].any() and painted[40, 40:70][allowed[40, 40:70]].all()
    assert last_step(window).payload["grey"] == [90, 150]
    key(qtbot, window, Qt.Key.Key_R)
    paint(qtbot, window, [(10, 10), (120, 90)])
    framed = same_everywhere(window, project)
    drawn = inside(window, [(10, 10), (120, 10), (120, 90), (10, 90)])
    assert np.array_equal(framed, painted | (drawn & allowed))
    panel.only.click()
    paint(qtbot, window, [(10, 10), (120, 90)])
    panel.only.click()
    key(qtbot, window, Qt.Key.Key_E)
    paint(qtbot, window, [(60, 50)])
    erased = drawn & ~same_everywhere(window, project)
    assert erased.any() and not erased[~allowed].any()


def test_filling_goes_only_as_far_as_the_grey_values_allow(qtbot, window, project):
    grey = grey_of(window)
    value = int(grey[50, 60])
    window.segment.brush.only.click()
    window.segment.brush.low.setValue(max(0, value - 60))
    window.segment.brush.high.setValue(min(255, value + 60))
    key(qtbot, window, Qt.Key.Key_K)
    qtbot.mouseClick(window.canvas, LEFT, pos=place(window, 60, 50))
    filled = same_everywhere(window, project)
    assert filled[50, 60] and (abs(grey[filled].astype(int) - value) <= 60).all()
    outside = np.argwhere(abs(grey.astype(int) - value) > 60)[0]
    qtbot.mouseClick(window.canvas, LEFT, pos=place(window, outside[1], outside[0]))
    assert any("may change" in text for text in window.messages.texts())
    assert np.array_equal(window.canvas.shown_mask(), filled)


def test_the_range_is_taken_from_under_the_brush(qtbot, window):
    grey = grey_of(window)
    window.tools.set_radius(3)
    point_at(qtbot, window, 50, 50)
    qtbot.keyClick(window.canvas, Qt.Key.Key_I, SHIFT)
    limit = window.segment.brush
    assert limit.only.isChecked()
    assert grey[48:52, 48:52].min() >= limit.low.value() and grey[48:52, 48:52].max() <= limit.high.value()
    assert grey[45:56, 45:56].min() <= limit.low.value() and grey[45:56, 45:56].max() >= limit.high.value()
    QApplication.sendEvent(window.canvas, QEvent(QEvent.Type.Leave))
    qtbot.keyClick(window.canvas, Qt.Key.Key_I, SHIFT)
    assert any("no picture under the pointer" in text for text in window.messages.texts())


def test_the_numbers_are_remembered(window, tmp_path):
    panel = window.segment.whole_mask
    panel.islands.setValue(333)
    panel.smoothing.setValue(7)
    panel.widening.setValue(9)
    window.segment.brush.high.setValue(77)
    kept = Settings(tmp_path / "settings.ini")
    found = [kept.number(name) for name in ("islands below", "smooth radius", "grow width", "grey low", "grey high")]
    assert found == [333, 7, 9, 0, 77]
    with pytest.raises(ValueError, match="lies in"):
        kept.remember("smooth radius", 0)
    (tmp_path / "bad.ini").write_text("[General]\nsmooth_radius=much\ngrow_width=-3\n")
    bad = Settings(tmp_path / "bad.ini")
    assert [bad.number(name) for name in ("smooth radius", "grow width")] == [NUMBERS["smooth radius"][0], 2]


def test_enter_in_a_number_accepts_nothing(qtbot, window):
    predict(window)
    first, number = window.session.image_id, window.segment.whole_mask.smoothing
    number.setFocus()
    number.selectAll()
    qtbot.keyClicks(number, "12")
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert number.value() == 12 and window.session.image_id == first
    assert window.session.statuses()[first] == "predicted"


def test_when_the_store_refuses_an_outline_the_mask_stays(qtbot, window, monkeypatch):
    def refuse(*_):
        raise StoreError("The disk is full, so nothing was kept.", "Make room.")

    predict(window)
    before = window.canvas.shown_mask()
    monkeypatch.setattr(window.session.store, "append_step", refuse)
    key(qtbot, window, Qt.Key.Key_R)
    paint(qtbot, window, [(10, 10), (120, 90)])
    key(qtbot, window, Qt.Key.Key_Delete)
    assert np.array_equal(window.canvas.shown_mask(), before)
    assert np.array_equal(window.session.editing.current_mask(), before)
    assert any("The disk is full" in text for text in window.messages.texts())


def test_without_an_image_nothing_of_it_can_be_chosen(qtbot, window):
    window.session.close_project()
    names = ("fill_holes", "keep_largest", "remove_islands", "smooth", "grow", "shrink", "copy_previous", "clear")
    assert not any(window.commands[name].isEnabled() for name in names)
    key(qtbot, window, Qt.Key.Key_O)
    corners_clicked(qtbot, window, QUAD)
    assert not window.canvas.outline.is_open


def lens_colours(window, at):
    picture = window.canvas.grab().toImage()
    return [picture.pixelColor(at.x() + dx, at.y() + dy).getRgb() for dx, dy in ((0, -60), (60, 0), (-30, 30))]


def test_holding_z_shows_what_is_under_the_pointer_four_times_as_large(qtbot, window):
    canvas = window.canvas
    at = place(window, 60, 50)
    window.tools.choose(Tool.PAN)
    point_at(qtbot, window, 60, 50)
    before = lens_colours(window, at)
    expected = []
    for dx, dy in ((0, -60), (60, 0), (-30, 30)):
        point = canvas.view.to_image(QPointF(at) + QPointF(dx + 0.5, dy + 0.5) / 4)  # the middle of what is looked at
        expected.append(tuple(window.session.image.pixels[int(point.y()), int(point.x())]))
    qtbot.keyPress(canvas, Qt.Key.Key_Z)
    seen = [colour[:3] for colour in lens_colours(window, at)]
    assert np.abs(np.array(seen, int) - np.array(expected, int)).max() <= 2
    qtbot.keyRelease(canvas, Qt.Key.Key_Z)
    assert lens_colours(window, at) == before
    qtbot.keyPress(canvas, Qt.Key.Key_Z)
    QApplication.sendEvent(
        canvas, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Z, Qt.KeyboardModifier.NoModifier, "z", True)
    )
    window.segment.structure.prompt.setFocus()
    assert lens_colours(window, at) == before, "the key went up elsewhere"


def test_painting_through_the_lens_marks_what_lies_at_its_middle(qtbot, window, project):
    point_at(qtbot, window, 60, 50)
    qtbot.keyPress(window.canvas, Qt.Key.Key_Z)
    paint(qtbot, window, [(60, 50)])
    window.canvas.grab()
    qtbot.keyRelease(window.canvas, Qt.Key.Key_Z)
    assert same_everywhere(window, project)[50, 60]


def test_no_key_has_two_commands_and_the_canvas_keeps_its_own():
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys)) and not {"Z", "Space"} & set(keys)


def test_the_strip_shows_the_outline_used_last(qtbot, window):
    strip = window.work.findChild(type(window.work.strip))
    key(qtbot, window, Qt.Key.Key_R)
    assert strip.shapes.defaultAction() is window.commands["rectangle"]
    key(qtbot, window, Qt.Key.Key_B)
    assert strip.shapes.defaultAction() is window.commands["rectangle"] and not strip.shapes.isChecked()
    click(qtbot, strip.shapes)
    assert window.tools.tool is Tool.RECTANGLE


@pytest.mark.parametrize("other", [Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton])
def test_another_button_in_the_middle_of_a_stroke_changes_nothing(window, other):
    """Of a hand that presses too much: one stroke from the first press to the release of that button."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    canvas, kinds = window.canvas, QEvent.Type

    def send(kind, button, down, x):
        at = QPointF(place(window, x, 30))
        QApplication.sendEvent(
            canvas, QMouseEvent(kind, at, canvas.mapToGlobal(at), button, down, Qt.KeyboardModifier.NoModifier)
        )

    send(kinds.MouseButtonPress, left, left, 10)
    send(kinds.MouseMove, none, left, 30)
    send(kinds.MouseButtonPress, other, left | other, 30)
    send(kinds.MouseMove, none, left | other, 50)
    send(kinds.MouseButtonRelease, other, left, 50)
    send(kinds.MouseMove, none, left, 70)
    assert window.session.editing.is_painting
    send(kinds.MouseButtonRelease, left, none, 70)
    mask = window.session.editing.current_mask()
    assert not window.session.editing.is_painting and mask[30, 10:71].all()
    window.commands["undo"].trigger()
    assert not window.session.editing.current_mask().any()


@pytest.mark.parametrize("magnified", [False, True])
def test_a_stroke_draws_only_what_it_changed(qtbot, window, magnified, monkeypatch):
    """On a large image drawing all of it at every press and release would take longer than keeping the stroke."""
    predict(window)
    canvas, drawn = window.canvas, []
    point_at(qtbot, window, 40, 40)
    if magnified:
        qtbot.keyPress(canvas, Qt.Key.Key_Z)
    monkeypatch.setattr(canvas, "update", lambda *area: drawn.append(area[0] if area else canvas.rect()))
    paint(qtbot, window, [(40, 40)])
    monkeypatch.undo()
    assert canvas.shown_mask()[40, 40] and drawn and canvas.rect() not in drawn
    assert any(area.contains(lens_rect(QPointF(place(window, 40, 40)))) for area in drawn) is magnified
    if magnified:
        qtbot.keyRelease(canvas, Qt.Key.Key_Z)
