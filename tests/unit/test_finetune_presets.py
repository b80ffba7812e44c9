"""Every preset on Sa2VA itself (tiny weights): proven, learned, written, read back by us and by PEFT, merged into the base."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.errors import FinetuneError, ModelError
from core.features import FeatureCache
from core.finetune.job import Job
from core.finetune.merge import merge_version
from core.finetune.presets import ADAPTER, DEEP, PRESETS, QUICK, WHOLE
from core.finetune.run import run_job
from core.finetune.version import WEIGHTS, apply_version
from core.model_reference import open_segmenter
from core.sa2va.segmenter import Sa2VASegmenter
from tests.unit.finetune_toy import make_job
from tests.unit.tiny_model import make_tiny_model

RGB = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
FAMILIES = {WHOLE: "internvl_qwen2", ADAPTER: "qwen3_vl", DEEP: "internvl_internlm2"}
"""One family for each; the last one is published with its query, key and value joined."""

Tuned = tuple[Job, dict[str, Any]]


def job_of(folder: Path, model: Path, preset: str, **settings: Any) -> Job:
    chosen = {"images": 4, "held_out": 2, "epochs": 1, "learning_rate": 1e-3, "batch": 2, "views": 1, **settings}
    return replace(make_job(folder, preset=preset, **chosen), model=str(model))


def predict(segmenter: Sa2VASegmenter) -> torch.Tensor:
    segmenter.forget()
    with torch.no_grad():
        return segmenter.decode(segmenter.encode_image(RGB), segmenter.embed_prompt(RGB, "the square")).logits


@pytest.fixture(scope="module")
def base_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def give(preset: str) -> Path:
        family = FAMILIES[preset]
        if family not in made:
            made[family] = make_tiny_model(tmp_path_factory.mktemp("models") / family, family)
        return made[family]

    return give


@pytest.fixture(scope="module")
def tuned_by(base_of: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Tuned]:
    made: dict[str, Tuned] = {}

    def give(preset: str) -> Tuned:
        if preset not in made:
            job = job_of(tmp_path_factory.mktemp(preset), base_of(preset), preset)
            made[preset] = job, run_job(job, lambda event: None)
        return made[preset]

    return give


def trained_names(job: Job) -> set[str]:
    return {name.removeprefix("base_model.model.") for name in load_file(Path(job.out) / WEIGHTS)}


@pytest.mark.parametrize("preset", FAMILIES)
def test_what_is_written_predicts_what_was_trained(
    preset: str, tuned_by: Callable[[str], Tuned], tmp_path: Path
) -> None:
    from peft import PeftModel

    job, result = tuned_by(preset)
    assert result["figures"]["preset"] == preset and result["figures"]["memory_bytes"] > 0
    base = Sa2VASegmenter.load(Path(job.model), "cpu")
    before, base_id = predict(base), base.features_id
    apply_version(base, Path(job.out))
    after = predict(base)
    assert float((after - before).abs().max()) > 1e-2
    assert (base.features_id != base_id) is (preset != ADAPTER), (
        "cached features hold as long as nothing before them moved"
    )
    merge_version(Path(job.model), Path(job.out), tmp_path / "merged")
    assert float((predict(Sa2VASegmenter.load(tmp_path / "merged", "cpu")) - after).abs().max()) < 1e-3
    theirs = Sa2VASegmenter.load(Path(job.model), "cpu")
    theirs.network = PeftModel.from_pretrained(theirs.network, job.out).base_model.model
    assert float((predict(theirs) - after).abs().max()) < 1e-3


def test_whole_trains_the_upper_half_of_the_encoder_and_all_that_a_loss_reaches(
    tuned_by: Callable[[str], Tuned],
) -> None:
    job, result = tuned_by(WHOLE)
    segmenter = Sa2VASegmenter.load(Path(job.model), "cpu")
    blocks = {name.split("blocks.")[1].split(".")[0] for name in trained_names(job) if "trunk.blocks" in name}
    trunk = segmenter.network.grounding.image_encoder.trunk
    assert {int(block) for block in blocks} == set(range(trunk.stage_ends[1] + 1, len(trunk.blocks)))
    modules = segmenter.trainable_modules() | segmenter.learning().encoder_modules()
    names = [f"{path}.{name}" for path, part in modules.items() for name, _ in part.named_parameters()]
    never = tuple(segmenter.unreachable(cached=False))
    assert result["figures"]["proof"]["tensors"] == len([name for name in names if not name.startswith(never)])
    assert len(never) == 1, "conv_s0 and conv_s1 learn where the pictures are encoded"


def test_an_adapter_is_small_and_alone(tuned_by: Callable[[str], Tuned]) -> None:
    job, result = tuned_by(ADAPTER)
    names = trained_names(job)
    assert names and all(".lora_" in name and "sam_mask_decoder.transformer" in name for name in names)
    assert result["figures"]["proof"]["tensors"] == len(names) == 7 * 4 * 2
    assert (Path(job.out) / WEIGHTS).stat().st_size < 1_000_000


def test_deep_trains_the_language_model_and_the_decoder(tuned_by: Callable[[str], Tuned]) -> None:
    job, _ = tuned_by(DEEP)
    names = trained_names(job)
    language = {name for name in names if name.startswith("vision_language.")}
    assert language and all(".lora_" in name for name in language)
    assert {name.split(".")[0] for name in names} == {"vision_language", "text_hidden_fcs", "grounding"}


def test_features_of_the_base_are_not_taken_for_those_of_another_encoder(
    tuned_by: Callable[[str], Tuned], tmp_path: Path
) -> None:
    job, _ = tuned_by(WHOLE)
    cache = FeatureCache(tmp_path)
    plain, whole = (Sa2VASegmenter.load(Path(job.model), "cpu") for _ in range(2))
    apply_version(whole, Path(job.out))
    first, second = (cache.features(one, "a" * 64, RGB).embedding for one in (plain, whole))
    assert not torch.allclose(first, second, atol=1e-2)


def cut_off_encoder(segmenter: Sa2VASegmenter) -> None:
    segmenter.network.grounding.image_encoder.forward = torch.no_grad()(
        segmenter.network.grounding.image_encoder.forward
    )


def cut_off_decoder(segmenter: Sa2VASegmenter) -> None:
    segmenter.network.grounding.decode = torch.no_grad()(segmenter.network.grounding.decode)  # type: ignore[method-assign]


def cut_off_language(segmenter: Sa2VASegmenter) -> None:
    segmenter.network.states = torch.no_grad()(segmenter.network.states)  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("preset", "cut", "part"),
    [
        (WHOLE, cut_off_encoder, "image_encoder"),
        (WHOLE, cut_off_decoder, ""),
        (ADAPTER, cut_off_decoder, ""),
        (DEEP, cut_off_language, "lora_A"),
    ],
)
def test_a_part_without_a_gradient_stops_every_preset(
    preset: str, cut: Any, part: str, base_of: Callable[[str], Path], tmp_path: Path
) -> None:
    def open_it(ref: str, device: str) -> Sa2VASegmenter:
        segmenter = Sa2VASegmenter.load(Path(ref), device)
        cut(segmenter)
        return segmenter

    job = job_of(tmp_path, base_of(preset), preset)
    with pytest.raises(FinetuneError, match="was not started") as refused:
        run_job(job, lambda event: None, open_model=open_it)
    assert part in refused.value.values.get("part", "") and not Path(job.out).exists()


def test_a_quick_run_has_to_beat_a_whole_version_as_it_predicts(
    tuned_by: Callable[[str], Tuned], tmp_path: Path
) -> None:
    """The version in use sees with another encoder; it is judged with it, and the base is the base again afterwards."""
    whole, _ = tuned_by(WHOLE)
    alone = run_job(job_of(tmp_path / "a", Path(whole.model), QUICK), lambda event: None)
    beside = run_job(replace(job_of(tmp_path / "b", Path(whole.model), QUICK), in_use=whole.out), lambda event: None)
    figures = beside["figures"]
    assert "in_use_at_best" in figures
    assert figures["tuned_at_best"] == pytest.approx(alone["figures"]["tuned_at_best"], abs=1e-6)


def test_a_version_whose_parts_would_be_lost_is_not_taught_further(
    tuned_by: Callable[[str], Tuned], tmp_path: Path
) -> None:
    for number, (earlier, later) in enumerate([(ADAPTER, QUICK), (WHOLE, QUICK)]):
        job, _ = tuned_by(earlier)
        further = replace(job_of(tmp_path / str(number), Path(job.model), later), version=job.out)
        with pytest.raises(FinetuneError, match="cannot be taught further"):
            run_job(further, lambda event: None)


def test_a_version_may_only_change_what_can_be_trained(tuned_by: Callable[[str], Tuned], tmp_path: Path) -> None:
    import json
    import shutil

    job, _ = tuned_by(ADAPTER)
    shutil.copytree(job.out, tmp_path / "strange")
    file = tmp_path / "strange" / "adapter_config.json"
    config = json.loads(file.read_text())
    file.write_text(json.dumps({**config, "target_modules": ["vision_language.lm_head"]}))
    with pytest.raises(ModelError, match="does not fit"):
        open_segmenter(str(tmp_path / "strange"), "cpu")


def test_each_preset_says_how_it_is_tried() -> None:
    assert list(PRESETS) == [QUICK, ADAPTER, DEEP, WHOLE]
    assert Job("", "", (), "").preset == QUICK
    assert {name: getattr(Job("", "", (), ""), name) for name in PRESETS[QUICK].settings} == PRESETS[QUICK].settings
