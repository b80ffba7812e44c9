"""Sa2VA as a fine-tune sees it: the differentiable ways through the image encoder and through the language model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

from core.sa2va import prompt as text
from core.sa2va.families.family import PictureTokens, Route
from core.sa2va.network import Sa2VANetwork
from core.sa2va.preprocessing import normalise, sam2_picture
from core.segmenter import ImageFeatures

TRUNK, NECK = "grounding.image_encoder.trunk", "grounding.image_encoder.neck"
DECODER = "grounding.sam_mask_decoder.transformer"
LANGUAGE = "vision_language.model.language_model.layers"
_ATTENTION = ("q_proj", "k_proj", "v_proj", "out_proj")


class Sa2VALearning:
    """Fulfils `core.segmenter.Learning`."""

    def __init__(self, network: Sa2VANetwork, tokenizer: Any, device: torch.device, route: Route) -> None:
        self.network = network
        self._tokenizer, self._device, self._route = tokenizer, device, route

    def encoder_modules(self) -> dict[str, nn.Module]:
        """The trunk's upper half (the stages that work on a 16th and less of the picture's side), and the neck."""
        encoder = self.network.grounding.image_encoder
        first = encoder.trunk.stage_ends[1] + 1
        blocks = {f"{TRUNK}.blocks.{number}": block for number, block in enumerate(encoder.trunk.blocks)}
        return dict(list(blocks.items())[first:]) | {NECK: encoder.neck}

    def exact_encoder(self) -> None:
        """Put the whole image encoder in single precision: in half a step of the optimiser would be rounded away."""
        self.network.grounding.image_encoder.float()

    def encode(self, pictures: npt.NDArray[np.uint8]) -> ImageFeatures:
        """(B, S, S, 3) uint8 -> features of B pictures; differentiable, with little memory."""
        pixels = normalise(torch.tensor(pictures, device=self._device))
        with recomputed(self.network.grounding.image_encoder.trunk.blocks):
            return self.network.grounding.encode(pixels)

    def picture(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """(H, W, 3) uint8 -> (S, S, 3) uint8, what SAM 2 looks at."""
        return sam2_picture(rgb, self.network.config.sam2.image_size).numpy()

    def decoder_layers(self) -> list[str]:
        """Query, key, value and output of every attention in the mask decoder."""
        return [path for path in self._linear(DECODER) if path.endswith(_ATTENTION)]

    def language_layers(self) -> list[str]:
        """All linear layers of the language model but its head."""
        return self._linear(LANGUAGE)

    @torch.no_grad()
    def look(self, rgb: npt.NDArray[np.uint8]) -> PictureTokens:
        """(H, W, 3) uint8 -> the picture in the language model's space, without gradient."""
        network = self.network
        return network.image_tokens(network.family.picture(rgb, self._route, network.vision_device))

    def say(self, seen: Sequence[PictureTokens], prompts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """(B, hidden) float32 [SEG] states of forced answers, and the mean cross-entropy of the answers' words.

        The words are those that a prediction is asked with (route "inference"): what is trained is what is used.
        """
        style = self.network.family.style(self._route)
        talks = [
            text.converse(self._tokenizer, text.question_of(prompt), picture.tokens.shape[0], style=style)
            for picture, prompt in zip(seen, prompts, strict=True)
        ]
        longest = max(len(talk.ids) for talk in talks)
        end = self._tokenizer.convert_tokens_to_ids(text.END_OF_TURN)
        device = seen[0].tokens.device
        ids = torch.tensor([[*talk.ids, *[end] * (longest - len(talk.ids))] for talk in talks], device=device)
        there = torch.tensor([[1] * len(t.ids) + [0] * (longest - len(t.ids)) for t in talks], device=device)
        with recomputed(self.network.get_submodule(LANGUAGE).children()):
            states = self.network.states(ids, seen, there)
        seg = torch.stack([states[row, talk.seg_positions[0]] for row, talk in enumerate(talks)])
        # The state at a place foretells the next word.
        before = torch.cat([states[row, t.answer_start - 1 : t.answer_end - 1] for row, t in enumerate(talks)])
        words = torch.cat([ids[row, t.answer_start : t.answer_end] for row, t in enumerate(talks)])
        logits = self.network.word_logits(before).float()
        return seg.to(self._device, torch.float32), F.cross_entropy(logits, words.to(logits.device)).to(self._device)

    def _linear(self, path: str) -> list[str]:
        part = self.network.get_submodule(path)
        return [f"{path}.{name}" for name, module in part.named_modules() if isinstance(module, nn.Linear)]


@contextmanager
def recomputed(blocks: Iterable[nn.Module]) -> Iterator[None]:
    """Keep only what goes into these blocks and compute the rest again on the way back: little memory for a third more time."""
    chosen = [block for block in blocks if torch.is_grad_enabled()]
    for block in chosen:
        block.forward = partial(checkpoint, block.forward, use_reentrant=False)
    try:
        yield
    finally:
        for block in chosen:
            del block.forward
