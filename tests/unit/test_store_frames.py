"""Frames of one file are images of their own in the project, in the export and in what the workers are told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from core.export.manifest import read_manifest
from core.export.png import export_png
from core.finetune.freeze import freeze_labels
from core.image_file import places_in, read_image, read_same_image
from core.pseudonym import pseudonym
from core.store import Store
from tests.dicom_writer import PATIENT, STUDY, dicom, write


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "project").mkdir()
    with Store.create(tmp_path / "project", "frames") as store:
        yield store


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """A file of twelve frames."""
    pixels = np.arange(12 * 4 * 5, dtype=np.uint16).reshape(12, 4, 5)
    return write(dicom(pixels, NumberOfFrames=12), tmp_path / "CT01.dcm")


def test_each_frame_is_found_again(store: Store, series: Path) -> None:
    assert store.add_images(map(read_image, places_in([series]))) == 12
    assert store.add_images(map(read_image, places_in([series]))) == 0
    rows = store.images()
    assert [row.name for row in rows] == [f"CT01.dcm · {number}/12" for number in range(1, 13)]
    for row in rows:
        image = read_same_image(store.image_path(row), row.sha256)
        assert image.frame == row.frame and image.native[0, 0] == row.frame * 20


def test_a_single_picture_is_stored_as_before(store: Store, tmp_path: Path) -> None:
    Picture.new("L", (5, 4)).save(tmp_path / "p1_left.png")
    image = read_image(tmp_path / "p1_left.png")
    store.add_images([image])
    row = store.images()[0]
    assert (row.name, row.patient_key, row.frame, row.frames) == ("p1_left.png", "p1", 0, 1)
    assert store.image_path(row) == tmp_path / "p1_left.png"


def test_patients_are_grouped_and_never_named(store: Store, series: Path, tmp_path: Path) -> None:
    other = dicom(np.zeros((4, 5), np.uint16), PatientID="another")
    store.add_images([read_image(series), read_image(write(other, tmp_path / "b.dcm"))])
    first, second = store.images()
    assert first.patient_key == pseudonym(PATIENT, store.project_id) and len(first.patient_key) == 12
    assert first.patient_key != second.patient_key and first.study_key == second.study_key != ""
    store.close()
    for file in store.folder.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert PATIENT.encode() not in content and STUDY.encode() not in content


def test_the_same_patient_has_another_name_in_another_project() -> None:
    assert pseudonym("4711", "a") != pseudonym("4711", "b")
    assert pseudonym("4711", "a") == pseudonym("4711", "a")
    assert pseudonym("", "a") == ""


def test_masks_of_frames_have_their_own_files(store: Store, series: Path, tmp_path: Path) -> None:
    store.add_images(map(read_image, places_in([series])))
    structure = store.add_structure("Liver", "the liver", "#ff0000")
    rows = store.images()
    for number, row in enumerate(rows[:4]):
        mask = np.zeros((4, 5), bool)
        mask[0, number] = True
        store.save_final(row.id, structure.id, mask, "accepted")
    export_png(store, tmp_path / "out")
    assert sorted(file.name for file in (tmp_path / "out" / "Liver").iterdir()) == [
        f"CT01_{number:02d}.png" for number in range(1, 5)
    ]
    table = read_manifest(tmp_path / "out")
    assert [row.image for row in table] == [f"CT01#frame{number}.dcm" for number in range(1, 5)]
    assert [row.image_sha256 for row in table] == [row.sha256 for row in rows[:4]]
    job = freeze_labels(store, model="demo")
    assert [read_image(Path(example.image)).sha256 for example in job.examples] == [row.sha256 for row in rows[:4]]
    assert {example.group for example in job.examples} == {rows[0].patient_key}
