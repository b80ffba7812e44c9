"""Sa2VA as a segmenter: one picture encoded once, one forced answer per structure, one decoding per prompt or click."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from core.clicks import Clicks
from core.sa2va import prompt as text
from core.sa2va.checkpoint import (
    empty_network,
    fill_divided,
    image_token_of,
    load_tokenizer,
    model_id,
    read_tensors,
)
from core.sa2va.config import read_config
from core.sa2va.device import choose_device, device_name
from core.sa2va.families.family import PictureTokens, Route
from core.sa2va.few_bits import exchange_layers
from core.sa2va.film import QUESTION as FILM_QUESTION
from core.sa2va.film import talk_about
from core.sa2va.learning import Sa2VALearning
from core.sa2va.mask_prompt_walk import MaskPromptWalk
from core.sa2va.memory import Memory, load_memory
from core.sa2va.memory_needed import memory_needed
from core.sa2va.memory_walk import MemoryWalk
from core.sa2va.network import Sa2VANetwork
from core.sa2va.placement import find_place
from core.sa2va.precision import choose_precision
from core.sa2va.preprocessing import normalise, sam2_picture
from core.sa2va.reading import LONGEST_ANSWER, Mark, Reading
from core.segmenter import Answer, Decoded, ImageFeatures, Learning, Walk

_RECENT_PICTURES = 4


@dataclass
class _Seen:
    """The language side of a picture.

    `reading` holds the keys and values of the picture's tokens (half a gigabyte for a 4B model), up to `mark`.
    """

    tokens: PictureTokens
    reading: Reading | None = None
    mark: Mark | None = None


@contextmanager
def _whole_or_forgotten(seen: _Seen) -> Iterator[None]:
    """Work cut off in the middle (a full memory, something more urgent) leaves no half-read words behind the picture."""
    try:
        yield
    except BaseException:
        seen.reading = seen.mark = None
        raise


class Sa2VASegmenter:
    """Fulfils `core.segmenter.Segmenter`.

    What it does, and upstream as well (parity NOTES, sections 1, 2 and 3):
    - three masks, and that with the highest predicted IoU is chosen; the single-mask token is never asked;
    - the object score is handed on and gates nothing: in published weights no loss has ever taught it;
    - two empty points stand before the [SEG] embedding; a box and clicks take the place of the first (`_points_of`);
    - SAM 2's picture is squeezed into 1024×1024 by Pillow's bicubic, and a mask is enlarged bilinearly from 256 to 1024 and from
      there to the picture's size, before the threshold (`core.mask.enlarge`).
    """

    def __init__(
        self,
        network: Sa2VANetwork,
        tokenizer: Any,
        identity: str,
        device: torch.device,
        reason: str,
        route: Route = "inference",
    ) -> None:
        self.network = network
        self.tokenizer = tokenizer
        self.model_id = self.features_id = identity
        self.device = device
        self.device_reason = reason
        self.device_name = device_name(device)
        self.route = route
        self.mask_grid = network.config.sam2.image_size // 4
        self._seen: OrderedDict[bytes, _Seen] = OrderedDict()
        self.load_memory: Callable[[], Memory | None] = lambda: None
        """SAM 2's memory of this model, loaded when it is first asked for; None where the checkpoint has none."""

    @classmethod
    def load(cls, folder: Path, device: str = "auto", precision: str = "auto") -> Sa2VASegmenter:
        """Load a checkpoint folder, each tensor straight to its device and precision.

        Args:
            folder: in upstream's layout.
            device: "auto", "cpu", "cuda" or "mps".
            precision: "auto", "fp32", "bf16", "8bit" or "4bit".

        Raises:
            ModelError: anything that keeps the folder from being a whole Sa2VA model, in one sentence.
            DeviceError: the device is not there, its memory does not suffice, or few bits cannot be had.
        """
        chosen, reason = choose_device(device)
        how = choose_precision(precision, chosen)
        config = read_config(folder)
        tokenizer = load_tokenizer(folder, image_token_of(config))
        network = empty_network(config, tokenizer)
        if how.bits is not None:
            exchange_layers(network, how.bits)
        need = memory_needed(folder, how, config.sam2)
        placement = find_place(network, chosen, need.total, need.working, how, folder.name)
        straight = torch.device("cpu") if placement.is_divided else placement.last
        fill_divided(network, config, read_tensors(folder, straight), placement, how, folder.name)
        identity = model_id(folder)
        loaded = cls(network.eval(), tokenizer, identity, placement.last, reason)
        if how.name != "fp32":
            loaded.features_id = f"{identity}-{how.name}"
        loaded.load_memory = cache(partial(load_memory, folder, config.sam2, placement.last))
        return loaded

    @torch.no_grad()
    def encode_image(self, rgb: npt.NDArray[np.uint8]) -> ImageFeatures:
        """(H, W, 3) uint8 -> features of one picture, without gradient."""
        picture = sam2_picture(rgb, self.network.config.sam2.image_size, self.device)
        return self.network.grounding.encode(normalise(picture[None]))

    def embed_prompt(self, rgb: npt.NDArray[np.uint8], prompt: str) -> torch.Tensor:
        """(H, W, 3) uint8 and a structure's name -> the [SEG] state (1, hidden), without gradient."""
        return self.embed_prompts(rgb, [prompt])

    @torch.no_grad()
    def embed_prompts(self, rgb: npt.NDArray[np.uint8], prompts: Sequence[str]) -> torch.Tensor:
        """(H, W, 3) uint8 and P structures' names -> the [SEG] states (P, hidden), without gradient.

        The picture's tokens are read with the first prompt about it; each further one costs its own words. In float32 the
        states are those of single prompts within 1e-5.
        """
        seen = self._look(rgb)
        asked = [self._converse(seen.tokens, prompt) for prompt in prompts]
        # What stands behind [SEG] cannot reach its state.
        upto = [talk.ids[: talk.seg_positions[0] + 1] for talk in asked]
        states: list[torch.Tensor] = []
        if upto and seen.reading is None:
            seen.reading = Reading(self.network, upto[0], seen.tokens)
            seen.mark = seen.reading.place(asked[0].picture_end)
            states.append(seen.reading.last)
            seen.reading.back_to(seen.mark)
        if seen.reading is not None and len(states) < len(upto):
            behind = [ids[asked[0].picture_end :] for ids in upto[len(states) :]]
            with _whole_or_forgotten(seen):
                states += [own[-1] for own in seen.reading.go_on_apart(behind)]
        if not states:
            return torch.empty(0, self.network.config.hidden_size, device=self.device)
        return torch.stack(states).to(self.device, torch.float32)

    @torch.no_grad()
    def answer(self, rgb: npt.NDArray[np.uint8], prompt: str, longest: int = LONGEST_ANSWER) -> Answer:
        """Ask for a structure and let the model decide whether it is there: greedy generation, as upstream's prediction.

        Args:
            rgb: (H, W, 3) uint8.
            prompt: a structure's name.
            longest: at most so many new tokens.
        """
        seen = self._look(rgb)
        talk = self._converse(seen.tokens, prompt)
        question = talk.ids[: talk.answer_start]
        if seen.reading is None or seen.mark is None:
            seen.reading = Reading(self.network, question, seen.tokens)
            seen.mark = seen.reading.place(talk.picture_end)
        else:
            with _whole_or_forgotten(seen):
                seen.reading.go_on(question[talk.picture_end :])
        reading, mark = seen.reading, seen.mark
        with _whole_or_forgotten(seen):
            said = reading.generate(self._ends(), longest)
            reading.back_to(mark)
        seg = self.tokenizer.convert_tokens_to_ids(text.SEG_TOKEN)
        found = torch.tensor([token == seg for token in said.ids[:-1]], dtype=torch.bool, device=self.device)
        states = said.states.to(self.device, torch.float32)[found]
        return Answer(self.tokenizer.decode(said.ids, skip_special_tokens=False).strip(), states)

    def decode(
        self,
        features: ImageFeatures,
        state: torch.Tensor,
        clicks: Clicks | None = None,
        mask: torch.Tensor | None = None,
    ) -> Decoded:
        """Decode B pictures, or one, for B states (B, hidden); differentiable in projection and mask decoder.

        Args:
            features: of B pictures or of one.
            state: (B, hidden), the [SEG] states.
            clicks: in fractions of the picture (0..1), the same for all.
            mask: (B, 1, g, g) logits of the answer before; None for none.
        """
        count = state.shape[0]
        points, labels = _points_of(clicks or Clicks(), self.network.config.sam2.image_size, count, state.device)
        return self.network.grounding.decode(
            features.for_each_of(count), self.network.text_hidden_fcs(state), points, labels, mask
        )

    def walk(self, features: ImageFeatures, mask: npt.NDArray[np.bool_], slices: int) -> Walk:
        """Begin to carry a mask through a stack: by SAM 2's memory, or without one by masks as hints.

        Raises:
            ModelError: the checkpoint's memory is not complete.
        """
        network = self.network
        given = torch.from_numpy(np.ascontiguousarray(mask))[None, None].to(self.device, torch.float32)
        memory = self.load_memory()
        if memory is None:
            return MaskPromptWalk(network.grounding, network.text_hidden_fcs, given)
        walk = MemoryWalk(network.grounding, memory, slices)
        walk.begin(features, given)
        return walk

    @torch.no_grad()
    def walk_by_words(
        self, rgbs: Sequence[npt.NDArray[np.uint8]], features: Sequence[ImageFeatures], prompt: str, slices: int
    ) -> tuple[Walk, list[Decoded]] | None:
        """Begin to follow what a prompt names through a stack, upstream's way.

        Args:
            rgbs: (H, W, 3) uint8 each, the first `core.segmenter.WORDS_ON` slices, or all of a shorter stack.
            features: of these slices.
            prompt: the structure in words.
            slices: how many the stack has.

        Returns:
            The walk through the slices behind them, and the answers for these; None where the checkpoint has no memory.
        """
        network, memory = self.network, self.load_memory()
        if memory is None:
            return None
        question = FILM_QUESTION.format(phrase=text.phrase_of(prompt))
        states = talk_about(network, self.tokenizer, rgbs, question, route=self.route).states
        language = network.text_hidden_fcs(states[:1].to(self.device, torch.float32))
        walk = MemoryWalk(network.grounding, memory, slices)
        return walk, [walk.begin_with_words(one, language) for one in features]

    def forget(self) -> None:
        """Give back what is remembered of recent pictures."""
        self._seen.clear()

    def trainable_modules(self) -> dict[str, nn.Module]:
        """The projection and the mask decoder, by their paths in the network (PEFT's file format names them so)."""
        return {
            "text_hidden_fcs": self.network.text_hidden_fcs,
            "grounding.sam_mask_decoder": self.network.grounding.sam_mask_decoder,
        }

    def unreachable(self, cached: bool = True) -> dict[str, str]:
        """What a loss on three-mask answers cannot reach: from cached features, or from the pictures themselves."""
        single = "belongs to the single-mask answer, which Sa2VA never asks for"
        before = "runs before the cached picture features; the Whole preset trains it"
        never = {"grounding.sam_mask_decoder.output_hypernetworks_mlps.0": single}
        early = ("grounding.sam_mask_decoder.conv_s0", "grounding.sam_mask_decoder.conv_s1")
        return never | (dict.fromkeys(early, before) if cached else {})

    def learning(self) -> Learning:
        """What a fine-tune needs besides."""
        return Sa2VALearning(self.network, self.tokenizer, self.device, self.route)

    def _converse(self, tokens: PictureTokens, prompt: str) -> text.Conversation:
        style = self.network.family.style(self.route)
        return text.converse(self.tokenizer, text.question_of(prompt), tokens.tokens.shape[0], style=style)

    def _ends(self) -> list[int]:
        """The ids at which upstream stops: the end of a turn, of a text, and the tokenizer's own end."""
        known = self.tokenizer.get_vocab()
        ends = [known[token] for token in (text.END_OF_TURN, text.END_OF_TEXT) if token in known]
        own = self.tokenizer.eos_token_id
        return ends if own is None else [*ends, own]

    def _look(self, rgb: npt.NDArray[np.uint8]) -> _Seen:
        """The language side of a picture, remembered for the last few pictures so that a second prompt is quick."""
        key = hashlib.sha256(np.ascontiguousarray(rgb).data).digest() + repr(rgb.shape).encode()
        if key not in self._seen:
            network = self.network
            tokens = network.image_tokens(network.family.picture(rgb, self.route, network.vision_device))
            self._seen[key] = _Seen(tokens)
        self._seen.move_to_end(key)
        while len(self._seen) > _RECENT_PICTURES:
            self._seen.popitem(last=False)
        for other in list(self._seen.values())[:-1]:
            other.reading = other.mark = None
        return self._seen[key]


def _points_of(
    clicks: Clicks, size: int, count: int, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor] | tuple[None, None]:
    """Clicks as SAM 2's prompt encoder takes them: a box is its two corners, and they come first.

    Args:
        clicks: in fractions of the picture.
        size: of the picture's side in pixels.
        count: how many prompts they are for.
        device: where they are wanted.

    Returns:
        (count, P, 2) x, y in pixels, and (count, P) int: 0 outside, 1 inside, 2 and 3 the corners; None, None for no clicks.
    """
    if not clicks:
        return None, None
    marks = [(x, y, inside) for x, y, inside in clicks.points]
    if clicks.box is not None:
        left, top, right, bottom = clicks.box
        marks = [(left, top, 2), (right, bottom, 3), *marks]
    points = torch.tensor([[x * size, y * size] for x, y, _ in marks], dtype=torch.float32, device=device)
    labels = torch.tensor([label for *_, label in marks], dtype=torch.int32, device=device)
    return points.expand(count, -1, -1), labels.expand(count, -1)
