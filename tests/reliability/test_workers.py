"""However a worker goes wrong: one sentence in the window, the mask as it was, and the next try works."""

from __future__ import annotations

import sys

import numpy as np
import psutil
import pytest
from PySide6.QtCore import Qt

from app.canvas_tools import CanvasTools
from app.main_window import MainWindow
from app.model_flow import Workers
from app.session import Session
from app.settings import Settings
from app.theme import Theme
from tests.gui.acting import click, key, paint
from tests.gui.conftest import toy_finetune

WAIT = 60_000
LOUD = [pytest.mark.expects_log("a worker ended")]
HALF = [*LOUD, pytest.mark.expects_log("in the middle of a line")]
POSIX = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are another matter there")


@pytest.fixture
def window_with(qtbot, qapp, project, tmp_path):
    """A window on a project with three images, whose inference worker goes wrong once as told."""
    made = []

    def open_it(mode: str) -> MainWindow:
        command = [sys.executable, "-m", "tests.reliability.bad_once", mode, str(tmp_path / "once")]
        window = MainWindow(
            Session(),
            Settings(tmp_path / "settings.ini"),
            Theme(qapp, "dark"),
            CanvasTools(radius=4.0),
            Workers(command, toy_finetune("better")),
        )
        made.append(window)
        qtbot.addWidget(window)
        window.resize(1200, 800)
        window.show()
        assert window.open_project(project)
        window.files.add(sorted((tmp_path / "pictures").iterdir()))
        qtbot.waitUntil(lambda: len(window.session.images) == 3 and window.session.image is not None, timeout=WAIT)
        return window

    yield open_it
    for window in made:
        window.flow.close()
        window.close()


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        pytest.param("dies", "stopped unexpectedly", marks=LOUD),
        pytest.param("leaves", "stopped unexpectedly", marks=LOUD),
        pytest.param("half", "stopped unexpectedly", marks=HALF),
        pytest.param("memory", "memory did not suffice", marks=POSIX),
        pytest.param("card", "The graphics card stopped answering", marks=LOUD),
    ],
)
def test_one_sentence_and_the_next_try_works(qtbot, window_with, mode: str, words: str) -> None:
    window = window_with(mode)
    session = window.session
    paint(qtbot, window, [(20, 20), (40, 30)])
    layer = session.editing.edits.layer.copy()
    said = []
    window.messages.shown.connect(lambda key, text: said.append(text) if key == "error" else None)
    key(qtbot, window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT)
    qtbot.wait(200)
    assert len(said) == 1 and words in said[0], said
    assert not session.editing.has_prediction and np.array_equal(session.editing.edits.layer, layer)
    key(qtbot, window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: session.editing.has_prediction, timeout=WAIT)
    assert np.array_equal(session.editing.edits.layer, layer) and len(said) == 1
    assert len(children()) <= 1, "one worker, not one for each try"


@pytest.mark.expects_log("no event")
def test_what_a_library_prints_harms_nothing(qtbot, window_with) -> None:
    window, said = window_with("noisy"), []
    window.messages.shown.connect(lambda key, text: said.append(text) if key == "error" else None)
    key(qtbot, window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: window.session.editing.has_prediction, timeout=WAIT)
    assert said == []


def test_a_worker_that_hangs_leaves_the_window_awake_and_painting_goes_on(qtbot, window_with) -> None:
    window = window_with("hangs")
    key(qtbot, window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: bool(children()), timeout=WAIT)
    paint(qtbot, window, [(20, 20), (40, 30)])
    assert window.session.editing.edits.layer.any()
    click(qtbot, window.segment.structure.stop)
    qtbot.waitUntil(lambda: not children(), timeout=WAIT)
    assert not window.session.editing.has_prediction
    key(qtbot, window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: window.session.editing.has_prediction, timeout=WAIT)


@pytest.mark.expects_log("a worker ended")
def test_a_window_and_its_worker_listen_on_no_port(qtbot, window_with) -> None:
    window = window_with("dies")
    for _ in range(2):
        key(qtbot, window, Qt.Key.Key_P)
        qtbot.wait(1500)
        for process in (psutil.Process(), *children()):
            assert [one for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN] == []


def children() -> list[psutil.Process]:
    return [one for one in psutil.Process().children(recursive=True) if one.status() != psutil.STATUS_ZOMBIE]
