"""SAM 2's memory: loaded when a stack is first walked through, whole or not at all, and never half changed by a step cut off."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import ModelError
from core.inference.interruption import Interrupted, interruptible
from core.sa2va.config import Sam2Config
from core.sa2va.keys import SAM2_PREFIX
from core.sa2va.mask_prompt_walk import MaskPromptWalk
from core.sa2va.memory import POINTERS, MemoryBank, Remembered, empty_memory, load_memory, place_of
from core.sa2va.memory_walk import MemoryWalk
from core.sa2va.not_loaded import NEVER_RUN, SAM2_MEMORY
from core.sa2va.segmenter import Sa2VASegmenter
from core.segmenter import ImageFeatures
from tests.published_models import NAMES, read_manifest
from tests.unit.tiny_model import make_tiny_model


@pytest.mark.parametrize("name", NAMES)
def test_every_tensor_of_a_published_memory_has_its_place(name: str) -> None:
    published = {key: shape for key, shape in read_manifest(name).items() if key[len(SAM2_PREFIX) :] in SAM2_MEMORY}
    places = {place_of(key): list(shape) for key, shape in published.items()}
    assert len(published) == len(SAM2_MEMORY) and len(places) == len(published), (
        "one by one, and one for what never runs"
    )
    own = {name: list(tensor.shape) for name, tensor in empty_memory(Sam2Config()).state_dict().items()}
    assert {place: shape for place, shape in places.items() if place is not None} == own
    assert {key for key in published if place_of(key) is None} == {SAM2_PREFIX + one for one in NEVER_RUN}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


def without(folder: Path, target: Path, *names: str) -> Path:
    """A copy of a model's folder that lacks some tensors."""
    target.mkdir()
    index = json.loads((folder / "model.safetensors.index.json").read_text())
    for file in folder.iterdir():
        if file.suffix == ".safetensors":
            kept = {key: tensor for key, tensor in load_file(file).items() if key not in names}
            save_file(kept, target / file.name)
        else:
            (target / file.name).write_bytes(file.read_bytes())
    index["weight_map"] = {key: file for key, file in index["weight_map"].items() if key not in names}
    (target / "model.safetensors.index.json").write_text(json.dumps(index))
    return target


def features(config: Sam2Config) -> ImageFeatures:
    """Of a picture of nothing; the decoder does not mind."""
    side = config.image_size // 16
    generator = torch.Generator().manual_seed(1)
    return ImageFeatures(
        torch.randn(1, config.d_model, side, side, generator=generator),
        torch.randn(1, config.d_model // 8, 4 * side, 4 * side, generator=generator),
        torch.randn(1, config.d_model // 4, 2 * side, 2 * side, generator=generator),
    )


def test_stills_do_without_and_the_first_stack_loads_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    segmenter = Sa2VASegmenter.load(folder, "cpu")
    assert not any("memory" in name for name in segmenter.network.state_dict())
    seen = features(segmenter.network.config.sam2)
    mask = np.zeros((40, 60), bool)
    mask[10:30, 10:30] = True
    loaded = segmenter.load_memory()
    assert loaded is not None and loaded is segmenter.load_memory(), "once"
    assert not loaded.training and all(tensor.dtype == torch.float32 for tensor in loaded.parameters())
    walk = segmenter.walk(seen, mask, 9)
    assert isinstance(walk, MemoryWalk) and walk.way == "memory"

    calls = iter(range(10**6))
    before = (list(walk.bank.given), list(walk.bank.recent))
    with pytest.raises(Interrupted), interruptible(lambda: next(calls) > 25):
        walk.step(seen)
    assert (list(walk.bank.given), list(walk.bank.recent)) == before, "a step that is cut off leaves nothing behind"


def test_a_model_without_a_memory_walks_by_mask_prompts(folder: Path, tmp_path: Path) -> None:
    bare = without(folder, tmp_path / "bare", *(SAM2_PREFIX + name for name in SAM2_MEMORY))
    segmenter = Sa2VASegmenter.load(bare, "cpu")
    seen = features(segmenter.network.config.sam2)
    mask = np.zeros((40, 60), bool)
    mask[10:30, 10:30] = True
    walk = segmenter.walk(seen, mask, 9)
    assert isinstance(walk, MaskPromptWalk) and walk.way == "mask prompt"
    assert segmenter.walk_by_words([], [], "the polyp", 9) is None
    state = torch.ones(1, segmenter.network.config.hidden_size)
    spoken = walk.step(seen, state)
    again = walk.step(seen, state)
    silent = segmenter.walk(seen, mask, 9).step(seen)
    assert spoken.logits.shape == (1, 3, 256, 256)
    assert not torch.equal(spoken.logits, silent.logits), "words count"
    assert not torch.equal(spoken.logits, again.logits), "so does the mask of the slice before"


def test_half_a_memory_is_refused_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    torn = without(folder, tmp_path / "torn", SAM2_PREFIX + "memory_attention.norm.weight")
    with pytest.raises(ModelError, match="memory_attention.norm.weight") as caught:
        load_memory(torn, Sam2Config(), torch.device("cpu"))
    assert "Single images are not affected" in str(caught.value)


def test_the_nearest_slices_are_remembered_and_the_given_ones_for_good() -> None:
    bank = MemoryBank()
    one = Remembered(torch.zeros(1), torch.zeros(1))
    bank.given.append(one)
    for _ in range(40):
        bank.recent.append(one)
    assert len(bank.recent) == POINTERS - 1 and len(bank.given) == 1
