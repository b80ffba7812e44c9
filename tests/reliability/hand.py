"""A hand in the real window that notes beside the project, on the disk, what the window acknowledged.

Runs in a process of its own that is going to be killed. The note: a line before each act ("intent") and one after it, with the
state of the image as the window shows it then. Nothing in it comes from the project file.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas_tools import CanvasTools
from app.export_dialog import ExportDialog
from app.main_window import MainWindow
from app.model_flow import Workers
from app.session import Session
from app.settings import Settings
from app.theme import Theme
from core.image_file import read_image
from core.store import Store

HEIGHT, WIDTH, IMAGES = 96, 128, 6
NOTE = "acknowledged.jsonl"
MASKS = "masks of the export"


def sha(pixels: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()


def make_project(place: Path, seed: int) -> Path:
    """A project of six images with a structure, each with an accepted mask, so that a fine-tune and an export can start."""
    rng = np.random.default_rng(seed)
    (place / "pictures").mkdir(parents=True)
    images = []
    for number in range(IMAGES):
        file = place / "pictures" / f"p{number}_a.png"
        cv2.imwrite(str(file), rng.integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8))
        images.append(read_image(file))
    with Store.create(place / "project", "kill") as store:
        store.add_structure("Polyp", "the polyp", "#56B4E9")
        store.add_images(images)
        mask = np.zeros((HEIGHT, WIDTH), np.bool_)
        mask[20:40, 30:60] = True
        for row in store.images():
            store.save_final(row.id, 1, mask, "accepted")
    with open(place / NOTE, "w", encoding="utf-8") as note:
        note.write(json.dumps({"what": "final", "sha": sha(mask)}) + "\n")
    return place / "project"


class Hand:
    """Acts at random in the window on one project, for ever."""

    def __init__(self, place: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.place = place
        self.note = os.open(place / NOTE, os.O_WRONLY | os.O_APPEND)
        application = QApplication(sys.argv[:1])
        workers = Workers(*([sys.executable, "-m", f"tests.gui.{name}", mode] for name, mode in
                            (("toy_worker", "ok"), ("toy_finetune", "better"))))  # fmt: skip
        tools = CanvasTools(radius=4.0)
        self.session = Session()
        self.window = MainWindow(
            self.session, Settings(place / "settings.ini"), Theme(application, "dark"), tools, workers
        )
        self.session.failed.connect(lambda error: self.write({"what": "crash", "text": str(error)}))
        self.window.resize(1200, 800)
        self.window.show()
        assert self.window.open_project(place / "project")
        self.settle(lambda: self.session.image is not None)
        self.deeds = [
            (self.paint, 10), (self.threshold, 3), (self.undo, 4), (self.redo, 2), (self.predict, 2), (self.accept, 2),
            (self.leave, 2), (self.export, 1), (self.finetune, 1),
        ]  # fmt: skip

    def write(self, line: dict[str, Any]) -> None:
        """On the disk when this returns: from here on the act counts as acknowledged."""
        os.write(self.note, json.dumps(line).encode() + b"\n")
        os.fsync(self.note)

    def settle(self, ready, seconds: float = 10.0) -> None:
        end = time.monotonic() + seconds
        while not ready() and time.monotonic() < end:
            QTest.qWait(5)

    def act(self) -> None:
        """One act, with its two lines."""
        deed = self.random.choices([one for one, _ in self.deeds], [weight for _, weight in self.deeds])[0]
        if self.session.image is None:
            self.settle(lambda: self.session.image is not None)
        before, image = self.state(), self.session.image_id
        self.write({"what": "intent", "act": deed.__name__, "image": image, **before})
        line = {"what": "done", "act": deed.__name__, "image": image, **(deed() or {})}
        if self.session.image_id == image:
            line.update(self.state())
        self.write(line)
        QTest.qWait(self.random.choice([0, 0, 5, 30]))

    def state(self) -> dict[str, Any]:
        """The edit layer and the threshold as the window shows them."""
        editing = self.session.editing
        return {"layer": sha(editing.edits.layer), "step": editing.step} if editing.edits is not None else {}

    def paint(self) -> None:
        canvas, view = self.window.canvas, self.window.canvas.view
        button = self.random.choice([Qt.MouseButton.LeftButton] * 3 + [Qt.MouseButton.RightButton])
        points = [
            (self.random.uniform(0, WIDTH), self.random.uniform(0, HEIGHT)) for _ in range(self.random.randint(2, 6))
        ]
        places = [view.to_widget(QPointF(*point)).toPoint() for point in points]
        QTest.mousePress(canvas, button, pos=places[0])
        for place in places[1:]:
            QTest.mouseMove(canvas, place)
        QTest.mouseRelease(canvas, button, pos=places[-1])

    def threshold(self) -> None:
        slider = self.window.segment.threshold.slider
        slider.setSliderDown(True)
        for _ in range(4):
            slider.setValue(self.random.randint(1, 199))
        slider.setSliderDown(False)

    def undo(self) -> None:
        self.window.commands["undo"].trigger()

    def redo(self) -> None:
        self.window.commands["redo"].trigger()

    def predict(self) -> None:
        QTest.keyClick(self.window.canvas, Qt.Key.Key_P)

    def accept(self) -> dict[str, Any]:
        """Return tells the mask only if the window said that it is saved; a key may come while no window is active."""
        editing, said = self.session.editing, []
        final = sha(editing.current_mask())
        self.write({"what": "final", "sha": final})
        connection = editing.saved.connect(lambda: said.append(editing.status))
        QTest.keyClick(self.window.canvas, Qt.Key.Key_Return)
        self.settle(lambda: self.session.image is not None)
        editing.saved.disconnect(connection)
        return {"final": final} if "accepted" in said else {}

    def leave(self) -> None:
        self.session.select_image(self.random.choice(self.session.images).id)
        self.settle(lambda: self.session.image is not None)

    def export(self) -> None:
        self.window.commands["export"].trigger()
        for dialog in self.window.findChildren(ExportDialog):
            dialog.place.setText(str(self.place / MASKS))
            QTest.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
            self.settle(dialog.show_folder.isVisible, 3.0)
            dialog.reject()

    def finetune(self) -> None:
        self.window.tabs.setCurrentIndex(1)
        if self.window.model.finetune.start.isEnabled():
            QTest.mouseClick(self.window.model.finetune.start, Qt.MouseButton.LeftButton)
        self.window.tabs.setCurrentIndex(0)


def run(place: Path, seed: int) -> None:
    """Work until somebody ends this process; an error nobody expected is noted as a crash."""
    hand = Hand(place, seed)

    def crash(kind, error, trace) -> None:
        hand.write({"what": "crash", "text": "".join(traceback.format_exception(kind, error, trace))})

    sys.excepthook = crash
    hand.write({"what": "ready"})
    while True:
        try:
            hand.act()
        except BaseException as error:  # noqa: BLE001
            crash(type(error), error, error.__traceback__)
            os._exit(1)
