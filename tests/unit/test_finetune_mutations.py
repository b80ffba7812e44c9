"""Six ways in which a fine-tune can run for hours and bring nothing: each is caught, and the sentence or the log says where."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import core.finetune.run as run_module
import core.finetune.version as version_module
from core.errors import KnownError
from core.finetune.job import Job
from core.finetune.run import run_job
from core.model_reference import open_segmenter
from tests.unit.finetune_toy import CutOffSegmenter, LearningSegmenter, make_job, open_toy
from tests.unit.tiny_model import make_tiny_model

DECODER, PROJECTION = "the part that draws masks", "the part that brings your words to the picture"


class Detached(LearningSegmenter):
    """The embedding of the words is cut off from the projection; the decoder still has its gradient."""

    def decode(self, features: Any, state: Any, clicks: Any = None, mask: Any = None) -> Any:
        whole = self.projection
        self.projection = lambda state: whole(state).detach()  # type: ignore[assignment]
        try:
            return super().decode(features, state, clicks)
        finally:
            self.projection = whole


class Frozen(LearningSegmenter):
    """Nothing may learn."""

    def trainable_modules(self) -> dict[str, torch.nn.Module]:
        return {}


def refused(folder: Path, kind: Callable[[], LearningSegmenter] = LearningSegmenter, **settings: Any) -> str:
    """The sentence with which a run ends; no version is left."""
    job = make_job(folder, images=4, epochs=1, **settings)
    with pytest.raises(KnownError) as caught:
        run_job(job, lambda event: None, open_model=lambda ref, device: kind())
    assert not Path(job.out).exists() and not list(folder.glob(".*part"))
    return str(caught.value)


def test_no_grad_around_the_decoder(tmp_path: Path) -> None:
    assert "cut off from the parts that are to learn" in refused(tmp_path, CutOffSegmenter)


def test_a_detached_embedding(tmp_path: Path) -> None:
    assert f"would learn nothing from your labels: {PROJECTION}" in refused(tmp_path, Detached)


def test_everything_frozen(tmp_path: Path) -> None:
    assert "all parts of this model that could learn are frozen" in refused(tmp_path, Frozen)


def test_a_learning_rate_of_nothing(tmp_path: Path) -> None:
    assert f"does not move when it is trained: {PROJECTION}" in refused(tmp_path, learning_rate=0.0)


def test_an_adapter_that_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "put", lambda segmenter, trained: None)
    assert "read back from the disk, does not predict what was learned" in refused(tmp_path, learning_rate=0.02)


def test_keys_that_were_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = version_module.save_file

    def save(tensors: dict[str, torch.Tensor], place: Path) -> None:
        real({name.replace("sam_mask_decoder", "decoder"): one for name, one in tensors.items()}, place)

    monkeypatch.setattr(version_module, "save_file", save)
    assert "does not fit its base model (base_model.model.grounding.sam_mask_decoder" in refused(tmp_path)


def test_what_is_proven_can_run(tmp_path: Path) -> None:
    """Without a mutation the same run comes to its end."""
    job = make_job(tmp_path, images=4, epochs=1)
    assert Path(run_job(job, lambda event: None, open_model=open_toy)["version"]).is_dir()


PROBE = """
import sys
import numpy as np, torch
from core.model_reference import open_segmenter
segmenter = open_segmenter(sys.argv[1], "cpu")
rgb = np.load(sys.argv[2])
with torch.no_grad():
    logits = segmenter.decode(segmenter.encode_image(rgb), segmenter.embed_prompt(rgb, "the square")).logits
np.save(sys.argv[3], logits.numpy())
"""


def test_a_fresh_process_predicts_what_was_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trained network itself answers a probe; so does a process that has nothing but the files."""
    model = make_tiny_model(tmp_path / "model")
    rgb = np.random.default_rng(3).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    np.save(tmp_path / "probe.npy", rgb)
    trained: list[torch.Tensor] = []
    real = run_module._write

    def ask(segmenter: Any) -> torch.Tensor:
        segmenter.forget()
        with torch.no_grad():
            logits: torch.Tensor = segmenter.decode(
                segmenter.encode_image(rgb), segmenter.embed_prompt(rgb, "the square")
            ).logits
        return logits

    def write(run: Any, *rest: Any) -> None:
        trained.append(ask(run.segmenter).clone())
        real(run, *rest)

    monkeypatch.setattr(run_module, "_write", write)
    job = make_job(tmp_path / "run", images=4, held_out=2, epochs=1, batch=2, views=1, learning_rate=1e-3)
    result = run_job(Job(**{**job.__dict__, "model": str(model)}), lambda event: None)
    command = [
        sys.executable,
        "-c",
        PROBE,
        result["version"],
        str(tmp_path / "probe.npy"),
        str(tmp_path / "answer.npy"),
    ]
    subprocess.run(command, check=True)
    again = torch.from_numpy(np.load(tmp_path / "answer.npy"))
    assert float((again - trained[0]).abs().max()) < 1e-4
    assert float((ask(open_segmenter(str(model), "cpu")) - trained[0]).abs().max()) > 1e-3
