"""A checkpoint folder is loaded whole, or refused in one sentence that names the reason."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.clicks import Clicks
from core.errors import DeviceError, ModelError
from core.sa2va.segmenter import Sa2VASegmenter
from tests.unit.tiny_model import make_tiny_model


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint in upstream's layout: config, tokenizer, two shards with an index."""
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "tiny"
    shutil.copytree(original, copy)
    return copy


def test_a_second_prompt_and_a_click_need_no_second_encoding(original: Path) -> None:
    segmenter = Sa2VASegmenter.load(original, "cpu")
    rgb = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    features = segmenter.encode_image(rgb)
    with torch.no_grad():
        answers = [
            segmenter.decode(features, segmenter.embed_prompt(rgb, words)) for words in ("the polyp", "a vessel")
        ]
        clicked = segmenter.decode(features, segmenter.embed_prompt(rgb, "the polyp"), Clicks(((0.5, 0.5, 1),)))
    assert answers[0].logits.shape == (1, 3, 256, 256)
    assert not torch.allclose(answers[0].chosen, answers[1].chosen)
    assert not torch.allclose(answers[0].chosen, clicked.chosen)
    assert segmenter.mask_grid == 256


def test_the_decoder_has_a_gradient_on_cached_features(original: Path) -> None:
    """The failure this project was born from: an answer without gradient."""
    segmenter = Sa2VASegmenter.load(original, "cpu")
    rgb = np.zeros((32, 32, 3), np.uint8)
    decoded = segmenter.decode(segmenter.encode_image(rgb), segmenter.embed_prompt(rgb, "the polyp"))
    assert decoded.logits.requires_grad
    (decoded.logits.mean() + decoded.ious.mean() + decoded.object_score.mean()).backward()
    frozen = tuple(segmenter.unreachable())
    for part, module in segmenter.trainable_modules().items():
        for name, parameter in module.named_parameters():
            full = f"{part}.{name}"
            assert (parameter.grad is None or not parameter.grad.any()) == full.startswith(frozen), full


def test_identity_follows_the_weights(original: Path, folder: Path) -> None:
    first = Sa2VASegmenter.load(original, "cpu").model_id
    file = folder / "model-00001-of-00002.safetensors"
    tensors = load_file(file)
    name = sorted(tensors)[0]
    save_file({**tensors, name: tensors[name] + 1}, file)
    assert Sa2VASegmenter.load(folder, "cpu").model_id != first


def _remove_shard(folder: Path) -> None:
    (folder / "model-00002-of-00002.safetensors").unlink()


def _cut_shard(folder: Path) -> None:
    file = folder / "model-00002-of-00002.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])


def _lose_tensor(folder: Path) -> None:
    file = folder / "model-00001-of-00002.safetensors"
    tensors = load_file(file)
    tensors.pop(sorted(tensors)[3])
    save_file(tensors, file)


def _foreign_tensor(folder: Path) -> None:
    file = folder / "model-00001-of-00002.safetensors"
    save_file({**load_file(file), "surprise.weight": torch.zeros(2)}, file)


def _wrong_shape(folder: Path) -> None:
    file = folder / "model-00002-of-00002.safetensors"
    tensors = load_file(file)
    save_file({**tensors, "text_hidden_fcs.0.bias": torch.zeros(3)}, file)


def _only_a_pickle(folder: Path) -> None:
    for file in [*folder.glob("*.safetensors"), folder / "model.safetensors.index.json"]:
        file.unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")


def _other_kind(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}))


def _no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def _broken_config(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def _no_tokenizer(folder: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt"):
        (folder / name).unlink()


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (_remove_shard, "is missing (model-00002-of-00002.safetensors)"),
        (_cut_shard, "is damaged"),
        (_lose_tensor, "is not complete"),
        (_foreign_tensor, "does not belong to Sa2VA (surprise.weight)"),
        (_wrong_shape, "does not belong to Sa2VA (text_hidden_fcs.0.bias)"),
        (_only_a_pickle, "is missing (model.safetensors)"),
        (_other_kind, "another kind (bert)"),
        (_no_config, "holds no model"),
        (_broken_config, "config.json in “tiny” is damaged"),
        (_no_tokenizer, "word list (tokenizer)"),
    ],
)
def test_a_folder_that_is_no_whole_model_is_refused(folder: Path, harm: object, says: str) -> None:
    harm(folder)  # type: ignore[operator]
    with pytest.raises(ModelError) as caught:
        Sa2VASegmenter.load(folder, "cpu")
    assert says in str(caught.value)
    assert str(caught.value).count("\n") == 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a graphics card")
def test_a_graphics_card_that_is_not_there(original: Path) -> None:
    with pytest.raises(DeviceError, match="no graphics card"):
        Sa2VASegmenter.load(original, "cuda")
