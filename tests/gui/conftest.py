"""A window over a small real project, with workers of a few lines."""

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.canvas_tools import CanvasTools
from app.main_window import MainWindow
from app.model_flow import Workers
from app.session import Session
from app.settings import Settings
from app.theme import Theme
from core.store import Store

HEIGHT, WIDTH = 96, 128


def toy_worker(mode: str = "ok") -> list[str]:
    return [sys.executable, "-m", "tests.gui.toy_worker", mode]


def toy_finetune(mode: str = "better") -> list[str]:
    return [sys.executable, "-m", "tests.gui.toy_finetune", mode]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a structure and without images; three images lie beside it."""
    folder = tmp_path / "project"
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    rng = np.random.default_rng(1)
    for number in range(3):
        cv2.imwrite(str(pictures / f"p{number}_a.png"), rng.integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8))
    with Store.create(folder, "test") as store:
        store.add_structure("Polyp", "the polyp", "#56B4E9")
    return folder


@pytest.fixture
def open_window(qtbot, qapp, project, tmp_path):
    """Opens the window on the project; takes the modes of the toy workers."""
    made: list[MainWindow] = []

    def open_it(inference: str = "ok", finetune: str = "better") -> MainWindow:
        session = Session()
        workers = Workers(toy_worker(inference), toy_finetune(finetune))
        window = MainWindow(
            session, Settings(tmp_path / "settings.ini"), Theme(qapp, "dark"), CanvasTools(radius=4.0), workers
        )
        made.append(window)
        qtbot.addWidget(window)
        window.resize(1200, 800)
        window.show()
        assert window.open_project(project)
        window.files.add(sorted((tmp_path / "pictures").iterdir()))
        qtbot.waitUntil(lambda: len(session.images) == 3, timeout=30_000)
        qtbot.waitUntil(lambda: session.image is not None, timeout=30_000)
        return window

    yield open_it
    for window in made:
        window.flow.close()
        window.close()


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> MainWindow:
    """The window with workers that do as they should."""
    return open_window()
