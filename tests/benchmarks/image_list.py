"""How quick the list of images is in a project of ten thousand: opening, scrolling, searching, ordering, accepting.

    python -m tests.benchmarks.image_list [--images 10000] [--predicted 10000]

Makes the project in a temporary folder (one small JPEG file per image, a prediction for as many as asked), opens the real window on
it and drives it. A frame is one turn of the event loop after a movement of the scroll bar, with everything that it repaints. The
first scrolling makes the small pictures, the second one finds them in the cache.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from app.canvas_tools import CanvasTools
from app.main_window import MainWindow
from app.model_flow import Workers
from app.session import Session
from app.settings import Settings
from app.theme import Theme
from core.store import Store

SIDE = 512
FRAMES = 400


def make(folder: Path, images: int, predicted: int) -> None:
    """A project with so many images and predictions."""
    rng = np.random.default_rng(0)
    ground = cv2.GaussianBlur(rng.integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8), (0, 0), 4)
    pictures = folder / "pictures"
    pictures.mkdir(parents=True)
    rows = []
    for number in range(images):
        picture = cv2.putText(ground.copy(), str(number), (40, 300), cv2.FONT_HERSHEY_SIMPLEX, 3, (255, 255, 255), 8)
        content = cv2.imencode(".jpg", picture)[1].tobytes()
        path = pictures / f"patient{number // 4:04d}_{number % 4}.jpg"
        path.write_bytes(content)
        rows.append((path, hashlib.sha256(content).hexdigest(), SIDE, SIDE, f"patient{number // 4:04d}", ""))
    rows_, columns = np.mgrid[:256, :256]
    with Store.create(folder / "project", "benchmark") as store:
        store.add_images(rows)
        structure = store.add_structure("Lesion", "the lesion", "#e5484d")
        store.execute("PRAGMA synchronous = OFF")
        for number in range(predicted):
            radius = 20 + number % 60
            logits = (6 * (1 - ((rows_ - 128) ** 2 + (columns - 128) ** 2) / radius**2)).clip(-8, 8).astype(np.float16)
            logits += rng.normal(0, 0.3, logits.shape).astype(np.float16)
            store.save_prediction(number + 1, structure.id, None, "the lesion", logits, 0.9)


Times = list[tuple[float, float]]


def timed(step: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds until a step and all that it repaints is over: by the clock, and of the processor in the window's thread."""
    begun, worked = time.perf_counter(), time.thread_time()
    step()
    QApplication.processEvents()
    return 1000 * (time.perf_counter() - begun), 1000 * (time.thread_time() - worked)


def wait(seconds: float) -> None:
    """Let the window live."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        QApplication.processEvents()
        time.sleep(0.002)


def line(name: str, times: Times) -> str:
    """One row of the table."""
    cells = []
    for values in zip(*times, strict=True):
        p95 = sorted(values)[min(len(values) - 1, round(0.95 * len(values)))]
        cells.append(f"{statistics.median(values):.1f} / {p95:.1f} / {max(values):.1f}")
    return f"| {name} | {' | '.join(cells)} |"


def scroll(window: MainWindow) -> Times:
    """Milliseconds of each frame: the list is pulled from top to bottom, with a wheel's pace at both ends."""
    bar = window.images.view.verticalScrollBar()
    wheel = [bar.minimum() + 54 * step for step in range(FRAMES // 4)]
    pull = [round(place) for place in np.linspace(bar.minimum(), bar.maximum(), FRAMES // 2)]
    back = [bar.maximum() - 54 * step for step in range(FRAMES // 4)]
    times = []
    for place in wheel + pull + back:
        times.append(timed(lambda place=place: bar.setValue(place)))
        time.sleep(0.004)
    return times


def type_words(window: MainWindow, words: str) -> Times:
    """Milliseconds of each key in the field that searches, and of taking each sign away again."""
    field = window.images.filter

    def press(key: Qt.Key, text: str) -> None:
        QApplication.sendEvent(field, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text))

    times = [timed(lambda sign=sign: press(Qt.Key.Key_unknown, sign)) for sign in words]
    return times + [timed(lambda: press(Qt.Key.Key_Backspace, "")) for _ in words]


def opened(application: QApplication, folder: Path) -> MainWindow:
    """A window that has nothing to do; its settings are in a folder."""
    window = MainWindow(
        Session(),
        Settings(folder / "settings.ini"),
        Theme(application, "dark"),
        CanvasTools(),
        Workers(["true"], ["true"]),
    )
    gc.freeze()  # as the program does once it is made
    window.show()
    wait(0.5)
    return window


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--predicted", type=int, default=10_000)
    options = parser.parse_args()
    application = QApplication([])
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make(folder, options.images, options.predicted)
        size = sum(file.stat().st_size for file in (folder / "project").glob("project.sqlite*"))
        window = opened(application, folder)
        rows = {"open": [timed(lambda: window.open_project(folder / "project"))]}
        wait(1.0)
        rows["scroll, first time"] = scroll(window)
        wait(1.0)
        rows["scroll, again"] = scroll(window)
        wait(1.0)
        rows["key in the search"] = type_words(window, "patient0123")
        rows["another filter"] = [
            timed(lambda which=which: window.queue.show_only(which)) for which in ("open", "accepted", "all")
        ]
        rows["another order"] = [
            timed(lambda order=order: window.queue.sort(order)) for order in ("uncertain", "shuffled", "name")
        ]
        rows["next image"] = [timed(lambda: window.queue.step(1)) for _ in range(20)]
        window.queue.show_only("open")
        rows["accept and next"] = [timed(window.commands["accept"].trigger) for _ in range(20)]
        window.flow.close()
        window.close()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {options.images} images, {options.predicted} predicted, {size / 1e9:.1f} GB\n"
    )
    print("| median / 95 % / longest, in milliseconds | by the clock | of the processor |\n|---|---|---|")
    print("\n".join(line(name, values) for name, values in rows.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
