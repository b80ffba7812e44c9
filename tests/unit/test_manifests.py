"""The tensors of every published model map one to one on our network at full size, and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from accelerate import init_empty_weights

from core.sa2va.config import read_config
from core.sa2va.keys import SAM2_PREFIX, convert, is_left_out
from core.sa2va.network import Sa2VANetwork
from core.sa2va.not_loaded import SAM2_MEMORY
from core.sa2va.publish import publish
from tests.published_models import NAMES, config_of, read_manifest


def test_all_published_models_are_there() -> None:
    assert len(NAMES) == 11


@pytest.mark.parametrize("name", NAMES)
def test_every_tensor_has_its_place(name: str, tmp_path: Path) -> None:
    manifest = read_manifest(name)
    (tmp_path / "config.json").write_text(json.dumps(config_of(manifest)))
    config = read_config(tmp_path)
    with init_empty_weights(include_buffers=False):
        network = Sa2VANetwork(config, image_token_id=0)
    places = {place: list(tensor.shape) for place, tensor in network.state_dict().items()}
    assert all(parameter.is_meta for parameter in network.parameters())

    taken: dict[str, str] = {}
    loaded: dict[str, torch.Tensor] = {}
    unused = set()
    for key, shape in manifest.items():
        pieces = dict(convert(key, torch.empty(shape, device="meta"), config))
        if not pieces:
            unused.add(key)
        for place, tensor in pieces.items():
            assert place not in taken, f"{key} and {taken.get(place)} have the same place"
            assert list(tensor.shape) == places.get(place), key
            taken[place] = key
            loaded[place] = tensor
    assert taken.keys() == places.keys()
    assert unused == {SAM2_PREFIX + memory for memory in SAM2_MEMORY}
    assert all(is_left_out(key) for key in unused)

    published = {key: list(tensor.shape) for key, tensor in publish(loaded, config).items()}
    assert published == {key: shape for key, shape in manifest.items() if key not in unused}


def test_a_tensor_that_only_looks_like_memory_is_not_ignored() -> None:
    assert is_left_out(f"{SAM2_PREFIX}memory_attention.norm.weight")
    assert not is_left_out(f"{SAM2_PREFIX}memory_attention.layers.4.norm1.weight")
    assert not is_left_out(f"{SAM2_PREFIX}no_mem_embed")
