"""What is exported is what was accepted, pixel by pixel, under names that every system can hold."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.export.png import export_png
from core.store import JournalStep, Store
from tests.unit.export_project import HEIGHT, WIDTH, accept_all, make_project, random_mask, read, table, tree


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
        "format": "png",
        "file_sha256": hashlib.sha256((out / "Polyp" / "a.png").read_bytes()).hexdigest(),
        "reviewer": "",
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
