"""The whole way with a hand: the real window, the real workers, the demo model on a copy of the demo project.

Predict, move the threshold, paint, erase, undo, accept, fine-tune, use the version, export; at the end the PNG files are read
again by another library and compared with the project, pixel by pixel.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Picture
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QStyle, QStyleOptionSlider

import app.finetuning
from app.canvas_tools import CanvasTools
from app.demo_start import make_demo_project
from app.export_dialog import ExportDialog
from app.finetune_process import State
from app.main_window import MainWindow
from app.session import Session
from app.settings import Settings
from app.theme import Theme
from core.demo_project import DemoProject, read_demo_project
from core.finetune.freeze import freeze_labels
from core.store import ImageRow, Store, StructureRow
from tests.gui.acting import click, key, paint

LEARNED = 8
EPOCHS = 6
MINUTE = 60_000


@dataclass(frozen=True)
class Target:
    """A structure on an image of the second scanner, with what a careful person would outline: (H, W) bool."""

    image: ImageRow
    structure: StructureRow
    truth: np.ndarray

    @property
    def key(self) -> tuple[int, int]:
        return self.image.id, self.structure.id


class Hand:
    """Drives the window as a person does, with mouse and keyboard."""

    def __init__(self, qtbot, window: MainWindow, demo: DemoProject) -> None:
        self.qtbot, self.window, self.session = qtbot, window, window.session
        self.targets = targets_of(demo, window.session)

    def choose(self, target: Target) -> None:
        view = self.window.images.view
        place = next(row for row in range(view.model().rowCount()) if id_of(view, row) == target.image.id)
        index = view.model().index(place, 0)
        view.scrollTo(index)
        self.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())
        number = [row.id for row in self.session.structures].index(target.structure.id) + 1
        key(self.qtbot, self.window, str(number))
        assert (self.session.image_id, self.session.structure_id) == target.key

    def predict(self) -> None:
        """Press P, unless the image is being predicted by itself already; wait for the answer."""
        key(self.qtbot, self.window, Qt.Key.Key_P)
        self.wait_for_prediction()

    def wait_for_prediction(self) -> None:
        predictions = self.window.flow.predictions
        self.qtbot.waitUntil(
            lambda: self.session.editing.has_prediction and not predictions.is_busy, timeout=10 * MINUTE
        )
        assert self.window.messages.texts() == []

    def drag_threshold(self, step: int) -> None:
        """Drag the slider's handle with the mouse to about a step."""
        slider = self.window.segment.threshold.slider
        option = QStyleOptionSlider()
        slider.initStyleOption(option)
        style, control = slider.style(), QStyle.ComplexControl.CC_Slider
        handle = style.subControlRect(control, option, QStyle.SubControl.SC_SliderHandle, slider)
        groove = style.subControlRect(control, option, QStyle.SubControl.SC_SliderGroove, slider)
        room = groove.width() - handle.width()
        target = QPoint(groove.x() + handle.width() // 2 + round(room * (step - 1) / 198), handle.center().y())
        self.qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=handle.center())
        for part in (0.5, 1.0):
            self.qtbot.mouseMove(slider, handle.center() + (target - handle.center()) * part)
        self.qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=target)

    def paint_the_difference(self, truth: np.ndarray) -> None:
        """Paint what is missing with the left button, erase what is too much with the right one, row by row."""
        brush = max(3.0, truth.shape[0] / 110)
        self.window.tools.set_radius(brush)
        for button, wanted in ((Qt.MouseButton.LeftButton, True), (Qt.MouseButton.RightButton, False)):
            mask = self.session.editing.current_mask()
            todo = (truth & ~mask) if wanted else (mask & ~truth)
            for y in range(0, truth.shape[0], round(1.5 * brush)):
                edges = np.flatnonzero(np.diff(np.concatenate([[0], todo[y].astype(np.int8), [0]])))
                for start, end in zip(edges[::2], edges[1::2], strict=True):
                    if end - start > 2 * brush:
                        paint(self.qtbot, self.window, [(start + brush, y), (end - 1 - brush, y)], button)


def id_of(view, row: int) -> int:
    return view.model().index(row, 0).data(Qt.ItemDataRole.UserRole)


def targets_of(demo: DemoProject, session: Session) -> list[Target]:
    """One structure of each image of the second scanner; the first is the one that a hand outlines most easily."""
    rows = {row.name: row for row in session.images}
    structures = {row.name: row for row in session.structures}
    found = []
    for entry in demo.images:
        if entry.scanner == demo.scanners[1]:
            name, path = next(iter(entry.masks.items()))
            with Picture.open(path) as picture:
                truth = np.asarray(picture.convert("L")) > 127
            found.append(Target(rows[entry.image.name], structures[name], truth))
    found.sort(key=lambda target: -cv2.distanceTransform(target.truth.astype(np.uint8), cv2.DIST_L2, 3).max())
    # Of many patients, so that some can be kept aside: one image of each, and again from the start.
    patients = [target.image.patient_key for target in found]
    turns = {target.key: patients[:place].count(target.image.patient_key) for place, target in enumerate(found)}
    return sorted(found, key=lambda target: turns[target.key])


@pytest.fixture
def hand(qtbot, qapp, tmp_path):
    demo = read_demo_project()
    folder = tmp_path / "Demo"
    make_demo_project(folder)
    window = MainWindow(Session(), Settings(), Theme(qapp, "dark"), CanvasTools())
    qtbot.addWidget(window)
    window.show()
    assert window.open_project(folder)
    yield Hand(qtbot, window, demo)
    window.flow.close()
    window.close()


@pytest.mark.timeout(1500)
def test_from_the_first_prediction_to_the_files(hand, tmp_path, monkeypatch):
    monkeypatch.setattr(
        app.finetuning, "freeze_labels", lambda *given, **chosen: freeze_labels(*given, **{**chosen, "epochs": EPOCHS})
    )
    targets, other = hand.targets[:LEARNED], hand.targets[LEARNED]
    predict_and_correct(hand, targets[0])
    accept_the_others(hand, targets)
    version_id = fine_tune(hand)
    predict_with_the_version(hand, version_id, other)
    export_and_compare(hand, tmp_path / "out", targets)
    close_and_open_again(hand, targets)


def predict_and_correct(hand: Hand, target: Target) -> None:
    qtbot, window, session = hand.qtbot, hand.window, hand.session
    hand.choose(target)
    hand.predict()
    assert session.statuses()[target.image.id] == "predicted"
    before = session.editing.current_mask()
    hand.drag_threshold(40)
    assert 25 <= session.editing.step <= 55
    wider = session.editing.current_mask()
    assert (wider | before == wider).all()
    assert np.array_equal(window.canvas.shown_mask(), wider)
    paint(qtbot, window, [(12, 12), (30, 12)])
    assert session.editing.current_mask()[12, 12:31].all()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(session.editing.current_mask(), wider)
    hand.paint_the_difference(target.truth)
    assert dice(session.editing.current_mask(), target.truth) > max(0.8, dice(wider, target.truth) - 0.01)
    shown = window.canvas.shown_mask()
    key(qtbot, window, Qt.Key.Key_Return)
    assert session.statuses()[target.image.id] == "accepted"
    assert np.array_equal(session.store.final_mask(*target.key), shown)


def accept_the_others(hand: Hand, targets: list[Target]) -> None:
    for target in targets[1:]:
        hand.choose(target)
        hand.predict()
        hand.paint_the_difference(target.truth)
        shown = hand.window.canvas.shown_mask()
        key(hand.qtbot, hand.window, Qt.Key.Key_Return)
        assert np.array_equal(hand.session.store.final_mask(*target.key), shown)
    hand.choose(targets[0])
    assert sorted(hand.session.store.accepted()) == sorted(target.key for target in targets)


def fine_tune(hand: Hand) -> str:
    qtbot, window = hand.qtbot, hand.window
    ended, epochs, stages = [], [], []
    run = window.flow.finetuning
    run.ended.connect(ended.append)
    run.epoch_over.connect(epochs.append)
    run.staged.connect(stages.append)
    tabs = window.tabs.tabBar()
    qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(1).center())
    panel = window.model.finetune
    qtbot.waitUntil(lambda: panel.labels.text().startswith(f"Accepted masks: {LEARNED},"), timeout=5000)
    click(qtbot, panel.start)
    qtbot.waitUntil(lambda: bool(ended), timeout=10 * MINUTE)
    assert ended[0].state is State.FINISHED, ended[0].error
    store = hand.session.store
    (version,) = store.versions()
    trainings = version.figures["rounds"] + 1  # so few labels are judged in rounds, and then all of them are learned
    assert trainings > 1 and len(ended) == 1 and stages
    assert [event.epoch for event in epochs] == trainings * list(range(1, EPOCHS + 1))
    assert window.model.chart().points()[0] == [(event.epoch, event.loss) for event in epochs[-EPOCHS:]]
    assert store.version_folder(version).is_dir() and store.runs()[-1].outcome == "done"
    texts = window.model.result.bars.texts()
    for text, figure in zip(texts, ("base_at_half", "base_at_best", "tuned_at_best"), strict=True):
        assert text.endswith(f": {version.figures[figure]:.3f}")
    active = store.active_version()
    assert (active is not None) == version.figures["accepted"]
    if active is None:  # by hand, then: law 3 only says that it does not happen by itself
        window.model.versions.list.setCurrentRow(1)
        click(qtbot, window.model.versions.use)
    for name in list(window.messages._cards):
        window.messages.clear(name)
    return version.id


def predict_with_the_version(hand: Hand, version_id: str, target: Target) -> None:
    hand.choose(target)
    hand.predict()
    store = hand.session.store
    assert store.prediction(*target.key).version_id == version_id
    assert hand.session.editing.step == store.versions()[0].figures["tuned_step"]


def export_and_compare(hand: Hand, out: Path, targets: list[Target]) -> None:
    qtbot, window, store = hand.qtbot, hand.window, hand.session.store
    qtbot.keyClick(window.canvas, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    (dialog,) = window.findChildren(ExportDialog)
    dialog.place.selectAll()
    qtbot.keyClicks(dialog.place, str(out))
    assert dialog.total.text() == f"Masks to write: {len(targets)}"
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.show_folder.isVisible(), timeout=MINUTE)
    assert f"compared with the project: {len(targets)}." in dialog.closing.text()
    click(qtbot, dialog.cancel)
    wanted = {(target.structure.name, Path(target.image.path).stem): target for target in targets}
    written = {(path.parent.name, path.stem): path for path in out.rglob("*.png")}
    assert written.keys() == wanted.keys()
    for name, path in written.items():
        with Picture.open(path) as picture:
            pixels = np.asarray(picture)
        assert picture.mode == "L" and set(np.unique(pixels)) <= {0, 255}
        assert np.array_equal(pixels == 255, store.final_mask(*wanted[name].key))
    with open(out / "manifest.csv", encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(targets)


def close_and_open_again(hand: Hand, targets: list[Target]) -> None:
    folder, store = hand.session.folder, hand.session.store
    masks = {target.key: store.final_mask(*target.key) for target in targets}
    assert hand.window.close() and not hand.window.flow.process.is_running
    with Store.open(folder, read_only=True) as again:
        for key_of, mask in masks.items():
            assert np.array_equal(again.final_mask(*key_of), mask)


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return 2 * (one & other).sum() / max(1, one.sum() + other.sum())
