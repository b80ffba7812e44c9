"""Every family's network equals its oracle: forced path, gradients, inference path, at the project's limits."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from core.sa2va.families.qwen_vl import Qwen3VL
from core.sa2va.keys import convert
from core.sa2va.network import Sa2VANetwork
from core.sa2va.publish import publish
from tests import parity
from tests.parity_weights import make_tensor

ROOT = Path(__file__).parents[1] / "data" / "parity"
FAMILIES = ("internvl_qwen2", "internvl_internlm2", "qwen2_5_vl", "qwen3_vl")
CASES = (
    "internvl_qwen2/01", "internvl_qwen2/03", "internvl_internlm2/03", "internvl_internlm2/04",
    "qwen2_5_vl/03", "qwen2_5_vl/04", "qwen3_vl/00", "qwen3_vl/03",
)  # fmt: skip
"""Two of a family; `python -m tests.parity ROOT` runs all that there are."""


@lru_cache(maxsize=4)
def loaded(family: str) -> tuple[Sa2VANetwork, Any]:
    return parity.load_family(ROOT / family, b"")


def read_case(name: str) -> tuple[Path, dict[str, np.ndarray]]:
    family, number = name.split("/")
    case = ROOT / family / "cases" / number
    with np.load(case / "expected.npz") as archive:
        return case, {key: archive[key] for key in archive.files}


@pytest.mark.parametrize("name", CASES)
def test_equal_to_the_oracle(name: str) -> None:
    network, tokenizer = loaded(name.split("/")[0])
    case, expected = read_case(name)
    got = parity.run_case(network, tokenizer, case, expected)
    assert expected.keys() - got.keys() <= {"gen/forced_ids"}
    outside = {
        key: error
        for key in got.keys() & expected.keys()
        for error, fine in [parity.error_of(key, got[key], expected[key], expected["gen/mask_shape"])]
        if not fine
    }
    assert not outside


@pytest.mark.parametrize("mistake", ["no empty points", "other resize", "one position early"])
def test_a_mistake_is_seen(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: three of the known traps each move the logits far outside the limit."""
    network, tokenizer = loaded("internvl_qwen2")
    case, expected = read_case("internvl_qwen2/03")
    if mistake == "no empty points":
        encoder = network.grounding.sam_prompt_encoder
        monkeypatch.setattr(
            encoder, "_embed_points", lambda points, labels, pad: torch.zeros(points.shape[0], 0, encoder.embed_dim)
        )
    elif mistake == "other resize":
        monkeypatch.setattr(
            parity,
            "sam2_picture",
            lambda rgb, size: torch.tensor(
                np.asarray(Image.fromarray(rgb).resize((size, size), Image.Resampling.BILINEAR))
            ),
        )
    else:
        original = Sa2VANetwork.states
        monkeypatch.setattr(Sa2VANetwork, "states", lambda self, *rest: original(self, *rest).roll(1, dims=1))
    monkeypatch.setattr(parity, "inference", lambda *rest: {})
    monkeypatch.setattr(parity, "losses_and_gradients", lambda *rest: {})
    got = parity.run_case(network, tokenizer, case, expected)
    error, fine = parity.error_of(
        "tf/multimasks", got["tf/multimasks"], expected["tf/multimasks"], expected["gen/mask_shape"]
    )
    assert not fine
    assert error > 0.5


def after_the_norm(family: Qwen3VL, *rest: Any) -> torch.Tensor:
    return rest[0].model.language_model.norm(Qwen3VL.states(family, *rest))


def like_words(family: Qwen3VL, ids: torch.Tensor, *rest: Any) -> torch.Tensor:
    return torch.arange(ids.shape[1]).expand(3, 1, -1)


def picture_of_training(family: Qwen3VL, rgb: Any, *_: Any) -> Any:
    return Qwen3VL.picture(family, rgb, "training")


@pytest.mark.parametrize(
    ("method", "wrong"),
    [("states", after_the_norm), ("positions", like_words), ("picture", picture_of_training), ("", None)],
)
@torch.no_grad()
def test_a_mistake_of_qwen3_vl_is_seen(
    method: str, wrong: Callable[..., Any] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, tokenizer = loaded("qwen3_vl")
    case, expected = read_case("qwen3_vl/00")
    if wrong is not None:
        monkeypatch.setattr(network.family, method, lambda *rest: wrong(network.family, *rest))
    rgb = np.asarray(Image.open(case / "image.png").convert("RGB"))
    spoken = {"question": "<image>\nPlease segment the red circle in this image.", "answer": "Sure, [SEG]."}
    _, tokens, talk = parity.ask(network, tokenizer, rgb, spoken, "inference")
    states = network.states(torch.tensor([talk.ids]), [tokens])
    error = float(np.abs(states[0, talk.seg_positions[0]].numpy() - expected["gen/hidden_seg"]).max())
    assert error < parity.LIMITS["hidden_seg"] if wrong is None else error > 0.05


def test_another_salt_gives_other_numbers() -> None:
    network, _ = parity.load_family(ROOT / "internvl_qwen2", b"pepper")
    key = "text_hidden_fcs.0.weight"
    assert not torch.equal(network.text_hidden_fcs[0].weight, make_tensor(key, (64, 64)))


@pytest.mark.parametrize("family", FAMILIES)
def test_published_names_go_there_and_back(family: str) -> None:
    network, _ = loaded(family)
    state = {name: torch.randn(tensor.shape) for name, tensor in network.state_dict().items()}
    published = publish(state, network.config)
    back = dict(pair for key, tensor in published.items() for pair in convert(key, tensor, network.config))
    assert back.keys() == state.keys()
    assert all(torch.equal(back[name], state[name]) for name in state)
