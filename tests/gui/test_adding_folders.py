"""A folder with folders in it: found and read beside the window, told apart, and stopped where somebody wants that."""

import cv2
import numpy as np

from app.adding_line import AddingLine
from tests.gui.acting import click

WAIT = 60_000


def fill(folder, count):
    for number in range(count):
        place = folder / ("left" if number % 2 else "right") / f"n{number // 2}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(place), np.full((8, 9, 3), number, np.uint8))
    return folder


def test_subfolders_are_added_and_namesakes_are_told_apart(qtbot, window, tmp_path):
    window.files.add_all([fill(tmp_path / "many", 4)])
    qtbot.waitUntil(lambda: len(window.session.images) == 7, timeout=WAIT)
    names = [window.queue.entry(row.id).name for row in window.session.images[3:]]
    assert names == ["left/n0.png", "left/n1.png", "right/n0.png", "right/n1.png"]
    line = window.findChild(AddingLine)
    qtbot.waitUntil(lambda: not line.isVisible(), timeout=WAIT)


def test_adding_can_be_stopped(qtbot, window, tmp_path):
    line = window.findChild(AddingLine)
    window.files.add_all([fill(tmp_path / "many", 200)])
    qtbot.waitUntil(lambda: len(window.session.images) > 8 and line.isVisible(), timeout=WAIT)
    click(qtbot, line.stop)
    count = len(window.session.images)
    assert count < 203 and not line.isVisible()
    assert any("Stopped" in text for text in window.messages.texts())
    qtbot.wait(200)
    assert len(window.session.images) == count
    window.files.add_all([tmp_path / "many"])
    qtbot.waitUntil(lambda: len(window.session.images) == 203, timeout=WAIT)


def test_a_folder_that_is_not_there_is_a_sentence(qtbot, window, tmp_path):
    place = tmp_path / "gone"
    place.mkdir()
    place.rmdir()
    window.files.add_all([place])
    qtbot.waitUntil(lambda: window.messages.texts() != [], timeout=WAIT)
