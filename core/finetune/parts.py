"""The parts of a model that a preset trains: opened for the optimiser, everything else frozen."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import nn

from core.finetune.lora import Adapters
from core.finetune.presets import Preset
from core.finetune.version import Trained, put, state_of
from core.segmenter import Segmenter

WEIGHT_DECAY = 0.01


@dataclass(frozen=True)
class Parts:
    """What is trained.

    Attributes:
        segmenter: whose parts they are.
        whole: path in the network -> part that is trained whole.
        adapters: beside which layers adapters learn; None for none.
        trainable: name in a version's file -> parameter.
        frozen: name -> tensor that must not move.
        encoder: names of the trainable parameters of the image encoder.
        original: the whole parts before.
    """

    segmenter: Segmenter
    whole: Mapping[str, nn.Module]
    adapters: Adapters | None
    trainable: dict[str, nn.Parameter]
    frozen: dict[str, torch.Tensor]
    encoder: frozenset[str]
    original: Trained

    def trained(self) -> Trained:
        """What they are now, copied to the CPU."""
        tensors: dict[str, torch.Tensor] = {}
        if self.adapters is not None:
            found = self.adapters.parameters(self.segmenter.learning().network)
            tensors = {name: one.detach().to("cpu", copy=True).contiguous() for name, one in found.items()}
        return Trained(state_of(self.whole), self.adapters, tensors)

    def take(self, trained: Trained) -> None:
        """Make them what they were once (`trained`)."""
        for path, state in trained.parts.items():
            self.whole[path].load_state_dict(state, strict=True)
        with torch.no_grad():
            for name, tensor in trained.tensors.items():
                self.trainable[name].copy_(tensor)

    def reset(self) -> None:
        """Give the model back as it was."""
        if self.adapters is not None:
            self.adapters.detach(self.segmenter.learning().network)
        put(self.segmenter, self.original)

    def for_proof(self) -> AbstractContextManager[None]:
        """Where the proof is made: adapters begin without effect, and there half of them gets no gradient yet."""
        if self.adapters is None:
            return nullcontext()
        return self.adapters.stirred(self.segmenter.learning().network)

    def optimiser(self, learning_rate: float, encoder_rate: float) -> torch.optim.Optimizer:
        """AdamW; norms, biases and single tokens without weight decay; the image encoder at a rate of its own."""
        groups = []
        for early, rate in ((False, learning_rate), (True, encoder_rate)):
            chosen = [one for name, one in self.trainable.items() if (name in self.encoder) is early]
            for matrices, decay in ((True, WEIGHT_DECAY), (False, 0.0)):
                members = [one for one in chosen if (one.ndim > 1) is matrices]
                groups.append({"params": members, "weight_decay": decay, "lr": rate, "rate": rate})
        # A tiny epsilon: with the usual 1e-8 a tensor whose true gradients are that small would silently stand still.
        fused = self.segmenter.device.type == "cuda"
        return torch.optim.AdamW([group for group in groups if group["params"]], eps=1e-12, fused=fused)


def open_parts(segmenter: Segmenter, preset: Preset) -> Parts:
    """Freeze everything but what a preset trains and its loss reaches."""
    learning = segmenter.learning()
    learning.network.requires_grad_(False)
    exact = segmenter.trainable_modules()
    whole: dict[str, nn.Module] = dict(exact) if preset.whole_parts else {}
    early: dict[str, nn.Module] = {}
    if preset.encoder:
        learning.exact_encoder()
        early = learning.encoder_modules()
    original = Trained(state_of(whole | early))
    adapters = None
    if preset.lora is not None:
        layers = learning.language_layers() if preset.language else learning.decoder_layers()
        adapters = Adapters(tuple(sorted(layers)), preset.lora.rank, preset.lora.alpha)
        adapters.attach(learning.network)
    unreachable = tuple(segmenter.unreachable(cached=not preset.encoder))
    named = {f"{path}.{name}": one for path, part in (whole | early).items() for name, one in part.named_parameters()}
    trainable = {name: one for name, one in named.items() if not name.startswith(unreachable)}
    if adapters is not None:
        trainable |= adapters.parameters(learning.network)
    for parameter in trainable.values():
        parameter.requires_grad_(True)
    frozen: dict[str, torch.Tensor] = {
        name: one
        for path, part in (exact | early).items()
        for name, one in ((f"{path}.{name}", one) for name, one in part.named_parameters())
        if not one.requires_grad
    }
    if adapters is not None or early:
        # A look at every vector of the network: copies of all its matrices would not fit into the memory.
        rest = learning.network.named_parameters()
        frozen |= {name: one for name, one in rest if one.ndim == 1 and not one.requires_grad}
    names = frozenset(f"{path}.{name}" for path, part in early.items() for name, _ in part.named_parameters())
    return Parts(segmenter, whole | early, adapters, trainable, frozen, names, original)
