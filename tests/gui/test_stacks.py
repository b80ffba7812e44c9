"""Stacks in the window: one line of the list, a slider through the slices, copying, predicting and carrying masks."""

import numpy as np
import pytest
from PIL import Image as Picture
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.image_row import ENTRY_ROLE, SLICES_ROLE, STATUS_ROLE
from core.store import Store
from tests.dicom_writer import dicom, write
from tests.gui.acting import disc_logits, key, paint, predict

WAIT = 30_000
PAGES = 8
"""Of the stack, which stands behind the three images of the project."""


def lines(window) -> list[str]:
    model = window.images.view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def status_line(window, name: str) -> str:
    return window.images.view.model().index(lines(window).index(name), 0).data(STATUS_ROLE)


def add(qtbot, window, *places) -> None:
    with qtbot.waitSignal(window.files.added, timeout=WAIT):
        window.files.add_all(list(places))


def pages(path, count=PAGES, size=(128, 96)):
    made = [Picture.fromarray(np.full(size[::-1], 20 * number + 5, np.uint8)) for number in range(count)]
    made[0].save(path, save_all=True, append_images=made[1:])
    return path


@pytest.fixture
def make_stack(qtbot, open_window, tmp_path):
    """Opens the window on three images and a stack of eight pages, whose fourth page is on the screen."""

    def make(mode: str = "ok"):
        window = open_window(mode)
        add(qtbot, window, pages(tmp_path / "pictures" / "q_cine.tif"))
        window.session.select_image(slices(window)[3])
        qtbot.waitUntil(lambda: window.session.editing.is_loaded, timeout=WAIT)
        return window

    return make


@pytest.fixture
def stack(make_stack):
    return make_stack()


def slices(window) -> list[int]:
    return [row.id for row in window.session.images if row.frames == PAGES]


def at(window, place: int) -> None:
    assert window.session.image_id == slices(window)[place] and window.stack.bar.text() == f"{place + 1} / {PAGES}"


def give(window, *places: int) -> None:
    for place in places:
        window.session.take_prediction(
            slices(window)[place], window.session.structure_id, None, "the polyp", disc_logits(32, 32, 12), 0.9
        )


def statuses(window) -> list[str]:
    known = window.session.statuses()
    return [known[key] for key in slices(window)]


def wheel(widget, turn: int, modifiers=Qt.KeyboardModifier.ShiftModifier) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle, widget.mapToGlobal(middle), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_a_stack_is_one_line_and_its_slices_are_counted(qtbot, stack):
    window = stack
    assert lines(window) == ["p0_a.png", "p1_a.png", "p2_a.png", "q_cine.tif"]
    model = window.images.view.model()
    assert [model.index(row, 0).data(SLICES_ROLE) for row in range(4)] == [0, 0, 0, PAGES]
    assert status_line(window, "q_cine.tif") == "8 slices · Unseen"
    assert window.images.progress() == "0 of 11 accepted" and window.images.which.itemText(0) == "All (11)"
    assert window.images.view.currentIndex().data() == "q_cine.tif"
    give(window, 0, 1, 3)
    assert status_line(window, "q_cine.tif") == "8 slices · Predicted"
    key(qtbot, window, Qt.Key.Key_Return)
    assert status_line(window, "q_cine.tif") == "1 of 8 accepted" and window.images.progress() == "1 of 11 accepted"
    assert model.index(3, 0).data(ENTRY_ROLE).review.status == "predicted", "what is most urgent"
    tip = model.index(3, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "Predicted: 2 · Unseen: 5 · Accepted: 1" in tip
    assert window.images.grab().toImage().width() > 0


def test_a_line_is_shown_while_one_of_its_slices_is_left(qtbot, stack):
    window = stack
    give(window, 3)
    key(qtbot, window, Qt.Key.Key_Return)
    window.queue.show_only("accepted")
    assert lines(window) == ["q_cine.tif"] and len(window.images.shown_ids()) == 1
    window.queue.show_only("open")
    assert lines(window) == ["p0_a.png", "p1_a.png", "p2_a.png", "q_cine.tif"] and len(window.images.shown_ids()) == 10
    window.queue.show_only("all")
    window.images.filter.setText("p1")
    assert lines(window) == ["p1_a.png"]
    window.images.filter.setText("cine.tif · 5/")
    assert lines(window) == ["q_cine.tif"] and window.images.shown_ids() == [slices(window)[4]]
    window.images.filter.clear()
    window.queue.sort("uncertain")
    assert lines(window)[0] == "q_cine.tif"


def test_choosing_a_line_shows_the_slice_that_was_looked_at_last(qtbot, stack):
    window = stack
    view = window.images.view
    first = view.model().index(0, 0)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(first).center())
    assert window.session.image_row.name == "p0_a.png" and window.stack.bar.isHidden()
    last = view.model().index(3, 0)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(last).center())
    at(window, 3)


def test_the_slider_goes_through_the_slices_by_mouse_wheel_and_keys(qtbot, stack):
    window = stack
    slider = window.stack.bar.slider
    assert window.stack.bar.isVisible() and window.stack.bar.text() == "4 / 8"
    end = QPoint(slider.width() - 2, slider.height() // 2)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(round(slider.place_of(1)), end.y()))
    at(window, 1)
    QTest.mouseMove(slider, end)
    at(window, 7)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=end)
    key(qtbot, window, Qt.Key.Key_PageDown)
    at(window, 7)
    assert any("last slice of the stack" in text for text in window.messages.texts())
    key(qtbot, window, Qt.Key.Key_PageUp)
    at(window, 6)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    at(window, 0)
    qtbot.keyClick(window.canvas, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    at(window, 7)
    wheel(window.canvas, 240)
    at(window, 5)
    wheel(window.canvas, -120)
    at(window, 6)
    wheel(slider, 120, Qt.KeyboardModifier.NoModifier)
    at(window, 5)
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    at(window, 6)


def test_zoom_place_and_tone_stay_from_slice_to_slice(qtbot, stack):
    window = stack
    canvas = window.canvas
    canvas.zoom_to(9.0, QPointF(300, 200))
    canvas.tone.set_gamma(0.6)
    before = (canvas.view.scale, canvas.view.origin)
    key(qtbot, window, Qt.Key.Key_PageDown)
    at(window, 4)
    assert (canvas.view.scale, canvas.view.origin) == before and canvas.tone.gamma == 0.6
    assert window.session.image.pixels[0, 0, 0] == 20 * 4 + 5


def test_next_goes_through_the_slices_and_then_to_the_next_line(qtbot, stack):
    window = stack
    window.session.select_image(window.session.images[2].id)
    key(qtbot, window, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: window.session.image is not None, timeout=WAIT)
    at(window, 0)
    key(qtbot, window, Qt.Key.Key_D)
    at(window, 1)
    qtbot.keyClick(window.canvas, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    assert window.session.image_row.name == "p2_a.png"
    qtbot.keyClick(window.canvas, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    at(window, 1)
    qtbot.keyClick(window.canvas, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    at(window, 1)
    assert any("last image of the list" in text for text in window.messages.texts())
    window.session.select_image(window.session.images[0].id)
    key(qtbot, window, Qt.Key.Key_PageDown)
    assert window.session.image_row.name == "p1_a.png", "an image by itself: the next one"
    assert not window.commands["first_slice"].isEnabled() and not window.commands["carry"].isEnabled()


def test_accepting_goes_to_the_next_open_slice(qtbot, stack):
    window = stack
    give(window, *range(PAGES))
    window.session.select_image(slices(window)[5])
    for place in (6, 7):
        key(qtbot, window, Qt.Key.Key_Return)
        at(window, place)
    window.session.select_image(slices(window)[4])
    key(qtbot, window, Qt.Key.Key_Return)
    at(window, 7)
    key(qtbot, window, Qt.Key.Key_Return)
    assert window.session.image_row.name == "p0_a.png", "round to the first open one"


def test_marks_show_where_every_slice_stands(qtbot, stack):
    window = stack
    give(window, 0, 1, 2)
    window.session.select_image(slices(window)[1])
    key(qtbot, window, Qt.Key.Key_Return)
    window.session.select_image(slices(window)[2])
    paint(qtbot, window, [(5, 5), (20, 5)])
    slider, tones = window.stack.bar.slider, window.theme.tones
    window.session.select_image(slices(window)[7])
    assert slider._statuses[:4] == ("predicted", "accepted", "in_work", "unseen")
    seen = slider.grab().toImage()
    colours = [seen.pixelColor(round(slider.place_of(n)), slider.height() // 2).name() for n in range(4)]
    assert colours == [tones.information, tones.success, tones.warning, tones.border]
    tall = [
        sum(seen.pixelColor(round(slider.place_of(n)), y).name() == colours[n] for y in range(slider.height()))
        for n in range(4)
    ]
    assert tall[1] > tall[2] > tall[0] > tall[3], "not by their colours alone"


def test_all_slices_are_predicted_and_no_other_image(qtbot, stack):
    window = stack
    window.session.store.set_rejected(slices(window)[0], True)
    window.session.status_changed.emit(slices(window)[0])
    window.commands["predict_stack"].trigger()
    qtbot.waitUntil(lambda: statuses(window).count("predicted") == PAGES - 1, timeout=WAIT)
    qtbot.waitUntil(lambda: not window.flow.predictions.is_busy, timeout=WAIT)
    assert set(window.session.statuses().values()) == {"rejected", "predicted", "unseen"}
    assert [window.session.statuses()[row.id] for row in window.session.images[:3]] == ["unseen"] * 3
    window.commands["predict_stack"].trigger()
    assert any("every slice of the stack was predicted" in text for text in window.messages.texts())


def test_the_mask_goes_along_to_the_next_slice_as_one_step(qtbot, stack):
    window = stack
    window.commands["copy_next"].trigger()
    assert any("so there was nothing to copy" in text for text in window.messages.texts())
    at(window, 3)
    predict(window)
    paint(qtbot, window, [(5, 5), (20, 5)])
    mask = window.session.editing.current_mask()
    qtbot.keyClick(window.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    at(window, 4)
    qtbot.waitUntil(lambda: np.array_equal(window.session.editing.current_mask(), mask), timeout=WAIT)
    assert window.session.editing.status == "in_work"
    key(qtbot, window, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
    window.commands["undo"].trigger()
    assert not window.session.editing.current_mask().any()
    window.session.select_image(slices(window)[7])
    predict(window)
    window.commands["copy_next"].trigger()
    at(window, 7)


def test_a_project_from_before_opens_with_its_frames_grouped(qtbot, window, tmp_path):
    add(qtbot, window, pages(tmp_path / "old.tif", 5))
    folder = window.session.folder
    window.session.close_project()
    with Store.open(folder) as store:
        store.execute("ALTER TABLE images DROP COLUMN series_key")
        store.execute("DELETE FROM _sqlite_migrations WHERE name = 'm014_series'")
    assert window.open_project(folder)
    assert lines(window) == ["old.tif", "p0_a.png", "p1_a.png", "p2_a.png"]


def test_slices_of_a_series_are_a_stack_and_views_of_a_study_are_not(qtbot, window, tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    ramp = np.arange(96 * 128, dtype=np.uint16).reshape(96, 128)
    for number, height in enumerate((30, 10, 20)):
        where = {"ImagePositionPatient": [0, 0, height], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
        write(
            dicom(ramp + height, StudyInstanceUID="1.2", SeriesInstanceUID="1.2.3", **where), folder / f"s{number}.dcm"
        )
        write(dicom(ramp + number, StudyInstanceUID="1.2", SeriesInstanceUID="1.2.4"), folder / f"view{number}.dcm")
    add(qtbot, window, folder)
    assert lines(window)[3:] == ["s1.dcm … s0.dcm", "view0.dcm", "view1.dcm", "view2.dcm"]
    row = next(row for row in window.session.images if row.name == "s1.dcm")
    window.session.select_image(row.id)
    assert window.stack.bar.text() == "1 / 3"
    key(qtbot, window, Qt.Key.Key_PageDown)
    assert window.session.image_row.name == "s2.dcm"
    assert "1.2.3" not in "".join(row.series_key for row in window.session.images)
