"""The proof before the first epoch: this run can learn. A run that cannot stops here, with the part that failed.

Why it exists: a fine-tune through an inference function once ran for 15 hours while nothing had a gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import nn

from core.errors import FinetuneError

_REPORT = "Your labels are safe and the model in use stays in use. Use another model, or send us the log file."

_DRAWS, _WORDS, _READS, _LOOKS = range(4)
_LEARNS_NOTHING = (
    "The fine-tune was not started. One part would learn nothing from your labels: the part that draws masks.",
    "The fine-tune was not started. One part would learn nothing from your labels: the part that brings your words to the picture.",
    "The fine-tune was not started. One part would learn nothing from your labels: the part that reads your words.",
    "The fine-tune was not started. One part would learn nothing from your labels: the part that looks at your images.",
)
_DOES_NOT_MOVE = (
    "The fine-tune was not started. One part does not move when it is trained: the part that draws masks.",
    "The fine-tune was not started. One part does not move when it is trained: the part that brings your words to the picture.",
    "The fine-tune was not started. One part does not move when it is trained: the part that reads your words.",
    "The fine-tune was not started. One part does not move when it is trained: the part that looks at your images.",
)


def _kind(name: str) -> int:
    """Which of the parts a parameter belongs to; its own name, which goes into the log, says nothing to a clinician."""
    if "text_hidden_fcs" in name:
        return _WORDS
    if "sam_mask_decoder" in name:
        return _DRAWS
    return _LOOKS if "image_encoder" in name or "trunk" in name else _READS


@dataclass(frozen=True)
class Proof:
    """What was shown: so many tensors with so many numbers have a gradient and moved; so many frozen ones did not."""

    tensors: int
    numbers: int
    frozen: int


def prove(
    loss_of: Callable[[], torch.Tensor],
    trainable: Mapping[str, nn.Parameter],
    frozen: Mapping[str, torch.Tensor],
    optimiser_of: Callable[[list[nn.Parameter]], torch.optim.Optimizer],
) -> Proof:
    """One real step, checked and taken back.

    Args:
        loss_of: the loss of one real batch, as the training computes it.
        trainable: name -> parameter that the run means to train.
        frozen: name -> tensor that must stay as it is.
        optimiser_of: makes the optimiser of the training.

    Raises:
        FinetuneError: nothing is trainable; the loss is not finite or has no gradient; a tensor gets no finite gradient
            other than 0, or does not move; a frozen one moves.
    """
    if not trainable or not all(parameter.requires_grad for parameter in trainable.values()):
        raise FinetuneError(
            "The fine-tune was not started: all parts of this model that could learn are frozen.", _REPORT
        )
    loss = loss_of()
    if not loss.requires_grad:
        raise FinetuneError(
            "The fine-tune was not started: what the model answers is cut off from the parts that are to learn, so it "
            "would have run for hours and changed nothing.",
            _REPORT,
        )
    if not bool(torch.isfinite(loss)):
        raise FinetuneError(
            "The fine-tune was not started: the model's answers on your labels are no numbers.", _REPORT
        )
    for parameter in trainable.values():
        parameter.grad = None
    loss.backward()
    for name, parameter in trainable.items():
        gradient = parameter.grad
        if gradient is None or not bool(torch.isfinite(gradient).all()) or not bool(gradient.abs().max() > 0):
            raise FinetuneError(
                _LEARNS_NOTHING[_kind(name)],
                _REPORT,
                part=name,
            )
    _step(trainable, frozen, optimiser_of)
    return Proof(len(trainable), sum(parameter.numel() for parameter in trainable.values()), len(frozen))


def _step(
    trainable: Mapping[str, nn.Parameter],
    frozen: Mapping[str, torch.Tensor],
    optimiser_of: Callable[[list[nn.Parameter]], torch.optim.Optimizer],
) -> None:
    before = {name: parameter.detach().clone() for name, parameter in trainable.items()}
    still = {name: tensor.detach().clone() for name, tensor in frozen.items()}
    optimiser_of(list(trainable.values())).step()
    lazy = [name for name, parameter in trainable.items() if torch.equal(parameter.detach(), before[name])]
    moved = [name for name, tensor in frozen.items() if not torch.equal(tensor.detach(), still[name])]
    with torch.no_grad():
        for name, parameter in trainable.items():
            parameter.copy_(before[name])
            parameter.grad = None
    if lazy:
        raise FinetuneError(
            _DOES_NOT_MOVE[_kind(lazy[0])],
            _REPORT,
            part=lazy[0],
        )
    if moved:
        raise FinetuneError(
            "The fine-tune was not started: one part of the model moved although it has to stay as it is.",
            _REPORT,
            part=moved[0],
        )
