"""A place names one picture of a file, and nothing else takes it apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.place import file_and_frame, name_for_people, place_of, stem_of

NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..") and "#frame" not in name.lower()
)


@given(NAMES, st.sampled_from(["", ".dcm", ".nii", ".nii.gz", ".TIF"]), st.integers(0, 9999), st.integers(0, 500))
def test_a_place_leads_back_to_its_file_and_frame(stem: str, ending: str, frame: int, more: int) -> None:
    file, frames = Path("/somewhere") / (stem + ending), frame + more + 1
    expected = (file, None) if frames == 1 else (file, frame)
    assert file_and_frame(place_of(file, frame, frames)) == expected


@given(NAMES)
def test_a_file_is_its_own_place(name: str) -> None:
    assert file_and_frame(Path("a") / name) == (Path("a") / name, None)


def test_names_that_people_and_other_programs_see() -> None:
    assert place_of(Path("d/CT01.dcm"), 11, 40) == Path("d/CT01#frame12.dcm")
    assert place_of(Path("d/scan.nii.gz"), 0, 2).name == "scan#frame1.nii.gz"
    assert name_for_people("CT01.dcm", 11, 40) == "CT01.dcm · 12/40"
    assert name_for_people("a.png", 0, 1) == "a.png"


@pytest.mark.parametrize(
    ("name", "stem"), [("a.b.png", "a.b"), ("a.nii.gz", "a"), ("a.NII", "a"), ("IM1", "IM1"), (".png", ".png")]
)
def test_the_base_name(name: str, stem: str) -> None:
    assert stem_of(name) == stem
