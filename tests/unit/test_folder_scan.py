"""Pictures of a folder with all that is in it, whatever names they have."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.folder_scan import scan
from core.place import names_apart


def quiet(done: int, total: int, text: str) -> None:
    """Nobody wants to know."""


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def test_subfolders_are_searched_in_natural_order(tmp_path: Path) -> None:
    make(
        tmp_path,
        "b2.png",
        "b10.png",
        "图像 1/a b.jpg",
        "图像 1/נ/x.tif",
        "z/notes.txt",
        ".hidden/a.png",
        "z/.a.png",
        "dir.png/in.bmp",
    )
    found = [path.relative_to(tmp_path).as_posix() for path in scan(tmp_path, quiet)]
    assert found == ["b2.png", "b10.png", "dir.png/in.bmp", "图像 1/a b.jpg", "图像 1/נ/x.tif"]


def test_very_long_paths_and_links_in_circles(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["n" * 100] * 15)
    make(deep, "a.png")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "broken.png").symlink_to(tmp_path / "nowhere")
    assert scan(tmp_path, quiet) == [deep / "a.png"]


def test_a_folder_that_cannot_be_read_or_vanishes_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="“nowhere” cannot be read"):
        scan(tmp_path / "nowhere", quiet)
    make(tmp_path / "share", *(f"{number}/a.png" for number in range(5)))
    calls: list[int] = []

    def vanish(done: int, total: int, text: str) -> None:
        calls.append(done)
        if len(calls) == 3:
            shutil.rmtree(tmp_path / "share")

    with pytest.raises(InputError, match="“share” was gone before all of it was searched"):
        scan(tmp_path / "share", vanish)


def test_it_can_be_stopped(tmp_path: Path) -> None:
    make(tmp_path, "1/a.png", "2/a.png")

    class Stopped(Exception):
        pass

    def stop(done: int, total: int, text: str) -> None:
        if done:
            raise Stopped

    with pytest.raises(Stopped):
        scan(tmp_path, stop)


def test_images_of_one_name_are_told_apart() -> None:
    images = [
        ("/d/left/a.png", 0, 1),
        ("C:\\d\\right\\a.png", 0, 1),
        ("b.png", 0, 1),
        ("/x/v.nii", 0, 2),
        ("/x/v.nii", 1, 2),
    ]
    assert names_apart(images) == ["left/a.png", "right/a.png", "b.png", "v.nii · 1/2", "v.nii · 2/2"]


@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from("ab"), min_size=1, max_size=4), st.integers(0, 1)),
        unique_by=str,
        max_size=12,
    )
)
def test_no_two_names_are_equal(paths: list[tuple[list[str], int]]) -> None:
    images = [("/" + "/".join(parts), frame, 2) for parts, frame in paths]
    names = names_apart(images)
    assert len(set(names)) == len(images)
