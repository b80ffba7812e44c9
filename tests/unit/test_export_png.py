"""What is exported is what was accepted, pixel by pixel, or one sentence and a folder as it was."""

from __future__ import annotations

import builtins
import csv
import errno
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from core.errors import ExportError, StoreError
from core.export import png as export_module
from core.export.png import export_png
from core.export.staging import PREFIX
from core.store import JournalStep, Store

HEIGHT, WIDTH = 12, 17
SEED = np.random.default_rng(0)


def random_mask() -> np.ndarray:
    return SEED.random((HEIGHT, WIDTH)) > 0.6


def make_project(folder: Path, images: list[str], structures: list[str]) -> Store:
    store = Store.create(folder, "x")
    for name in structures:
        store.add_structure(name, f"the {name}", "#ff0000")
    store.add_images((Path(path), hashlib.sha256(path.encode()).hexdigest(), WIDTH, HEIGHT, "", "") for path in images)
    return store


def accept_all(store: Store) -> dict[tuple[int, int], np.ndarray]:
    masks = {(image.id, part.id): random_mask() for image in store.images() for part in store.structures()}
    for key, mask in masks.items():
        store.save_final(*key, mask, "accepted")
    return masks


def read(file: Path) -> np.ndarray:
    with Picture.open(file) as picture:
        assert picture.format == "PNG" and picture.mode == "L"
        return np.asarray(picture)


def table(out: Path) -> list[dict[str, str]]:
    with open(out / "manifest.csv", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def tree(folder: Path) -> dict[str, Any]:
    """Everything below a folder, with its content."""
    if not folder.exists():
        return {"missing": True}
    return {
        str(path.relative_to(folder)): os.readlink(path)
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else "folder"
        for path in folder.rglob("*")
    }


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with make_project(tmp_path / "project", ["/p/a.jpg", "/p/scan.v2.tif"], ["Polyp", "Vessel"]) as store:
        yield store


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_every_accepted_mask_is_written_as_it_is(store: Store, out: Path) -> None:
    masks = accept_all(store)
    seen: list[tuple[int, int, str]] = []
    report = export_png(store, out, lambda *told: seen.append(told))
    for (image, part), mask in masks.items():
        name, folder = {1: "a", 2: "scan.v2"}[image], {1: "Polyp", 2: "Vessel"}[part]
        assert np.array_equal(read(out / folder / f"{name}.png"), mask * np.uint8(255))
    assert report.written == 4 and report.folder == out and report.manifest == out / "manifest.csv"
    assert report.remarks == [] and report.removed == 0
    assert [told[:2] for told in seen] == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)] and seen[0][2] == "Polyp/a.png"
    assert sorted(path.name for path in out.iterdir()) == ["Polyp", "Vessel", "manifest.csv"]


def test_a_reviewed_negative_is_black_and_what_is_not_accepted_is_not_there(store: Store, out: Path) -> None:
    store.save_final(1, 1, np.zeros((HEIGHT, WIDTH), bool), "accepted")
    store.save_final(2, 1, random_mask(), "in_work")
    store.save_prediction(2, 2, None, "x", np.ones((8, 8)), 0.5)
    report = export_png(store, out)
    assert report.written == 1 and report.in_work == 1
    assert read(out / "Polyp" / "a.png").shape == (HEIGHT, WIDTH) and not read(out / "Polyp" / "a.png").any()
    assert len(list(out.rglob("*.png"))) == 1


def test_the_manifest_says_what_belongs_to_what(store: Store, out: Path) -> None:
    store.save_prediction(1, 1, None, "a polyp", np.ones((8, 8)), 0.5)
    store.append_step(1, 1, JournalStep("threshold", {"before": 100, "after": 131}))
    mask = random_mask()
    store.save_final(1, 1, mask, "accepted")
    store.save_final(2, 2, ~mask, "accepted")
    export_png(store, out)
    first, second = table(out)
    assert first == {
        "image": "a.jpg",
        "image_sha256": hashlib.sha256(b"/p/a.jpg").hexdigest(),
        "structure": "Polyp",
        "prompt": "a polyp",
        "mask": "Polyp/a.png",
        "mask_sha256": hashlib.sha256((mask * np.uint8(255)).tobytes()).hexdigest(),
        "width": str(WIDTH),
        "height": str(HEIGHT),
        "area_px": str(int(mask.sum())),
        "threshold": "0.655",
        "model_version": "base",
        "status": "accepted",
        "reviewed": store.labels()[0].changed,
        "project": store.project_id,
    }
    assert second["model_version"] == "" and second["prompt"] == "the Vessel", "drawn without a prediction"
    assert (out / "manifest.csv").read_bytes().startswith(b"\xef\xbb\xbf"), "for spreadsheets"


def test_a_name_that_is_a_formula_is_text_in_the_table_and_is_renewed(tmp_path: Path, out: Path) -> None:
    with make_project(tmp_path / "project", ["/p/=SUM(A1).png", "/p/-1.png"], ["@home", "+x"]) as store:
        accept_all(store)
        export_png(store, out)
        accept_all(store)
        assert export_png(store, out).written == 4
    for row in table(out):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
    assert (out / "@home" / "=SUM(A1).png").exists()


def test_two_images_of_one_name_become_two_masks(tmp_path: Path, out: Path) -> None:
    images = ["/left/a.png", "/right/a.png", "/right/A.jpg", "/right/b.png", "C:\\scans\\b.png"]
    with make_project(tmp_path / "project", images, ["Polyp"]) as store:
        masks = accept_all(store)
        report = export_png(store, out)
    names = ["a__1", "a__2", "A__3", "b__4", "b__5"]
    for number, name in enumerate(names, 1):
        assert np.array_equal(read(out / "Polyp" / f"{name}.png"), masks[number, 1] * np.uint8(255))
    assert [row["image"] for row in table(out)] == ["A.jpg", "a.png", "a.png", "b.png", "b.png"]
    assert len(report.remarks) == 5 and "“a” is called “a__1” in the export: its name is there twice." in map(
        str, report.remarks
    )


def test_a_name_stays_when_its_namesake_is_accepted_later(tmp_path: Path, out: Path) -> None:
    with make_project(tmp_path / "project", ["/left/a.png", "/right/a.png"], ["Polyp"]) as store:
        store.save_final(1, 1, random_mask(), "accepted")
        export_png(store, out)
        assert [path.name for path in (out / "Polyp").iterdir()] == ["a__1.png"]


HOSTILE = ["../../evil", "/etc/passwd", "CON", "a/b", "a\\b", "..", ".", "", "name.", "manifest.csv", "POLYP", "polyp"]


def test_hostile_names_stay_in_the_folder(tmp_path: Path) -> None:
    images = ["/p/..png", "/p/nul.png", "/p/ü\u202e.png", "/p/" + "x" * 240 + ".png", "/p/" + "x" * 241 + ".png"]
    out = tmp_path / "deep" / "out"
    with make_project(tmp_path / "project", images, HOSTILE) as store:
        before = tree(tmp_path)
        masks = accept_all(store)
        report = export_png(store, out)
        assert report.written == len(masks) == 60
        by_hash = sorted(row["mask_sha256"] for row in table(out))
        assert by_hash == sorted(
            hashlib.sha256((mask * np.uint8(255)).tobytes()).hexdigest() for mask in masks.values()
        )
    after = tree(tmp_path)
    new = {path for path in after if path not in before and not path.startswith("project")}
    assert all(path == "deep" or path.startswith(os.path.join("deep", "out")) for path in new)
    assert len({path.casefold() for path in new}) == len(new)
    assert all((out / row["mask"]).is_file() for row in table(out))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=20), min_size=1, max_size=5, unique=True))
def test_any_structure_name_goes_there_and_back(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    names = [name.encode(errors="replace").decode() for name in names]
    place = tmp_path_factory.mktemp("any")
    with make_project(place / "project", ["/p/a.png", "/q/a.png"], sorted(set(names))) as store:
        masks = accept_all(store)
        export_png(store, place / "out")
        accept_all(store)
        assert export_png(store, place / "out").written == len(masks), "and is known again"
        assert sorted(row["structure"].lstrip("'") for row in table(place / "out")) == sorted(
            name.lstrip("'") for name in sorted(set(names)) * 2
        )
    assert {path.name for path in place.iterdir()} == {"project", "out"}


def test_an_earlier_export_is_brought_up_to_date(store: Store, out: Path) -> None:
    masks = accept_all(store)
    export_png(store, out)
    masks[1, 1] = ~masks[1, 1]
    store.save_final(1, 1, masks[1, 1], "accepted")
    store.save_final(2, 1, masks[2, 1], "in_work")
    (out / "notes.txt").write_text("of a person")
    report = export_png(store, out)
    assert report.written == 3 and report.removed == 1
    assert np.array_equal(read(out / "Polyp" / "a.png"), masks[1, 1] * np.uint8(255))
    assert not (out / "Polyp" / "scan.v2.png").exists() and len(table(out)) == 3
    assert (out / "notes.txt").read_text() == "of a person"


def test_one_structure_leaves_the_earlier_export_of_the_others(store: Store, out: Path) -> None:
    accept_all(store)
    export_png(store, out)
    before = tree(out)
    store.save_final(1, 1, random_mask(), "accepted")
    store.save_final(1, 2, random_mask(), "accepted")
    report = export_png(store, out, structure_ids=[2])
    assert report.written == 2 and len(table(out)) == 4
    changed = {path for path, content in tree(out).items() if before[path] != content}
    assert changed == {os.path.join("Vessel", "a.png"), "manifest.csv"}
    export_png(store, out, structure_ids=[1, 2])
    assert len(table(out)) == 4
    with pytest.raises(ValueError, match="no structures"):
        export_png(store, out, structure_ids=[1, 99])


def test_long_names_can_be_exported_again(tmp_path: Path, out: Path) -> None:
    """180 bytes of a name are kept; the ending and the mark of names that meet come on top."""
    stems = ["n" * 176, "n" * 177, "m" * 180, "o" * 240, "o" * 241, "息" * 60]
    with make_project(tmp_path / "project", [f"/p/{stem}.png" for stem in stems], ["S" * 200, "S" * 201]) as store:
        accept_all(store)
        first = export_png(store, out)
        before = tree(out)
        second = export_png(store, out)
        assert first.written == second.written == 12 and second.removed == 0
        assert tree(out) == before and len(table(out)) == 12


def test_masks_of_a_name_that_a_structure_had_go_unless_somebody_changed_them(store: Store, out: Path) -> None:
    masks = accept_all(store)
    export_png(store, out)
    changed = ~read(out / "Polyp" / "scan.v2.png")
    Picture.fromarray(changed).save(out / "Polyp" / "scan.v2.png")
    store.update_structure(1, name="Adenoma")
    report = export_png(store, out)
    assert report.removed == 1 and not (out / "Polyp" / "a.png").exists()
    assert np.array_equal(read(out / "Polyp" / "scan.v2.png"), changed)
    assert np.array_equal(read(out / "Adenoma" / "a.png"), masks[1, 1] * np.uint8(255))
    assert sorted({row["structure"] for row in table(out)}) == ["Adenoma", "Vessel"] and len(table(out)) == 4


def test_the_folder_of_a_name_that_is_gone_disappears_with_an_export_of_another_structure(
    store: Store, out: Path
) -> None:
    accept_all(store)
    export_png(store, out)
    store.update_structure(1, name="Adenoma")
    assert export_png(store, out, structure_ids=[2]).removed == 2
    assert sorted(path.name for path in out.iterdir()) == ["Vessel", "manifest.csv"]
    assert {row["structure"] for row in table(out)} == {"Vessel"}


def test_a_name_that_changed_in_capitals_only_can_be_exported_again(
    store: Store, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept_all(store)
    export_png(store, out)
    store.update_structure(1, name="polyp")
    if not (out / "POLYP").exists():  # as on a disk where capitals do not count
        shutil.copytree(out / "Polyp", out / "polyp")
        monkeypatch.setattr(export_module, "_is_one_file", lambda one, other: True)
    assert export_png(store, out).written == 4
    assert {row["structure"] for row in table(out)} == {"polyp", "Vessel"}
    assert read(out / "polyp" / "a.png").any()


def refused(store: Store, out: Path, words: str) -> None:
    """The export is refused with these words, and neither folder nor anything beside it changes."""
    before = tree(out.parent)
    with pytest.raises(ExportError, match=words):
        export_png(store, out)
    after = tree(out.parent)
    for path in ("project/project.sqlite-shm", "project/project.sqlite-wal"):
        before.pop(path, None), after.pop(path, None)
    assert after == before


def test_a_file_of_somebody_else_is_never_written_over(store: Store, out: Path) -> None:
    accept_all(store)
    (out / "Polyp").mkdir(parents=True)
    (out / "Polyp" / "a.png").write_bytes(b"of somebody else")
    refused(store, out, r"already holds Polyp/a\.png, which this project did not write there")
    (out / "Vessel").mkdir()
    shutil.copy(out / "Polyp" / "a.png", out / "Vessel" / "a.png")
    refused(store, out, "and 1 more files that this project did not write")


def test_a_mask_that_somebody_changed_since_is_not_written_over(store: Store, out: Path) -> None:
    accept_all(store)
    export_png(store, out)
    Picture.fromarray(~read(out / "Polyp" / "a.png")).save(out / "Polyp" / "a.png")
    refused(store, out, r"already holds Polyp/a\.png")


def test_a_mask_that_somebody_changed_since_is_not_taken_away(store: Store, out: Path) -> None:
    accept_all(store)
    export_png(store, out)
    changed = ~read(out / "Polyp" / "a.png")
    Picture.fromarray(changed).save(out / "Polyp" / "a.png")
    store.save_final(1, 1, random_mask(), "in_work")
    assert export_png(store, out).removed == 0
    assert np.array_equal(read(out / "Polyp" / "a.png"), changed)


def test_a_folder_in_the_place_of_a_mask_and_a_file_in_that_of_a_folder(store: Store, out: Path) -> None:
    accept_all(store)
    (out / "Polyp" / "a.png").mkdir(parents=True)
    refused(store, out, r"already holds Polyp/a\.png")
    shutil.rmtree(out / "Polyp")
    (out / "Polyp").write_text("a file")
    refused(store, out, r"already holds Polyp/a\.png and 1 more files")


@pytest.mark.parametrize(
    "content",
    [b"", b"name,age\nx,3\n", b"\xff\xfe\0", b'image,mask\n"', b"mask\n../../x.png\n", b"PK\3\4" + bytes(range(256))],
)
def test_a_manifest_of_another_program_is_left_alone(store: Store, out: Path, content: bytes) -> None:
    accept_all(store)
    out.mkdir()
    (out / "manifest.csv").write_bytes(content)
    refused(store, out, r"manifest\.csv that this program did not write")


def test_a_manifest_cannot_lead_to_files_elsewhere(store: Store, out: Path, tmp_path: Path) -> None:
    accept_all(store)
    export_png(store, out)
    shutil.copy(out / "Polyp" / "a.png", tmp_path / "precious.png")
    store.save_final(1, 1, random_mask(), "in_work")
    text = (out / "manifest.csv").read_text(encoding="utf-8").replace("Polyp/a.png", "../precious.png")
    (out / "manifest.csv").write_text(text, encoding="utf-8")
    refused(store, out, r"manifest\.csv that this program did not write")
    assert (tmp_path / "precious.png").exists()


def test_the_masks_of_another_project_are_left_alone(store: Store, out: Path, tmp_path: Path) -> None:
    with make_project(tmp_path / "second", ["/p/a.jpg"], ["Polyp"]) as second:
        accept_all(second)
        export_png(second, out)
    accept_all(store)
    refused(store, out, "holds masks of another project")


@pytest.mark.parametrize("place", ["Polyp", "Polyp/a.png", "manifest.csv"])
def test_a_link_out_of_the_folder_is_not_followed(store: Store, out: Path, tmp_path: Path, place: str) -> None:
    accept_all(store)
    target = tmp_path / "elsewhere"
    if place == "Polyp":
        target.mkdir()
    else:
        target.write_bytes(b"precious")
    (out / place).parent.mkdir(parents=True)
    (out / place).symlink_to(target)
    refused(store, out, "is a link to somewhere else|did not write")
    (out / place).unlink()
    (out / place).symlink_to(tmp_path / "nowhere")
    refused(store, out, "is a link to somewhere else|did not write")


def test_the_chosen_folder_itself_may_be_a_link(store: Store, tmp_path: Path) -> None:
    accept_all(store)
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert export_png(store, tmp_path / "link").folder == tmp_path / "real"
    assert (tmp_path / "real" / "Polyp" / "a.png").exists()


def test_the_project_itself_is_no_place(store: Store, tmp_path: Path) -> None:
    accept_all(store)
    for place in (store.folder, store.folder / "images", store.folder / "versions" / "x"):
        with pytest.raises(ExportError, match="belongs to the project itself"):
            export_png(store, place)
    assert export_png(store, store.folder / "masks").written == 4
    store.update_structure(1, name="project")
    with pytest.raises(ExportError, match="belongs to the project itself"):
        export_png(store, tmp_path)
    assert not (tmp_path / "manifest.csv").exists()


def test_nothing_accepted_is_said(store: Store, out: Path) -> None:
    store.save_final(1, 1, random_mask(), "in_work")
    refused(store, out, "No mask is accepted yet")
    store.save_final(1, 1, random_mask(), "accepted")
    with pytest.raises(ExportError, match="No mask is accepted yet"):
        export_png(store, out, structure_ids=[2])
    with pytest.raises(ExportError, match="No mask is accepted yet"):
        export_png(store, out, structure_ids=[])
    assert not out.exists()


def test_a_file_is_no_folder(store: Store, out: Path) -> None:
    accept_all(store)
    out.write_text("a file")
    refused(store, out, "is a file and not a folder")
    with pytest.raises(ExportError, match="no masks were written"):
        export_png(store, out / "below")


def test_a_damaged_mask_stops_the_export_and_changes_nothing(store: Store, out: Path) -> None:
    accept_all(store)
    export_png(store, out)
    before = tree(out)
    store.save_final(1, 1, random_mask(), "accepted")
    store.execute("UPDATE final_masks SET png = x'00' WHERE image_id = 2 AND structure_id = 2")
    with pytest.raises(StoreError, match="is damaged"):
        export_png(store, out)
    assert tree(out) == before


def test_a_mask_that_does_not_read_back_equal_is_noticed(
    store: Store, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept_all(store)
    honest = export_module.encode_png

    def lying(mask: np.ndarray) -> bytes:
        mask = mask.copy()
        mask[3, 5] ^= True
        return honest(mask)

    monkeypatch.setattr(export_module, "encode_png", lying)
    refused(store, out, "did not read back as it was written")
    monkeypatch.setattr(export_module, "encode_png", lambda mask: honest(mask[:-1]))
    refused(store, out, "did not read back as it was written")


class Faults:
    """Lets the n-th call into the file system fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int, number: int, only_below: Path) -> None:
        self.calls, self.at, self.number, self.below = 0, at, number, str(only_below)
        for owner, name in ((os, "replace"), (os, "fsync"), (os, "mkdir"), (builtins, "open")):
            monkeypatch.setattr(owner, name, self.wrapped(getattr(owner, name)))

    def wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def perhaps(*arguments: Any, **named: Any) -> Any:
            counts = isinstance(arguments[0], int) or str(arguments[0]).startswith(self.below)
            writes = call is not builtins.open and "open" not in call.__name__ or "x" in str(arguments[1:])
            if counts and writes:
                self.calls += 1
                if self.calls == self.at:
                    raise OSError(self.number, os.strerror(self.number))
            return call(*arguments, **named)

        return perhaps


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk of the folder “out” is full, so no masks were written"),
        (errno.EACCES, "may not write into the folder “out”"),
        (errno.EIO, "cannot be reached"),
    ],
)
def test_whatever_fails_and_whenever_the_folder_is_as_it_was(
    store: Store, out: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str, again: bool
) -> None:
    accept_all(store)
    if again:
        export_png(store, out)
        accept_all(store)
        store.save_final(2, 2, random_mask(), "in_work")
    before = tree(out)
    failed = 0
    for at in range(1, 200):
        with monkeypatch.context() as patch:
            faults = Faults(patch, at, number, out)
            try:
                export_png(store, out)
            except ExportError as error:
                failed += 1
                assert words in str(error)
            else:
                assert faults.calls < at or at > failed
                break
        assert tree(out) == before, f"after the failure of call {at}"
    assert failed >= 12, "making folders, preparing and exchanging were all reached"
    assert export_png(store, out).written == (3 if again else 4)


FULL = """
import resource, signal, sys
from pathlib import Path
from core.errors import ExportError
from core.export.png import export_png
from core.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Store.open(Path(sys.argv[1]), read_only=True) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (60, 60))
    try:
        export_png(store, Path(sys.argv[2]))
    except ExportError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
def test_a_disk_that_takes_no_more_is_one_sentence(store: Store, out: Path) -> None:
    accept_all(store)
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(store.folder), str(out)], capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        "The disk of the folder “out” is full, so no masks were written. Make room on it, or choose another folder.\n"
    )
    assert not out.exists()


PROTECTED = """
from pathlib import Path
from core.errors import ExportError
from core.export.png import export_png
from core.store import Store
import tempfile
"".encode("utf-8-sig")  # what Python loads when it is first used, nobody may read
def act(folder):
    with Store.open(Path(folder), read_only=True) as store:
        try:
            export_png(store, Path(folder).parent / "out")
        except ExportError as error:
            print(error)
        with tempfile.TemporaryDirectory() as place:
            print(export_png(store, Path(place) / "out").written)
"""


def test_a_protected_folder_is_one_sentence_and_a_protected_project_can_be_exported(
    store: Store, as_nobody: Callable[[str, Path], list[str]]
) -> None:
    accept_all(store)
    store.close()
    assert as_nobody(PROTECTED, store.folder) == [
        "You may not write into the folder “out”, so no masks were written. Choose another folder.",
        "4",
    ]


def test_a_folder_that_vanishes_on_the_way(store: Store, out: Path) -> None:
    accept_all(store)

    def vanish(done: int, total: int, text: str) -> None:
        if done == 2:
            shutil.rmtree(out)

    with pytest.raises(ExportError, match="cannot be reached"):
        export_png(store, out, vanish)
    assert not out.exists()


def test_a_file_that_appears_on_the_way_is_not_written_over(store: Store, out: Path) -> None:
    accept_all(store)

    def appear(done: int, total: int, text: str) -> None:
        if done == 2:
            (out / "Polyp").mkdir()
            (out / "Polyp" / "a.png").write_bytes(b"of somebody else")

    with pytest.raises(ExportError, match=r"already holds Polyp/a\.png"):
        export_png(store, out, appear)
    assert tree(out) == {"Polyp": "folder", os.path.join("Polyp", "a.png"): b"of somebody else"}


def test_stopping_leaves_nothing(store: Store, out: Path) -> None:
    accept_all(store)

    class Stopped(Exception):
        pass

    def stop(done: int, total: int, text: str) -> None:
        if done == 3:
            raise Stopped

    with pytest.raises(Stopped):
        export_png(store, out, stop)
    assert not out.exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from core.export.png import export_png
from core.store import Store
replace, left = os.replace, [int(sys.argv[3])]
def die_at(*arguments):
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    replace(*arguments)
os.replace = die_at
with Store.open(Path(sys.argv[1]), read_only=True) as store:
    export_png(store, Path(sys.argv[2]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 there")
@pytest.mark.parametrize("at", [0, 1, 2, 4, 7, 9])
def test_after_kill_9_the_next_export_puts_everything_right(store: Store, out: Path, at: int) -> None:
    accept_all(store)
    export_png(store, out)
    masks = accept_all(store)
    done = subprocess.run([sys.executable, "-c", KILLED, str(store.folder), str(out), str(at)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert export_png(store, out).written == 4
    for (image, part), mask in masks.items():
        file = out / {1: "Polyp", 2: "Vessel"}[part] / f"{ {1: 'a', 2: 'scan.v2'}[image] }.png"
        assert np.array_equal(read(file), mask * np.uint8(255))
    left = list(out.glob(f"{PREFIX}*"))
    assert len(left) == 1, "another export could still be running: what is left waits a day"
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(left[0], (long_ago, long_ago))
    export_png(store, out)
    assert not list(out.glob(f"{PREFIX}*"))


def test_the_window_goes_on_while_a_thread_exports_what_was_at_one_moment(store: Store, out: Path) -> None:
    masks = accept_all(store)
    begun, go_on = threading.Event(), threading.Event()
    outcome: list[Any] = []

    def progress(done: int, total: int, text: str) -> None:
        begun.set()
        assert go_on.wait(10)

    def work() -> None:
        with Store.open(store.folder, read_only=True) as own:
            outcome.append(export_png(own, out, progress))

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(10)
    accept_all(store)
    store.save_final(2, 2, random_mask(), "in_work")
    go_on.set()
    thread.join(20)
    assert outcome and outcome[0].written == 4
    for (image, part), mask in masks.items():
        file = out / {1: "Polyp", 2: "Vessel"}[part] / f"{ {1: 'a', 2: 'scan.v2'}[image] }.png"
        assert np.array_equal(read(file), mask * np.uint8(255))


def test_a_mask_of_a_very_large_image_is_no_decompression_bomb(
    store: Store, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept_all(store)
    monkeypatch.setattr(Picture, "MAX_IMAGE_PIXELS", HEIGHT * WIDTH // 3)
    with pytest.raises(Picture.DecompressionBombError):
        Picture.new("1", (WIDTH, HEIGHT)).save(out.parent / "x.png") or Picture.open(out.parent / "x.png")
    assert export_png(store, out).written == 4
    assert export_png(store, out).written == 4
