"""The export dialog: what is written is what was accepted, and the window stays awake."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.export_dialog import ExportDialog
from tests.gui.acting import click, key, paint, predict

WAIT = 30_000


def accept_first(qtbot, window):
    predict(window)
    paint(qtbot, window, [(10, 10), (30, 10)])
    key(qtbot, window, Qt.Key.Key_Return)


@pytest.fixture
def dialog(qtbot, window):
    accept_first(qtbot, window)
    window.commands["export"].trigger()
    (found,) = window.findChildren(ExportDialog)
    return found


def test_without_an_accepted_mask_there_is_a_sentence_and_no_dialog(window):
    window.commands["export"].trigger()
    assert any("nothing to export yet" in text for text in window.messages.texts())
    assert window.findChildren(ExportDialog) == []


def test_it_says_what_will_be_written(dialog, project):
    (box,) = dialog.boxes.values()
    assert box.text() == "Polyp: 1 of 3 accepted" and box.isChecked()
    assert dialog.total.text() == "Masks to write: 1"
    assert Path(dialog.place.text()) == project / "masks"
    box.setChecked(False)
    assert not dialog.start.isEnabled()


def test_what_is_written_is_what_is_in_the_project(qtbot, window, dialog, tmp_path):
    out = tmp_path / "out"
    dialog.place.setText(str(out))
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.show_folder.isVisible(), timeout=WAIT)
    assert dialog.closing.text().startswith("Masks written and compared with the project: 1. They are in ")
    written = list(out.rglob("*.png"))
    assert [path.name for path in written] == ["p0_a.png"]
    image = cv2.imread(str(written[0]), cv2.IMREAD_UNCHANGED)
    stored = window.session.store.final_mask(window.session.images[0].id, window.session.structure_id)
    assert np.array_equal(image == 255, stored) and set(np.unique(image)) <= {0, 255}
    assert window.session.store.meta("export_folder") == str(out)
    assert not dialog.start.isEnabled()


def test_enter_in_the_field_of_the_folder_exports(qtbot, dialog, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(dialog, "_choose_place", lambda: asked.append(True))
    monkeypatch.setattr("app.export_dialog.QFileDialog.getExistingDirectory", lambda *_: asked.append(True) or "")
    dialog.place.setText(str(tmp_path / "out"))
    dialog.place.setFocus()
    qtbot.keyClick(dialog.place, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.show_folder.isVisible(), timeout=WAIT)
    assert not asked and (tmp_path / "out" / "manifest.csv").is_file()


def test_a_folder_that_cannot_be_used_gets_a_sentence_and_another_try(qtbot, dialog, tmp_path):
    (tmp_path / "file").write_text("x")
    dialog.place.setText(str(tmp_path / "file"))
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.closing.isVisible(), timeout=WAIT)
    assert dialog.closing.text().endswith(".") and not dialog.show_folder.isVisible()
    dialog.place.setText(str(tmp_path / "out"))
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.show_folder.isVisible(), timeout=WAIT)


def test_closing_during_the_export_leaves_the_folder_as_it_was(qtbot, dialog, tmp_path):
    out = tmp_path / "out"
    dialog.place.setText(str(out))
    click(qtbot, dialog.start)
    dialog.reject()
    assert not out.exists() or list(out.rglob("*.png")) == [] or (out / "manifest.csv").exists()
