"""A fine-tune fits the machine: it steps down in words where the memory is small, and can be tried without learning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from core.cli import main
from core.errors import FinetuneError, TooLittleMemory
from core.finetune.figures import data_hash
from core.finetune.job import Job
from core.finetune.presets import DEEP, PRESETS, QUICK, WHOLE
from core.finetune.run import run_job
from core.finetune.step_down import PROCESSOR, SMALLER, smaller, with_less
from tests.unit.finetune_toy import LearningSegmenter, make_job, open_toy


def full() -> RuntimeError:
    return torch.OutOfMemoryError("CUDA out of memory.")


@pytest.mark.parametrize("first", [DEEP, WHOLE])
def test_it_steps_down_to_a_smaller_preset_and_then_to_the_processor(tmp_path: Path, first: str) -> None:
    job = replace(make_job(tmp_path), preset=first, device="auto")
    tried: list[tuple[str, str]] = []
    said: list[str] = []

    def attempt(one: Job) -> dict[str, Any]:
        tried.append((one.preset, one.device))
        if one.device != "cpu":
            raise full()
        assert one.views == PRESETS[QUICK].views and one.examples == job.examples
        return {"version": "somewhere"}

    assert with_less(job, attempt, said.append, card=True) == {"version": "somewhere"}
    assert tried == [(first, "auto"), (QUICK, "auto"), (QUICK, "cpu")] and said == [SMALLER, PROCESSOR]


def test_a_model_that_does_not_fit_goes_to_the_processor_and_a_full_computer_is_said(tmp_path: Path) -> None:
    job = make_job(tmp_path, device="auto")
    assert smaller(replace(job, preset=DEEP), loaded=False, card=True) == replace(job, preset=DEEP, device="cpu")
    assert smaller(job, loaded=True, card=False) is None

    def too_large(one: Job) -> dict[str, Any]:
        raise TooLittleMemory("The model is too large.", "")

    def never_fits(one: Job) -> dict[str, Any]:
        raise full()

    def mistake(one: Job) -> dict[str, Any]:
        raise RuntimeError("something else")

    with pytest.raises(TooLittleMemory):
        with_less(job, too_large, lambda text: None, card=False)
    with pytest.raises(FinetuneError, match="memory did not suffice"):
        with_less(job, never_fits, lambda text: None, card=True)
    with pytest.raises(RuntimeError, match="something else"):
        with_less(job, mistake, lambda text: None, card=True)


def test_the_proof_takes_fewer_samples_where_the_memory_is_small(tmp_path: Path) -> None:
    class Narrow(LearningSegmenter):
        def decode(self, features: Any, state: Any, clicks: Any = None, mask: Any = None) -> Any:
            if len(state) > 1:
                raise full()
            return super().decode(features, state, clicks)

    events: list[dict[str, Any]] = []
    result = run_job(make_job(tmp_path, epochs=2), events.append, open_model=lambda ref, device: Narrow())
    counts = [event["values"]["count"] for event in events if "count" in event.get("values", {})]
    assert counts == [2, 1] and result["version"]


def test_a_dry_run_proves_and_measures_and_leaves_nothing(tmp_path: Path) -> None:
    job = make_job(tmp_path, epochs=1000, dry_run=True)
    events: list[dict[str, Any]] = []
    result = run_job(job, events.append, open_model=open_toy)
    assert result["version"] == "" and not result["accepted"] and not Path(job.out).exists()
    figures = result["figures"]
    assert figures["proof"]["tensors"] > 5 and figures["memory_bytes"] > 0 and figures["training_seconds"] > 0
    assert not [event for event in events if event["event"] == "epoch"] and not list(tmp_path.glob("job/state*"))


def test_a_dry_run_still_refuses_a_model_that_cannot_learn(tmp_path: Path) -> None:
    class Frozen(LearningSegmenter):
        def trainable_modules(self) -> dict[str, torch.nn.Module]:
            return {}

    with pytest.raises(FinetuneError, match="frozen"):
        run_job(make_job(tmp_path, dry_run=True), lambda event: None, open_model=lambda ref, device: Frozen())


def test_the_command_line_tries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = make_job(tmp_path)
    masks = tmp_path / "masks"
    masks.mkdir()
    for example in job.examples:
        (masks / Path(example.image).name).write_bytes(Path(example.mask).read_bytes())
    words = [
        "finetune",
        "--images",
        str(tmp_path / "images"),
        "--masks",
        str(masks),
        "--prompt",
        "the square",
        "--dry-run",
    ]
    assert main([*words, "--out", str(tmp_path / "v"), "--device", "cpu"], open_model=open_toy) == 0
    said = capsys.readouterr().out
    assert "can learn from these labels" in said and "min and" in said and not (tmp_path / "v").exists()


def test_equal_labels_have_an_equal_hash_in_any_order() -> None:
    rows = [{"image": str(number), "mask": "m", "prompt": "p"} for number in range(5)]
    assert data_hash(rows) == data_hash(rows[::-1]) and len(data_hash(rows)) == 16
    assert data_hash(rows) != data_hash([*rows[:4], {**rows[4], "mask": "n"}])
