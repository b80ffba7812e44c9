"""Whatever a hand does in the real window, with a worker that answers clicks: screen, project and exported PNG show the same pixels.

Strokes, slider moves, clicks, undo, redo, going on and restarts, all by mouse and keys. What the logic does without a window is in
test_any_sequence.py, with many more examples.
"""

import tempfile
from pathlib import Path

import cv2
import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from app.canvas_tools import CanvasTools, Tool
from app.main_window import MainWindow
from app.model_flow import Workers
from app.session import Session
from app.settings import Settings
from app.theme import Theme
from core.correction import ADDED, REMOVED
from core.export.png import export_png
from core.image_file import read_image
from core.mask import apply_threshold, probability_levels
from core.store import Store
from tests.gui.acting import key, paint, place, predict
from tests.gui.conftest import HEIGHT, WIDTH, toy_finetune, toy_worker

WAIT = 60_000
MEMORY = Path("/dev/shm")

places = st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1))
steps = st.one_of(
    st.tuples(st.just("stroke"), st.lists(places, min_size=1, max_size=3), st.booleans()),
    st.tuples(st.just("slider"), st.integers(1, 199)),
    st.tuples(st.just("click"), places, st.booleans()),
    st.tuples(st.just("undo")),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
    st.tuples(st.just("on and back")),
    st.tuples(st.just("restart")),
)


class Hand:
    """Opens the window on a small project and takes steps in it."""

    def __init__(self, qapp, qtbot, folder: Path) -> None:
        self.qapp, self.qtbot, self.folder, self.project = qapp, qtbot, folder, folder / "project"
        rng = np.random.default_rng(1)
        for number in range(2):
            cv2.imwrite(str(folder / f"p{number}.png"), rng.integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8))
        with Store.create(self.project, "test") as store:
            store.add_structure("Polyp", "the polyp", "#56B4E9")
            store.add_images([read_image(folder / f"p{number}.png") for number in range(2)])
        self.open()
        predict(self.window)

    def open(self) -> None:
        workers = Workers(toy_worker(), toy_finetune())
        settings, tools = Settings(self.folder / "settings.ini"), CanvasTools(radius=4.0)
        self.window = MainWindow(Session(), settings, Theme(self.qapp, "dark"), tools, workers)
        self.window.resize(1200, 800)
        self.window.show()
        self.window.activateWindow()  # keys reach only the active one of several windows
        self.qtbot.waitUntil(self.window.isActiveWindow, timeout=WAIT)
        assert self.window.open_project(self.project)
        self.wait()

    def close(self) -> None:
        self.window.flow.close()
        self.window.close()
        self.window.deleteLater()

    def wait(self) -> None:
        """Until the image is there and every click is answered."""
        session, answers = self.window.session, self.window.clicks.answers
        self.qtbot.waitUntil(lambda: session.editing.is_loaded and not answers.is_busy, timeout=WAIT)

    def take(self, name: str, *values) -> None:
        window, qtbot = self.window, self.qtbot
        if name == "stroke":
            key(qtbot, window, Qt.Key.Key_B)
            paint(qtbot, window, values[0], Qt.MouseButton.LeftButton if values[1] else Qt.MouseButton.RightButton)
        elif name == "slider":
            slider = window.segment.threshold.slider
            slider.setSliderDown(True)
            slider.setValue(values[0])
            slider.setSliderDown(False)
        elif name == "click":
            key(qtbot, window, Qt.Key.Key_C)
            assert window.tools.tool is Tool.CLICK
            button = Qt.MouseButton.LeftButton if values[1] else Qt.MouseButton.RightButton
            qtbot.mouseClick(window.canvas, button, pos=place(window, *values[0]))
        elif name in ("undo", "redo"):
            window.commands[name].trigger()
        elif name == "on and back":
            key(qtbot, window, Qt.Key.Key_D, Qt.Key.Key_A)
        else:
            self.close()
            self.open()
        self.wait()

    def check(self) -> np.ndarray:
        """The mask by the words of the law, from what another connection reads; it must be what the window shows."""
        session = self.window.session
        key = (session.image_id, session.structure_id)
        with Store.open(self.project, read_only=True) as store:
            layer, step = store.edit_layer(*key), store.correction(*key).threshold_step
            counts = store.prediction(*key)
            assert store.clicks(*key).answered and counts == session.editing.prediction
        levels = probability_levels(counts.logits, HEIGHT, WIDTH)
        expected = (apply_threshold(levels, step) | (layer == ADDED)) & (layer != REMOVED)
        assert np.array_equal(self.window.canvas.shown_mask(), expected)
        assert self.window.segment.threshold.slider.value() == step
        return expected

    def check_png(self) -> None:
        """Accept, export, and read what other programs will read."""
        expected, image = self.check(), self.window.session.image_row
        key(self.qtbot, self.window, Qt.Key.Key_Return)
        out = self.folder / "out"
        with Store.open(self.project, read_only=True) as store:
            export_png(store, out)
            kept = store.final_mask(image.id, 1)
        (file,) = out.rglob("*.png")
        assert np.array_equal(kept, expected)
        assert np.array_equal(cv2.imread(str(file), cv2.IMREAD_UNCHANGED), expected * np.uint8(255))


@settings(
    max_examples=8,
    deadline=None,
    phases=(
        Phase.reuse,
        Phase.generate,
    ),  # each example opens a window and starts a worker: to shrink one takes for ever
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(steps, min_size=2, max_size=8))
def test_screen_project_and_png_are_one_after_any_sequence(qapp, qtbot, taken: list) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        hand = Hand(qapp, qtbot, Path(folder))
        try:
            hand.check()
            for step in taken:
                hand.take(*step)
                hand.check()
            hand.check_png()
        finally:
            hand.close()
