"""The picture twice: the same place and zoom on both sides; the original, the uncertainty, or another version on the right."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.mask import probability_levels
from core.store import VersionRow
from tests.gui.acting import click, disc_logits, key, paint, place, predict
from tests.gui.toy_worker import disc

WAIT = 30_000


@pytest.fixture
def split(window, qtbot):
    """The window with a prediction, a second version that has predicted nothing, and both halves open."""
    session = window.session
    folder = session.folder / "versions" / "v1"
    folder.mkdir(parents=True)
    session.store.add_version(VersionRow("v1", None, "demo", str(folder), "2026-01-01T00:00:00.000+00:00"))
    session.version_changed.emit()
    predict(window)
    key(qtbot, window, Qt.Key.Key_T)
    qtbot.wait(20)
    window.messages.clear("images_added")
    return window


def pane(window):
    return window.work.split.pane


def seen(widget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def away(qtbot, window):
    """The pointer is elsewhere: no brush is drawn on the left, and no mark on the right."""
    qtbot.wait(20)
    window.canvas.event(QEvent(QEvent.Type.Leave))


def choose(qtbot, window, words):
    choice = window.work.split.choice
    place_of = choice.findText(words)
    assert place_of >= 0, [choice.itemText(number) for number in range(choice.count())]
    choice.setFocus()
    qtbot.keyClick(choice, Qt.Key.Key_Home)
    for _ in range(place_of):
        qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert choice.currentText() == words


def test_one_key_opens_and_closes_the_right_half(qtbot, split):
    assert pane(split).isVisible() and abs(pane(split).width() - split.canvas.width()) <= 2
    assert pane(split).height() == split.canvas.height()
    key(qtbot, split, Qt.Key.Key_T)
    qtbot.wait(20)
    assert not pane(split).isVisible() and not split.work.split.choice.isVisible()
    assert split.canvas.view.fitted


def test_the_original_is_the_picture_without_a_mask_at_the_same_place(qtbot, split):
    away(qtbot, split)
    QTest.keyPress(split.canvas, Qt.Key.Key_S)
    bare = seen(split.canvas)
    QTest.keyRelease(split.canvas, Qt.Key.Key_S)
    width = min(bare.shape[1], pane(split).width())
    assert np.array_equal(seen(pane(split))[:, :width], bare[:, :width])
    assert (seen(split.canvas)[:, :width] != bare[:, :width]).any()


def test_moving_and_zooming_one_half_moves_and_zooms_the_other(qtbot, split):
    view, half = split.canvas.view, pane(split)
    before = QPointF(view.origin)
    start = QPoint(100, 100)
    QTest.mousePress(half, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(half, start + QPoint(30, 20))
    QTest.mouseRelease(half, Qt.MouseButton.LeftButton, pos=start + QPoint(30, 20))
    assert view.origin - before == QPointF(30, 20)
    scale, spot = view.scale, QPointF(120, 90)
    below = view.to_image(spot)
    wheel = QWheelEvent(
        spot, half.mapToGlobal(spot), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(half, wheel)
    assert view.scale > scale and (view.to_image(spot) - below).manhattanLength() < 0.01
    test_the_original_is_the_picture_without_a_mask_at_the_same_place(qtbot, split)


def test_painting_on_the_left_leaves_the_right_as_it_is_and_marks_the_pointer_there(qtbot, split):
    away(qtbot, split)
    plain = seen(pane(split))
    paint(qtbot, split, [(100, 20), (110, 20)])
    qtbot.mouseMove(split.canvas, place(split, 40, 40))
    marked = seen(pane(split))
    rows, columns = np.nonzero((marked != plain).any(axis=2))
    spot = place(split, 40, 40)
    assert abs(rows.mean() - spot.y()) < 1.5 and abs(columns.mean() - spot.x()) < 1.5
    assert split.session.editing.status == "in_work"


def test_the_uncertainty_is_that_of_the_prediction_on_the_left(qtbot, split):
    choose(qtbot, split, "Uncertainty of the model")
    assert np.array_equal(split.comparison.levels, split.session.editing.levels)
    original = seen(pane(split))
    split.session.select_image(split.session.images[1].id)
    assert split.comparison.levels is None, "nothing was predicted there"
    assert original.shape == seen(pane(split)).shape


def test_a_version_that_predicted_before_is_shown_from_the_project(qtbot, split):
    session = split.session
    session.take_prediction(session.image_id, 1, "v1", "the polyp", disc_logits(20, 20, 8), 0.9)
    predict(split)
    counts = session.store.prediction(session.image_id, 1).id
    choose(qtbot, split, "Version 1")
    qtbot.waitUntil(lambda: split.comparison.levels is not None, timeout=WAIT)
    expected = probability_levels(disc_logits(20, 20, 8), 96, 128)
    assert np.array_equal(split.comparison.levels, expected)
    assert not split.work.split.ask.isVisible()
    session.editing.set_threshold(150, commit=False)
    assert np.array_equal(pane(split)._overlay.mask(), expected >= 150), "at the threshold of the slider"
    assert session.store.prediction(session.image_id, 1).id == counts
    session.update_structure(1, prompt="the lesion")
    split.comparison.look()
    assert split.comparison.levels is None and split.work.split.ask.isVisible(), "it was asked for other words"


def test_a_version_is_asked_when_it_is_wanted_and_its_answer_is_only_looked_at(qtbot, split):
    session, store = split.session, split.session.store
    before = store.prediction(session.image_id, 1).id
    choose(qtbot, split, "Version 1")
    assert split.comparison.levels is None and split.work.split.ask.isVisible()
    click(qtbot, split.work.split.ask)
    assert split.work.split.note.isVisible() and not split.work.split.ask.isVisible()
    assert split.flow.process.model == str((session.folder / "versions" / "v1").resolve())
    qtbot.waitUntil(lambda: split.comparison.levels is not None, timeout=WAIT)
    assert np.array_equal(split.comparison.levels, probability_levels(disc(14), 96, 128))
    assert (
        store.prediction(session.image_id, 1).id == before
        and store.logits_of_version(session.image_id, 1, "v1", "the polyp") is None
    )
    assert session.editing.status == "predicted"
    session.select_image(session.images[1].id)
    assert split.work.split.ask.isVisible()
    session.select_image(session.images[0].id)
    qtbot.waitUntil(lambda: split.comparison.levels is not None, timeout=WAIT)
    with qtbot.waitSignal(split.flow.predictions.answered, timeout=WAIT):
        key(qtbot, split, Qt.Key.Key_P)
    assert split.flow.process.model == "demo" and store.prediction(session.image_id, 1).version_id is None


def test_a_version_waits_for_the_prediction_that_counts(qtbot, open_window):
    window = open_window("slow")
    session = window.session
    (session.folder / "versions" / "v1").mkdir(parents=True)
    session.store.add_version(VersionRow("v1", None, "demo", "versions/v1", "2026-01-01T00:00:00.000+00:00"))
    session.version_changed.emit()
    key(qtbot, window, Qt.Key.Key_T)
    choose(qtbot, window, "Version 1")
    with qtbot.waitSignal(window.flow.predictions.answered, timeout=WAIT):
        key(qtbot, window, Qt.Key.Key_P)
        click(qtbot, window.work.split.ask)
        assert window.flow.process.model == "demo", "the model of the prediction is not taken away from under it"
    assert session.store.prediction(session.image_id, 1).version_id is None
    qtbot.waitUntil(lambda: window.comparison.levels is not None, timeout=WAIT)


def test_what_goes_wrong_is_said_and_can_be_tried_again(qtbot, split):
    split.session.update_structure(1, prompt="bad")
    choose(qtbot, split, "Version 1")
    click(qtbot, split.work.split.ask)
    qtbot.waitUntil(lambda: bool(split.messages.texts()), timeout=WAIT)
    assert "cannot be read" in split.messages.texts()[0]
    assert split.work.split.ask.isVisible() and not split.work.split.note.isVisible()


def test_another_project_begins_with_the_original(qtbot, split, tmp_path):
    choose(qtbot, split, "Version 1")
    split.session.create_project(tmp_path / "new", "new")
    texts = [split.work.split.choice.itemText(n) for n in range(split.work.split.choice.count())]
    assert texts == ["The original", "Uncertainty of the model", "Base model, in use"]
    assert split.work.split.choice.currentIndex() == 0
