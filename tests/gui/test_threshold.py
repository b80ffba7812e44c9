"""The threshold panel, as a hand uses it; and that preview, store and exported PNG are the same pixels."""

import shutil
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PySide6.QtCore import Qt

from app import label_threshold_dialog
from app.label_threshold_dialog import LabelThresholdDialog
from app.overlay import Look, Overlay
from core.correction import EditLayer, Patch
from core.dice_curve import score_curves
from core.export.png import export_png
from core.mask import HALF, apply_threshold, decode_png, probability_levels
from core.store import JournalStep, Store
from tests.gui.acting import click, key, paint, predict

WAIT = 30_000
MEMORY = Path("/dev/shm")


def panel(window):
    return window.segment.threshold


def threshold_steps(window):
    session = window.session
    steps = session.store.journal(session.image_id, session.structure_id)
    return [step.payload for step in steps if step.kind == "threshold"]


def test_keys_move_the_threshold_by_one_step_and_by_ten(qtbot, window):
    predict(window)
    canvas = window.canvas
    key(qtbot, window, Qt.Key.Key_Minus)
    assert window.session.editing.step == HALF - 1
    qtbot.keyClick(canvas, Qt.Key.Key_Equal, Qt.KeyboardModifier.AltModifier)
    assert window.session.editing.step == HALF + 9
    qtbot.keyClick(canvas, Qt.Key.Key_Minus, Qt.KeyboardModifier.AltModifier)
    assert window.session.editing.step == HALF - 1 and panel(window).number.value() == (HALF - 1) / 200


def test_enter_in_the_number_sets_the_threshold_and_does_not_accept(qtbot, window):
    predict(window)
    image_id, number = window.session.image_id, panel(window).number
    number.setFocus()
    number.selectAll()
    qtbot.keyClicks(number, "0.355")
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert window.session.editing.step == 71 and window.session.image_id == image_id
    assert window.session.editing.status == "in_work" and panel(window).slider.value() == 71


def test_area_follows_strokes_and_undo(qtbot, window):
    predict(window)

    def says(mask) -> bool:
        return panel(window)._area.text() == f"{mask.sum():,} px".replace(",", "\N{NARROW NO-BREAK SPACE}")

    assert says(window.session.editing.current_mask())
    paint(qtbot, window, [(10, 10), (40, 10)])
    qtbot.waitUntil(lambda: says(window.session.editing.current_mask()), timeout=WAIT)
    painted = window.session.editing.current_mask().sum()
    assert window.session.editing.undo()
    assert window.session.editing.current_mask().sum() < painted
    qtbot.waitUntil(lambda: says(window.session.editing.current_mask()), timeout=WAIT)


def test_the_histogram_shows_the_probabilities_and_is_parted_at_the_handle(qtbot, window):
    histogram = panel(window).histogram
    assert not histogram.isEnabled() and not histogram._heights.any()
    predict(window)
    editing = window.session.editing
    assert np.array_equal(np.flatnonzero(histogram._heights), np.unique(editing.levels))
    editing.set_threshold(HALF, commit=True)
    picture = histogram.grab().toImage()
    border, row = histogram.place_of(HALF), picture.height() - 2
    tone = window.session.structure_row.colour.lower()
    occupied = histogram._heights > 0
    right = next(level for level in range(HALF + 2, 200) if occupied[level])
    left = next(level for level in range(HALF - 3, -1, -1) if occupied[level])
    colours = [
        picture.pixelColor(round((histogram.place_of(level) + histogram.place_of(level + 1)) / 2), row).name()
        for level in (left, right)
    ]
    assert colours[1] == tone and colours[0] != tone and abs(border - histogram.width() / 2) < 1


def test_best_for_this_image_waits_for_a_correction_and_is_one_step_of_undo(qtbot, window):
    predict(window)
    assert not panel(window).for_image.isEnabled()
    window.session.editing.set_threshold(150, commit=True)
    window.tools.set_radius(34.0)
    paint(qtbot, window, [(64, 48)])
    qtbot.waitUntil(panel(window).for_image.isEnabled, timeout=WAIT)
    mask, editing = window.session.editing.current_mask(), window.session.editing
    curve = score_curves(editing.levels, mask)[0]
    click(qtbot, panel(window).for_image)
    best = editing.step
    assert curve[best - 1] == curve.max() > curve[149], "the mask is larger now: a lower one fits better"
    assert threshold_steps(window)[-1] == {"before": 150, "after": best}
    assert f"{best / 200:.3f}" in panel(window).note.text()
    assert editing.undo() and editing.step == 150 and panel(window).note.text() == ""


def test_best_for_an_accepted_image_is_where_it_was_accepted_or_as_good(qtbot, window):
    predict(window)
    window.session.editing.set_threshold(130, commit=True)
    key(qtbot, window, Qt.Key.Key_Return, Qt.Key.Key_A)
    mask = window.session.editing.current_mask()
    assert window.session.editing.status == "accepted"
    click(qtbot, panel(window).for_image)
    assert np.array_equal(apply_threshold(window.session.editing.levels, window.session.editing.step), mask)


def open_dialog(qtbot, window) -> LabelThresholdDialog:
    click(qtbot, panel(window).for_labels)
    dialog = window.findChild(LabelThresholdDialog)
    qtbot.waitUntil(lambda: not dialog.bar.isVisible(), timeout=WAIT)
    return dialog


def test_best_for_my_labels_is_measured_and_used_for_what_nobody_has_touched(qtbot, window):
    session = window.session
    first, second, third = (row.id for row in session.images)
    for image_id in (first, second):
        session.select_image(image_id)
        predict(window)
        session.editing.set_threshold(60, commit=True)
        session.accept()
    session.select_image(third)
    predict(window)
    dialog = open_dialog(qtbot, window)
    assert "Images: 2." in dialog.words.text()
    assert [text.split(":")[0] for text in dialog.bars.texts()] == ["The slider now, 0.5", "Best, 0.3"]
    assert dialog.bars.texts()[1] == "Best, 0.3: 1.000" and not dialog.leave.isVisible()
    click(qtbot, dialog.use)
    assert session.structure_row.threshold_step == 60 and "0.3" in dialog.closing.text()
    assert session.editing.step == 60 and session.editing.status == "predicted", "nobody has touched it"
    assert not dialog.use.isEnabled()
    click(qtbot, dialog.leave)
    assert session.structure_row.threshold_step is None and session.editing.step == 60
    dialog.reject()


def test_what_was_touched_keeps_its_threshold(qtbot, window):
    session = window.session
    predict(window)
    session.editing.set_threshold(60, commit=True)
    session.accept()
    session.select_image(session.images[1].id)
    predict(window)
    session.editing.set_threshold(150, commit=True)
    dialog = open_dialog(qtbot, window)
    assert [text.split(":")[0] for text in dialog.bars.texts()] == ["At 0.5", "The slider now, 0.75", "Best, 0.3"]
    click(qtbot, dialog.use)
    assert session.editing.step == 150
    assert session.store.correction(session.images[1].id, session.structure_id).threshold_step == 150
    dialog.reject()


def test_without_accepted_masks_the_dialog_says_what_to_do(qtbot, window):
    dialog = open_dialog(qtbot, window)
    assert "nothing to compare yet" in dialog.words.text() and not dialog.use.isVisible()
    dialog.reject()


def test_the_comparison_says_how_far_it_is_and_cancel_stops_it(qtbot, window, monkeypatch):
    def endless(_store, _structure_id, progress):
        while True:
            progress(3, 7, "")
            time.sleep(0.01)

    monkeypatch.setattr(label_threshold_dialog, "curves_of_labels", endless)
    click(qtbot, panel(window).for_labels)
    dialog = window.findChild(LabelThresholdDialog)
    qtbot.waitUntil(lambda: (dialog.bar.value(), dialog.bar.maximum()) == (3, 7), timeout=WAIT)
    work = dialog._work
    assert work.is_running and not dialog.use.isVisible() and dialog.close_it.text() == "Cancel"
    click(qtbot, dialog.close_it)
    assert not work.is_running and not dialog.isVisible()


def test_a_damaged_mask_is_said_in_the_dialog(qtbot, window):
    predict(window)
    window.session.accept()
    with sqlite3.connect(window.session.folder / "project.sqlite") as other:
        other.execute("UPDATE final_masks SET sha256 = 'x'")
    other.close()
    dialog = open_dialog(qtbot, window)
    assert "damaged" in dialog.closing.text() and not dialog.use.isVisible() and dialog.close_it.text() == "Close"
    dialog.reject()


def test_a_new_prediction_starts_where_the_structure_does_and_not_where_the_model_was_best(qtbot, window):
    session = window.session
    session.store.start_structure_at(session.structure_id, 62)
    session.structures = session.store.structures()
    key(qtbot, window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: session.editing.has_prediction, timeout=WAIT)
    assert session.editing.step == 62 == panel(window).slider.value()


HEIGHT, WIDTH = 21, 30


@settings(max_examples=40)
@given(
    arrays.arrays(np.float16, (6, 6), elements=st.floats(-8, 8, width=16)),
    arrays.arrays(np.uint8, (HEIGHT, WIDTH), elements=st.integers(0, 2)),
    st.integers(1, 199),
)
def test_preview_store_and_exported_png_are_the_same_pixels(qapp, logits, layer, step):
    levels, edits = probability_levels(logits, HEIGHT, WIDTH), EditLayer(HEIGHT, WIDTH)
    patch = Patch(0, 0, edits.layer.copy(), layer)
    edits.apply(patch)
    preview = Overlay(levels, edits.layer)
    preview.set_look(step, Look())
    expected = np.where(layer == 0, levels >= step, layer == 1)
    assert np.array_equal(preview.mask(), expected)
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder = Path(name)
        with Store.create(folder / "project", "test") as store:
            store.add_images([(folder / "a.png", "0" * 64, WIDTH, HEIGHT, "", "")])
            store.add_structure("Polyp", "the polyp", "#56B4E9")
            store.save_prediction(1, 1, None, "the polyp", logits, 0.5)
            if step != HALF:
                store.append_step(1, 1, JournalStep("threshold", {"before": HALF, "after": step}))
            store.append_step(1, 1, JournalStep("stroke", {}, patch))
            kept = probability_levels(store.prediction(1, 1).logits, HEIGHT, WIDTH)
            store.save_final(
                1, 1, edits.final(apply_threshold(kept, store.correction(1, 1).threshold_step)), "accepted"
            )
            assert np.array_equal(store.final_mask(1, 1), preview.mask())
            export_png(store, folder / "out", lambda *_: None)
        written = [decode_png(file.read_bytes()) for file in (folder / "out").rglob("*.png")]
        assert len(written) == 1 and np.array_equal(written[0], preview.mask())
        shutil.rmtree(folder / "out")
