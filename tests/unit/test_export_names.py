"""Names that some system does not take become names that all of them take, and no two become one."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.export.names import distinct_names, file_name_of, safe_name

hostile = st.text(
    st.one_of(st.characters(), st.sampled_from('./\\:*?"<>| \t\0\u202e\u2028cOnNuLaAßẞſıİ~_1²')), max_size=60
)


@pytest.mark.parametrize(
    "name",
    [
        "polyp_01",
        "Scan 12 (left)",
        "a.b.c",
        "=1+1",
        "-x",
        "Läsion",
        "病变",
        "زخم‌ها",
        "console",
        "com10",
        "null",
        "~a",
        "#1",
    ],
)
def test_a_harmless_name_stays_as_it_is(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("", "_"),
        (".", "_"),
        ("..", "_"),
        ("../../etc/passwd", "__.._etc_passwd"),
        ("/", "_"),
        ("C:\\Windows", "C__Windows"),
        ("a/b", "a_b"),
        ("name.", "name_"),
        ("name. . ", "name_"),
        (".hidden", "_hidden"),
        ("CON", "_CON"),
        ("nul.png", "_nul.png"),
        ("Lpt1 .x", "_Lpt1 .x"),
        ("COM²", "_COM²"),
        ("a\nb\0c", "a_b_c"),
        ("gpj\u202egnp", "gpj_gnp"),
        ("caf\udce9", "caf_"),
        ("e\u0301", "é"),
    ],
)
def test_a_hostile_name_becomes_a_harmless_one(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(hostile)
@example("CON." + "x" * 500)
@example("é" * 300)
def test_every_name_becomes_one_that_every_system_takes(name: str) -> None:
    safe = safe_name(name)
    assert safe and safe == safe_name(safe), "doing it twice changes nothing"
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', safe)
    assert safe not in (".", "..") and safe[0] not in ". " and safe[-1] not in ". "
    assert len(f"{safe}__123456789.png".encode()) < 255
    assert not PureWindowsPath(safe).is_reserved() and not PureWindowsPath(f"{safe}.png").is_reserved()
    assert (Path("/out") / safe).parent == Path("/out")
    assert unicodedata.normalize("NFC", safe) == safe


@given(st.lists(hostile, max_size=12))
@example(["a", "A", "a__1", "a__2", "A__1"])
@example(["straße", "STRASSE", "strasse__1"])
@example(["é", "e\u0301"])
@example(["manifest.csv", "a"])
def test_no_two_names_are_one_file_anywhere(names: list[str]) -> None:
    chosen = distinct_names([(name, str(number)) for number, name in enumerate(names)], taken=["manifest.csv"])
    keys = [unicodedata.normalize("NFC", name.upper().casefold()) for name in chosen]
    assert len(set(keys)) == len(names) and "manifest.csv" not in keys
    assert all(safe_name(name) == name for name in chosen)


def test_only_names_that_meet_are_marked() -> None:
    assert distinct_names([("a", "1"), ("b", "2"), ("A", "3")]) == ["a__1", "b", "A__3"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/data/p1/scan.v2.png", "scan.v2.png"),
        ("images/a.png", "a.png"),
        ("C:\\data\\p1\\a.png", "a.png"),
        ("\\\\server\\share\\a.png", "a.png"),
        ("D:/data/a.png", "a.png"),
    ],
)
def test_a_project_from_another_system_keeps_its_names(path: str, name: str) -> None:
    assert file_name_of(path) == name
