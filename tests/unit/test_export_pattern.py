"""Names of exported files by a pattern: safe whatever is filled in, and refused before two masks would meet."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ExportError, InputError
from core.export.choice import FORMAT_NAMES, Choice
from core.export.formats import FORMATS
from core.export.names import safe_name
from core.export.pattern import BY_STRUCTURE, MIRRORED, ONE_FOLDER, WORDS, checked, filled, without_structure
from core.export.write import export_masks
from core.store import Store
from tests.unit.export_project import accept_all, make_project, table, tree


def places(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*.png"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    images = ["/d/left/a.png", "/d/left/b.png", "/d/right/a.png", "/d/right/déjà/a.png"]
    with make_project(tmp_path / "project", images, ["Polyp", "Vessel"]) as store:
        accept_all(store)
        yield store


def test_one_folder_and_mirrored_folders(store: Store, tmp_path: Path) -> None:
    export_masks(store, tmp_path / "one", Choice([1], pattern=ONE_FOLDER))
    assert places(tmp_path / "one") == ["a__1_Polyp.png", "a__3_Polyp.png", "a__4_Polyp.png", "b_Polyp.png"]
    report = export_masks(store, tmp_path / "tree", Choice([1], pattern=MIRRORED))
    wanted = ["left/a_Polyp.png", "left/b_Polyp.png", "right/a_Polyp.png", "right/déjà/a_Polyp.png"]
    assert places(tmp_path / "tree") == wanted and report.remarks == []
    export_masks(store, tmp_path / "indexed", Choice(pattern=MIRRORED, formats=("indexed",)))
    assert places(tmp_path / "indexed") == [f"indexed/{name.replace('_Polyp', '')}" for name in wanted]


def test_folders_of_windows_and_of_links_upwards_stay_inside(tmp_path: Path) -> None:
    images = ["C:\\in\\a.png", "\\\\server\\share\\b.png", "/x/../y/c.png"]
    with make_project(tmp_path / "project", images, ["Polyp"]) as store:
        accept_all(store)
        before = set(tree(tmp_path))
        export_masks(store, tmp_path / "out", Choice(pattern=MIRRORED))
    assert all(path.startswith(("out", "project")) for path in set(tree(tmp_path)) - before)
    assert len(places(tmp_path / "out")) == 3


def test_names_that_would_meet_are_refused_before_anything_is_written(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="two masks would be called a__1.png"):
        export_masks(store, tmp_path / "out", Choice(pattern="{image}"))
    assert not (tmp_path / "out").exists()
    assert export_masks(store, tmp_path / "out", Choice([2], pattern="{image}")).written == 4


def test_another_pattern_takes_the_files_of_the_old_one_away(store: Store, tmp_path: Path) -> None:
    export_masks(store, tmp_path / "out", Choice())
    report = export_masks(store, tmp_path / "out", Choice(pattern=ONE_FOLDER))
    assert report.removed == 8 and len(places(tmp_path / "out")) == len(table(tmp_path / "out")) == 8
    export_masks(store, tmp_path / "out", Choice(formats=("coco",)))
    assert len(places(tmp_path / "out")) == 8 and len(table(tmp_path / "out")) == 16, "other formats stay"


@pytest.mark.parametrize(
    ("pattern", "words"),
    [("{image}{name}", "{name}"), ("{structure}", "lacks {image}"), ("", "lacks"), ("{image}}", "cannot be")],
)
def test_a_pattern_that_cannot_be_used_is_one_sentence(store: Store, tmp_path: Path, pattern: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        export_masks(store, tmp_path / "out", Choice(pattern=pattern))
    assert words in str(caught.value) and not (tmp_path / "out").exists()


@given(
    st.lists(st.sampled_from([f"{{{word}}}" for word in WORDS] + ["/", "_", "..", "x", "\\", " "]), max_size=7),
    st.text(max_size=8),
)
def test_whatever_is_filled_in_every_part_is_a_safe_name(parts: list[str], patient: str) -> None:
    pattern = checked("".join(parts) + "{image}")
    for one in (pattern, without_structure(pattern)):
        place = filled(one, "Polyp", "a.b", "x/y", patient)
        assert place and all(part == safe_name(part, 255) and part for part in place.split("/"))


def test_what_is_left_of_a_pattern_without_the_structure() -> None:
    wanted = {
        BY_STRUCTURE: "{image}",
        ONE_FOLDER: "{image}",
        MIRRORED: "{folder}/{image}",
        "{structure}-{image}": "{image}",
    }
    assert {pattern: without_structure(pattern) for pattern in wanted} == wanted


def test_the_names_of_formats_are_those_of_the_table() -> None:
    assert tuple(FORMATS) == FORMAT_NAMES


def test_the_command_line_takes_formats_and_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from core.cli import main

    with make_project(tmp_path / "project", ["/p/a.png"], ["Polyp"]) as store:
        accept_all(store)
    asked = ["export", str(tmp_path / "project"), "--out", str(tmp_path / "out"), "--format", "png", "--format", "coco"]
    assert main([*asked, "--names", "{image}", "--reviewer", "Dr. Li"]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "coco.json", "manifest.csv"]
    assert {row["reviewer"] for row in table(tmp_path / "out")} == {"Dr. Li"}
    assert main([*asked, "--names", "{nothing}"]) == 1
    assert "cannot be understood ({nothing})" in capsys.readouterr().err
    assert hashlib.sha256((tmp_path / "out" / "coco.json").read_bytes()).hexdigest() in {
        row["file_sha256"] for row in table(tmp_path / "out")
    }
