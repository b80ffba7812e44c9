"""What the language side is shown: sizes, order of passes, patches, and pictures that a family cannot look at."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import ImageError, ModelError
from core.sa2va.checkpoint import image_token_of, load_tokenizer
from core.sa2va.config import LEAST_PIXELS, MOST_PIXELS, Patches, read_config
from core.sa2va.families import family_of
from core.sa2va.families.patches import fitting_size, patches_of
from core.sa2va.preprocessing import resize
from core.sa2va.prompt import SYSTEM_TURN, converse
from tests.unit.tiny_model import PARITY

PATCHES = Patches(16, 2, 2, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), system_turn=False)
side = st.integers(1, 4000)


@given(side, side, st.sampled_from([28, 32]))
def test_a_fitting_size_keeps_the_limits_and_nearly_the_shape(height: int, width: int, factor: int) -> None:
    if max(height, width) > 200 * min(height, width):
        with pytest.raises(ImageError, match="200 times as long"):
            fitting_size(height, width, factor, LEAST_PIXELS, MOST_PIXELS)
        return
    rows, columns = fitting_size(height, width, factor, LEAST_PIXELS, MOST_PIXELS)
    assert rows % factor == columns % factor == 0 and rows > 0 and columns > 0
    assert rows * columns >= LEAST_PIXELS
    assert rows * columns <= MOST_PIXELS or factor in (rows, columns)


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("before", "after", "vertical_first"),
    [((60, 40), (30, 50), True), ((60, 40), (30, 39), True), ((60, 40), (30, 20), False), ((60, 40), (90, 80), False)],
)
def test_the_order_of_passes_is_that_of_the_newest_pillow(
    before: tuple[int, int], after: tuple[int, int], vertical_first: bool
) -> None:
    rgb = noise(*before)
    middle = (before[1], after[0]) if vertical_first else (after[1], before[0])
    wanted = Image.fromarray(rgb)
    for size in (middle, (after[1], after[0])):
        wanted = wanted.resize(size, Image.Resampling.BICUBIC)
    assert np.array_equal(resize(torch.tensor(rgb), after[1], after[0]).numpy(), np.asarray(wanted))


def test_a_picture_of_the_right_size_is_left_alone() -> None:
    rgb = torch.tensor(noise(30, 40))
    assert resize(rgb, 40, 30) is rgb


def test_patches_stand_in_squares_and_a_still_stands_for_two_frames() -> None:
    rgb = np.zeros((640, 704, 3), np.uint8)
    rgb[16:32, 0:16] = 255  # the second row's first patch is the third of the first square
    patches, grid = patches_of(rgb, PATCHES, inference=False)
    assert grid == (40, 44) and patches.shape == (40 * 44, 3 * 2 * 16 * 16)
    bright = (patches.mean(dim=1) > 0).nonzero().flatten().tolist()
    assert bright == [2]
    frames = patches.view(-1, 3, 2, 16, 16)
    assert torch.equal(frames[:, :, 0], frames[:, :, 1])


def test_inference_and_training_show_another_picture() -> None:
    rgb = noise(375, 500)
    assert patches_of(rgb, PATCHES, True)[1] != patches_of(rgb, PATCHES, False)[1]


@pytest.mark.parametrize(("family", "expected"), [("qwen2_5_vl", SYSTEM_TURN), ("qwen3_vl", "")])
def test_the_system_turn_is_that_of_the_folder(family: str, expected: str, tmp_path: Path) -> None:
    folder = tmp_path / family
    shutil.copytree(PARITY / family, folder, ignore=shutil.ignore_patterns("cases"))
    chosen = family_of(read_config(folder))
    assert chosen.style("inference").before == expected and chosen.style("training").before == ""
    # A folder without its template is what the family is known for; one with another template is believed.
    template = folder / "chat_template.jinja"
    text = template.read_text()
    template.unlink()
    assert family_of(read_config(folder)).style("inference").before == expected
    system = "" if expected else "You are a helpful assistant."
    template.write_text(text.replace("You are a helpful assistant.", "") + system)
    assert (family_of(read_config(folder)).style("inference").before == "") == bool(expected)


def test_the_template_says_what_we_write() -> None:
    """The text that we put together is what the folder's own template gives; the program never runs a template."""
    for family in ("qwen2_5_vl", "qwen3_vl"):
        config = read_config(PARITY / family)
        tokenizer = load_tokenizer(PARITY / family, image_token_of(config))
        content = [{"type": "image"}, {"type": "text", "text": "\nPlease segment the polyp in this image."}]
        written = tokenizer.apply_chat_template(
            [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
        )
        talk = converse(
            tokenizer,
            "<image>\nPlease segment the polyp in this image.",
            1,
            style=family_of(config).style("inference"),
        )
        assert tokenizer.decode(talk.ids[: talk.answer_start]) == written


def test_a_config_of_a_kind_that_nobody_knows(tmp_path: Path) -> None:
    for raw, says in (
        ({"model_type": "sa2va_chat", "vision_config": {}}, "incomplete"),
        ({"model_type": "sa2va_chat", "text_config": {"model_type": "qwen3_vl_text"}}, "incomplete"),
        (
            {
                "model_type": "sa2va_chat",
                "text_config": {"model_type": "qwen3_vl_text", "hidden_size": 8},
                "vision_config": {},
            },
            "incomplete",
        ),
        (
            {"model_type": "sa2va_chat", "llm_config": {"model_type": "phi3"}, "vision_config": {}},
            "does not know",
        ),
    ):
        (tmp_path / "config.json").write_text(json.dumps(raw))
        with pytest.raises(ModelError, match=says):
            read_config(tmp_path)
