"""A second export into the same folder brings it up to date, and touches nothing that somebody changed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from core.export import earlier as earlier_module
from core.export.png import export_png
from core.export.staging import PREFIX
from core.store import Store
from tests.unit.export_project import accept_all, make_project, random_mask, read, table, tree


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with make_project(tmp_path / "project", ["/p/a.jpg", "/p/scan.v2.tif"], ["Polyp", "Vessel"]) as store:
        yield store


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


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
        monkeypatch.setattr(earlier_module, "_is_one_file", lambda one, other: True)
    assert export_png(store, out).written == 4
    assert {row["structure"] for row in table(out)} == {"polyp", "Vessel"}
    assert read(out / "polyp" / "a.png").any()


def test_a_mask_that_somebody_changed_since_is_not_taken_away(store: Store, out: Path) -> None:
    accept_all(store)
    export_png(store, out)
    changed = ~read(out / "Polyp" / "a.png")
    Picture.fromarray(changed).save(out / "Polyp" / "a.png")
    store.save_final(1, 1, random_mask(), "in_work")
    assert export_png(store, out).removed == 0
    assert np.array_equal(read(out / "Polyp" / "a.png"), changed)


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
