"""What a correction costs is counted while a hand works on the picture, and shown version by version."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.effort_dialog import EffortDialog
from app.effort_meter import LONGEST_PAUSE
from core.mask import apply_threshold
from core.store import EffortRow, VersionRow
from tests.gui.acting import disc_logits, key, paint, place, predict


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(window):
    clock = Clock()
    window.effort._clock = clock
    window.effort._last = clock.now
    window.effort._seconds = 0.0
    return clock


def efforts(window) -> list[EffortRow]:
    return window.session.store.efforts(window.session.structure_id)


def test_seconds_of_work_and_pixels_changed_by_hand_are_kept_at_accept(qtbot, window, clock):
    predict(window)
    editing = window.session.editing
    for _ in range(3):
        clock.now += 7
        paint(qtbot, window, [(10, 10), (30, 10)])
        window.commands["undo"].trigger()
    clock.now += 4
    paint(qtbot, window, [(10, 10), (30, 10)])
    window.segment.threshold.slider.setValue(80)
    predicted = apply_threshold(editing.levels, editing.step)
    mask = editing.current_mask()
    clock.now += 2
    key(qtbot, window, Qt.Key.Key_Return)
    (row,) = efforts(window)
    assert row.seconds == pytest.approx(27) and row.predicted and row.version_id is None
    assert row.changed_px == int((mask ^ predicted).sum()) > 0 and row.mask_px == int(mask.sum())


def test_a_long_pause_does_not_count(qtbot, window, clock):
    predict(window)
    clock.now += 3
    paint(qtbot, window, [(10, 10)])
    clock.now += LONGEST_PAUSE + 1
    paint(qtbot, window, [(12, 10)])
    clock.now += LONGEST_PAUSE
    key(qtbot, window, Qt.Key.Key_Return)
    assert efforts(window)[0].seconds == pytest.approx(3 + LONGEST_PAUSE)


def test_waiting_for_the_prediction_is_no_work(qtbot, window, clock):
    clock.now += 20
    paint(qtbot, window, [(10, 10)])
    window.commands["undo"].trigger()
    clock.now += 8
    predict(window)
    clock.now += 5
    key(qtbot, window, Qt.Key.Key_Return)
    assert efforts(window)[0].seconds == pytest.approx(5)


def test_clicks_without_a_prediction_in_words_are_counted_against_the_empty_mask(qtbot, window, clock):
    key(qtbot, window, Qt.Key.Key_C)
    qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=place(window, 20, 20))
    qtbot.waitUntil(lambda: window.session.editing.has_prediction, timeout=30_000)
    area = int(window.session.editing.current_mask().sum())
    key(qtbot, window, Qt.Key.Key_Return)
    (row,) = efforts(window)
    assert row.changed_px == row.mask_px == area > 0 and not row.predicted


def test_what_was_worked_before_leaving_an_image_is_not_lost(qtbot, window, clock, project):
    first = window.session.image_id
    predict(window)
    clock.now += 6
    paint(qtbot, window, [(10, 10)])
    key(qtbot, window, Qt.Key.Key_D)
    clock.now += 25
    assert window.open_project(project)
    window.session.select_image(first)
    clock.now += 4
    key(qtbot, window, Qt.Key.Key_Return)
    assert efforts(window)[0].seconds == pytest.approx(10)


def test_the_version_that_predicted_is_kept_with_it(qtbot, window, clock):
    session = window.session
    session.store.add_version(VersionRow("v1", None, "base", str(session.folder / "versions" / "v1"), "2026-11-24"))
    session.take_prediction(session.image_id, session.structure_id, "v1", "the polyp", disc_logits(32, 32, 14), 0.9)
    key(qtbot, window, Qt.Key.Key_Return)
    paint(qtbot, window, [(10, 10)])
    key(qtbot, window, Qt.Key.Key_Return)
    assert [(row.version_id, row.predicted) for row in efforts(window)] == [("v1", True), (None, False)]
    assert efforts(window)[0].changed_px == 0


def fill(window, before: list[int], after: list[int]) -> None:
    store, key_of = window.session.store, window.session.structure_id
    folder = window.session.folder / "versions" / "v1"
    store.add_version(VersionRow("v1", None, "base", str(folder), "2026-11-24"))
    rows = [(f"{n:064x}", changed, "v1" if n >= len(before) else None) for n, changed in enumerate(before + after)]
    store.add_images([(folder / f"{sha[-3:]}.png", sha, 8, 8, "", "") for sha, _, _ in rows])
    images = {row.sha256: row.id for row in store.images()}
    for sha, changed, version in rows:
        store.save_prediction(images[sha], key_of, version, "", np.zeros((4, 4), np.float16), 0.5)
        store.note_effort(images[sha], key_of, 12.0, changed, 1000)


def opened(window) -> EffortDialog:
    window.commands["effort"].trigger()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, EffortDialog)
    return dialog


def test_the_dialog_says_that_less_is_changed_and_where_the_version_began(window):
    fill(window, [200, 210, 220, 190, 205, 215], [100, 110, 95, 105, 100, 102])
    dialog = opened(window)
    assert dialog.trend.text() == "With Version 1 you changed 51 % fewer pixels than before."
    assert dialog.chart.borders() == [6.5]
    dialog.reject()


@pytest.mark.parametrize("after", [[], [10, 10, 10, 10]])
def test_with_few_images_the_dialog_says_that_it_cannot_tell(window, after):
    fill(window, [200] * 7, after)
    dialog = opened(window)
    assert dialog.trend.text().startswith("Too few to tell")
    dialog.reject()


def test_without_any_accepted_image_the_dialog_is_no_empty_table(window):
    dialog = opened(window)
    assert dialog.trend.text().startswith("Too few to tell") and not hasattr(dialog, "chart")
    dialog.reject()


def test_clicks_are_work_on_the_prediction_in_words(qtbot, window, clock):
    predict(window)
    editing = window.session.editing
    predicted = apply_threshold(editing.levels, editing.step)
    key(qtbot, window, Qt.Key.Key_C)
    for seconds, x in ((9, 10), (6, 120)):
        clock.now += seconds
        paint(qtbot, window, [(x, 10)])
        qtbot.waitUntil(lambda: not window.clicks.answers.is_busy, timeout=60_000)
    clock.now += 2
    changed = int((editing.current_mask() ^ predicted).sum())
    assert changed > 0 and editing.prediction.id == 3
    key(qtbot, window, Qt.Key.Key_Return)
    (row,) = efforts(window)
    assert (row.predicted, row.version_id, row.changed_px) == (True, None, changed)
    assert row.seconds == pytest.approx(17)
