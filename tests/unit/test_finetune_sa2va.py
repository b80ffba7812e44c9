"""The fine-tune on Sa2VA itself (tiny weights): the proof holds, the loss falls, and PEFT reads what was written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Picture

from core.errors import FinetuneError
from core.finetune.job import Job
from core.finetune.run import run_job
from core.finetune.version import apply_version
from core.model_reference import open_segmenter
from core.sa2va.segmenter import Sa2VASegmenter
from tests.unit.finetune_toy import make_job
from tests.unit.tiny_model import make_tiny_model


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def tuned(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Job, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("run")
    settings = {"images": 4, "held_out": 2, "epochs": 2, "learning_rate": 1e-3, "batch": 2, "views": 1}
    job = make_job(folder, **settings)
    job = Job(**{**job.__dict__, "model": str(tiny)})
    return job, run_job(job, lambda event: None)


def test_every_part_that_is_trained_has_a_gradient_and_moves(tuned: tuple[Job, dict[str, Any]]) -> None:
    figures = tuned[1]["figures"]
    shown = figures["proof"]
    segmenter = Sa2VASegmenter.load(Path(tuned[0].model), "cpu")
    names = [
        f"{path}.{name}" for path, part in segmenter.trainable_modules().items() for name, _ in part.named_parameters()
    ]
    unreachable = [name for name in names if name.startswith(tuple(segmenter.unreachable()))]
    assert shown["tensors"] == len(names) - len(unreachable) > 100 and shown["frozen"] == len(unreachable) == 10
    assert figures["last_loss"] < figures["first_loss"]


def test_the_version_is_loaded_by_reference(tuned: tuple[Job, dict[str, Any]]) -> None:
    base, version = open_segmenter(tuned[0].model, "cpu"), open_segmenter(tuned[1]["version"], "cpu")
    rgb = np.asarray(Picture.open(tuned[0].examples[0].image))
    with torch.no_grad():
        logits = [
            one.decode(one.encode_image(rgb), one.embed_prompt(rgb, "the square")).logits for one in (base, version)
        ]
    assert not torch.allclose(*logits, atol=1e-3) and base.model_id != version.model_id


def test_peft_itself_reads_the_version(tuned: tuple[Job, dict[str, Any]]) -> None:
    from peft import PeftModel

    ours, theirs = Sa2VASegmenter.load(Path(tuned[0].model), "cpu"), Sa2VASegmenter.load(Path(tuned[0].model), "cpu")
    apply_version(ours, Path(tuned[1]["version"]))
    wrapped = PeftModel.from_pretrained(theirs.network, tuned[1]["version"])
    theirs.network = wrapped.base_model.model
    rgb = np.asarray(Picture.open(tuned[0].examples[0].image))
    with torch.no_grad():
        answers = [
            one.decode(one.encode_image(rgb), one.embed_prompt(rgb, "the square")).logits for one in (ours, theirs)
        ]
    difference = float((answers[0] - answers[1]).abs().max())
    assert difference < 1e-4, difference


def test_a_version_of_another_base_is_refused(tuned: tuple[Job, dict[str, Any]], tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(tuned[0].model, other)
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(json.dumps({**config, "template": "another"}))
    segmenter = Sa2VASegmenter.load(other, "cpu")
    with pytest.raises(Exception, match="another base model"):
        apply_version(segmenter, Path(tuned[1]["version"]))


def test_a_network_whose_answer_has_no_gradient_stops_the_run(tiny: Path, tmp_path: Path) -> None:
    """The failure this project was born from."""

    def inference_only(ref: str, device: str) -> Sa2VASegmenter:
        segmenter = Sa2VASegmenter.load(Path(ref), device)
        segmenter.network.grounding.decode = torch.no_grad()(segmenter.network.grounding.decode)  # type: ignore[method-assign]
        return segmenter

    job = Job(**{**make_job(tmp_path, images=4, batch=2, views=1).__dict__, "model": str(tiny)})
    with pytest.raises(FinetuneError, match="cut off"):
        run_job(job, lambda event: None, open_model=inference_only)
