"""`sa2va-annotator export`: the same export, without a window."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from core.cli import main
from core.store import Store


@pytest.fixture
def project(tmp_path: Path) -> Path:
    with Store.create(tmp_path / "project", "x") as store:
        store.add_structure("Polyp", "the polyp", "#fff")
        store.add_images([(Path(f"/p/{name}.png"), name * 64, 6, 4, "", "") for name in ("a", "b")])
        store.save_final(1, 1, np.eye(4, 6, dtype=bool), "accepted")
        store.save_final(2, 1, np.eye(4, 6, dtype=bool), "in_work")
    return tmp_path / "project"


def test_masks_are_written_and_what_happened_is_said(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["export", str(project), "--out", str(out), "--json", str(tmp_path / "said.json")]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines() == [f"1 mask written to {out}", "1 mask is in work and was left out."]
    assert "1/1" in told.err
    said = json.loads((tmp_path / "said.json").read_text(encoding="utf-8"))
    assert said["ok"] and said["written"] == 1 and said["in_work"] == 1 and said["manifest"].endswith("manifest.csv")
    with Picture.open(out / "Polyp" / "a.png") as picture:
        assert np.array_equal(np.asarray(picture), np.eye(4, 6, dtype=np.uint8) * 255)


def test_json_on_standard_output_is_nothing_but_json(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(project), "--out", str(tmp_path / "out"), "--json", "-"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text[text.index("{") :])["written"] == 1


@pytest.mark.parametrize(
    ("project_name", "out_name", "words"),
    [("nowhere", "out", "holds no project"), ("project", "project", "belongs to the project itself")],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_1(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], project_name: str, out_name: str, words: str
) -> None:
    assert main(["export", str(tmp_path / project_name), "--out", str(tmp_path / out_name)]) == 1
    told = capsys.readouterr()
    assert words in told.err and "Traceback" not in told.err and told.out == ""


def test_names_that_could_not_be_kept_are_remarked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store.create(tmp_path / "project", "x") as store:
        store.add_structure("a/b", "x", "#fff")
        store.add_images([(Path("/p/a.png"), "a" * 64, 6, 4, "", "")])
        store.save_final(1, 1, np.eye(4, 6, dtype=bool), "accepted")
    assert main(["export", str(tmp_path / "project"), "--out", str(tmp_path / "out")]) == 0
    assert "“a/b” is called “a_b” in the export" in capsys.readouterr().err


def test_the_project_is_opened_for_reading_only(project: Path, tmp_path: Path) -> None:
    before = (project / "project.sqlite").read_bytes()
    with Store.open(project) as window:
        assert main(["export", str(project), "--out", str(tmp_path / "out")]) == 0
        window.set_meta("note", "goes on")
    assert (project / "project.sqlite").read_bytes() != before, "the window wrote"
