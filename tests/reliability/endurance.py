"""Many predictions and fine-tunes in a row with the real model: `python -m tests.reliability.endurance --predictions 50 --finetunes 3`.

Says what each process holds in memory on the way. The window is real and without a screen; the project is a demo project in a
folder of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas_tools import CanvasTools
from app.demo_start import make_demo_project
from app.main_window import MainWindow
from app.session import Session
from app.settings import Settings
from app.theme import Theme

MEGABYTE = 1024 * 1024
LABELS = 12


def until(ready, seconds: float = 900) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it took too long"
        QTest.qWait(20)


def memory() -> tuple[int, int]:
    """Resident megabytes of the window, and of its largest worker."""
    window = psutil.Process()
    workers = [one.memory_info().rss for one in window.children(recursive=True)]
    return window.memory_info().rss // MEGABYTE, max(workers, default=0) // MEGABYTE


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--predictions", type=int, default=50)
    parser.add_argument("--finetunes", type=int, default=3)
    options = parser.parse_args(arguments)
    place, start = Path(tempfile.mkdtemp(prefix="sa2va-endurance-")), time.monotonic()
    application = QApplication(sys.argv[:1])
    make_demo_project(place / "project")
    session = Session()
    window = MainWindow(session, Settings(place / "settings.ini"), Theme(application, "dark"), CanvasTools())
    window.show()
    assert window.open_project(place / "project")
    until(lambda: session.image is not None)
    for number in range(options.predictions):
        session.select_image(session.images[number % len(session.images)].id)
        until(lambda: session.image is not None)
        before = session.editing.prediction
        window.segment.structure.ask()
        until(lambda before=before: session.editing.prediction is not None and session.editing.prediction is not before)
        if number % 10 == 9:
            print(f"{number + 1} predictions: window {memory()[0]} MB, worker {memory()[1]} MB", flush=True)
    for row in session.images[:LABELS]:
        session.select_image(row.id)
        until(lambda: session.image is not None)
        session.accept()
    ended = []
    window.flow.finetuning.ended.connect(ended.append)
    for number in range(options.finetunes):
        before, largest = len(ended), 0
        window.flow.finetuning.start(epochs=2)
        end = time.monotonic() + 900
        while len(ended) == before and time.monotonic() < end:
            QTest.qWait(200)
            largest = max(largest, memory()[1])
        state = ended[-1].state.name if len(ended) > before else "no ending"
        why = f" ({ended[-1].error})" if len(ended) > before and ended[-1].error is not None else ""
        print(f"fine-tune {number + 1}: {state}{why}, window {memory()[0]} MB, largest worker {largest} MB", flush=True)
    window.flow.close()
    window.close()
    print(f"{time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
