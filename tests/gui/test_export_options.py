"""Formats, names and details in the export dialog: what is chosen there is what is written."""

import csv

import pytest
from PySide6.QtCore import Qt

from app.export_dialog import ExportDialog
from tests.gui.acting import click
from tests.gui.test_export import WAIT, accept_first


@pytest.fixture
def dialog(qtbot, window, tmp_path):
    accept_first(qtbot, window)
    window.commands["export"].trigger()
    (found,) = window.findChildren(ExportDialog)
    found.place.setText(str(tmp_path / "out"))
    return found


def written(out):
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())


def run(qtbot, dialog):
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.show_folder.isVisible(), timeout=WAIT)


def test_png_is_chosen_and_the_rest_is_folded_away(dialog):
    assert dialog.options.formats.chosen() == ("png",)
    assert not any(box.isVisible() for key, box in dialog.options.formats.boxes.items() if key != "png")
    assert not dialog.options.names.isVisible()


def test_several_formats_go_out_together(qtbot, dialog, tmp_path):
    formats = dialog.options.formats
    click(qtbot, formats.more.arrow)
    for key in ("coco", "contour"):
        click(qtbot, formats.boxes[key])
    click(qtbot, dialog.options.more.arrow)
    assert not formats.boxes["coco"].isVisible() and formats.more.arrow.text() == "More formats (2)"
    qtbot.keyClicks(dialog.options.reviewer, "Dr. Li")
    run(qtbot, dialog)
    assert written(tmp_path / "out") == ["Polyp/p0_a.png", "coco.json", "contour/p0_a.png", "manifest.csv"]
    with (tmp_path / "out" / "manifest.csv").open(encoding="utf-8-sig", newline="") as table:
        assert {row["reviewer"] for row in csv.DictReader(table) if row["structure"]} == {"Dr. Li"}


def test_without_a_format_or_with_an_impossible_pattern_nothing_can_be_started(qtbot, dialog):
    click(qtbot, dialog.options.formats.boxes["png"])
    assert not dialog.start.isEnabled()
    click(qtbot, dialog.options.formats.boxes["png"])
    assert dialog.start.isEnabled()
    click(qtbot, dialog.options.more.arrow)
    names = dialog.options.names
    qtbot.keyClick(names.kinds, Qt.Key.Key_End)
    names.kinds.activated.emit(names.kinds.currentIndex())
    names.pattern.clear()
    qtbot.keyClicks(names.pattern, "{structure}")
    assert not dialog.start.isEnabled() and "lacks {image}" in names.example.text()


def test_the_example_follows_what_is_typed(qtbot, dialog, tmp_path):
    click(qtbot, dialog.options.more.arrow)
    names = dialog.options.names
    assert names.example.text() == "For example: Polyp/p0_a.png" and not names.pattern.isVisible()
    qtbot.keyClick(names.kinds, Qt.Key.Key_End)
    names.kinds.activated.emit(names.kinds.currentIndex())
    names.pattern.clear()
    qtbot.keyClicks(names.pattern, "{image} of {patient}")
    assert names.example.text() == "For example: p0_a of p0.png"
    run(qtbot, dialog)
    assert written(tmp_path / "out") == ["manifest.csv", "p0_a of p0.png"]


def test_masks_that_nobody_accepted_count_where_they_are_asked_for(qtbot, window, dialog, tmp_path):
    window.session.select_image(window.session.images[1].id)
    assert dialog.total.text() == "Masks to write: 1"
    click(qtbot, dialog.options.more.arrow)
    click(qtbot, dialog.options.unreviewed)
    begun = dialog.total.text()
    run(qtbot, dialog)
    assert begun == f"Masks to write: {len(written(tmp_path / 'out')) - 1}"
