"""Looking at the picture and the mask: hidden for a moment, doubt, tone, and what is under the pointer."""

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from app.overlay import ADDED, REMOVED, Look, Overlay
from tests.gui.acting import click, key, paint, place, predict

WAIT = 30_000


def seen(window) -> np.ndarray:
    image = window.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def away(qtbot, window):
    """The pointer is elsewhere: no brush is drawn."""
    qtbot.wait(20)
    window.canvas.event(QEvent(QEvent.Type.Leave))


def read(window) -> str:
    return window._place.text()


@pytest.fixture
def deep_window(window, qtbot, tmp_path):
    """The window on an image of 16 bits: a ramp from 1000 to 3000 of rows of 128 columns."""
    ramp = np.linspace(1000, 3000, 96 * 128).astype(np.uint16).reshape(96, 128)
    cv2.imwrite(str(tmp_path / "deep.png"), ramp)
    session = window.session
    window.files.add([tmp_path / "deep.png"])
    qtbot.waitUntil(lambda: len(session.images) == 4, timeout=WAIT)
    session.select_image(session.images[-1].id)
    assert session.image.native is not None
    return window


def test_holding_s_hides_the_mask_and_letting_go_shows_it(qtbot, window):
    away(qtbot, window)
    bare = seen(window)
    predict(window)
    masked = seen(window)
    assert (masked != bare).any()
    QTest.keyPress(window.canvas, Qt.Key.Key_S)
    assert np.array_equal(seen(window), bare)
    QTest.keyRelease(window.canvas, Qt.Key.Key_S)
    assert np.array_equal(seen(window), masked)
    assert window.commands["show_mask"].isChecked()


def test_fill_outline_and_uncertainty_are_buttons_of_the_same_commands(qtbot, window):
    predict(window)
    fill, outline, doubt = window.segment.look.parts
    assert (fill.isChecked(), outline.isChecked(), doubt.isChecked()) == (True, True, False)
    click(qtbot, fill)
    assert not window.canvas.look.fill and not window.commands["show_fill"].isChecked()
    window.commands["show_outline"].trigger()
    assert not outline.isChecked() and not window.canvas.look.outline
    mask = window.canvas.shown_mask()
    key(qtbot, window, Qt.Key.Key_U)
    assert doubt.isChecked() and window.canvas.look.doubt
    assert np.array_equal(window.canvas.shown_mask(), mask), "a look changes no pixel of the mask"


def test_doubt_is_strongest_at_one_half_and_none_where_a_person_painted():
    levels = np.array([[0, 50, 99, 100, 149, 199, 100, 100]], np.uint8)
    layer = np.array([[0, 0, 0, 0, 0, 0, 1, 2]], np.uint8)
    overlay = Overlay(levels, layer)
    overlay.set_look(100, Look(doubt=True))
    alphas = [QColor.fromRgba(overlay.image.pixel(x, 0)).alphaF() for x in range(8)]
    assert alphas[6:] == [0, 0] and alphas[0] < 0.02 and alphas[5] < 0.02
    assert alphas[2] == alphas[3] == max(alphas) and alphas[1] == pytest.approx(alphas[4], abs=0.01)
    for level in range(200):
        probability = (level + 0.5) / 200
        alpha = QColor.fromRgba(overlay.image.color(level)).alphaF()
        assert alpha == pytest.approx(0.85 * 4 * probability * (1 - probability), abs=0.005)
    assert overlay.mask().tolist() == [[False, False, False, True, True, True, True, False]]
    assert (ADDED, REMOVED) == (255, 254)


def test_the_status_bar_says_value_and_probability_under_the_pointer(qtbot, window):
    pixels = window.session.image.pixels
    qtbot.mouseMove(window.canvas, place(window, 64, 48))
    red, green, blue = pixels[48, 64]
    assert read(window).startswith(f"64, 48   red {red}, green {green}, blue {blue}")
    assert "probability" not in read(window)
    predict(window)
    qtbot.mouseMove(window.canvas, place(window, 63, 48))
    qtbot.mouseMove(window.canvas, place(window, 64, 48))
    level = window.session.editing.levels[48, 64]
    assert f"probability {(level + 0.5) / 200:.2f}" in read(window)
    away(qtbot, window)
    assert read(window).split("   ") == ["128 × 96", window.work.strip._zoom.text()]


def test_brightness_is_a_view_and_changes_no_pixel_and_no_mask(qtbot, window):
    predict(window)
    session, before = window.session, window.session.image.pixels.copy()
    away(qtbot, window)
    key(qtbot, window, Qt.Key.Key_H)
    plain = seen(window)
    panel = window.segment.tone
    assert not panel.first.isEnabled() and not panel.middle.isVisible()
    panel.slider.setValue(60)
    brighter = seen(window)
    assert brighter.mean() > plain.mean() + 5
    panel.slider.setValue(-60)
    assert seen(window).mean() < plain.mean() - 5
    assert np.array_equal(session.image.pixels, before)
    click(qtbot, panel.first)
    assert np.array_equal(seen(window), plain) and panel.slider.value() == 0


def drag(window, by: QPoint):
    canvas, start = window.canvas, place(window, 40, 40)
    QTest.keyPress(canvas, Qt.Key.Key_W)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(canvas, start + by / 2)
    QTest.mouseMove(canvas, start + by)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + by)
    QTest.keyRelease(canvas, Qt.Key.Key_W)


def test_holding_w_and_dragging_sets_the_window_and_paints_nothing(qtbot, deep_window):
    window, tone = deep_window, deep_window.canvas.tone
    assert tone.window == (1000, 3000) and tone.tone is None
    drag(window, QPoint(-120, 0))
    low, high = tone.window
    assert high - low < 1600 and (low + high) / 2 == pytest.approx(2000, abs=1)
    drag(window, QPoint(0, 80))
    assert sum(tone.window) / 2 > 2100 and tone.window[1] - tone.window[0] == pytest.approx(high - low)
    assert not window.session.editing.edits.layer.any() and window.session.editing.status == "unseen"
    paint(qtbot, window, [(20, 20), (40, 20)])
    assert window.session.editing.edits.layer.any(), "without W the brush paints again"


def test_presets_of_the_window_and_the_value_of_the_file(qtbot, deep_window):
    window, panel = deep_window, deep_window.segment.tone
    tone = window.canvas.tone
    assert panel._window.text() == "1000 – 3000"
    click(qtbot, panel.middle)
    low, high = tone.window
    assert 1015 < low < 1025 and 2975 < high < 2985
    qtbot.mouseMove(window.canvas, place(window, 5, 5))
    assert f"value {window.session.image.native[5, 5]}" in read(window)
    window.session.select_image(window.session.images[0].id)
    assert tone.tone is None and not panel.middle.isVisible(), "8 bits have no window"
    window.session.select_image(window.session.images[-1].id)
    assert tone.window == (low, high), "what was chosen stays"
    click(qtbot, panel.first)
    assert tone.window == (1000, 3000)


def test_on_an_image_of_eight_bits_dragging_changes_the_brightness(qtbot, window):
    drag(window, QPoint(0, -50))
    assert window.canvas.tone.gamma < 0.75 and window.segment.tone.slider.value() > 0
    assert not window.session.editing.edits.layer.any()
