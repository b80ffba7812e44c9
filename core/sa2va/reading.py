"""Read a picture once and go on from there: to several questions, or to an answer of the model's own.

The keys and values of what was read stay in memory. A second question about the same picture then costs its own few tokens
instead of some thousand of the picture. Everything here is prediction: call it under `no_grad`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from transformers import DynamicCache

from core.sa2va.families.family import PictureTokens
from core.sa2va.network import Sa2VANetwork

LONGEST_ANSWER = 2048
"""Upstream's limit of new tokens."""

Choose = Callable[[torch.Tensor], int]
"""From the logits (vocabulary) of the next token to its id."""


def likeliest(logits: torch.Tensor) -> int:
    """The id of the largest logit."""
    return int(logits.argmax())


@dataclass(frozen=True)
class Mark:
    """A place in what was read: how many tokens come before it, and where the next one stands."""

    length: int
    position: int


@dataclass(frozen=True)
class Generated:
    """What the model said.

    Attributes:
        ids: the new token ids, the one that ended the answer included.
        states: (len(ids) − 1, hidden), one for each id but the last, which was never read.
    """

    ids: tuple[int, ...]
    states: torch.Tensor


class Reading:
    """A conversation about one picture as far as the model has read it.

    Args:
        network: whose language model reads.
        ids: token ids from the beginning, with the picture's places.
        picture: what stands in these places.

    Attributes:
        last: (hidden), the state of the token read last; after `back_to` it is that of a forgotten one.
    """

    def __init__(self, network: Sa2VANetwork, ids: Sequence[int], picture: PictureTokens) -> None:
        self._network = network
        self._device = picture.tokens.device
        line = torch.tensor([list(ids)], device=self._device)
        self._cache = DynamicCache()
        self._positions = network.family.positions(line, [picture], network.image_token_id)
        self.last = network.states(line, [picture], cache=self._cache)[0, -1].clone()
        self._here = Mark(len(ids), int(self._positions.max()) + 1)

    @property
    def here(self) -> Mark:
        """Where the next token will stand."""
        return self._here

    def place(self, index: int) -> Mark:
        """The place before the token at `index` of what was read at first; behind the picture."""
        return Mark(index, int(self._positions[..., 0, index].max()))

    def back_to(self, mark: Mark) -> None:
        """Forget everything behind a place."""
        if (surplus := self._here.length - mark.length) > 0:
            self._cache.crop(-surplus)
        self._here = mark

    def go_on(self, ids: Sequence[int]) -> torch.Tensor:
        """Read more words. Returns their states (len(ids), hidden)."""
        states = self._network.go_on(self._line(ids), self._count([len(ids)]), self._cache)
        self.last = states[0, -1]
        self._here = Mark(self._here.length + len(ids), self._here.position + len(ids))
        return states[0]

    def go_on_apart(self, several: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        """Read several continuations, none of which knows of the others, in one pass; and forget them again.

        Returns:
            For each its states (its length, hidden).
        """
        sizes = [len(ids) for ids in several]
        total, before = sum(sizes), self._here.length
        # All stand one behind the other in the cache; the mask lets each see what was read before and itself.
        dtype = self._network.vision_language.dtype
        hidden = torch.finfo(dtype).min
        mask = torch.full((total, before + total), hidden, dtype=dtype, device=self._device)
        mask[:, :before] = 0
        start = 0
        for size in sizes:
            own = slice(start, start + size)
            mask[own, before + start : before + start + size].triu_(diagonal=1)
            start += size
        line = self._line([token for ids in several for token in ids])
        states = self._network.go_on(line, self._count(sizes), self._cache, mask[None, None])
        self._cache.crop(-total)
        return list(states[0].split(sizes))

    def generate(self, stop: Sequence[int], longest: int = LONGEST_ANSWER, choose: Choose = likeliest) -> Generated:
        """Let the model go on by itself, the likeliest token each time, as upstream does.

        Args:
            stop: ids that end an answer.
            longest: at most so many new tokens.
            choose: how the next token is chosen.
        """
        ids: list[int] = []
        states: list[torch.Tensor] = []
        while True:
            ids.append(choose(self._network.word_logits(self.last)))
            if ids[-1] in stop or len(ids) >= longest:
                return Generated(tuple(ids), torch.stack(states) if states else self.last.new_empty(0, len(self.last)))
            self.go_on(ids[-1:])
            states.append(self.last)

    def _line(self, ids: Sequence[int]) -> torch.Tensor:
        return torch.tensor([list(ids)], device=self._device)

    def _count(self, sizes: Sequence[int]) -> torch.Tensor:
        """Positions of continuations that all begin here, in the shape that the family counts in."""
        line = torch.cat([torch.arange(size, device=self._device) for size in sizes]) + self._here.position
        return line.expand(*self._positions.shape[:-1], -1)
