"""How a batch of samples becomes an answer: from cached features, from the pictures, or through the language model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch

from core.finetune.dataset import IN_MEMORY_BYTES, Sample, Shelf, disk_full, picture_of
from core.finetune.jitter import jitter
from core.finetune.losses import finetune_loss
from core.finetune.presets import Preset
from core.segmenter import Decoded, ImageFeatures, Segmenter


@dataclass(frozen=True)
class Answered:
    """A batch of B samples.

    Attributes:
        decoded: the answer.
        targets: (B, g, g) what it should have been, on the answer's device.
        words: the language loss; None where the language model does not learn.
    """

    decoded: Decoded
    targets: torch.Tensor
    words: torch.Tensor | None = None


@dataclass(frozen=True)
class Given:
    """What cached samples bring along: features in half precision, [SEG] states (B, hidden) and targets (B, g, g)."""

    features: ImageFeatures
    states: torch.Tensor
    targets: torch.Tensor

    @property
    def tensors(self) -> tuple[torch.Tensor, ...]:
        """All of them, in a fixed order."""
        parts = self.features
        return parts.embedding, parts.high_res_0, parts.high_res_1, self.states, self.targets


class Forward(Protocol):
    """Answers samples; differentiable in what its preset trains."""

    segmenter: Segmenter
    thin: bool
    """Whether the loss of these answers keeps thin lines whole."""

    def __call__(self, samples: Sequence[Sample], chance: random.Random | None = None) -> Answered:
        """Answer B samples; `chance` varies them where that is possible, None leaves them as they are."""
        ...


class CachedForward:
    """Projection and mask decoder on cached features and states."""

    def __init__(self, segmenter: Segmenter, shelf: Shelf, thin: bool = False) -> None:
        self.segmenter, self.shelf, self.thin = segmenter, shelf, thin

    def __call__(self, samples: Sequence[Sample], chance: random.Random | None = None) -> Answered:
        """As the protocol says; cached features cannot be varied."""
        return self.answer(self.given(samples))

    def given(self, samples: Sequence[Sample]) -> Given:
        """What is known of B samples, on the model's device."""
        device = self.segmenter.device
        features = self.shelf.batch([sample.key for sample in samples], device)
        return Given(features, states_of(samples, device), targets_of(samples, device))

    def answer(self, given: Given) -> Answered:
        """Answer them; nothing here depends on what the numbers are."""
        features = given.features.to(given.states.device, torch.float32)
        return Answered(self.segmenter.decode(features, given.states), given.targets)


class PictureForward:
    """Image encoder, projection and mask decoder on the pictures themselves; the [SEG] states are cached ones."""

    def __init__(self, segmenter: Segmenter, folder: Path, thin: bool = False) -> None:
        self.segmenter, self._folder, self.thin = segmenter, folder, thin

    def __call__(self, samples: Sequence[Sample], chance: random.Random | None = None) -> Answered:
        """As the protocol says: pictures are turned, scaled, moved and made brighter or darker."""
        device = self.segmenter.device
        pairs = [(self._picture(sample), sample.target.numpy()) for sample in samples]
        if chance is not None:
            pairs = [jitter(picture, target, chance) for picture, target in pairs]
        features = self.segmenter.learning().encode(np.stack([picture for picture, _ in pairs]))
        targets = torch.from_numpy(np.stack([target for _, target in pairs])).to(device)
        return Answered(self.segmenter.decode(features, states_of(samples, device)), targets)

    def _picture(self, sample: Sample) -> npt.NDArray[np.uint8]:
        """(S, S, 3) uint8, read and squeezed once and then kept on the disk."""
        file = self._folder / f"{sample.key[0]}-{sample.key[1]}.npy"
        if file.is_file():
            kept: npt.NDArray[np.uint8] = np.load(file, allow_pickle=False)
            return kept
        picture = self.segmenter.learning().picture(picture_of(sample, self.segmenter.mask_grid))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            np.save(file, picture, allow_pickle=False)
        except OSError as error:
            raise disk_full() from error
        return picture


class LanguageForward:
    """Language model, projection and mask decoder on cached features; the answer's words are forced."""

    def __init__(self, segmenter: Segmenter, shelf: Shelf, thin: bool = False, room: int = IN_MEMORY_BYTES) -> None:
        self.segmenter, self.shelf, self.thin, self._room = segmenter, shelf, thin, room
        self._seen: dict[tuple[str, int], Any] = {}

    def __call__(self, samples: Sequence[Sample], chance: random.Random | None = None) -> Answered:
        """As the protocol says; nothing is varied."""
        device = self.segmenter.device
        seen = [self._look(sample) for sample in samples]
        states, words = self.segmenter.learning().say(seen, [sample.example.prompt for sample in samples])
        features = self.shelf.batch([sample.key for sample in samples], device).to(device, torch.float32)
        return Answered(self.segmenter.decode(features, states), targets_of(samples, device), words)

    def _look(self, sample: Sample) -> Any:
        """The view in the language model's space; kept as long as there is room."""
        key = (sample.example.image_sha256, sample.view)
        if key in self._seen:
            return self._seen[key]
        seen = self.segmenter.learning().look(picture_of(sample, self.segmenter.mask_grid, whole=True))
        size = seen.tokens.nbytes * (1 + len(seen.deeper))
        if size <= self._room:
            self._room -= size
            self._seen[key] = seen
        return seen


def forward_of(preset: Preset, segmenter: Segmenter, shelf: Shelf, folder: Path, thin: bool = False) -> Forward:
    """The way that a preset learns by; `folder` is for pictures."""
    if preset.encoder:
        return PictureForward(segmenter, folder, thin)
    return (LanguageForward if preset.language else CachedForward)(segmenter, shelf, thin)


def loss_of(answered: Answered, thin: bool) -> torch.Tensor:
    """The loss of what was answered, one number."""
    return finetune_loss(answered.decoded, answered.targets, answered.words, thin)


def batch_loss(forward: Forward, batch: Sequence[Sample], chance: random.Random | None = None) -> torch.Tensor:
    """The loss of a batch, one number with its gradient back to all that is trained."""
    return loss_of(forward(batch, chance), forward.thin)


def states_of(samples: Sequence[Sample], device: torch.device) -> torch.Tensor:
    """(B, hidden) cached [SEG] states."""
    return torch.cat([sample.state for sample in samples]).to(device)


def targets_of(samples: Sequence[Sample], device: torch.device) -> torch.Tensor:
    """(B, g, g)."""
    return torch.stack([sample.target for sample in samples]).to(device)
