"""How quick the window is under the hand: threshold, brush, undo, going on, starting; on images of 4096×4096 and 1024×1024.

    python -m tests.benchmarks.window [--side 4096 1024 6000] [--rounds 3] [--start-only]

Makes a project of smooth random pictures with a prediction each in a temporary folder, opens the real window on it without a screen
and drives it with real mouse and key events. "To repaint" is from the event to the end of all that it repaints. "Durable" is from the
mouse button up until the stroke is on the disk and everything is painted. "Next" is from the key until picture and mask are on the
screen and nothing is left to paint, with the image read ahead as it is while somebody looks at the one before. "Longest wait" is
the longest time in which the window did nothing else, by a clock in its own thread that ticks each millisecond; there, next has
also been asked for without anything read ahead. A start is a fresh process until its window is painted and idle.

Other work on the machine makes all of this slower: every figure is taken in several rounds, and of these the round with the lowest
p95 stands in the table, with the load beside it.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSlider

from app.canvas_tools import CanvasTools, Tool
from app.main_window import MainWindow
from app.model_flow import Workers
from app.session import Session
from app.settings import Settings
from app.theme import Theme
from core.store import Store
from tests.benchmarks.image_list import timed, wait

Time = tuple[float, float]
"""Milliseconds by the clock, and of the processor in the window's own thread."""
GOALS = {
    "slider move to repaint": 16.0,
    "brush stamp to repaint": 16.0,
    "stroke end to durable": 15.0,
    "undo to repaint": 30.0,
    "next image with prefetch": 150.0,
    "longest wait, next with prefetch": 33.0,
    "longest wait, next without prefetch": 33.0,
}
LARGEST_GOALS = {"longest wait, next with prefetch": 50.0, "longest wait, next without prefetch": 50.0}
"""For what is larger than 4096×4096."""
START_GOAL = 2000.0
IMAGES = 8

STARTED = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import app.__main__ as program
from app.program import Program
shown = Program.begin
def begin(self, *arguments):
    shown(self, *arguments)
    def idle():
        assert "torch" not in sys.modules and self.window.isVisible()
        print("usable", flush=True)
        QApplication.quit()
    QTimer.singleShot(0, self, lambda: QTimer.singleShot(0, self, idle))
Program.begin = begin
program.main([])
"""


def make(folder: Path, side: int, images: int = IMAGES) -> None:
    """A project with pictures of this side and a prediction on each, a third of them corrected before."""
    rng = np.random.default_rng(side)
    rows, columns = np.mgrid[:256, :256]
    folder.mkdir(parents=True)
    paths = []
    for number in range(images):
        rough = rng.integers(0, 255, (48, 48, 3), dtype=np.uint8)
        picture = cv2.resize(rough, (side, side), interpolation=cv2.INTER_CUBIC)
        content = cv2.imencode(".jpg", picture)[1].tobytes()
        path = folder / f"picture{number}.jpg"
        path.write_bytes(content)
        paths.append((path, hashlib.sha256(content).hexdigest(), side, side, f"patient{number}", ""))
    with Store.create(folder / "project", "benchmark") as store:
        store.add_images(paths)
        structure = store.add_structure("Lesion", "the lesion", "#e5484d")
        for number in range(images):
            distance = (rows - 128) ** 2 + (columns - 118 - 3 * number) ** 2
            logits = (6 * (1 - distance / (50 + number) ** 2)).clip(-8, 8)
            logits += cv2.GaussianBlur(rng.normal(0, 30, logits.shape), (0, 0), 6)  # a ragged edge, as models have it
            store.save_prediction(number + 1, structure.id, None, "the lesion", logits.astype(np.float16), 0.9)


class Heart(QObject):
    """A clock in the window's own thread; the longest gap between two ticks is the longest time it did something else."""

    def __init__(self) -> None:
        super().__init__()
        self.longest: Time = (0.0, 0.0)
        self._since, self._worked = QElapsedTimer(), 0.0
        self._timer = QTimer(self, interval=1, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def begin(self) -> None:
        """Tick."""
        self.longest = (0.0, 0.0)
        self._since.start()
        self._worked = time.thread_time()
        self._timer.start()

    def end(self) -> Time:
        """Stop; the longest gap in milliseconds, by the clock and of the processor."""
        self._tick()
        self._timer.stop()
        return self.longest

    def _tick(self) -> None:
        worked = time.thread_time()
        gap = (self._since.nsecsElapsed() / 1e6, 1000 * (worked - self._worked))
        self.longest = (max(self.longest[0], gap[0]), max(self.longest[1], gap[1]))
        self._since.restart()
        self._worked = worked


class Painted(QObject):
    """Counts how often a widget was painted, so that nothing is measured that painted nothing."""

    def __init__(self, widget: QObject) -> None:
        super().__init__(widget)
        self.times = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Count."""
        self.times += event.type() == QEvent.Type.Paint
        return False


class Bench:
    """The real window on a project, and a hand."""

    def __init__(self, application: QApplication, folder: Path, side: int) -> None:
        make(folder / "pictures", side)
        self.side = side
        settings = Settings(folder / "settings.ini")
        self.window = MainWindow(
            Session(), settings, Theme(application, "dark"), CanvasTools(), Workers(["true"], ["true"])
        )
        gc.freeze()  # as the program does once it is made
        self.canvas, self.session = self.window.canvas, self.window.session
        self.painted = Painted(self.canvas)
        self.window.show()
        wait(0.3)
        assert self.window.open_project(folder / "pictures" / "project")
        self.settle()

    def close(self) -> None:
        """Close the window."""
        self.window.flow.close()
        self.window.close()

    def is_there(self) -> bool:
        """Whether picture and mask are on the screen."""
        return self.session.image is not None and self.session.editing.is_loaded

    def settle(self) -> None:
        """Wait until the image is there and nothing goes on any more: the next one is read, the mask is saved."""
        while not self.is_there():
            wait(0.01)
        wait(1.0 if self.side < 2000 else 3.0)

    def step(self, act: Callable[[], object]) -> Time:
        """Milliseconds until it is done and painted."""
        before = self.painted.times
        took = timed(act)
        assert self.painted.times > before, "nothing was painted"
        return took

    def at(self, across: float, down: float) -> QPoint:
        """A place in the picture, in shares of the canvas."""
        return QPoint(round(across * self.canvas.width()), round(down * self.canvas.height()))

    def slider(self) -> list[Time]:
        """Milliseconds of each move of the threshold, held by the mouse."""
        slider: QSlider = self.window.segment.threshold.slider
        slider.setSliderDown(True)
        times = [self.step(lambda k=k: slider.setValue(k)) for k in [*range(60, 140, 2), *range(139, 61, -2)]]
        slider.setSliderDown(False)
        wait(0.2)
        return times

    def strokes(self) -> dict[str, list[Time]]:
        """Milliseconds of each stamp of the brush, of each end of a stroke, and of taking each stroke back."""
        self.window.tools.choose(Tool.BRUSH)
        canvas, button = self.canvas, Qt.MouseButton.LeftButton
        stamps, ends = [], []
        for row in range(12):
            places = [self.at(0.3 + 0.03 * n, 0.3 + 0.03 * row + 0.01 * (n % 2)) for n in range(12)]
            QTest.mouseMove(canvas, places[0])
            QApplication.processEvents()
            stamps.append(self.step(lambda place=places[0]: QTest.mousePress(canvas, button, pos=place)))
            stamps += [self.step(lambda place=place: QTest.mouseMove(canvas, place)) for place in places[1:]]
            ends.append(timed(lambda place=places[-1]: QTest.mouseRelease(canvas, button, pos=place)))
            wait(0.03)
        undo = self.window.commands["undo"].trigger
        undone = [self.step(undo) for _ in range(12)]
        return {"brush stamp to repaint": stamps, "stroke end to durable": ends, "undo to repaint": undone}

    def next(self, prefetch: bool) -> tuple[Time, Time]:
        """Milliseconds until the next image with its mask is painted, and the longest time without a tick until well after."""
        if not prefetch:
            self.session.reader.forget()
        heart = Heart()
        heart.begin()
        wait(0.02)
        before = self.painted.times

        def go() -> None:
            self.window.commands["next"].trigger()
            while not self.is_there():
                QApplication.processEvents()

        took = timed(go)
        wait(0.5)  # what follows at once must not hold the window up either
        assert self.painted.times > before
        return took, heart.end()

    def going_on(self) -> dict[str, list[Time]]:
        """From image to image."""
        found: dict[str, list[Time]] = {}
        for prefetch in (True, False):
            self.session.select_image(self.session.images[0].id)
            self.settle()
            times = []
            for _ in range(IMAGES - 1):
                times.append(self.next(prefetch))
                self.settle()
            kind = "with prefetch" if prefetch else "without prefetch"
            found[f"next image {kind}"] = [took for took, _ in times]
            found[f"longest wait, next {kind}"] = [longest for _, longest in times]
        return found

    def round(self) -> dict[str, list[Time]]:
        """Everything once."""
        return {"slider move to repaint": self.slider(), **self.strokes(), **self.going_on()}


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of all lies."""
    return sorted(values)[min(len(values) - 1, round(share * (len(values) - 1)))]


def cell(values: Sequence[float]) -> str:
    """Median, 95 % and longest."""
    return f"{percentile(values, 0.5):.1f} / {percentile(values, 0.95):.1f} / {max(values):.1f}"


def measured(application: QApplication, side: int, rounds: int) -> list[str]:
    """Rows of the table for one size."""
    all_rounds, loads = [], []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(application, Path(folder), side)
        for _ in range(rounds):
            all_rounds.append(bench.round())
            loads.append(os.getloadavg()[0])
        bench.close()
    rows = []
    goals = GOALS if side <= 4096 else GOALS | LARGEST_GOALS
    for name in all_rounds[0]:
        values, load = min(
            ((one[name], load) for one, load in zip(all_rounds, loads, strict=True)),
            key=lambda pair: percentile([clock for clock, _ in pair[0]], 0.95),
        )
        goal = f"{goals[name]:.0f}" if name in goals else "–"
        rows.append(
            f"| {name}, {side}² | {' | '.join(cell(one) for one in zip(*values, strict=True))} | {goal} | {load:.1f} |"
        )
    return rows


def start(rounds: int) -> str:
    """A row for the start of the program."""
    times = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as home:
            folders = {
                name: home for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
            }
            begun = time.perf_counter()
            with subprocess.Popen(
                [sys.executable, "-c", STARTED], env=os.environ | folders, stdout=subprocess.PIPE
            ) as one:
                assert one.stdout is not None and one.stdout.readline() == b"usable\n"
                times.append(1000 * (time.perf_counter() - begun))
    return f"| window start to usable, a fresh process without torch | {cell(times)} | | {START_GOAL:.0f} | {os.getloadavg()[0]:.1f} |"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, nargs="*", default=[4096, 1024, 6000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}, milliseconds;"
        " the processor's are those of the window's own thread\n"
    )
    print(
        "| p50 / p95 / longest | by the clock | of the processor | goal (p95) | load |\n|---|---|---|---|---|",
        flush=True,
    )
    print(start(4 * options.rounds), flush=True)
    application = QApplication([])
    for side in options.side:
        print("\n".join(measured(application, side, options.rounds)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
