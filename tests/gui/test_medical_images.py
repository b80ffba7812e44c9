"""DICOM, volumes and stacks in the window: frames in the list, the file's own view, millimetres, and the file's drawings said."""

import nibabel
import numpy as np
import pytest
from PIL import Image as Picture
from PySide6.QtCore import QEvent, QRect
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from app.readout import mm
from core.mask_tools import grow
from core.store import Store
from tests.dicom_writer import PATIENT, dicom, write
from tests.gui.acting import click, paint, place, predict

WAIT = 30_000
RAMP = np.linspace(-1000, 2000, 96 * 128).astype(np.int16).reshape(96, 128)


def seen(window) -> np.ndarray:
    window.canvas.event(QEvent(QEvent.Type.Leave))
    image = window.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def add(qtbot, window, *places):
    with qtbot.waitSignal(window.files.added, timeout=WAIT):
        window.files.add_all(list(places))


def show(window, name):
    row = next(row for row in window.session.images if row.name == name)
    window.session.select_image(row.id)
    return row


@pytest.fixture
def ct(window, qtbot, tmp_path):
    """The window on a CT slice with a window of its own and pixels of 0.5 × 0.25 mm."""
    elements = {"WindowCenter": 40, "WindowWidth": 400, "PixelSpacing": [0.5, 0.25]}
    elements |= {"RescaleSlope": 1, "RescaleIntercept": 0}
    add(qtbot, window, write(dicom(RAMP, **elements), tmp_path / "ct.dcm"))
    show(window, "ct.dcm")
    return window


def test_every_frame_is_a_line_of_the_list_and_can_be_corrected(window, qtbot, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 999, (3, 96, 128), dtype=np.uint16)
    add(qtbot, window, write(dicom(pixels, NumberOfFrames=3), tmp_path / "us.dcm"))
    names = [row.name for row in window.session.images]
    assert names[3:] == ["us.dcm · 1/3", "us.dcm · 2/3", "us.dcm · 3/3"]
    assert PATIENT not in "".join(row.patient_key for row in window.session.images)
    row = show(window, "us.dcm · 2/3")
    assert np.array_equal(window.session.image.native, pixels[1])
    predict(window)
    paint(qtbot, window, [(20, 20), (40, 20)])
    assert window.session.accept()
    with Store.open(window.session.folder, read_only=True) as store:
        assert [image for image, _ in store.accepted()] == [row.id]


def test_a_series_is_added_in_the_order_of_the_body(window, qtbot, tmp_path):
    folder = tmp_path / "series"
    folder.mkdir()
    for name, height in (("a.dcm", 30), ("b.dcm", 10), ("c.dcm", 20)):
        where = {"ImagePositionPatient": [0, 0, height], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
        write(dicom(RAMP + height, StudyInstanceUID="1.2", SeriesInstanceUID="1.2.3", **where), folder / name)
    add(qtbot, window, folder)
    assert [row.name for row in window.session.images[3:]] == ["b.dcm", "c.dcm", "a.dcm"]
    assert [entry.name for entry in window.queue.shown][:3] == ["b.dcm", "c.dcm", "a.dcm"], "the list shows it so too"

    window.queue.sort("shuffled")
    show(window, "c.dcm")
    paint(qtbot, window, [(3, 3), (8, 3)])
    painted = window.canvas.shown_mask()
    show(window, "a.dcm")
    window.commands["copy_previous"].trigger()
    assert painted.any() and np.array_equal(window.canvas.shown_mask(), painted), (
        "of the slice before, whatever order is chosen"
    )
    show(window, "b.dcm")
    window.commands["copy_previous"].trigger()
    assert not window.canvas.shown_mask().any(), "the lowest slice has none before it"


def test_a_volume_is_added_slice_by_slice_and_large_files_beside_the_window(window, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr("app.project_files.AT_ONCE_BYTES", 0)
    volume = np.random.default_rng(0).integers(0, 999, (12, 10, 5)).astype(np.int16)
    nibabel.save(nibabel.Nifti1Image(volume, np.eye(4)), tmp_path / "scan.nii.gz")
    add(qtbot, window, tmp_path / "scan.nii.gz", tmp_path / "gone.dcm")
    assert [row.name for row in window.session.images[3:]] == [f"scan.nii.gz · {number}/5" for number in range(1, 6)]
    assert any("gone.dcm" in text for text in window.messages.texts())
    show(window, "scan.nii.gz · 4/5")
    assert np.array_equal(window.session.image.native, volume[::-1, ::-1, 3].T)


def test_closing_the_project_while_images_are_added_puts_them_nowhere_else(window, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr("app.project_files.AT_ONCE_BYTES", 0)
    other = tmp_path / "other"
    Store.create(other, "other").close()
    pages = [Picture.new("L", (30, 20), number) for number in range(9)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    window.files.add([tmp_path / "a.tif"])
    qtbot.waitUntil(lambda: len(window.session.images) > 3, timeout=WAIT)
    assert window.open_project(other)
    qtbot.wait(200)
    assert window.session.images == []


def test_the_picture_comes_with_the_window_of_its_file(qtbot, ct):
    tone, panel = ct.canvas.tone, ct.segment.tone
    assert tone.window == (-160.0, 239.0) and tone.tone is None and panel.whole.isVisible()
    assert not panel.first.isEnabled()
    first = seen(ct)
    click(qtbot, panel.whole)
    assert tone.window == (-1000.0, 2000.0) and (seen(ct) != first).any()
    click(qtbot, panel.first)
    assert np.array_equal(seen(ct), first)
    assert ct.session.image.native.dtype == np.int16 and np.array_equal(ct.session.image.native, RAMP)


def test_monochrome1_stays_inverted_in_every_tone(qtbot, window, tmp_path):
    for name, kind in (("one.dcm", "MONOCHROME1"), ("two.dcm", "MONOCHROME2")):
        elements = {"PhotometricInterpretation": kind, "WindowCenter": 500, "WindowWidth": 3000}
        add(qtbot, window, write(dicom(RAMP + (kind[-1] == "1"), **elements), tmp_path / name))
    for press in (None, window.segment.tone.middle):
        shown = []
        for name in ("one.dcm", "two.dcm"):
            show(window, name)
            if press is not None:
                click(qtbot, press)
            shown.append(seen(window).mean(axis=2))
        assert abs(shown[0][60:-60].mean() + shown[1][60:-60].mean() - 255) < 60
        assert np.corrcoef(shown[0][300:500, 300:500].ravel(), shown[1][300:500, 300:500].ravel())[0, 1] < -0.9


def test_area_and_place_are_said_in_millimetres(qtbot, ct):
    predict(ct)
    area = int(ct.segment.threshold._area.text().removesuffix(" px").replace("\u202f", ""))
    assert area and mm(area * 0.125) + " mm²" in ct.segment.threshold._share.text()
    QTest.mouseMove(ct.canvas, place(ct, 10, 20))
    qtbot.wait(20)
    assert "10, 20   2.62, 10.2 mm" in ct._place.text()
    assert "32.0 × 48.0 mm" in ct._place.text()


def test_islands_and_growing_go_by_millimetres_where_pixels_have_a_size(qtbot, window, tmp_path):
    add(qtbot, window, write(dicom(RAMP, PixelSpacing=[0.5, 0.5]), tmp_path / "square.dcm"))
    panel, session = window.segment.whole_mask, window.session
    panel.widening.setValue(3)
    show(window, "square.dcm")
    assert panel.widening.suffix() == " mm" and panel.islands.suffix() == " mm²"
    panel.widening.setValue(2.0)
    panel.islands.setValue(5.0)
    predict(window)
    before = session.editing.current_mask()
    window.commands["grow"].trigger()
    assert np.array_equal(session.editing.current_mask(), grow(before, 4)), "2 mm are 4 pixels"
    window.commands["undo"].trigger()
    window.tools.set_radius(2.0)  # an island of 13 pixels, 3.25 mm²
    paint(qtbot, window, [(5, 5)])
    window.commands["remove_islands"].trigger()
    assert np.array_equal(session.editing.current_mask(), before), "5 mm² are 20 pixels"
    session.select_image(session.images[0].id)
    assert panel.widening.suffix() == " px" and panel.widening.value() == 3, "each unit has its own number"


def test_pixels_that_are_not_square_are_counted(qtbot, ct):
    assert ct.segment.whole_mask.widening.suffix() == " px"


def test_without_a_spacing_nothing_is_said_in_millimetres(qtbot, window):
    predict(window)
    assert "mm" not in window.segment.threshold._share.text() and "mm" not in window._place.text()


@pytest.mark.parametrize(("length", "text"), [(0.126, "0.13"), (12.34, "12.3"), (1234567.8, "1\u202f234\u202f568")])
def test_lengths_in_as_many_digits_as_an_eye_can_use(length, text):
    assert mm(length) == text


def test_drawings_over_the_picture_are_said(qtbot, window, tmp_path):
    dataset = dicom(RAMP)
    dataset.add_new(0x60003000, "OW", bytes(96 * 128 // 8))
    add(qtbot, window, write(dataset, tmp_path / "drawn.dcm"))
    assert any("drawn.dcm has drawings laid over the picture" in text for text in window.messages.texts())


def test_a_ct_has_the_windows_in_which_it_is_usually_read(qtbot, ct, window):
    tone, panel = ct.canvas.tone, ct.segment.tone
    assert [button.text() for button in panel.readings] == ["Brain", "Lung", "Bone", "Abdomen", "Mediastinum"]
    first = seen(ct)
    ends = []
    for button in panel.readings:
        click(qtbot, button)
        ends.append(tone.window)
        assert [one.isChecked() for one in panel.readings] == [one is button for one in panel.readings]
    assert ends == [(0, 80), (-1350, 150), (-500, 1300), (-150, 250), (-125, 225)]
    assert (seen(ct) != first).any() and np.array_equal(ct.session.image.native, RAMP)
    click(qtbot, panel.first)
    assert not any(one.isChecked() for one in panel.readings)


def test_what_is_no_ct_has_no_such_windows(qtbot, window, tmp_path):
    add(qtbot, window, write(dicom(RAMP, Modality="MR"), tmp_path / "mr.dcm"))
    show(window, "mr.dcm")
    assert window.session.image.modality == "MR" and not window.session.image.is_hounsfield
    assert not any(button.isVisible() for button in window.segment.tone.readings)


def test_pixels_that_are_not_square_are_shown_in_their_true_shape_and_painted_where_the_pointer_is(ct, qtbot):
    whole = ct.canvas.view.target(QRect(0, 0, 128, 96))
    assert whole.height() / whole.width() == pytest.approx(96 * 0.5 / (128 * 0.25))
    ct.tools.set_radius(4)
    paint(qtbot, ct, [(30, 40), (60, 40)])
    rows, columns = np.nonzero(ct.canvas.shown_mask())
    assert abs(rows.min() - 36) <= 1 and abs(rows.max() - 44) <= 1 and abs(columns.max() - 64) <= 1, (
        "round in the stored pixels"
    )
