"""Who is learned from and who is held out; what a job is given; where a version may be written."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture

from core import cli_finetune
from core.cli import main, make_parser
from core.cli_finetune import group_of, spread
from core.cli_output import Report
from core.errors import ImageError, InputError
from core.finetune.job import Job
from core.labelled_set import Pair

FIGURES = {
    "base_at_half": 0.5,
    "base_at_best": 0.6,
    "base_step": 70,
    "tuned_at_best": 0.8,
    "tuned_step": 110,
    "held_out": 2,
    "groups": 1,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six images of three patients: p1_a, p1_b, p2_a, …; masks of 0 and 254 (a careless program's white)."""
    for sub in ("images", "masks"):
        (tmp_path / sub).mkdir()
    for patient in (1, 2, 3):
        for letter in "ab":
            pixels = np.zeros((12, 16), np.uint8)
            pixels[patient:8, 3 if letter == "a" else 5 : 9] = 254
            Picture.fromarray(np.repeat(pixels[:, :, None], 3, axis=2)).save(
                tmp_path / f"images/p{patient}_{letter}.jpg"
            )
            Picture.fromarray(pixels).save(tmp_path / f"masks/p{patient}_{letter}.png")
    return tmp_path


class Kept:
    """A run that keeps what it was given."""

    job: Job
    masks: dict[str, np.ndarray]

    def __call__(self, job: Job) -> dict[str, Any]:
        self.job = Job.read(Path(job.folder))
        self.masks = {Path(example.image).stem: np.asarray(Picture.open(example.mask)) for example in job.examples}
        return {"version": job.out, "accepted": True, "reason": "It is better.", "figures": FIGURES}

    def names(self, split: str) -> list[str]:
        return [Path(example.image).stem for example in self.job.examples if example.split == split]


def finetune(folder: Path, *more: str) -> tuple[Kept, dict[str, Any]]:
    where = ["--images", str(folder / "images"), "--masks", str(folder / "masks"), "--out", str(folder / "out")]
    arguments = make_parser().parse_args(["finetune", *where, "--prompt", "the  square", *more])
    kept = Kept()
    result = cli_finetune.run(arguments, Report(), kept)
    return kept, result


def test_the_job_holds_everything_frozen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept, result = finetune(folder, "--seed", "7", "--epochs", "3", "--learning-rate", "0.001", "--device", "cpu")
    job = kept.job
    assert (job.model, job.version, job.seed, job.epochs, job.learning_rate, job.device) == (
        "demo",
        None,
        7,
        3,
        0.001,
        "cpu",
    )
    assert job.out == str(folder / "out")
    assert len(job.examples) == 6 and {example.prompt for example in job.examples} == {"the square"}
    assert len({example.image_sha256 for example in job.examples}) == 6
    assert all(set(np.unique(mask)) == {0, 255} for mask in kept.masks.values())
    assert [example.group for example in job.examples][:2] == ["p1_a", "p1_b"]
    assert result["ok"] and json.dumps(result)
    out = capsys.readouterr()
    assert "0.6000" in out.out and "0.8000" in out.out and "254" not in out.out
    assert not [path for path in folder.iterdir() if path.name.startswith(".finetune-")]


def test_defaults_are_those_of_the_job(folder: Path) -> None:
    kept, _ = finetune(folder)
    plain = Job(folder="", model="", examples=(), out="")
    assert (kept.job.epochs, kept.job.learning_rate, kept.job.seed) == (plain.epochs, plain.learning_rate, 0)


def test_patients_of_the_list_are_never_learned_from(folder: Path) -> None:
    (folder / "test.txt").write_text("p2_a\n")
    kept, result = finetune(folder, "--group-by", r"^(p\d)_", "--test-images", str(folder / "test.txt"))
    assert kept.names("test") == ["p2_a"]
    assert kept.names("") == ["p1_a", "p1_b", "p3_a", "p3_b"]  # p2_b shows the same patient
    assert {example.group for example in kept.job.examples} == {"p1", "p2", "p3"}
    assert result["held_out"] == ["p2_a"]


def test_a_copy_of_a_held_out_image_is_not_learned_from(folder: Path) -> None:
    (folder / "images" / "p3_b.jpg").write_bytes((folder / "images" / "p1_a.jpg").read_bytes())
    (folder / "test.txt").write_text("p1_a\n")
    kept, _ = finetune(folder, "--test-images", str(folder / "test.txt"))
    assert kept.names("test") == ["p1_a"] and kept.names("") == ["p1_b", "p2_a", "p2_b", "p3_a"]


def test_limit_takes_a_few_spread_evenly_and_always_the_same(folder: Path) -> None:
    first, _ = finetune(folder, "--limit", "3")
    assert first.names("") == ["p1_b", "p2_b", "p3_b"]
    again, _ = finetune(folder, "--limit", "3", "--seed", "5")
    assert again.names("") == first.names("")
    assert len(finetune(folder, "--limit", "99")[0].names("")) == 6


def test_a_broken_held_out_image_does_not_stop_the_training(folder: Path) -> None:
    (folder / "test.txt").write_text("p1_a\np1_b\n")
    (folder / "images" / "p1_a.jpg").write_text("words")
    (folder / "masks" / "p1_b.png").write_bytes(b"")
    kept, result = finetune(folder, "--test-images", str(folder / "test.txt"))
    assert kept.names("test") == [] and len(kept.names("")) == 4
    assert not result["ok"] and [failure["image"] for failure in result["failures"]] == ["p1_a.jpg", "p1_b.jpg"]


def test_a_broken_image_to_learn_from_stops_before_the_start(folder: Path) -> None:
    (folder / "images" / "p3_b.jpg").write_text("words")
    with pytest.raises(ImageError, match="p3_b.jpg"):
        finetune(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["images", "masks"]


def test_a_taken_place_is_refused(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "adapter_config.json").write_text("{}")
    with pytest.raises(InputError, match="not empty"):
        finetune(folder)


def test_nothing_left_to_learn_from_gets_a_sentence(folder: Path) -> None:
    (folder / "test.txt").write_text("\n".join(f"p{patient}_{letter}" for patient in (1, 2, 3) for letter in "ab"))
    with pytest.raises(InputError, match="none is left"):
        finetune(folder, "--test-images", str(folder / "test.txt"))


def test_a_version_can_be_the_start(folder: Path) -> None:
    version = folder / "v1"
    version.mkdir()
    (version / "adapter_config.json").write_text("{}")
    (version / "version.json").write_text('{"base": "demo"}')
    kept, _ = finetune(folder, "--model", str(version))
    assert (kept.job.model, kept.job.version) == ("demo", str(version))


@pytest.mark.parametrize(
    ("pattern", "name", "group"),
    [
        (None, "p1_a.jpg", "p1_a"),
        (r"^(p\d+)_", "p12_a.jpg", "p12"),
        (r"p\d+", "p12_a.jpg", "p12"),
        (r"_(\w)$", "p12_a.jpg", "a"),
    ],
)
def test_the_patient_of_a_file_name(pattern: str | None, name: str, group: str) -> None:
    assert group_of(name, None if pattern is None else re.compile(pattern)) == group


def test_a_name_without_a_patient_gets_a_sentence() -> None:
    with pytest.raises(InputError, match="finds no patient"):
        group_of("x.png", re.compile(r"p\d"))


def test_spread_is_even() -> None:
    pairs = [Pair(str(number), Path(), Path()) for number in range(40)]
    for count in (1, 7, 20, 40):
        chosen = [int(pair.name) for pair in spread(pairs, count)]
        assert len(set(chosen)) == count
        gaps = np.diff(chosen)
        assert count < 2 or gaps.max() - gaps.min() <= 1


def test_progress_is_said_in_whole_words(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    events = [
        {"event": "stage", "text": "Looking at the labelled images ({done} of {all})", "values": {"done": 0, "all": 4}},
        {"event": "stage", "text": "Learning", "values": {}},
        {"event": "epoch", "epoch": 2, "epochs": 2, "loss": 0.25, "validation_dice": 0.5},
    ]

    def run_job(job: Job, tell: Any, open_model: Any) -> dict[str, Any]:
        for event in events:
            tell(event)
        return {}

    monkeypatch.setattr("core.finetune.run.run_job", run_job)
    cli_finetune.trained(Report())(Job(folder="", model="", examples=(), out=""))
    said = capsys.readouterr().err
    assert "{" not in said and "0/4 looks at labelled images" in said and "Learning …" in said and "0.2500" in said


def test_a_zoom_reaches_every_example_and_comes_from_the_version_if_none_is_given(folder: Path) -> None:
    kept, result = finetune(folder, "--zoom", "2")
    assert {example.zoom for example in kept.job.examples} == {2} and result["zoom"] == 2
    version = folder / "version"
    version.mkdir()
    (version / "version.json").write_text(json.dumps({"base": "demo", "best_step": 80, "zoom": 3}), encoding="utf-8")
    (version / "adapter_config.json").write_text("{}", encoding="utf-8")
    again, _ = finetune(folder, "--model", str(version))
    assert {example.zoom for example in again.job.examples} == {3}


def test_a_preset_brings_its_settings_and_what_was_given_counts_more(folder: Path, tmp_path: Path) -> None:
    jobs: list[Job] = []

    def run_job(job: Job) -> dict[str, Any]:
        jobs.append(Job.read(Path(job.folder)))
        figures = {**FIGURES, "closer": {"hd95": [9.0, 4.0]}, "near_copies": 1}
        return {"version": "", "accepted": False, "reason": "", "figures": figures}

    for number, more in enumerate(([], ["--preset", "whole", "--epochs", "3", "--encoder-rate", "1e-4", "--thin"])):
        where = ["--images", str(folder / "images"), "--masks", str(folder / "masks"), "--prompt", "the square"]
        command = ["finetune", *where, "--out", str(tmp_path / f"version{number}"), *more]
        cli_finetune.run(make_parser().parse_args(command), Report(), run_job)
    quick, whole = jobs
    assert (quick.preset, quick.epochs, quick.thin) == ("quick", 12, False)
    assert (whole.preset, whole.epochs, whole.encoder_rate, whole.thin) == ("whole", 3, 1e-4, True)


def test_a_job_for_a_cluster_names_it(folder: Path) -> None:
    assert finetune(folder, "--ray", "http://10.0.0.7:8265")[0].job.cluster == "http://10.0.0.7:8265"
    assert finetune(folder)[0].job.cluster == ""


def test_without_the_addition_nothing_is_handed_over(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    where = ["--images", str(folder / "images"), "--masks", str(folder / "masks"), "--out", str(folder / "out")]
    assert main(["finetune", *where, "--prompt", "the square", "--ray", "http://127.0.0.1:1"]) == 1
    assert "an addition that is not installed" in capsys.readouterr().err and not (folder / "out").exists()
