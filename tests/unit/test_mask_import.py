"""Masks of other programs: paired before anything is written, never guessed at, and in the project as one step each."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Picture
from pycocotools import mask as coco_mask

from core.cli import main
from core.errors import ImageError, InputError
from core.export.choice import Choice
from core.export.write import export_masks
from core.mask_import.found import Rule, question_of
from core.mask_import.pairing import NO_IMAGE, OTHER_SIZE, SEVERAL_IMAGES, TWICE, pair_up
from core.mask_import.sources import find_masks, mask_files, plain_stem
from core.mask_import.take_in import take_in
from core.run_lengths import mask_of, packed, run_lengths, unpacked
from core.store import Store
from tests.unit.test_export_formats import HEIGHT, WIDTH, accept, pictures, project, series


def quiet(done: int, total: int, text: str) -> None:
    """Nobody wants to know."""


def grey(folder: Path, name: str, values: np.ndarray, **how: object) -> Path:
    folder.mkdir(exist_ok=True)
    Picture.fromarray(values).save(folder / name, **how)
    return folder / name


def disc() -> np.ndarray:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return (rows - 4) ** 2 + (columns - 6) ** 2 < 9


@settings(max_examples=60)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 10**6))
def test_run_lengths_are_those_of_coco(height: int, width: int, seed: int) -> None:
    mask = np.random.default_rng(seed).random((height, width)) > 0.5
    theirs = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()
    assert packed(mask) == theirs and unpacked(theirs) == run_lengths(mask)
    assert np.array_equal(mask_of(unpacked(theirs), height, width), mask)


@given(st.text(max_size=12))
def test_what_are_no_run_lengths_is_a_value_error(letters: str) -> None:
    try:
        mask_of(unpacked(letters), 3, 4)
    except ValueError:
        pass


def test_long_runs_are_packed_as_coco_does() -> None:
    mask = np.zeros((900, 1100), bool)
    mask[40:800, 100:1000:3] = True
    assert packed(mask) == coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()


@pytest.mark.parametrize(
    ("values", "kinds", "rule"),
    [
        (disc() * np.uint8(255), (), Rule(frozenset([255]))),
        (disc() * np.uint8(1), ("one_bit",), Rule(frozenset([1]))),
        (~disc() * np.uint8(255), ("inverted",), Rule(frozenset([255]), is_inverted=True)),
        (disc() * np.uint8(128), ("levels",), Rule(frozenset([128]))),
        (np.where(disc(), 200, 5).astype(np.uint8), ("levels",), Rule(frozenset([200, 5]))),
        (np.zeros((HEIGHT, WIDTH), np.uint8), (), Rule(frozenset([255]))),
    ],
)
def test_what_is_not_plainly_black_and_white_is_asked_about(
    tmp_path: Path, values: np.ndarray, kinds: tuple[str, ...], rule: Rule
) -> None:
    found = find_masks([grey(tmp_path, "a.png", values)], quiet)
    question = question_of(found)
    assert question.kinds == kinds and question.proposal == rule
    assert sum(question.counts.values()) == HEIGHT * WIDTH


def test_palettes_bits_and_noise_are_told_apart(tmp_path: Path) -> None:
    indexed = Picture.fromarray(disc().astype(np.uint8) * 2)
    indexed.putpalette([0, 0, 0, 9, 9, 9, 255, 0, 0])
    indexed.save(tmp_path / "p.png")
    Picture.fromarray(disc()).save(tmp_path / "b.png")
    smooth = cv2.GaussianBlur(np.pad(disc(), 40).astype(np.uint8) * 255, (0, 0), 3)
    Picture.fromarray(smooth).convert("RGB").save(tmp_path / "n.jpg", quality=40)
    asked = {name: question_of(find_masks([tmp_path / name], quiet)) for name in ("p.png", "b.png", "n.jpg")}
    assert asked["p.png"].kinds == ("palette",) and asked["p.png"].proposal == Rule(frozenset([2]))
    assert asked["b.png"].kinds == ("one_bit",) and asked["n.jpg"].kinds == ("noisy",)
    assert asked["n.jpg"].proposal == Rule(above=127)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Polyp_07_mask.PNG", "polyp_07"),
        ("a.b_label.nii.gz", "a.b"),
        ("x.png", "x"),
        ("_mask.png", "_mask"),
        ("a_seg_x.tif", "a_seg_x"),
    ],
)
def test_marks_of_mask_files_do_not_count(name: str, stem: str) -> None:
    assert plain_stem(name) == stem


def test_pairs_and_what_is_wrong_with_the_others(tmp_path: Path) -> None:
    files = [*pictures(tmp_path / "in", 2), *pictures(tmp_path / "more", 1)]
    folder = tmp_path / "masks"
    for name in ("p1.png", "p1_mask.png", "p0.png", "other.png"):
        grey(folder, name, disc() * np.uint8(255))
    with project(tmp_path / "project", files[:2], 1) as store:
        store.add_images([(Path("/elsewhere/p0.png"), "f" * 64, WIDTH, HEIGHT, "", "")])
        store.add_images([(Path("/elsewhere/small.png"), "e" * 64, 3, 3, "", "")])
        grey(folder, "small.png", disc() * np.uint8(255))
        pairs = pair_up(store, 1, find_masks(mask_files(folder), quiet), quiet)
        told = {pair.mask.name: (pair.image.name if pair.image else pair.problem) for pair in pairs}
        assert take_in(store, 1, pairs, Rule(frozenset([255])), "in_work", quiet) == 1
    assert told == {
        "other.png": NO_IMAGE, "p0.png": SEVERAL_IMAGES, "p1.png": "p1.png", "p1_mask.png": TWICE, "small.png": OTHER_SIZE,
    }  # fmt: skip


def test_an_imported_mask_is_one_step_that_can_be_undone(tmp_path: Path) -> None:
    folder = tmp_path / "masks"
    wanted = disc()
    grey(folder, "p0.png", wanted * np.uint8(255))
    grey(folder, "p1.png", np.zeros((HEIGHT, WIDTH), np.uint8))
    with project(tmp_path / "project", pictures(tmp_path / "in", 2), 1) as store:
        store.save_prediction(1, 1, None, "x", np.random.default_rng(0).normal(size=(16, 16)), 0.5)
        pairs = pair_up(store, 1, find_masks(mask_files(folder), quiet), quiet)
        assert take_in(store, 1, pairs, Rule(frozenset([255])), "accepted", quiet) == 2
        assert np.array_equal(store.label(1, 1).mask, wanted) and not store.label(2, 1).mask.any()
        assert [step.payload for step in store.journal(1, 1)] == [{"tool": "import"}]
        assert store.undo(1, 1) is not None and not store.edit_layer(1, 1).any()
        assert store.correction(1, 1).status == "in_work"
        assert take_in(store, 1, pairs, Rule(frozenset([255])), "in_work", quiet) == 2
        assert np.array_equal(store.final_mask(1, 1), wanted) and store.correction(1, 1).status == "in_work"


def test_stopping_in_between_leaves_whole_masks(tmp_path: Path) -> None:
    folder = tmp_path / "masks"
    for name in ("p0.png", "p1.png"):
        grey(folder, name, disc() * np.uint8(255))

    class Stopped(Exception):
        pass

    def stop(done: int, total: int, text: str) -> None:
        if done == 1:
            raise Stopped

    with project(tmp_path / "project", pictures(tmp_path / "in", 2), 1) as store:
        pairs = pair_up(store, 1, find_masks(mask_files(folder), quiet), quiet)
        with pytest.raises(Stopped):
            take_in(store, 1, pairs, Rule(frozenset([255])), "accepted", stop)
        assert store.accepted() == [(1, 1)] and store.statuses(1)[2] == "unseen"


@pytest.mark.parametrize("kind", ["png", "coco", "nifti", "dicom-seg"])
def test_what_was_exported_can_be_imported_into_another_project(tmp_path: Path, kind: str) -> None:
    files = series(tmp_path / "in")
    with project(tmp_path / "one", files) as store:
        masks = accept(store, 8)
        export_masks(store, tmp_path / "out", Choice(formats=(kind,), pattern="{structure}/{image}"))
    place = {"png": "Liver", "coco": "coco.json", "nifti": "nifti/Liver", "dicom-seg": "dicom-seg"}[kind]
    if kind == "nifti":  # a series has no frames to pair with: a volume of the same name does
        volume = nibabel.load(next((tmp_path / "out" / place).iterdir()))
        nibabel.save(nibabel.Nifti1Image(np.zeros(volume.shape, np.int16), volume.affine), tmp_path / "s1.nii.gz")
        files = [tmp_path / "s1.nii.gz"]
    with project(tmp_path / "two", files) as store:
        found = find_masks(mask_files(tmp_path / "out" / place), quiet)
        pairs = pair_up(store, 1, found, quiet)
        rule = Rule(frozenset([1] if kind != "png" else [255]))
        count = take_in(store, 1, pairs, rule, "accepted", quiet)
        read = {row.id: store.label(row.id, 1).mask for row in store.images() if (row.id, 1) in store.accepted()}
    if kind == "nifti":
        assert count == len(read) == HEIGHT, "cut across: the series is coronal"
        shown = nibabel.as_closest_canonical(volume).get_fdata()
        assert all(np.array_equal(shown[::-1, ::-1, key - 1].T == 1, mask) for key, mask in read.items())
    else:
        assert count == len(read) and all(np.array_equal(mask, masks[key, 1]) for key, mask in read.items())
        assert {key for (key, part), mask in masks.items() if part == 1 and mask.any()} <= set(read)


def test_a_category_that_is_not_spoken_of_is_not_taken_for_absent(tmp_path: Path) -> None:
    mask = disc()
    whole = {
        "images": [{"id": 5, "file_name": "x/p0.png", "height": HEIGHT, "width": WIDTH}],
        "categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
        "annotations": [
            {"image_id": 5, "category_id": 2, "segmentation": {"size": [HEIGHT, WIDTH], "counts": run_lengths(mask)}}
        ],
    }
    (tmp_path / "c.json").write_text(json.dumps(whole))
    with project(tmp_path / "project", pictures(tmp_path / "in", 1), 1) as store:
        found = find_masks([tmp_path / "c.json"], quiet)
        pairs = pair_up(store, 1, found, quiet)
        assert found.labels == {1: "a", 2: "b"} and question_of(found).kinds == ("labels",)
        assert take_in(store, 1, pairs, Rule(frozenset([1])), "accepted", quiet) == 0
        assert take_in(store, 1, pairs, Rule(frozenset([2])), "accepted", quiet) == 1
        assert np.array_equal(store.label(1, 1).mask, mask)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"{}"),
        ("a.json", b"\xff"),
        ("a.png", b"x"),
        ("a.dcm", b"x" * 300),
        ("a.nii", b"x"),
        ("a.json", b'{"images": 3}'),
    ],
)
def test_what_is_no_mask_is_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises((InputError, ImageError), match="damaged|not a NIfTI file"):
        find_masks([tmp_path / name], quiet)
    with pytest.raises(InputError, match="holds no masks"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        mask_files(tmp_path / "empty")
    with pytest.raises(InputError, match="cannot be read"):
        mask_files(tmp_path / "nowhere") and find_masks(mask_files(tmp_path / "nowhere.png"), quiet)


def test_the_command_line_asks_before_it_takes_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grey(tmp_path / "masks", "p0_mask.png", disc() * np.uint8(3))
    project(tmp_path / "project", pictures(tmp_path / "in", 1), 1).close()
    asked = ["import", str(tmp_path / "project"), str(tmp_path / "masks"), "--structure", "Liver"]
    assert main(asked) == 1
    told = capsys.readouterr()
    assert "their values are 0, 3" in told.err and "p0_mask.png → p0.png" in told.out
    assert main([*asked, "--values", "3", "--dry-run"]) == 0
    assert "Nothing was written" in capsys.readouterr().out
    assert main([*asked, "--values", "3", "--accepted"]) == 0
    with Store.open(tmp_path / "project", read_only=True) as store:
        assert np.array_equal(store.label(1, 1).mask, disc())
    assert main([*asked[:-1], "Nothing"]) == 1 and "Its structures are: Liver" in capsys.readouterr().err
