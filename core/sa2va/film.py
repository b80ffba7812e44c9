"""Words about a film or a stack, upstream's way (parity NOTES, section 8.1): the language model sees the first five frames.

Its [SEG] is decoded on each of them as on a still; what these leave in SAM 2's memory leads through the frames behind them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from core.sa2va import prompt as text
from core.sa2va.families.family import LanguagePicture, Route
from core.sa2va.network import Sa2VANetwork

QUESTION = "<image>\nPlease segment {phrase} in this video."


@dataclass(frozen=True)
class FilmTalk:
    """What was read of a film and said about it.

    Attributes:
        pictures: of the frames, as the vision model takes them.
        ids: of question and answer.
        states: (S, hidden) one for each [SEG] of the answer.
    """

    pictures: tuple[LanguagePicture, ...]
    ids: tuple[int, ...]
    states: torch.Tensor


@torch.no_grad()
def talk_about(
    network: Sa2VANetwork,
    tokenizer: Any,
    frames: Sequence[npt.NDArray[np.uint8]],
    question: str,
    answer: str = text.ANSWER,
    route: Route = "inference",
) -> FilmTalk:
    """Ask about a film, the answer given.

    Args:
        network: a loaded model.
        tokenizer: its own.
        frames: (H, W, 3) uint8 each, the first `core.segmenter.WORDS_ON` of the film or fewer.
        question: with one "<image>\\n" where the frames stand.
        answer: with one [SEG] or several.
        route: as training or inference see a picture.
    """
    family = network.family
    pictures = tuple(family.frame(rgb, route, network.vision_device) for rgb in frames)
    seen = [network.image_tokens(picture) for picture in pictures]
    counts = [len(one.tokens) for one in seen]
    talk = text.converse(tokenizer, question, counts, answer, family.style(route))
    states = network.states(torch.tensor([talk.ids], device=seen[0].tokens.device), seen)
    return FilmTalk(pictures, talk.ids, states[0, list(talk.seg_positions)])
