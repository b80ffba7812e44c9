"""A closer look at a version, its worst cases, and two versions beside each other."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture
from PySide6.QtWidgets import QApplication

import app.compare_process
from app.compare_dialog import CompareDialog
from app.figures_dialog import FiguresDialog
from core.finetune.worst_files import worst_file
from core.store import Store, VersionRow
from tests.gui.acting import click
from tests.gui.conftest import HEIGHT, WIDTH


@pytest.fixture
def judged(open_window, project):
    """A window whose three images are accepted, with a version that was compared on them."""
    window = open_window()
    store, rows = window.session.store, window.session.images
    for row in rows:
        store.save_final(row.id, 1, np.eye(HEIGHT, WIDTH, dtype=bool), "accepted")
    images = [
        {"image": row.sha256[:12], "prompt": "the polyp", "before": 0.5, "after": 0.4 + number / 10}
        for number, row in enumerate(rows)
    ]
    closer = {"thin": False, "images": [{"hd95": [9.0, 4.0], "surface_dice": [0.5, 0.75]} for _ in rows]}
    figures = {
        "base_at_best": 0.5, "tuned_at_best": 0.5, "tuned_step": 96, "learned_from": 3, "held_out": 3, "groups": 3,
        "rounds": 3, "divided_by": "patient", "accepted": False, "reason": "Not better.", "images": images,
        "closer": closer, "worst": [0, 1],
    }  # fmt: skip
    folder = Path(project) / "versions" / "one"
    folder.mkdir(parents=True)
    for number in (1, 2):
        Picture.new("RGB", (608, 200), (30, 60, 90)).save(folder / worst_file(number))
    store.add_version(VersionRow("one", None, "toy", str(folder), "2026-01-01T08:00:00+00:00", figures, ""))
    window.session.version_changed.emit()
    window.tabs.setCurrentWidget(window.model)
    return window


def dialog_of(kind):
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, kind)
    return dialog


def test_the_result_says_that_few_labels_were_judged_in_rounds(qtbot, judged):
    text = judged.model.result.compared.text()
    assert "learned 3 times" in text and "has learned from all" in text
    judged.session.status_changed.emit(judged.session.images[0].id)
    qtbot.waitUntil(lambda: "it learns 4 times" in judged.model.finetune.what.text(), timeout=30_000)


def test_every_measure_stands_for_each_structure_and_patient(qtbot, judged):
    judged.model.ensureWidgetVisible(judged.model.result.look)
    click(qtbot, judged.model.result.look)
    dialog = dialog_of(FiguresDialog)
    rows = dialog.table.rows()
    assert rows[0][:5] == ["All", "3", "0.500", "0.500", "+0.000"]
    assert rows[1][0] == "Structure Polyp" and [row[0] for row in rows[2:]] == [f"Patient p{n}" for n in range(3)]
    assert rows[2][4] == "-0.100" and rows[2][5] == "–", "one image says nothing of its spread"
    assert [dialog.table.measure.itemData(n) for n in range(4)] == ["dice", "iou", "hd95", "surface_dice"]
    dialog.table.measure.setCurrentIndex(2)
    assert dialog.table.rows()[0][2:5] == ["9.0", "4.0", "-5.0"]
    dialog.reject()


def test_a_worst_case_opens_its_image(qtbot, judged):
    judged.session.select_image(judged.session.images[2].id)
    judged.model.versions.list.setCurrentRow(1)
    judged.model.ensureWidgetVisible(judged.model.versions.closer)
    click(qtbot, judged.model.versions.closer)
    dialog = dialog_of(FiguresDialog)
    assert len(dialog.worst.buttons) == 2 and "Dice 0.500 → 0.400" in dialog.worst.buttons[0].text()
    dialog.worst.buttons[0].click()
    assert judged.session.image_id == judged.session.images[0].id and not dialog.isVisible()


def test_a_picture_that_is_gone_is_left_out(qtbot, judged, project):
    (Path(project) / "versions" / "one" / worst_file(1)).unlink()
    judged.model.ensureWidgetVisible(judged.model.result.look)
    click(qtbot, judged.model.result.look)
    dialog = dialog_of(FiguresDialog)
    assert len(dialog.worst.buttons) == 1
    dialog.reject()


def test_two_versions_are_compared_on_the_test_set_and_elsewhere(qtbot, judged, monkeypatch):
    monkeypatch.setattr(
        app.compare_process,
        "worker_command",
        lambda module, *rest: [sys.executable, "-m", "tests.gui.toy_compare", *rest],
    )
    with Store.open(judged.session.folder) as store:
        store.set_test(judged.session.images[1].id, True)
    judged.model.ensureWidgetVisible(judged.model.versions.compare)
    click(qtbot, judged.model.versions.compare)
    dialog = dialog_of(CompareDialog)
    assert dialog.first.currentText() == "Base model" and dialog.second.currentText() == "Version 1"
    dialog.second.setCurrentIndex(0)
    assert not dialog.start.isEnabled(), "a model beside itself"
    dialog.second.setCurrentIndex(1)
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.table.isVisible(), timeout=60_000)
    assert [row[0] for row in dialog.table.rows()] == ["All", "Structure Polyp", "Patient p1"]
    assert dialog.said.text() == "Compared on 1 masks of patients from whom neither version has learned."
    assert dialog.table.table.horizontalHeaderItem(3).text() == "Version 1 (0.48)"
    dialog.which.setCurrentIndex(2)
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: "looks better here than it is" in dialog.said.text(), timeout=60_000)
    assert dialog.table.rows()[0][:4] == ["All", "3", "0.500", "0.620"]
    dialog.reject()


def test_a_comparison_that_fails_says_why(qtbot, judged, monkeypatch):
    monkeypatch.setattr(
        app.compare_process,
        "worker_command",
        lambda module, *rest: [sys.executable, "-m", "tests.gui.toy_compare", *rest],
    )
    judged.model.ensureWidgetVisible(judged.model.versions.compare)
    click(qtbot, judged.model.versions.compare)
    dialog = dialog_of(CompareDialog)
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.said.text() == "There are no such masks. Accept some.", timeout=60_000)
    assert dialog.start.isEnabled() and not dialog.table.isVisible()
    dialog.reject()
