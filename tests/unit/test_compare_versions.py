"""Two versions on labels of a project, and the table that comes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FinetuneError
from core.finetune.compare_versions import Comparison, compare_versions
from core.finetune.dataset import read_truth
from core.finetune.run import run_job
from core.finetune.version import apply_version
from core.image_file import read_image
from core.paired_table import (
    ACCEPTED,
    ALL,
    NEW,
    PATIENT,
    STRUCTURE,
    TEST_SET,
    PairedLabel,
    iou_of,
    metrics_of,
    paired_lines,
)
from core.store import Store
from tests.unit.finetune_toy import LearningSegmenter, make_job, open_toy


def open_any(reference: str, device: str) -> LearningSegmenter:
    toy = LearningSegmenter()
    if reference != "toy":
        apply_version(toy, Path(reference))
    return toy


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, str]]:
    """A project with twelve accepted masks of six patients, and a version that learned from the first four of them."""
    folder = tmp_path_factory.mktemp("compare")
    job = make_job(folder / "run", epochs=15)
    taught = replace(job, examples=job.examples[:8])
    version = str(run_job(taught, lambda event: None, open_model=open_toy)["version"])
    with Store.create(folder / "project", "x") as store:
        store.add_structure("Square", "the square", "#ff0000")
        store.add_images([read_image(Path(example.image)) for example in job.examples])
        for image, example in zip(store.images(), job.examples, strict=True):
            store.set_patients({image.id: example.group})
            store.save_final(image.id, 1, read_truth(example), "accepted")
        store.set_test(12, True)
        yield store, version


@pytest.mark.parametrize(("which", "images", "learned"), [(ACCEPTED, 12, 8), (TEST_SET, 2, 0), (NEW, 4, 0)])
def test_each_set_holds_the_labels_that_it_says(made: tuple[Store, str], which: str, images: int, learned: int) -> None:
    store, version = made
    found = compare_versions(Comparison(store.folder, ("toy", version), which, "cpu"), open_model=open_any)
    assert len(found["labels"]) == images and found["learned"] == [0, learned]
    figures = json.loads((Path(version) / "version.json").read_text())["figures"]
    assert found["steps"] == [figures["base_step"], figures["tuned_step"]]
    before, after = np.array([label["values"]["dice"] for label in found["labels"]]).mean(axis=0)
    assert after > before, "what was learned shows"
    assert set(found["labels"][0]["values"]) == {"dice", "iou", "hd95", "surface_dice"}
    assert json.loads(json.dumps(found)) == found


def test_a_model_beside_itself_differs_in_nothing(made: tuple[Store, str]) -> None:
    store, version = made
    found = compare_versions(Comparison(store.folder, (version, version), TEST_SET, "cpu"), open_model=open_any)
    assert all(first == second for label in found["labels"] for first, second in label["values"].values())


def test_without_labels_there_is_a_sentence(made: tuple[Store, str], tmp_path: Path) -> None:
    with Store.create(tmp_path / "empty", "x") as store, pytest.raises(FinetuneError, match="no accepted masks"):
        compare_versions(Comparison(store.folder, ("toy", made[1]), TEST_SET, "cpu"), open_model=open_any)


VALUE = st.floats(0, 1)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), VALUE, VALUE), min_size=1, max_size=20))
def test_lines_add_up(rows: list[tuple[str, str, float, float]]) -> None:
    labels = [PairedLabel(str(n), s, p, {"dice": (b, a)}) for n, (s, p, b, a) in enumerate(rows)]
    lines = paired_lines(labels, "dice")
    whole = lines[0]
    assert (
        whole.kind == ALL
        and whole.labels == len(rows)
        and whole.difference == pytest.approx(whole.second - whole.first)
    )
    for kind in (STRUCTURE, PATIENT):
        some = [line for line in lines if line.kind == kind]
        assert sum(line.labels for line in some) == len(rows)
        assert sum(line.labels * line.second for line in some) == pytest.approx(whole.labels * whole.second)
        assert [line.difference for line in some] == sorted(line.difference for line in some)
    assert all(
        line.interval[0] - 1e-9 <= line.difference <= line.interval[1] + 1e-9 for line in lines if line.labels == 1
    )


def test_a_metric_that_only_thin_structures_have_leaves_the_others_out() -> None:
    thin = PairedLabel("1", "vessel", "p", {"dice": (0.5, 0.6), "pieces": (3.0, 2.0)})
    thick = PairedLabel("2", "lesion", "p", {"dice": (0.5, 0.6)})
    assert metrics_of([thick]) == ["dice"] and metrics_of([thin, thick]) == ["dice", "pieces"]
    assert paired_lines([thin, thick], "pieces")[0].labels == 1 and paired_lines([thick], "pieces") == []


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 50))
def test_iou_follows_from_dice(only_first: int, only_second: int, both: int) -> None:
    dice = 2 * both / (2 * both + only_first + only_second)
    assert iou_of(dice) == pytest.approx(both / (both + only_first + only_second))
    assert iou_of(1.0) == 1.0 and iou_of(0.0) == 0.0
