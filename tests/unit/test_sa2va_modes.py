"""Several structures on one reading of the picture, and answers of the model's own, equal to one pass over everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.inference.interruption import Interrupted, interruptible
from core.sa2va import prompt as text
from core.sa2va.families.family import PictureTokens
from core.sa2va.network import Sa2VANetwork
from core.sa2va.segmenter import Sa2VASegmenter
from tests.unit.tiny_model import make_tiny_model

RGB = np.random.default_rng(0).integers(0, 255, (60, 90, 3), dtype=np.uint8)
PROMPTS = ["the polyp", "a much longer name, of many words", "vessel"]
CLOSE = 1e-4


@pytest.fixture(scope="module", params=["internvl_internlm2", "qwen2_5_vl", "qwen3_vl"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("models") / request.param, request.param)


@pytest.fixture
def segmenter(folder: Path) -> Sa2VASegmenter:
    return Sa2VASegmenter.load(folder, "cpu")


def count_read(segmenter: Sa2VASegmenter) -> list[int]:
    """Numbers of tokens that the language model reads from now on, pass by pass."""
    passes: list[int] = []
    segmenter.network.vision_language.model.language_model.register_forward_pre_hook(
        lambda module, args, kwargs: passes.append(kwargs["inputs_embeds"].shape[1]), with_kwargs=True
    )
    return passes


def in_one_pass(segmenter: Sa2VASegmenter, answer: list[int], prompt: str) -> torch.Tensor:
    """States of question and answer, everything read at once."""
    network = segmenter.network
    tokens: PictureTokens = network.image_tokens(network.family.picture(RGB, "inference"))
    style = network.family.style("inference")
    talk = text.converse(segmenter.tokenizer, text.question_of(prompt), len(tokens.tokens), style=style)
    return network.states(torch.tensor([[*talk.ids[: talk.answer_start], *answer]]), [tokens])[0, -len(answer) :]


def speak(monkeypatch: pytest.MonkeyPatch, ids: list[int]) -> None:
    """Let the model say what a trained one might."""
    ahead = iter(ids)

    def logits(network: Sa2VANetwork, states: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.one_hot(torch.tensor(next(ahead)), 500).float()

    monkeypatch.setattr(Sa2VANetwork, "word_logits", logits)


@torch.no_grad()
def test_several_prompts_equal_single_ones(folder: Path, segmenter: Sa2VASegmenter) -> None:
    passes = count_read(segmenter)
    together = segmenter.embed_prompts(RGB, PROMPTS)
    assert len(passes) == 2 and passes[1] < 80, "the picture's tokens are read once"
    assert together.shape == (3, 64)
    for prompt, state in zip(PROMPTS, together, strict=True):
        alone = Sa2VASegmenter.load(folder, "cpu").embed_prompt(RGB, prompt)
        assert float((alone[0] - state).abs().max()) < CLOSE
    assert float((together[0] - together[1]).abs().max()) > 100 * CLOSE


@torch.no_grad()
def test_a_later_prompt_goes_on_from_the_same_reading(folder: Path, segmenter: Sa2VASegmenter) -> None:
    first = segmenter.embed_prompt(RGB, PROMPTS[0])
    passes = count_read(segmenter)
    second = segmenter.embed_prompt(RGB, PROMPTS[1])
    again = segmenter.embed_prompt(RGB, PROMPTS[0])
    assert len(passes) == 2 and max(passes) < 60
    assert float((again - first).abs().max()) < CLOSE
    assert float((Sa2VASegmenter.load(folder, "cpu").embed_prompt(RGB, PROMPTS[1]) - second).abs().max()) < CLOSE
    segmenter.forget()
    assert torch.equal(segmenter.embed_prompt(RGB, PROMPTS[0]), first)


@torch.no_grad()
def test_another_picture_in_between_changes_nothing(segmenter: Sa2VASegmenter) -> None:
    first = segmenter.embed_prompt(RGB, PROMPTS[0])
    segmenter.embed_prompt(255 - RGB, PROMPTS[0])
    assert torch.equal(segmenter.embed_prompt(RGB, PROMPTS[0]), first)


@pytest.mark.parametrize("layers", [3, 40, 75, 110])
def test_work_cut_off_between_two_layers_leaves_no_trace(segmenter: Sa2VASegmenter, layers: int) -> None:
    whole = segmenter.embed_prompts(RGB, PROMPTS)
    segmenter.forget()
    left = iter(range(layers))
    with pytest.raises(Interrupted), interruptible(lambda: next(left, None) is None):
        while True:
            segmenter.embed_prompts(RGB, PROMPTS[:1])
            segmenter.embed_prompts(RGB, PROMPTS[1:])
    assert float((segmenter.embed_prompts(RGB, PROMPTS) - whole).abs().max()) < CLOSE
    assert segmenter.encode_image(RGB).embedding.isfinite().all(), "nothing listens any more"


def answer_of(segmenter: Sa2VASegmenter, words: str) -> list[int]:
    return list(segmenter.tokenizer.encode(words, add_special_tokens=False))


@pytest.mark.parametrize("asked_before", [False, True])
def test_an_answer_with_two_structures(
    segmenter: Sa2VASegmenter, asked_before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = answer_of(segmenter, "It is [SEG] and [SEG].<|im_end|>")
    whole = in_one_pass(segmenter, ids, "the polyp").detach()
    if asked_before:
        segmenter.embed_prompt(RGB, "vessel")
    with monkeypatch.context() as patch:
        speak(patch, ids)
        answer = segmenter.answer(RGB, "the polyp")
    assert answer.text == "It is [SEG] and [SEG].<|im_end|>"
    seg = segmenter.tokenizer.convert_tokens_to_ids("[SEG]")
    wanted = whole[[index for index, token in enumerate(ids) if token == seg]]
    assert answer.states.shape == wanted.shape == (2, 64)
    assert float((answer.states - wanted).abs().max()) < CLOSE
    # The reading is as it was before the answer.
    fresh = segmenter.embed_prompt(RGB, "vessel")
    segmenter.forget()
    assert float((segmenter.embed_prompt(RGB, "vessel") - fresh).abs().max()) < CLOSE


def test_an_answer_without_a_structure_or_without_an_end(
    segmenter: Sa2VASegmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(monkeypatch, answer_of(segmenter, "There is none.<|im_end|>"))
    none = segmenter.answer(RGB, "the polyp")
    assert none.text == "There is none.<|im_end|>" and none.states.shape == (0, 64)
    endless = answer_of(segmenter, "[SEG]" * 9)
    speak(monkeypatch, endless)
    assert len(segmenter.answer(RGB, "the polyp", longest=4).states) == 3, "the last token is never read, as upstream"


def test_greedy_generation_is_that_of_the_library(segmenter: Sa2VASegmenter) -> None:
    """What our loop says without anybody's help, against the library's own `generate`."""
    network: Any = segmenter.network
    picture = network.family.picture(RGB, "inference")
    count = len(network.image_tokens(picture).tokens)
    style = network.family.style("inference")
    talk = text.converse(segmenter.tokenizer, text.question_of("the polyp"), count, style=style)
    ids = torch.tensor([talk.ids[: talk.answer_start]])
    wanted = {"pixel_values": picture.pixels}
    if picture.grid is not None:
        wanted["image_grid_thw"] = torch.tensor([[1, *picture.grid]])
        wanted["mm_token_type_ids"] = (ids == network.image_token_id).int()
    theirs = network.vision_language.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=12, do_sample=False, pad_token_id=0, **wanted
    )[0, ids.shape[1] :]
    ours = segmenter.answer(RGB, "the polyp", longest=12)
    assert ours.text == segmenter.tokenizer.decode(theirs).strip()


def test_one_picture_is_decoded_for_several_prompts(segmenter: Sa2VASegmenter) -> None:
    with torch.no_grad():
        features = segmenter.encode_image(RGB)
        states = segmenter.embed_prompts(RGB, PROMPTS)
        together = segmenter.decode(features, states)
        alone = [segmenter.decode(features, state[None]) for state in states]
    assert together.logits.shape == (3, 3, 256, 256)
    assert float((together.logits - torch.cat([one.logits for one in alone])).abs().max()) < 1e-3
    assert float((together.ious - torch.cat([one.ious for one in alone])).abs().max()) < CLOSE
