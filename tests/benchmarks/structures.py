"""What other structures on the picture, and a second half beside it, cost under the hand.

    python -m tests.benchmarks.structures [--side 4096] [--others 6] [--steps 60]

Makes a project of one smooth random picture in a temporary folder, opens the real window on it without a screen and measures with one
structure, with others drawn beside it, and with the picture shown twice: from an event to the end of all that it repaints, in time of
the processor in the window's own thread, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas_tools import CanvasTools
from app.comparison import DOUBT
from app.main_window import MainWindow
from app.session import Session
from app.settings import Settings
from app.theme import STRUCTURE_COLOURS, Theme
from core.image_file import read_image
from core.store import Store


def logits(seed: int) -> np.ndarray:
    """(256, 256) float16: smooth, with masks of many pieces."""
    noise = np.random.default_rng(seed).normal(size=(256, 256)).astype(np.float32)
    return (cv2.GaussianBlur(noise, (0, 0), 25) * 150).astype(np.float16)


def make_project(folder: Path, side: int, others: int) -> None:
    """One picture of side × side with so many structures besides the first, each predicted."""
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    cv2.imwrite(str(folder / "a.png"), cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC))
    with Store.create(folder / "project", "structures") as store:
        store.add_images([read_image(folder / "a.png")])
        for number in range(others + 1):
            colour = STRUCTURE_COLOURS[number % len(STRUCTURE_COLOURS)]
            row = store.add_structure(f"Structure {number + 1}", f"the {number}", colour)
            store.save_prediction(1, row.id, None, row.prompt, logits(number), 0.9)


class Bench:
    """The window, and what is measured in it."""

    def __init__(self, window: MainWindow, steps: int) -> None:
        self.window, self.canvas, self.steps = window, window.canvas, steps

    def settle(self) -> None:
        """Wait until nothing is computed and nothing left to paint."""
        QTest.qWait(50)
        while self.canvas.others.is_gathering:
            QTest.qWait(20)
        QTest.qWait(100)

    def timed(self, step: Callable[[int], object]) -> tuple[float, float]:
        """p50 and p95 in milliseconds, of the step and all that it repaints."""
        took = []
        for number in range(self.steps):
            begun = time.thread_time()
            step(number)
            QApplication.processEvents()
            took.append(1000 * (time.thread_time() - begun))
        return float(np.percentile(took, 50)), float(np.percentile(took, 95))

    def figures(self) -> dict[str, tuple[float, float]]:
        """Everything, in the state in which the window is."""
        slider, canvas, view = self.window.segment.threshold.slider, self.canvas, self.canvas.view
        found = {}
        slider.setSliderDown(True)
        found["slider move"] = self.timed(lambda number: slider.setValue(60 + number % 80))
        slider.setSliderDown(False)
        start = QPoint(canvas.width() // 4, canvas.height() // 3)
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
        found["brush stamp"] = self.timed(lambda number: QTest.mouseMove(canvas, start + QPoint(3 * number, number)))
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start)

        def pan(number: int) -> None:
            view.pan(QPointF(3 if number % 2 else -3, 2))
            canvas.zoom_to(view.scale)

        canvas.zoom_to(view.scale * 2)
        found["move the picture"] = self.timed(pan)
        canvas.fit()
        return found


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", type=int, default=4096)
    parser.add_argument("--others", type=int, default=6)
    parser.add_argument("--steps", type=int, default=60)
    chosen = parser.parse_args()
    application = QApplication([])
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make_project(folder, chosen.side, chosen.others)
        session = Session()
        window = MainWindow(session, Settings(folder / "s.ini"), Theme(application, "dark"), CanvasTools(radius=40.0))
        window.resize(1360, 900)
        window.show()
        window.open_project(folder / "project")
        while session.image is None:
            QTest.qWait(20)
        bench = Bench(window, chosen.steps)
        begun = time.perf_counter()
        while window.canvas.others.is_gathering:
            QTest.qWait(5)
        print(f"{chosen.others} other masks were put together beside the window in {time.perf_counter() - begun:.2f} s")
        tables = {}
        for row in session.structures[1:]:
            session.update_structure(row.id, is_visible=False)
        bench.settle()
        tables["one structure"] = bench.figures()
        for row in session.structures[1:]:
            session.update_structure(row.id, is_visible=True)
        bench.settle()
        tables[f"and {chosen.others} others"] = bench.figures()
        switched = bench.timed(lambda n: session.select_structure(session.structures[n % 2].id))
        session.select_structure(session.structures[0].id)
        window.commands["side_by_side"].trigger()
        window.comparison.choose(DOUBT)
        bench.settle()
        tables["and side by side"] = bench.figures()
        print(f"another structure is current: p50 {switched[0]:.1f} ms, p95 {switched[1]:.1f} ms")
        print(f"{chosen.side}×{chosen.side}, load {os.getloadavg()[0]:.1f}; p50 / p95 in ms")
        for name, figures in tables.items():
            words = ", ".join(f"{what} {one:.1f} / {other:.1f}" for what, (one, other) in figures.items())
            print(f"{name:18}: {words}")
        window.close()


if __name__ == "__main__":
    main()
