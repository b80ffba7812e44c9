"""The headless demo goes the whole way on a small project: real store, real files, a toy model, a toy training run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture

from core.demo import CORRECTED_IMAGES, Loop, headless
from core.demo_project import read_demo_project
from core.errors import FinetuneError, InputError
from core.finetune.job import Job
from core.store.store import Store
from tests.unit.worker_toy import BrightSegmenter


class KeenSegmenter(BrightSegmenter):
    """Finds dim structures too: what a fine-tune on the second scanner would teach."""

    def encode_image(self, rgb: Any) -> Any:
        return super().encode_image(np.clip(rgb.astype(np.int16) * 3, 0, 255).astype(np.uint8))


def demo_images(folder: Path, patients: int = 7) -> Path:
    """Two scanners, two images a patient; the second scanner is dim."""
    images = []
    for sub in ("images", "masks"):
        (folder / sub).mkdir(parents=True)
    for scanner, level in (("A", 255), ("B", 80)):
        for patient in range(patients):
            for count in range(2):
                name = f"{scanner}{patient}_{count}.png"
                pixels = np.zeros((40, 48), np.uint8)
                pixels[8 + patient : 30, 10 + 3 * count : 36] = level
                Picture.fromarray(np.repeat(pixels[:, :, None], 3, axis=2)).save(folder / "images" / name)
                Picture.fromarray((pixels > 0).astype(np.uint8) * 255).save(folder / "masks" / name)
                images.append(
                    {
                        "file": f"images/{name}",
                        "patient": f"{scanner}{patient}",
                        "scanner": scanner,
                        "masks": {"square": f"masks/{name}"},
                    }
                )
    structures = [{"name": "square", "prompt": "the bright part", "colour": "#e5484d"}]
    (folder / "index.json").write_text(json.dumps({"structures": structures, "images": images}))
    return folder


def make_loop(store: Store) -> tuple[Loop, list[str]]:
    said: list[str] = []

    def open_model(ref: str, device: str) -> Any:
        return BrightSegmenter("base") if ref == "demo" else KeenSegmenter("tuned")

    return Loop(store, "demo", "cpu", 0, open_model, said.append, lambda done, total, text: None), said


def toy_run(job: Job) -> dict[str, Any]:
    """Check what a run is given, and make a version folder."""
    assert {example.split for example in job.examples} == {"", "test"}
    learned = {example.group for example in job.examples if not example.split}
    assert not learned & {example.group for example in job.examples if example.split}
    assert len({example.image for example in job.examples if not example.split}) == CORRECTED_IMAGES
    for example in job.examples:
        assert Path(example.image).is_file() and example.group.startswith("B")
        assert set(np.unique(np.asarray(Picture.open(example.mask)))) == {0, 255}
    Path(job.out).mkdir(parents=True)
    return {"version": job.out, "accepted": True, "reason": "It is better.", "figures": {"tuned_step": 100}}


def test_the_whole_way(tmp_path: Path) -> None:
    project = read_demo_project(demo_images(tmp_path / "demo"))
    with Store.create(tmp_path / "project", "Demo") as store:
        loop, said = make_loop(store)
        figures = headless(loop, project, toy_run)
        assert figures["corrected_images"] == CORRECTED_IMAGES and figures["held_out_patients"] == 2
        assert figures["scanners"]["A"]["at_half"]["dice"] > 0.8 > figures["scanners"]["B"]["at_half"]["dice"]
        assert figures["base_at_half"]["dice"] <= figures["base_at_best"]["dice"]
        assert figures["tuned_at_best"]["dice"] > figures["base_at_half"]["dice"] + 0.5
        active = store.active_version()
        assert active is not None and active.id == figures["version"] and store.version_folder(active).is_dir()
        assert [run.outcome for run in store.runs()] == ["done"]
        labels = store.labels()
        assert len(labels) == CORRECTED_IMAGES and all(label.image.study_key == "B" for label in labels)
        for label in labels:
            truth = np.asarray(Picture.open(tmp_path / "demo" / "masks" / Path(label.image.path).name)) > 0
            np.testing.assert_array_equal(label.mask, truth)
    assert any("Scanner B" in line for line in said)


def test_a_run_that_fails_is_recorded(tmp_path: Path) -> None:
    def fails(job: Job) -> dict[str, Any]:
        raise FinetuneError("Nothing moved.", "Use another model.")

    project = read_demo_project(demo_images(tmp_path / "demo"))
    with Store.create(tmp_path / "project", "Demo") as store:
        loop, _ = make_loop(store)
        with pytest.raises(FinetuneError, match="Nothing moved"):
            headless(loop, project, fails)
        assert [run.outcome for run in store.runs()] == ["failed"] and store.active_version() is None
        assert len(store.labels()) == CORRECTED_IMAGES


def test_too_few_patients_get_a_sentence(tmp_path: Path) -> None:
    project = read_demo_project(demo_images(tmp_path / "demo", patients=3))
    with Store.create(tmp_path / "project", "Demo") as store, pytest.raises(FinetuneError, match="too few patients"):
        headless(make_loop(store)[0], project, toy_run)


def test_missing_demo_images_get_a_sentence(tmp_path: Path) -> None:
    folder = demo_images(tmp_path / "demo")
    (folder / "masks" / "B0_0.png").unlink()
    with pytest.raises(InputError, match="B0_0.png is missing"):
        read_demo_project(folder)
    (folder / "index.json").write_text("[]")
    with pytest.raises(InputError, match="missing or damaged"):
        read_demo_project(folder)
