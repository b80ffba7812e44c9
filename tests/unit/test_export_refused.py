"""Whatever is in the way or fails: one sentence, and a folder as it was."""

from __future__ import annotations

import builtins
import errno
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture

from core.errors import ExportError, StoreError
from core.export import binary as binary_module
from core.export.png import export_png
from core.store import Store
from tests.unit.export_project import HEIGHT, WIDTH, accept_all, make_project, random_mask, read, tree


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with make_project(tmp_path / "project", ["/p/a.jpg", "/p/scan.v2.tif"], ["Polyp", "Vessel"]) as store:
        yield store


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


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
    honest = binary_module.encode_png

    def lying(mask: np.ndarray) -> bytes:
        mask = mask.copy()
        mask[3, 5] ^= True
        return honest(mask)

    monkeypatch.setattr(binary_module, "encode_png", lying)
    refused(store, out, "did not read back as it was written")
    monkeypatch.setattr(binary_module, "encode_png", lambda mask: honest(mask[:-1]))
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
