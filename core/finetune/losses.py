"""What a fine-tune makes small: mask loss as upstream's, plus two terms that keep the choice among the masks right."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from core.segmenter import Decoded

BCE_WEIGHT, DICE_WEIGHT = 2.0, 0.5
"""Upstream's weights (parity NOTES, section 5)."""
OTHERS_WEIGHT = 0.25
"""Share of the two candidates that are not chosen: after a fine-tune another one may be."""
IOU_WEIGHT, SCORE_WEIGHT = 0.25, 0.05
CENTRELINE_SHARE = 0.5
"""Of thin structures this share of the Dice term goes to the Dice of the centrelines; the paper tries 0.1 to 0.5."""
THINNINGS = 10
"""How often a soft mask is thinned: lines up to twice as many cells wide are reached."""


def mask_losses(logits: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """BCE and Dice loss of each mask, without weights.

    Args:
        logits: (..., g, g).
        target: (..., g, g) share of each cell that belongs to the structure, 0..1.

    Returns:
        Two tensors (...): mean BCE, and 1 − (2Σpy+1)/(Σp+Σy+1).
    """
    bce = F.binary_cross_entropy_with_logits(logits, target, reduction="none").mean((-2, -1))
    p = logits.sigmoid()
    overlap = (p * target).sum((-2, -1))
    dice = 1 - (2 * overlap + 1) / (p.sum((-2, -1)) + target.sum((-2, -1)) + 1)
    return bce, dice


def soft_skeleton(p: torch.Tensor) -> torch.Tensor:
    """(B, g, g) probabilities -> (B, g, g) how much of each cell is centreline. Source: Shit et al., clDice, CVPR 2021."""

    def thinner(one: torch.Tensor) -> torch.Tensor:
        return torch.minimum(-F.max_pool2d(-one, (3, 1), 1, (1, 0)), -F.max_pool2d(-one, (1, 3), 1, (0, 1)))

    def ridge(one: torch.Tensor) -> torch.Tensor:
        return F.relu(one - F.max_pool2d(thinner(one), 3, 1, 1))

    image = p.unsqueeze(1)
    skeleton = ridge(image)
    for _ in range(THINNINGS):
        image = thinner(image)
        found = ridge(image)
        skeleton = skeleton + F.relu(found - skeleton * found)
    return skeleton.squeeze(1)


def centreline_loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """1 − the Dice of the centrelines of (B, g, g) logits and their targets: (B,). Source: as `soft_skeleton`."""
    p = logits.sigmoid()
    ours, theirs = soft_skeleton(p), soft_skeleton(target)
    precision = ((ours * target).sum((-2, -1)) + 1) / (ours.sum((-2, -1)) + 1)
    recall = ((theirs * p).sum((-2, -1)) + 1) / (theirs.sum((-2, -1)) + 1)
    return 1 - 2 * precision * recall / (precision + recall)


def finetune_loss(
    decoded: Decoded, target: torch.Tensor, words: torch.Tensor | None = None, thin: bool = False
) -> torch.Tensor:
    """The loss of a batch, one number.

    Args:
        decoded: of B prompts.
        target: (B, g, g) share of each cell, 0..1.
        words: cross-entropy of the answers' words, where the language model learns; upstream's weight of it is 1.
        thin: half of the chosen mask's Dice term is that of the centrelines, so that thin lines stay whole.
    """
    logits = decoded.logits.float()
    truth = target[:, None].expand_as(logits)
    bce, dice = mask_losses(logits, truth)
    each = BCE_WEIGHT * bce + DICE_WEIGHT * dice
    rows = torch.arange(logits.shape[0], device=logits.device)
    chosen = each[rows, decoded.best]
    if thin:
        lines = centreline_loss(logits[rows, decoded.best], target)
        chosen = chosen + DICE_WEIGHT * CENTRELINE_SHARE * (lines - dice[rows, decoded.best])
    mask = ((1 - OTHERS_WEIGHT) * chosen + OTHERS_WEIGHT * each.mean(1)).mean()
    iou = F.mse_loss(decoded.ious.float(), _real_iou(logits, truth))
    there = (target.flatten(1).amax(1, keepdim=True) > 0.5).float()
    score = F.binary_cross_entropy_with_logits(decoded.object_score.float().reshape(-1, 1), there)
    total = mask + IOU_WEIGHT * iou + SCORE_WEIGHT * score
    return total if words is None else total + words


@torch.no_grad()
def _real_iou(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """(B, 3) IoU of each candidate at probability 0.5; empty against empty is 1."""
    hard, real = logits > 0, truth > 0.5
    union = (hard | real).sum((2, 3)).float()
    both = (hard & real).sum((2, 3)).float()
    return torch.where(union > 0, both / union.clamp(min=1), torch.ones_like(union))
