"""Sa2VA as a segmenter: one picture encoded once, one forced answer per structure, one decoding per prompt or click."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from core.sa2va import prompt as text
from core.sa2va.checkpoint import load_network, model_id
from core.sa2va.device import choose_device
from core.sa2va.network import Sa2VANetwork
from core.sa2va.preprocessing import language_tiles, normalise, sam2_picture
from core.segmenter import Click, Decoded, ImageFeatures

_RECENT_PICTURES = 4


class Sa2VASegmenter:
    """Fulfils `core.segmenter.Segmenter`."""

    def __init__(self, network: Sa2VANetwork, tokenizer: Any, identity: str, device: torch.device, reason: str) -> None:
        self.network = network
        self.tokenizer = tokenizer
        self.model_id = self.features_id = identity
        self.device = device
        self.device_reason = reason
        self.mask_grid = network.config.sam2.image_size // 4
        self._image_tokens: OrderedDict[bytes, torch.Tensor] = OrderedDict()

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> Sa2VASegmenter:
        """Load a checkpoint folder in float32 (bfloat16 is a later choice). Raises ModelError, DeviceError."""
        chosen, reason = choose_device(device)
        network, tokenizer = load_network(folder, chosen)
        return cls(network, tokenizer, model_id(folder), chosen, reason)

    @torch.no_grad()
    def encode_image(self, rgb: npt.NDArray[np.uint8]) -> ImageFeatures:
        """(H, W, 3) uint8 -> features of one picture, without gradient."""
        picture = sam2_picture(rgb, self.network.config.sam2.image_size)
        return self.network.grounding.encode(normalise(picture[None]).to(self.device))

    @torch.no_grad()
    def embed_prompt(self, rgb: npt.NDArray[np.uint8], prompt: str) -> torch.Tensor:
        """(H, W, 3) uint8 and a structure's name -> the [SEG] state (1, hidden), without gradient."""
        tokens = self._recent_image_tokens(rgb)
        conversation = text.converse(
            self.tokenizer,
            text.question_of(prompt),
            tokens.shape[0],
            begin_of_text=self.network.config.begin_of_text,
        )
        # What stands behind [SEG] cannot reach its state.
        seg = conversation.seg_positions[0]
        ids = torch.tensor([conversation.ids[: seg + 1]], device=self.device)
        return self.network.states(ids, tokens)[:, seg]

    def decode(self, features: ImageFeatures, state: torch.Tensor, clicks: list[Click] | None = None) -> Decoded:
        """Decode B pictures for B states (B, hidden); differentiable in projection and mask decoder."""
        language = self.network.text_hidden_fcs(state)
        if not clicks:
            return self.network.grounding.decode(features, language)
        size = self.network.config.sam2.image_size
        points = torch.tensor([[[x * size, y * size] for x, y, _ in clicks]], device=state.device)
        labels = torch.tensor([[int(inside) for *_, inside in clicks]], dtype=torch.int32, device=state.device)
        return self.network.grounding.decode(features, language, points, labels)

    def trainable_modules(self) -> dict[str, nn.Module]:
        """The projection and the mask decoder, by their paths in the network (PEFT's file format names them so)."""
        return {
            "text_hidden_fcs": self.network.text_hidden_fcs,
            "grounding.sam_mask_decoder": self.network.grounding.sam_mask_decoder,
        }

    def unreachable(self) -> dict[str, str]:
        """What a loss on cached features and three-mask answers cannot reach."""
        before = "runs before the cached picture features; the Deep preset trains it"
        return {
            "grounding.sam_mask_decoder.conv_s0": before,
            "grounding.sam_mask_decoder.conv_s1": before,
            "grounding.sam_mask_decoder.output_hypernetworks_mlps.0": "belongs to the single-mask answer, which Sa2VA never asks for",
        }

    def _recent_image_tokens(self, rgb: npt.NDArray[np.uint8]) -> torch.Tensor:
        """The language side of a picture, remembered for the last few pictures so that a second prompt is quick."""
        key = hashlib.blake2b(np.ascontiguousarray(rgb), digest_size=16).digest() + repr(rgb.shape).encode()
        if key not in self._image_tokens:
            config = self.network.config
            tiles = normalise(language_tiles(rgb, config.tile_size, config.max_tiles, config.use_thumbnail))
            self._image_tokens[key] = self.network.image_tokens(tiles.to(self.device))
        self._image_tokens.move_to_end(key)
        while len(self._image_tokens) > _RECENT_PICTURES:
            self._image_tokens.popitem(last=False)
        return self._image_tokens[key]
