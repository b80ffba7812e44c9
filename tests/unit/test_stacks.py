"""Which images are slices of one stack, what is said of a stack at a glance, and that its pages are read alike in any order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture

from core.image_file import is_unpacked, natural_key, places_in, read_image, read_small
from core.privacy import copy_for_others
from core.review import ORDERS, Entry, arrange, state_of_stack
from core.stacks import name_of_stack, stacks_of
from core.store import ImageRow, ReviewRow, Store
from core.store.rows import REJECTED, STATUSES
from tests.dicom_writer import dicom, write

SERIES = "1.2.840.99.1"


def row(key: int, path: str, frame: int = 0, frames: int = 1, series: str = "", side: int = 8) -> ImageRow:
    return ImageRow(key, path, f"{key:064x}", side, side, "", "", frame, frames, series)


def test_frames_of_a_file_and_slices_of_a_series_are_stacks_and_the_rest_is_by_itself() -> None:
    rows = [
        row(1, "a.png"),
        row(2, "v.nii", 1, 3),
        row(3, "v.nii", 0, 3),
        row(4, "s2.dcm", series="x"),
        row(5, "scout.dcm", series="x", side=16),
        row(6, "s1.dcm", series="x"),
        row(7, "t.tif", 4, 5),
        row(8, "other.dcm", series="y"),
    ]
    assert [[one.id for one in stack] for stack in stacks_of(rows)] == [[3, 2], [4, 6]]
    assert name_of_stack(["v.nii", "v.nii"]) == "v.nii"
    assert name_of_stack(["study/s2.dcm", "study/s1.dcm"]) == "study/s2.dcm … s1.dcm"


stacked = st.lists(st.tuples(st.sampled_from("ab_"), st.none() | st.floats(0, 1)), max_size=20)


@given(stacked, st.sampled_from(ORDERS), st.text(max_size=3))
def test_in_every_order_a_stack_stands_together_and_no_image_is_lost(images, order: str, seed: str) -> None:
    entries: list[Entry] = []
    first: dict[str, int] = {}
    for key, (stack, unsure) in enumerate(images, 1):
        lead = None if stack == "_" else first.setdefault(stack, key)
        name = f"{key % 7}{stack}.dcm"
        entries.append(Entry(row(key, name), name, natural_key(name), ReviewRow(key, "predicted", None, unsure), lead))
    arranged = arrange(entries, order, seed)
    assert sorted(one.row.id for one in arranged) == [one.row.id for one in entries]
    for lead in first.values():
        places = [place for place, one in enumerate(arranged) if one.stack == lead]
        assert places == list(range(places[0], places[0] + len(places)))
        ids = [arranged[place].row.id for place in places]
        assert ids == sorted(ids)


@given(st.lists(st.sampled_from((*STATUSES, REJECTED)), min_size=1, max_size=9))
def test_a_stack_is_done_only_when_every_slice_is(found: list[str]) -> None:
    slices = [Entry(row(key, "v"), "v", (), ReviewRow(key, status), 0) for key, status in enumerate(found)]
    state = state_of_stack(slices).status
    assert state in found
    assert (state in ("accepted", REJECTED)) == set(found).issubset({"accepted", REJECTED})
    assert (state == "in_work") == ("in_work" in found)


def test_a_stack_shows_its_greatest_uncertainty_and_its_flag() -> None:
    reviews = [
        ReviewRow(1, "predicted"),
        ReviewRow(2, "predicted", "ask", 0.4),
        ReviewRow(3, "unseen", None, 0.7, True),
    ]
    slices = [Entry(row(key, "v"), "v", (), review, 1) for key, review in enumerate(reviews, 1)]
    assert state_of_stack(slices) == ReviewRow(1, "predicted", "ask", 0.7, True)
    assert state_of_stack(slices[:1]) == replace(reviews[0])


def slice_file(folder: Path, name: str, **more: object) -> Path:
    where = {
        "ImagePositionPatient": [0, 0, 5],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "SeriesInstanceUID": SERIES,
    }
    return write(dicom(np.zeros((4, 5), np.uint16), **{**where, **more}), folder / name)


def test_the_series_is_kept_as_a_hash_of_slices_alone(tmp_path: Path) -> None:
    with Store.create(tmp_path / "project", "series") as store:
        view = write(dicom(np.ones((4, 5), np.uint16), SeriesInstanceUID=SERIES), tmp_path / "view.dcm")
        store.add_images([read_image(slice_file(tmp_path, "a.dcm")), read_image(view)])
        slice_, other = store.images()
        assert len(slice_.series_key) == 12 and other.series_key == ""
        store.close()
        assert not any(SERIES.encode() in file.read_bytes() for file in store.folder.rglob("*") if file.is_file())


def test_a_project_from_before_learns_the_series_when_its_images_are_added_again(tmp_path: Path) -> None:
    file = slice_file(tmp_path, "a.dcm")
    with Store.create(tmp_path / "project", "series") as store:
        store.add_images([read_image(file)])
        store.execute("ALTER TABLE images DROP COLUMN series_key")
        store.execute("DELETE FROM _sqlite_migrations WHERE name = 'm014_series'")
    with Store.open(tmp_path / "project") as store:
        assert store.images()[0].series_key == ""
        assert store.add_images([read_image(file)]) == 0
        assert store.images()[0].series_key != ""


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_pages_are_the_same_in_any_order(tmp_path: Path, compression: str) -> None:
    rng = np.random.default_rng(0)
    pages = [
        Picture.fromarray(rng.integers(0, 255, (20, 30), dtype=np.uint8)),
        Picture.fromarray(rng.integers(0, 60000, (8, 9), dtype=np.uint16)),
        Picture.fromarray(rng.integers(0, 255, (12, 7, 3), dtype=np.uint8)),
        Picture.fromarray(rng.normal(0, 9, (6, 6)).astype(np.float32)),
    ]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], compression=compression)
    places = places_in([tmp_path / "a.tif"])
    assert is_unpacked(places[0])
    for number in (3, 0, 2, 1, 0, 3, 2):
        image = read_image(places[number])
        seen = image.pixels if pages[number].mode == "RGB" else image.native
        seen = image.pixels[:, :, 0] if seen is None else seen
        assert np.array_equal(seen, np.asarray(pages[number])), number


def test_a_small_picture_of_another_stack_does_not_take_the_place_of_the_one_that_is_gone_through(
    tmp_path: Path,
) -> None:
    for name in ("a.tif", "b.tif"):
        pages = [Picture.new("L", (9, 8), number) for number in range(3)]
        pages[0].save(tmp_path / name, save_all=True, append_images=pages[1:])
    here, other = (places_in([tmp_path / name])[1] for name in ("b.tif", "a.tif"))
    read_image(here)
    sha256 = read_image(other).sha256
    read_image(here)
    assert read_small(other, sha256, 4).shape == (4, 4, 3)
    assert is_unpacked(here) and not is_unpacked(other)


def test_a_copy_for_others_has_the_same_stacks(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pages = [Picture.fromarray(rng.integers(0, 255, (8, 9), dtype=np.uint8)) for _ in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    pages[1].save(tmp_path / "b.png")
    with Store.create(tmp_path / "project", "copied") as store:
        store.add_images(map(read_image, [*places_in([tmp_path / "a.tif"]), tmp_path / "b.png"]))
        copy_for_others(store, tmp_path / "copy", lambda *_: None)
    with Store.open(tmp_path / "copy") as copy:
        assert [len(stack) for stack in stacks_of(copy.images())] == [3]
        assert {row.frames for row in copy.images()} == {1}
