"""How many steps a clinician needs to put three mistakes of a model right, with real mouse and key events in the real window.

    python -m tests.benchmarks.steps

A step is a key, a click, a turn of the wheel by one notch or one drag; the length of the drags is given beside it. For the same in
napari see tests/benchmarks/steps_napari.py.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas_tools import CanvasTools
from app.main_window import MainWindow
from app.model_flow import Workers
from app.session import Session
from app.settings import Settings
from app.theme import Theme
from core.image_file import read_image
from core.store import Store
from tests.benchmarks.image_list import wait
from tests.benchmarks.steps_tasks import GOOD, SIDE, Task, around, dice, tasks, way

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Hand:
    """Counts what it does in the window."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.canvas = window, window.canvas
        self.steps: list[str] = []
        self.way = 0.0

    def key(self, words: str, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key."""
        QTest.keyClick(self.canvas, key, modifier)
        self.steps.append(f"key {words}")

    def click(self, column: float, row: float, button: Qt.MouseButton) -> None:
        """Click on an image pixel."""
        QTest.mouseClick(self.canvas, button, pos=self._place(column, row))
        self.steps.append("click" if button is LEFT else "right click")

    def drag(self, points: np.ndarray, button: Qt.MouseButton) -> None:
        """Drag along (N, 2) image pixels."""
        QTest.mousePress(self.canvas, button, pos=self._place(*points[0]))
        for x, y in points[1:]:
            QTest.mouseMove(self.canvas, self._place(x, y))
        QTest.mouseRelease(self.canvas, button, pos=self._place(*points[-1]))
        self.steps.append("drag" if button is LEFT else "right drag")
        self.way += way(points)

    def _place(self, x: float, y: float) -> QPoint:
        return self.canvas.view.to_widget(QPointF(x + 0.5, y + 0.5)).toPoint()


def keep_largest(hand: Hand, _task: Task) -> None:
    """One key."""
    hand.key("Shift+L", Qt.Key.Key_L, Qt.KeyboardModifier.ShiftModifier)


def remove_piece(hand: Hand, task: Task) -> None:
    """The bucket, with the right button."""
    hand.key("K", Qt.Key.Key_K)
    hand.click(*task.at, RIGHT)


def lasso(hand: Hand, task: Task) -> None:
    """Around what is missing, or with the right button around what is too much."""
    hand.key("L", Qt.Key.Key_L)
    adds = bool((task.truth & ~task.start).any())
    rest = np.zeros_like(task.truth) if adds else task.truth
    hand.drag(around(task.wrong, rest), LEFT if adds else RIGHT)


WAYS = {
    "one wrong island": (keep_largest, remove_piece),
    "a missed lobe": (lasso,),
    "a leak into the neighbour": (lasso,),
}


def make(folder: Path, tasks: list[Task]) -> Path:
    """A project with one image for each way of each task."""
    paths = [folder / f"p{number}.png" for number in range(sum(len(WAYS[task.name]) for task in tasks))]
    rng = np.random.default_rng(0)
    for path in paths:
        cv2.imwrite(str(path), rng.integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8))
    with Store.create(folder / "project", "steps") as store:
        structure = store.add_structure("Organ", "the organ", "#e5484d")
        store.add_images([read_image(path) for path in paths])
        starts = [task.start for task in tasks for _ in WAYS[task.name]]
        for row, start in zip(store.images(), starts, strict=True):
            logits = np.where(np.kron(start, np.ones((2, 2), bool)), 8.0, -8.0).astype(np.float16)
            store.save_prediction(row.id, structure.id, None, "the organ", logits, 0.9)
    return folder / "project"


def main() -> int:
    """Do it and print the table."""
    application = QApplication([])
    print(
        "| task | way | steps | of which | length of drags | Dice before | Dice after |\n|---|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder:
        project, every = make(Path(folder), tasks()), tasks()
        settings = Settings(Path(folder) / "settings.ini")
        window = MainWindow(Session(), settings, Theme(application, "dark"), CanvasTools(), Workers(["true"], ["true"]))
        window.show()
        window.activateWindow()
        assert window.open_project(project)
        rows = iter([row.id for row in window.session.images])
        for task in every:
            for act in WAYS[task.name]:
                window.session.select_image(next(rows))
                wait(0.1)
                assert np.array_equal(window.canvas.shown_mask(), task.start)
                hand = Hand(window)
                act(hand, task)
                wait(0.1)
                reached = dice(window.canvas.shown_mask(), task.truth)
                assert reached >= GOOD, f"{task.name}: {reached}"
                name = act.__name__.replace("_", " ")
                cells = f"{len(hand.steps)} | {', '.join(hand.steps)} | {hand.way:.0f} px"
                print(f"| {task.name} | {name} | {cells} | {dice(task.start, task.truth):.3f} | {reached:.3f} |")
        window.flow.close()
        window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
