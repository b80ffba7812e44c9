"""Films and stacks equal the oracle: words on the first frames, memory behind them, a given mask carried on in both directions."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.sa2va.families.internvl import InternVL
from core.sa2va.memory import Memory
from core.sa2va.network import Sa2VANetwork
from tests import parity, parity_video

ROOT = Path(__file__).parents[1] / "data" / "parity"


@lru_cache(maxsize=1)
def loaded(family: str) -> tuple[Sa2VANetwork, Any, Memory]:
    network, tokenizer = parity.load_family(ROOT / family, b"")
    return network, tokenizer, parity_video.load_memory(ROOT / family, network)


@pytest.mark.parametrize(("family", "upto"), [("internvl_qwen2", 6), ("qwen2_5_vl", 2), ("qwen3_vl", 2)])
def test_words_on_a_film_are_equal_to_the_oracle(family: str, upto: int) -> None:
    """The SAM 2 side is the same in all families; `python -m tests.parity_video ROOT` goes to the end of every film."""
    network, tokenizer, memory = loaded(family)
    case = ROOT / family / "video" / "00"
    expected = parity_video.read_fixture(case)
    whole, (track,) = parity_video.run_video(network, memory, tokenizer, case, upto)
    assert parity_video.film_errors(whole, expected, upto) == {}
    errors = parity_video.track_errors(track, expected, "vid/seg0/")
    assert {"low_res", "low_res_f16", "mask_packed", "obj_ptr", "mem_digest", "memory_tokens"} <= errors.keys()
    assert not parity_video.outside(errors)


@pytest.mark.parametrize(("frames", "name"), [((4, 5), "mp/"), ((2, 1), "mp/fresh_")])
def test_a_given_mask_is_carried_on_as_by_the_oracle(frames: tuple[int, ...], name: str) -> None:
    network, _, memory = loaded("internvl_qwen2")
    case = ROOT / "internvl_qwen2" / "video" / "mask_propagation"
    expected = parity_video.read_fixture(case)
    found = parity_video.run_mask(network, memory, case, frames)
    given = {key: found[3][key] for key in ("obj_ptr", "mem_digest")}
    assert not parity_video.outside(parity_video.track_errors({3: given}, expected, "mp/"))
    errors = parity_video.track_errors({index: found[index] for index in frames}, expected, name)
    assert {"low_res_f16", "mask_packed", "memory_tokens"} <= errors.keys()
    assert not parity_video.outside(errors)


@pytest.mark.parametrize("mistake", ["gate on the mask", "temporal places reversed", "one mask only"])
def test_a_mistake_is_seen(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: three of the known traps each lie outside the limit on the first frames that follow."""
    network, _, memory = loaded("internvl_qwen2")
    case = ROOT / "internvl_qwen2" / "video" / "mask_propagation"
    grounding = network.grounding
    plain = grounding.decode_with_tokens
    if mistake == "temporal places reversed":
        monkeypatch.setattr(memory.maskmem_tpos_enc, "data", memory.maskmem_tpos_enc.data.flip(0))
    elif mistake == "one mask only":
        monkeypatch.setattr(
            grounding, "decode_with_tokens", lambda *rest, **named: plain(*rest, **{**named, "several": False})
        )
    else:

        def gated(*rest: Any, **named: Any) -> Any:
            decoded, tokens = plain(*rest, **named)
            hidden = torch.where(decoded.object_score[:, :, None, None] > 0, decoded.logits, -1024.0)
            return type(decoded)(hidden, decoded.ious, decoded.object_score), tokens

        monkeypatch.setattr(grounding, "decode_with_tokens", gated)
    found = parity_video.run_mask(network, memory, case, (4,))
    errors = parity_video.track_errors({4: found[4]}, parity_video.read_fixture(case), "mp/")
    assert errors["low_res"] > 5 * parity.LOGITS


def test_a_frame_of_a_film_is_one_tile() -> None:
    network, _, _ = loaded("internvl_qwen2")
    assert isinstance(network.family, InternVL)
    wide = np.zeros((60, 200, 3), np.uint8)
    size = network.family.tiles.size
    assert network.family.frame(wide, "inference").pixels.shape == (1, 3, size, size)
    assert len(network.family.picture(wide, "inference").pixels) > 1
