"""Clicks and boxes as a careful person would make them, so that the mask decoder learns to heed them beside the words."""

from __future__ import annotations

import random
from dataclasses import dataclass

import torch
import torch.nn.functional as F

REACH = 5.0
"""Within about so many cells of the mask's grid a click must be obeyed, whatever the words say."""
MIDDLE = 11
"""Side of the neighbourhood, in cells, by which the middle of a wrong piece is told from its edge."""
INSIDE, OUTSIDE, FIRST_CORNER, LAST_CORNER, NOTHING = 1, 0, 2, 3, -1
"""SAM 2's labels of points; NOTHING is none."""


@dataclass(frozen=True)
class Marks:
    """Clicks and box corners on P masks.

    Attributes:
        points: (P, n, 2) float, x and y in pixels of the picture.
        labels: (P, n) int as SAM 2 numbers them.
    """

    points: torch.Tensor
    labels: torch.Tensor

    def and_also(self, other: Marks) -> Marks:
        """Both."""
        return Marks(torch.cat([self.points, other.points], 1), torch.cat([self.labels, other.labels], 1))

    def nearness(self, grid: int, size: int) -> torch.Tensor:
        """(P, g, g) in 0…1: how near each cell lies to a click, boxes left aside."""
        cells = (torch.arange(grid, device=self.points.device) + 0.5) * (size / grid)
        across = (cells.view(1, 1, -1) - self.points[..., 0:1]) ** 2
        down = (cells.view(1, 1, -1) - self.points[..., 1:2]) ** 2
        width = 2 * (REACH * size / grid / 2) ** 2
        near = torch.exp(-(down.unsqueeze(3) + across.unsqueeze(2)) / width)
        clicked = (self.labels == INSIDE) | (self.labels == OUTSIDE)
        return (near * clicked[..., None, None]).amax(1)


def clicks(truth: torch.Tensor, logits: torch.Tensor, size: int, count: int) -> Marks:
    """`count` clicks per mask in the middle of wrong pieces; where nothing is wrong, somewhere inside or outside.

    Args:
        truth: (P, g, g) share of the mask in each cell.
        logits: (P, g, g) the answer so far.
        size: side of the picture in pixels.
        count: of clicks.
    """
    masks, grid = truth.shape[0], truth.shape[-1]
    wrong = ((logits > 0) != (truth > 0.5)).float()
    deep = F.avg_pool2d(wrong[:, None], MIDDLE, 1, MIDDLE // 2)[:, 0] * wrong
    flat = truth.flatten(1)
    anywhere = torch.where(torch.rand(masks, 1, device=truth.device) < 0.5, flat, 1 - flat)
    weights = deep.flatten(1) ** 4 + 1e-7 * anywhere + 1e-12
    places = torch.multinomial(weights, count)
    corner = torch.stack([places % grid, places // grid], -1).float()
    points = (corner + torch.rand(masks, count, 2, device=truth.device)) * (size / grid)
    return Marks(points.clamp(0, size - 1), (flat.gather(1, places) > 0.5).int())


def boxes(truth: torch.Tensor, size: int) -> Marks:
    """A box drawn by hand around each mask, each side off by up to a tenth; nothing where there is no mask."""
    grid = truth.shape[-1]
    there = truth > 0.5
    columns, rows = there.any(1), there.any(2)

    def ends(line: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        places = torch.arange(grid, device=line.device)
        first = torch.where(line, places, grid).amin(1)
        last = torch.where(line, places, -1).amax(1) + 1
        return first.float(), last.float()

    (left, right), (top, bottom) = ends(columns), ends(rows)
    corners = torch.stack([left, top, right, bottom], 1)
    sides = torch.stack([right - left, bottom - top] * 2, 1)
    corners = (corners + (torch.rand_like(corners) - 0.5) * 0.2 * sides) * (size / grid)
    labels = torch.tensor([FIRST_CORNER, LAST_CORNER], device=truth.device, dtype=torch.int32).expand(len(truth), 2)
    empty = ~there.flatten(1).any(1, keepdim=True)
    points = corners.view(-1, 2, 2).clamp(0, size - 1).masked_fill(empty[..., None], 0.0)
    return Marks(points, labels.masked_fill(empty, NOTHING))


def first_marks(truth: torch.Tensor, logits: torch.Tensor, size: int) -> Marks:
    """What a person does first: a box, or one to four clicks, or both."""
    kind = random.random()
    if kind < 0.2:
        return boxes(truth, size)
    made = clicks(truth, logits, size, random.choice((1, 1, 1, 2, 3, 4)))
    return made.and_also(boxes(truth, size)) if kind < 0.35 else made
