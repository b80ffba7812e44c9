"""Importing masks in the window: nothing is written before it is shown, and what is written can be undone."""

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.mask_import_dialog import MaskImportDialog
from tests.gui.acting import click, paint, predict
from tests.gui.conftest import HEIGHT, WIDTH

WAIT = 30_000


def box():
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[20:50, 30:80] = 255
    return mask


def tick(qtbot, check):
    assert check.isVisible() and check.isEnabled()
    qtbot.mouseClick(check, Qt.MouseButton.LeftButton, pos=QPoint(10, check.height() // 2))


@pytest.fixture
def dialog(window):
    window.commands["import_masks"].trigger()
    (found,) = window.findChildren(MaskImportDialog)
    return found


def look(qtbot, dialog, tmp_path, **masks):
    folder = tmp_path / "masks"
    folder.mkdir(exist_ok=True)
    for name, mask in masks.items():
        cv2.imwrite(str(folder / f"{name}.png"), mask)
    dialog.look([folder])
    qtbot.waitUntil(lambda: dialog.total.text() != "" and not dialog.bar.isVisible(), timeout=WAIT)


def test_pairs_are_shown_and_then_written_as_one_step(qtbot, window, dialog, tmp_path):
    predict(window)
    paint(qtbot, window, [(10, 10), (20, 10)])
    before = window.session.editing.current_mask().copy()
    store, image, structure = window.session.store, window.session.image_id, window.session.structure_id
    look(qtbot, dialog, tmp_path, p0_a_mask=box(), p1_a=box(), nobody=box())
    told = [(dialog.pairs.item(row, 0).text(), dialog.pairs.item(row, 1).text()) for row in range(3)]
    assert told == [
        ("nobody.png", "left out: no image of this name"),
        ("p0_a_mask.png", "p0_a.png (replaces your mask)"),
        ("p1_a.png", "p1_a.png"),
    ]
    assert dialog.total.text() == "Masks to import: 2. Left out: 1"
    assert len(store.journal(image, structure)) == 1, "nothing is written yet"
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.closing.text() == "Masks imported: 2.", timeout=WAIT)
    assert np.array_equal(window.session.editing.current_mask(), box() > 0), "the window shows it"
    assert window.session.statuses()[image] == "in_work"
    dialog.reject()
    paint(qtbot, window, [(100, 80), (110, 80)])
    assert window.session.editing.undo() and window.session.editing.undo()
    assert np.array_equal(window.session.editing.current_mask(), before)


def test_unusual_masks_are_asked_about_with_a_preview(qtbot, window, dialog, tmp_path):
    mask = np.full((HEIGHT, WIDTH), 7, np.uint8)
    mask[20:50, 30:80] = 0
    look(qtbot, dialog, tmp_path, p0_a=mask)
    question = dialog.question
    assert question.right.isVisible() and not dialog.start.isEnabled()
    qtbot.waitUntil(lambda: not question.picture.pixmap().isNull(), timeout=WAIT)
    assert "may be inverted" in question.words.text() and question.inverted.isChecked()
    first = question.picture.pixmap().toImage()
    tick(qtbot, question.right)
    assert dialog.start.isEnabled()
    tick(qtbot, question.inverted)
    assert not question.right.isChecked() and not dialog.start.isEnabled(), "that was said of another preview"
    qtbot.waitUntil(lambda: question.picture.pixmap().toImage() != first, timeout=WAIT)
    tick(qtbot, question.inverted)
    tick(qtbot, question.right)
    dialog.status.setCurrentIndex(1)
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.closing.text() == "Masks imported: 1.", timeout=WAIT)
    label = window.session.store.label(window.session.images[0].id, window.session.structure_id)
    assert np.array_equal(label.mask, mask == 0)


def test_without_a_value_nothing_can_be_imported(qtbot, dialog, tmp_path):
    look(qtbot, dialog, tmp_path, p0_a=box() // 255)
    question = dialog.question
    item = next(
        question.values.item(row) for row in range(2) if question.values.item(row).checkState() == Qt.CheckState.Checked
    )
    item.setCheckState(Qt.CheckState.Unchecked)
    tick(qtbot, question.right)
    assert not dialog.start.isEnabled()


def test_a_folder_without_masks_is_a_sentence(qtbot, dialog, tmp_path):
    (tmp_path / "empty").mkdir()
    dialog.look([tmp_path / "empty"])
    qtbot.waitUntil(lambda: "holds no masks" in dialog.closing.text(), timeout=WAIT)
    assert not dialog.start.isEnabled()


def test_without_images_there_is_a_sentence(window):
    window.session.images = []
    window.commands["import_masks"].trigger()
    assert any("Add the images first" in text for text in window.messages.texts())
    assert window.findChildren(MaskImportDialog) == []
