"""The next images are prepared while nobody waits, and never in anybody's way."""

import sys

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.canvas_tools import CanvasTools
from app.main_window import MainWindow
from app.model_flow import Workers
from app.session import Session
from app.settings import Settings
from app.theme import Theme
from tests.gui.acting import click, key
from tests.gui.conftest import toy_finetune
from tests.gui.test_finetune import labelled  # noqa: F401
from tests.gui.test_prediction import panel, wait_for_prediction

WAIT = 30_000


@pytest.fixture
def noted(window):
    """What the window asks the worker to prepare: names of images and prompts; and "rest"."""
    asked, process = [], window.flow.process
    prepare, rest = process.prepare, process.rest

    def note_prepare(image, prompts, cache, zoom):
        asked.append((image.rsplit("/", 1)[-1], tuple(prompts), zoom))
        assert cache == str((window.session.folder / "cache").resolve())
        return prepare(image, prompts, cache, zoom)

    def note_rest():
        asked.append("rest")
        rest()

    process.prepare, process.rest = note_prepare, note_rest
    return asked


def test_nothing_is_prepared_before_somebody_asked_for_a_prediction(qtbot, window, noted):
    key(qtbot, window, Qt.Key.Key_D)
    qtbot.wait(700)
    assert noted == [] and not window.flow.process.is_running


def test_this_image_and_the_next_are_prepared_for_every_structure(qtbot, window, noted):
    window.session.add_structure("Vessel", "the vessel", "#E69F00")
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    both = ("the polyp", "the vessel")
    qtbot.waitUntil(lambda: len(noted) == 3, timeout=WAIT)
    assert noted == [(f"p{number}_a.png", both, 1) for number in range(3)]
    qtbot.wait(700)
    assert len(noted) == 3, "once is enough"
    window.session.update_structure(2, prompt="the artery", zoom=2)
    qtbot.waitUntil(lambda: len(noted) == 9, timeout=WAIT)
    assert noted[3:5] == [("p0_a.png", ("the polyp",), 1), ("p0_a.png", ("the artery",), 2)]


def test_a_model_that_decides_gets_the_pictures_only(qtbot, window, noted):
    click(qtbot, panel(window).decide)
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    qtbot.waitUntil(lambda: len(noted) == 3, timeout=WAIT)
    assert noted[0] == ("p0_a.png", (), 1)


def test_a_closed_project_is_left_alone(qtbot, window, noted):
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    qtbot.waitUntil(lambda: len(noted) == 1, timeout=WAIT)
    window.session.close_project()
    before = [entry for entry in noted if entry != "rest"]
    qtbot.wait(900)
    assert [entry for entry in noted if entry != "rest"] == before


def test_nothing_is_prepared_while_a_fine_tune_runs(qtbot, labelled):  # noqa: F811
    window = labelled("long")
    asked, process = [], window.flow.process
    prepare = process.prepare
    process.prepare = lambda *request: (asked.append(request), prepare(*request))[1]
    click(qtbot, window.model.finetune.start)
    window.tabs.setCurrentIndex(0)
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    qtbot.wait(900)
    assert asked == [] and window.flow.finetuning.is_running
    window.flow.finetuning.cancel()
    qtbot.waitUntil(lambda: len(asked) == 4, timeout=WAIT)
    assert not window.flow.finetuning.is_running


def test_a_fine_tune_that_begins_ends_the_preparing(qtbot, labelled, monkeypatch):  # noqa: F811
    window = labelled("long")
    process, rested = window.flow.process, []
    monkeypatch.setattr(process, "rest", lambda: rested.append(True))
    monkeypatch.setattr(process, "prepare", lambda *request: process.predict(request[0], "hang"))
    window.tabs.setCurrentIndex(0)
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    qtbot.waitUntil(lambda: window.flow.ahead._number is not None, timeout=WAIT)
    window.tabs.setCurrentIndex(1)
    click(qtbot, window.model.finetune.start)
    assert rested == [True] and window.flow.ahead._number is None
    process.stop()
    window.flow.finetuning.cancel()
    qtbot.waitUntil(lambda: not window.flow.finetuning.is_running, timeout=WAIT)


@pytest.mark.expects_log("a worker ended")
def test_a_worker_that_dies_of_it_is_not_driven_to_it_again(qtbot, open_window):
    window = open_window("dies preparing")
    key(qtbot, window, Qt.Key.Key_P)
    wait_for_prediction(qtbot, window)
    qtbot.waitUntil(lambda: not window.flow.process.is_running, timeout=WAIT)
    assert not any("stopped unexpectedly" in text for text in window.messages.texts()), "nobody waited for it"
    key(qtbot, window, Qt.Key.Key_D)
    wait_for_prediction(qtbot, window)
    qtbot.wait(900)
    assert window.flow.process.is_running


@pytest.fixture
def real(qtbot, qapp, project, tmp_path):
    """A window with the program's own worker around a toy model that writes down what it does; image 3 takes a minute."""
    pictures = tmp_path / "pictures"
    cv2.imwrite(str(pictures / "p3_slow.png"), np.full((20, 13, 3), 200, np.uint8))
    session = Session()
    workers = Workers([sys.executable, "-m", "tests.unit.worker_toy", str(tmp_path / "noted.txt")], toy_finetune())
    window = MainWindow(session, Settings(tmp_path / "settings.ini"), Theme(qapp, "dark"), CanvasTools(), workers)
    qtbot.addWidget(window)
    window.show()
    assert window.open_project(project)
    session.store.set_meta("base_model", "toy")
    window.files.add(sorted(pictures.iterdir()))
    qtbot.waitUntil(lambda: len(session.images) == 4 and session.image is not None, timeout=WAIT)
    yield window
    window.flow.close()
    window.close()


def test_a_second_structure_and_the_next_image_encode_nothing_again_and_a_person_goes_first(qtbot, real, tmp_path):
    def noted():
        return (tmp_path / "noted.txt").read_text(encoding="utf-8").splitlines()

    real.session.add_structure("Vessel", "the dark part", "#E69F00")
    real.session.select_structure(1)
    key(qtbot, real, Qt.Key.Key_P)
    wait_for_prediction(qtbot, real)
    # The fourth image is being encoded by now, and would be for a minute.
    qtbot.waitUntil(lambda: noted().count("picture") == 4, timeout=WAIT)
    before = noted()
    assert sorted(before) == ["picture"] * 4 + ["the dark part"] * 3 + ["the polyp"] * 3
    real.session.select_structure(2)
    key(qtbot, real, Qt.Key.Key_P)
    wait_for_prediction(qtbot, real)
    key(qtbot, real, Qt.Key.Key_D)
    wait_for_prediction(qtbot, real)
    assert real.session.image_row.path.endswith("p1_a.png")
    again = noted()[len(before) :]
    assert set(again) <= {"picture"} and len(again) <= 2, "only the image that was given up is begun again"
    real.session.close_project()
    qtbot.wait(700)
    assert len(noted()) <= len(before) + 2
