"""What a project says of patients is found, and a copy for others says none of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from core.cli import main
from core.errors import ExportError
from core.image_file import read_image
from core.privacy import copy_for_others, what_it_holds
from core.store import ImageRow, JournalStep, RunRow, Store, VersionRow
from tests.dicom_writer import PATIENT, STUDY, dicom, write

SECRETS = [PATIENT, STUDY, "Muster", "Dr_Geheim", "ask Mrs Smith", "/secret/place"]


def quiet(done: int, total: int, text: str) -> None:
    """Nobody wants to know."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A DICOM file and a photograph in the project, one picture outside, strokes, notes, a run and a version."""
    folder = tmp_path / "Dr_Geheim"
    random = np.random.default_rng(0)
    with Store.create(folder, "Muster study") as store:
        store.add_structure("Polyp", "the polyp", "#ff0000")
        write(dicom(random.integers(0, 99, (7, 9), np.int16)), folder / "images" / "Muster1.dcm")
        exif = Picture.Exif()
        exif[0x010E] = "Muster"
        colour = random.integers(0, 255, (7, 9, 3), np.uint8)
        Picture.fromarray(colour).save(folder / "images" / "Muster2.png", exif=exif)
        (tmp_path / "Muster").mkdir()
        Picture.fromarray(colour[::-1].copy()).save(tmp_path / "Muster" / "3.png")
        places = [folder / "images" / "Muster1.dcm", folder / "images" / "Muster2.png", tmp_path / "Muster" / "3.png"]
        store.add_images(read_image(place) for place in places)
        store.add_images([(Path("/secret/place/gone.png"), "9" * 64, 9, 7, "Muster", "")])
        store.add_version(VersionRow("v1", None, "base", str(folder / "versions" / "v1"), "2026", {}, "of Muster"))
        store.add_run("r1", "/secret/place/r1", 1)
        for image in range(1, 5):
            store.save_prediction(image, 1, "v1", "the polyp", random.normal(size=(8, 8)), 0.5)
            layer, seen = store.mask_record(image, 1).worked()
            wanted = random.random((7, 9)) > 0.5
            store.append_step(image, 1, JournalStep("stroke", {"tool": "brush"}, layer.become(seen, wanted)))
            store.save_final(image, 1, wanted, "accepted")
        store.set_flag(1, "ask Mrs Smith")
        store.set_meta("export_folder", "/secret/place")
        yield store


def test_what_it_holds_is_counted(store: Store) -> None:
    (store.folder / "log" / "window.log").write_text("x")
    held = {one.kind: one.count for one in what_it_holds(store, quiet)}
    assert held == {
        "paths": 2, "file_names": 4, "patients": 3, "notes": 1, "places": 1, "dicom_tags": 1, "metadata": 1, "logs": 1,
    }  # fmt: skip


def test_no_byte_of_the_copy_names_anybody(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "copy"
    assert copy_for_others(store, out, quiet) == 3
    for path in out.rglob("*"):
        assert not any(secret in path.relative_to(out).as_posix() for secret in SECRETS)
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in SECRETS), path
    with Store.open(out) as copy:
        assert what_it_holds(copy, quiet) == [] and copy.project_id != store.project_id
        assert copy.versions() == [] and copy.runs() == [] and copy.meta("name") == "project"


def test_the_copy_holds_the_same_pixels_masks_and_steps(store: Store, tmp_path: Path) -> None:
    copy_for_others(store, tmp_path / "copy", quiet)
    with Store.open(tmp_path / "copy") as copy:
        for row in copy.images():
            old: ImageRow = next(one for one in store.images() if one.id == row.id)
            assert (
                np.array_equal(read_image(copy.image_path(row)).pixels, read_image(store.image_path(old)).pixels)
                and row.sha256 == read_image(copy.image_path(row)).sha256
            )
            assert np.array_equal(copy.label(row.id, 1).mask, store.label(row.id, 1).mask)
            assert len(copy.journal(row.id, 1)) == 1 and copy.undo(row.id, 1) is not None
            assert np.array_equal(copy.mask_record(row.id, 1).worked()[1].shape, (row.height, row.width))
        assert len(copy.images()) == 3 and copy.reviews(None)[0].flag == ""
    assert len(store.images()) == 4 and isinstance(store.runs()[0], RunRow), "the project itself is as it was"


def test_a_copy_goes_into_an_empty_folder_only_and_leaves_nothing_when_stopped(store: Store, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    with pytest.raises(ExportError, match="is not empty"):
        copy_for_others(store, tmp_path / "full", quiet)

    class Stopped(Exception):
        pass

    def stop(done: int, total: int, text: str) -> None:
        if done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        copy_for_others(store, tmp_path / "copy", stop)
    assert not (tmp_path / "copy").exists() and (tmp_path / "full" / "x").exists()


def test_the_command_line_says_it_and_copies(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["privacy", str(store.folder), "--copy", str(tmp_path / "copy")]) == 0
    told = capsys.readouterr().out
    assert "DICOM files with names or numbers of patients: 1" in told and "Copy with 3 images" in told
    assert not any(secret in told.replace(str(tmp_path), "") for secret in (PATIENT, STUDY, "ask Mrs Smith"))
    assert main(["privacy", str(tmp_path / "copy")]) == 0
    assert "Nothing was found" in capsys.readouterr().out
