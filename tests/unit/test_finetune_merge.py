"""A version given away: merged into its base it predicts the same and looks like the base, and alone it is what it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from core.errors import ExportError, ModelError
from core.finetune.merge import RECORD, copy_version, merge_version
from core.finetune.version import Trained, apply_version, state_of, write_version
from core.sa2va.checkpoint import INDEX, model_id, read_tensors
from core.sa2va.segmenter import Sa2VASegmenter
from tests.unit.tiny_model import make_tiny_model

RGB = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
PARTS = ("text_hidden_fcs.", "grounding_encoder.sam2_model.sam_mask_decoder.")


def make_version(base: Path, folder: Path) -> Path:
    """A version as a fine-tune writes it, with parts that differ from the base's."""
    segmenter = Sa2VASegmenter.load(base, "cpu")
    modules = segmenter.trainable_modules()
    torch.manual_seed(0)
    with torch.no_grad():
        for part in modules.values():
            for parameter in part.parameters():
                parameter.mul_(1 + 0.05 * torch.randn_like(parameter))
    write_version(
        folder, Trained(state_of(modules)), str(base), {"base_id": segmenter.model_id, "best_step": 70, "figures": {}}
    )
    return folder


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A base folder as it is downloaded, with files that must not come along, and a version of it."""
    folder = tmp_path_factory.mktemp("models")
    base = make_tiny_model(folder / "base", "qwen3_vl")
    (base / "modeling_sa2va_chat.py").write_text("raise SystemExit\n")
    (base / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    (base / "LICENSE").write_text("Apache-2.0\n")
    return base, make_version(base, folder / "20261124-a")


def predict(segmenter: Sa2VASegmenter) -> torch.Tensor:
    segmenter.forget()  # a second reading of the same picture is equal to within rounding only
    with torch.no_grad():
        return segmenter.decode(segmenter.encode_image(RGB), segmenter.embed_prompt(RGB, "the polyp")).logits


def same_model(one: Sa2VASegmenter, other: Sa2VASegmenter) -> bool:
    """Every weight to the last bit; a prediction to within rounding, which depends on where in memory a weight lies."""
    ours, theirs = one.network.state_dict(), other.network.state_dict()
    assert ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)
    return float((predict(one) - predict(other)).abs().max()) < 1e-3


def tensors_of(folder: Path) -> dict[str, torch.Tensor]:
    return dict(read_tensors(folder, torch.device("cpu")))


def test_merged_it_predicts_what_base_and_version_predict(pair: tuple[Path, Path], tmp_path: Path) -> None:
    base, version = pair
    target, seen = tmp_path / "given" / "merged", []
    merge_version(base, version, target, lambda done, total: seen.append((done, total)), largest=20_000_000)
    tuned, merged = Sa2VASegmenter.load(base, "cpu"), Sa2VASegmenter.load(target, "cpu")
    untuned = predict(tuned)
    apply_version(tuned, version)
    assert same_model(merged, tuned)
    assert float((predict(merged) - untuned).abs().max()) > 0.1
    assert merged.model_id not in (model_id(base), tuned.model_id)
    assert seen[-1][0] == seen[-1][1] > 0 and seen == sorted(seen)


def test_merged_it_looks_like_the_base(pair: tuple[Path, Path], tmp_path: Path) -> None:
    base, version = pair
    merge_version(base, version, tmp_path / "merged", largest=20_000_000)
    target = tmp_path / "merged"
    old, new = tensors_of(base), tensors_of(target)
    assert new.keys() == old.keys()
    changed = {name for name in old if not torch.equal(old[name], new[name])}
    assert changed and all(name.startswith(PARTS) for name in changed)
    assert all(new[name].shape == old[name].shape and new[name].dtype == old[name].dtype for name in old)
    index = json.loads((target / INDEX).read_text())
    files = sorted(target.glob("*.safetensors"))
    assert len(files) > 1 and set(index["weight_map"].values()) == {file.name for file in files}
    assert index["weight_map"].keys() == old.keys()
    assert index["metadata"]["total_size"] == sum(tensor.nbytes for tensor in new.values())
    assert all(file.stat().st_size <= 20_000_000 for file in files)
    with safe_open(files[0], framework="pt") as shard:
        assert shard.metadata()["format"] == "pt", "the library refuses a file that does not say so"
    beside = {file.name for file in base.iterdir()} - {"modeling_sa2va_chat.py", "pytorch_model.bin", INDEX}
    beside = {name for name in beside if not name.endswith(".safetensors")}
    assert {file.name for file in target.iterdir()} - {file.name for file in files} == beside | {
        INDEX,
        RECORD,
        "README.md",
    }
    assert all((base / name).read_bytes() == (target / name).read_bytes() for name in beside)
    assert str(base.parent) not in (target / RECORD).read_text()
    assert not list(tmp_path.glob(".*"))


def test_a_base_in_half_precision_keeps_it_and_the_trained_parts_keep_theirs(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    base = tmp_path / "half"
    shutil.copytree(pair[0], base)
    for file in base.glob("*.safetensors"):
        save_file({name: tensor.half() for name, tensor in load_file(file).items()}, file)
    version = make_version(base, tmp_path / "version")
    merge_version(base, version, tmp_path / "merged")
    new = tensors_of(tmp_path / "merged")
    assert (tmp_path / "merged" / "model.safetensors").is_file() and not (tmp_path / "merged" / INDEX).exists()
    assert {tensor.dtype for name, tensor in new.items() if name.startswith(PARTS)} == {torch.float32}
    assert {tensor.dtype for name, tensor in new.items() if not name.startswith(PARTS)} == {torch.float16}
    tuned = Sa2VASegmenter.load(base, "cpu")
    apply_version(tuned, version)
    assert same_model(Sa2VASegmenter.load(tmp_path / "merged", "cpu"), tuned)


def test_alone_it_is_what_it_was(pair: tuple[Path, Path], tmp_path: Path) -> None:
    base, version = pair
    (version / "notes.txt").write_text("not part of it")
    target = tmp_path / "alone"
    target.mkdir()
    copy_version(base, version, target)
    assert {file.name for file in target.iterdir()} == {
        "adapter_config.json",
        "adapter_model.safetensors",
        "version.json",
    }
    assert all(file.read_bytes() == (version / file.name).read_bytes() for file in target.iterdir())
    segmenter = Sa2VASegmenter.load(base, "cpu")
    apply_version(segmenter, target)


@pytest.mark.parametrize("give", [merge_version, copy_version])
def test_what_does_not_belong_together_is_refused(give: Any, pair: tuple[Path, Path], tmp_path: Path) -> None:
    base, version = pair
    other = tmp_path / "other"
    shutil.copytree(base, other)
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(json.dumps({**config, "template": "another"}))
    with pytest.raises(ModelError, match="another base model"):
        give(other, version, tmp_path / "out")
    torn = tmp_path / "torn"
    shutil.copytree(version, torn)
    weights = load_file(torn / "adapter_model.safetensors")
    weights.pop(sorted(weights)[0])
    save_file(weights, torn / "adapter_model.safetensors")
    with pytest.raises(ModelError, match="does not fit"):
        give(base, torn, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("give", [merge_version, copy_version])
def test_nothing_is_written_over_and_nothing_half_is_left(
    give: Any, pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, version = pair
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(ExportError, match="already something"):
        give(base, version, tmp_path / "full")
    (tmp_path / "a file").write_text("")
    with pytest.raises(ExportError, match="could not be written"):
        give(base, version, tmp_path / "a file" / "below")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10, 9, 1))
        with pytest.raises(ExportError, match="room for 0.0 GB"):
            give(base, version, tmp_path / "out")
    with monkeypatch.context() as patch:
        patch.setattr("core.finetune.merge.os.fsync", lambda number: (_ for _ in ()).throw(OSError(28, "disk full")))
        with pytest.raises(ExportError, match="disk full"):
            give(base, version, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a file", "full"]


def test_it_can_be_stopped(pair: tuple[Path, Path], tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merge_version(*pair, tmp_path / "out", stop)
    assert not list(tmp_path.iterdir())
