"""The training loop on cached features: one flat function, read from top to bottom."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from core.errors import FinetuneError
from core.finetune.dataset import Sample, Shelf
from core.finetune.job import Job
from core.finetune.losses import Loss, finetune_loss
from core.segmenter import Segmenter

WEIGHT_DECAY = 0.01
MAX_NORM = 1.0
WARM_UP_SHARE = 0.1


@dataclass(frozen=True)
class Epoch:
    """How one epoch went: `epoch` counts from 1, `seconds_left` is what the rest will take."""

    epoch: int
    epochs: int
    loss: float
    seconds_left: float


def open_parts(segmenter: Segmenter) -> tuple[dict[str, nn.Parameter], dict[str, torch.Tensor]]:
    """Freeze everything but what a loss on cached features reaches.

    Returns:
        Name in a version's file -> parameter that is trained; the same for the frozen rest of those parts.
    """
    unreachable = tuple(segmenter.unreachable())
    trainable: dict[str, nn.Parameter] = {}
    frozen: dict[str, torch.Tensor] = {}
    for part, module in segmenter.trainable_modules().items():
        for name, parameter in module.named_parameters():
            full = f"{part}.{name}"
            reached = not full.startswith(unreachable)
            parameter.requires_grad_(reached)
            if reached:
                trainable[full] = parameter
            else:
                frozen[full] = parameter
    return trainable, frozen


def optimiser_of(parameters: list[nn.Parameter], learning_rate: float) -> torch.optim.Optimizer:
    """AdamW; norms, biases and single tokens without weight decay."""
    matrices = [parameter for parameter in parameters if parameter.ndim > 1]
    rest = [parameter for parameter in parameters if parameter.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": rest, "weight_decay": 0.0}]
    # A tiny epsilon: with the usual 1e-8 a tensor whose true gradients are that small would silently stand still.
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=learning_rate, eps=1e-12)


def batch_loss(segmenter: Segmenter, shelf: Shelf, batch: Sequence[Sample]) -> Loss:
    """The loss of a batch, with its gradient back to projection and mask decoder."""
    device = segmenter.device
    features = shelf.batch([sample.key for sample in batch], device)
    states = torch.cat([sample.state for sample in batch]).to(device)
    targets = torch.stack([sample.target for sample in batch]).to(device)
    return finetune_loss(segmenter.decode(features, states), targets)


def train(
    segmenter: Segmenter,
    shelf: Shelf,
    samples: Sequence[Sample],
    job: Job,
    on_epoch: Callable[[Epoch], None],
    check_stop: Callable[[], None],
) -> list[float]:
    """Train in place.

    Args:
        segmenter: its parts were opened by `open_parts`.
        shelf: holds the features of all samples.
        samples: what is learned from.
        job: epochs, batch, learning rate, seed.
        on_epoch: called after each epoch.
        check_stop: called before each step; raises to stop.

    Returns:
        Mean loss of each epoch.

    Raises:
        FinetuneError: the loss is no number any more.
    """
    torch.manual_seed(job.seed)
    chooser = random.Random(job.seed)
    parameters = [parameter for parameter in open_parts(segmenter)[0].values()]
    optimiser = optimiser_of(parameters, job.learning_rate)
    steps_in_epoch = math.ceil(len(samples) / job.batch)
    total = job.epochs * steps_in_epoch
    warm_up = max(1, int(total * WARM_UP_SHARE))
    begun, step, losses = time.monotonic(), 0, []
    for epoch in range(1, job.epochs + 1):
        order = list(samples)
        chooser.shuffle(order)
        sum_of_losses = 0.0
        for start in range(0, len(order), job.batch):
            check_stop()
            rate = min(1.0, (step + 1) / warm_up) * 0.5 * (1 + math.cos(math.pi * step / total))
            for group in optimiser.param_groups:
                group["lr"] = job.learning_rate * rate
            batch = order[start : start + job.batch]
            loss = batch_loss(segmenter, shelf, batch).total
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(parameters, MAX_NORM)
            if not bool(torch.isfinite(norm)):
                raise FinetuneError(
                    "The fine-tune ran out of bounds and was stopped; your labels are safe and nothing was changed.",
                    "Start it again; if it happens again, send us the log file.",
                )
            optimiser.step()
            step += 1
            sum_of_losses += float(loss.detach()) * len(batch)
        losses.append(sum_of_losses / len(order))
        left = (time.monotonic() - begun) / epoch * (job.epochs - epoch)
        on_epoch(Epoch(epoch, job.epochs, losses[-1], left))
    return losses
