"""The window without a mouse: every control is reached and seen, the crosshair paints, and five images go the whole way."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Picture
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QTabBar,
    QWidget,
)

from app.canvas_tools import Tool
from app.export_dialog import ExportDialog
from core.image_file import read_image
from core.store import Store
from tests.gui.acting import key, place, predict

CONTROLS = (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit, QAbstractSpinBox, QAbstractItemView, QTabBar)


PARTS_OF = (QComboBox, QAbstractSpinBox, QLineEdit, QAbstractItemView, QTabBar)


def controls(window) -> set[QWidget]:
    """Everything in the window that can be used now, but for what others are made of or lead to by arrow keys."""
    return {
        widget
        for widget in window.findChildren(QWidget)
        if isinstance(widget, CONTROLS)
        and widget.isVisible()
        and widget.isEnabled()
        and widget.window() is window
        and not isinstance(widget, QScrollBar)
        and not isinstance(widget.parentWidget(), PARTS_OF)
        and widget.objectName() != "qt_menubar_ext_button"
        and not (isinstance(widget, QPushButton) and widget.group() is not None and not widget.isChecked())
    }


def walk(qtbot, window, forwards: bool = True) -> list[QWidget]:
    """What has the keyboard, Tab by Tab, until it is where it was."""
    window.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    seen = []
    for _ in range(200):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab if forwards else Qt.Key.Key_Backtab)
        widget = QApplication.focusWidget()
        if widget is window.canvas:
            return seen
        seen.append(widget)
    raise AssertionError(f"the keyboard does not come back from {seen[-5:]}")


@pytest.fixture
def ready(qtbot, open_window):
    window = open_window()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    predict(window)
    return window


@pytest.mark.parametrize("tab", [0, 1])
def test_tab_reaches_every_control_and_comes_back(qtbot, ready, tab):
    ready.tabs.setCurrentIndex(tab)
    ready.messages.say("research_only")
    seen = walk(qtbot, ready)
    missing = controls(ready) - set(seen)
    assert not missing, [(type(one).__name__, one.accessibleName() or one.toolTip()) for one in missing]
    assert set(walk(qtbot, ready, forwards=False)) == set(seen)


@pytest.mark.parametrize("look", ["dark", "light"])
def test_one_sees_where_the_keyboard_is(qtbot, ready, look):
    ready.theme.choose(look)
    for tab in (0, 1):
        ready.tabs.setCurrentIndex(tab)
        for widget in walk(qtbot, ready):
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            with_it = widget.grab().toImage()
            ready.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
            assert widget.grab().toImage() != with_it, (
                type(widget).__name__,
                widget.accessibleName(),
                widget.toolTip(),
            )
    assert ready.crosshair.at is None
    ready.canvas.setFocus(Qt.FocusReason.TabFocusReason)


def test_enter_presses_the_button_that_has_the_keyboard(qtbot, ready):
    image = ready.session.image_id
    ready.commands["undo"].trigger()
    fill = ready.segment.look.parts[0]
    for button in (fill, ready.work.strip.button_of("show_mask")):
        was = button.isChecked()
        button.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(button, Qt.Key.Key_Return)
        assert button.isChecked() is not was
    assert ready.session.image_id == image and ready.session.editing.status != "accepted"
    ready.canvas.setFocus()
    key(qtbot, ready, Qt.Key.Key_Return)
    assert ready.session.image_id != image


def test_every_button_says_what_it_does_and_with_which_key(qtbot, ready):
    for button in [one for one in controls(ready) if isinstance(one, QAbstractButton)]:
        assert button.toolTip() or button.text(), button
        if not button.text():
            assert button.toolTip() and button.accessibleName()
    assert ready.segment.accept.toolTip().endswith("(Return, Enter)")
    ready.commands.keymap.choose("accept", ["F9"])
    assert ready.segment.accept.toolTip().endswith("(F9)")
    assert ready.work.strip.button_of("undo").toolTip().endswith("(Ctrl+Z)")


def test_the_crosshair_paints_and_erases_like_the_mouse(qtbot, ready):
    editing, crosshair = ready.session.editing, ready.crosshair
    key(qtbot, ready, Qt.Key.Key_Right)
    column, row = int(crosshair.at.x()), int(crosshair.at.y())
    assert ready._place.text().startswith(f"{column}, {row} ")
    qtbot.keyClick(ready.canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert (int(crosshair.at.x()), int(crosshair.at.y())) == (column + 1, row)
    for _ in range(60):
        qtbot.keyClick(ready.canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert int(crosshair.at.y()) == 0, "it stays on the image"
    key(qtbot, ready, Qt.Key.Key_Down, Qt.Key.Key_Space)
    at = int(crosshair.at.y()), int(crosshair.at.x())
    assert editing.current_mask()[at] and editing.edits.layer[at]
    qtbot.keyPress(ready.canvas, Qt.Key.Key_Space)
    qtbot.keyPress(ready.canvas, Qt.Key.Key_Left)
    qtbot.keyRelease(ready.canvas, Qt.Key.Key_Space)
    assert editing.current_mask()[at[0], int(crosshair.at.x()) : at[1]].all(), "held, it draws"
    assert len(ready.session.store.journal(ready.session.image_id, ready.session.structure_id)) == 2
    qtbot.keyClick(ready.canvas, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert not editing.current_mask()[int(crosshair.at.y()), int(crosshair.at.x())]


def test_polygon_and_click_work_with_the_crosshair(qtbot, ready):
    key(qtbot, ready, Qt.Key.Key_O, Qt.Key.Key_Left, Qt.Key.Key_Space)
    for way in (Qt.Key.Key_Up, Qt.Key.Key_Right):
        qtbot.keyClick(ready.canvas, way, Qt.KeyboardModifier.ControlModifier)
        key(qtbot, ready, Qt.Key.Key_Space)
    assert len(ready.canvas.outline.points) == 3
    image = ready.session.image_id
    key(qtbot, ready, Qt.Key.Key_Return)
    assert ready.session.image_id == image and not ready.canvas.outline.is_open
    assert ready.session.editing.edits.layer.any()


def test_the_crosshair_leaves_when_the_mouse_comes_or_the_keyboard_goes(qtbot, ready):
    crosshair = ready.crosshair
    key(qtbot, ready, Qt.Key.Key_Right)
    qtbot.keyPress(ready.canvas, Qt.Key.Key_Space)
    for spot in ((9, 9), (5, 5)):  # a pointer that happens to be there already does not move
        qtbot.mouseMove(ready.canvas, place(ready, *spot))
    assert crosshair.at is None
    assert len(ready.session.store.journal(ready.session.image_id, ready.session.structure_id)) == 1, (
        "the stroke is kept"
    )
    qtbot.keyPress(ready.canvas, Qt.Key.Key_Space)
    qtbot.mousePress(ready.canvas, Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
    assert ready.canvas._grab is not None, "with the mouse, Space moves the picture"
    qtbot.mouseRelease(ready.canvas, Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
    qtbot.keyRelease(ready.canvas, Qt.Key.Key_Space)
    key(qtbot, ready, Qt.Key.Key_Right)
    ready.images.filter.setFocus()
    assert crosshair.at is None
    ready.canvas.setFocus()
    key(qtbot, ready, Qt.Key.Key_Right, Qt.Key.Key_Escape)
    assert crosshair.at is None and not ready.crosshair._mark.isVisible()


def test_a_picture_that_is_larger_than_the_window_follows_the_crosshair(qtbot, ready):
    for _ in range(8):
        qtbot.keyClick(ready.canvas, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    for _ in range(80):
        qtbot.keyClick(ready.canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        assert ready.canvas.rect().contains(ready.canvas.view.to_widget(ready.crosshair.at).toPoint())
    assert int(ready.crosshair.at.x()) == ready.session.image.width - 1


def answer_folder_dialog(qtbot, folder: Path) -> None:
    """When the folder dialog comes, write the folder's name and press Enter."""

    done = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QFileDialog):
            field = dialog.findChild(QLineEdit, "fileNameEdit")
            if field.text() != str(folder):
                field.clear()
                qtbot.keyClicks(field, str(folder))
            done.append(True)
            qtbot.keyClick(field, Qt.Key.Key_Return)
        if (
            not done or QApplication.activeModalWidget() is not None
        ):  # the first Enter may only close the list of proposals
            QTimer.singleShot(100, answer)

    QTimer.singleShot(50, answer)


@pytest.fixture
def five(tmp_path) -> Path:
    folder = tmp_path / "five"
    rng = np.random.default_rng(3)
    rows = []
    with Store.create(folder, "five") as store:
        store.add_structure("Polyp", "the polyp", "#56B4E9")
        for number in range(5):
            path = folder / f"p{number}.png"
            cv2.imwrite(str(path), rng.integers(0, 255, (64, 80, 3), dtype=np.uint8))
            image = read_image(path)
            rows.append((path, image.sha256, image.width, image.height, f"p{number}", ""))
        store.add_images(rows)
    return folder


@pytest.mark.qt_log_ignore("This plugin does not support")  # a dialog comes up, on a platform without a screen
def test_five_images_without_a_mouse(qtbot, ready, five):
    window, session = ready, ready.session
    answer_folder_dialog(qtbot, five)
    qtbot.keyClick(window.canvas, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: session.folder == five and session.image is not None, timeout=30_000)
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.canvas)
    wanted = {}
    for number in range(5):
        name = session.image_row.name
        if number == 0:
            key(qtbot, window, Qt.Key.Key_P)
        qtbot.waitUntil(lambda: session.editing.has_prediction and not window.flow.predictions.is_busy, timeout=30_000)
        before = session.editing.step
        key(qtbot, window, *[(Qt.Key.Key_Plus, Qt.Key.Key_Minus)[number % 2]] * (number + 1))
        assert session.editing.step != before
        qtbot.keyClick(window.canvas, (Qt.Key.Key_G, Qt.Key.Key_L)[number % 2], Qt.KeyboardModifier.ShiftModifier)
        key(qtbot, window, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Up)
        key(qtbot, window, *[Qt.Key.Key_BracketLeft] * number, Qt.Key.Key_Space)
        wanted[name] = session.editing.current_mask()
        assert wanted[name].any() and np.array_equal(window.canvas.shown_mask(), wanted[name])
        key(qtbot, window, Qt.Key.Key_Return)
    assert set(session.statuses().values()) == {"accepted"} and len(wanted) == 5
    qtbot.keyClick(window.canvas, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.findChild(ExportDialog) is not None and window.findChild(ExportDialog).isVisible())
    dialog = window.findChild(ExportDialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: (five / "masks" / "manifest.csv").exists(), timeout=20_000)
    with (five / "masks" / "manifest.csv").open(newline="", encoding="utf-8-sig") as file:
        assert len(list(csv.reader(file))) == 6
    for name, mask in wanted.items():
        with Picture.open(five / "masks" / "Polyp" / name) as picture:
            assert np.array_equal(np.asarray(picture), mask * np.uint8(255))
    assert window.tools.tool is Tool.BRUSH
    dialog.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
