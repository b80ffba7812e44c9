"""What a user would pick instead: a U-Net from nothing on the same few images. Needs `monai`, for this benchmark alone.

256×256, 600 steps of batch 16 with flips, rotation, scale and intensity changes, BCE + Dice, Adam with cosine decay. Source:
Ronneberger et al., U-Net, MICCAI 2015, as MONAI's `BasicUNet`: its first level sees every pixel, which thin structures need.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from core.dice_curve import best_on, score_curves
from core.mask import probability_levels

SIDE, STEPS, BATCH, RATE = 256, 600, 16, 1e-3

Image = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


def unet_dice(
    learned: Sequence[tuple[Image, Mask]], tested: Sequence[tuple[Image, Mask]], device: str, seed: int
) -> float:
    """Train on some images and return the mean Dice on others, at the threshold that is best on the first.

    Args:
        learned: images (H, W, 3) uint8 with masks (H, W) bool.
        tested: the same.
        device: "cpu" or "cuda".
        seed: of weights and augmentation.
    """
    from monai.networks.nets import BasicUNet

    torch.manual_seed(seed)
    net = BasicUNet(2, 3, 1, features=(32, 64, 128, 256, 512, 32)).to(device)
    pictures = torch.stack([_picture(image) for image, _ in learned]).to(device)
    targets = torch.stack([_target(mask) for _, mask in learned]).to(device)
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    net.train()
    for _ in range(STEPS):
        chosen = torch.randint(len(learned), (BATCH,), device=device)
        picture, target = _vary(pictures[chosen], targets[chosen])
        logits = net(picture)
        optimiser.zero_grad()
        _loss(logits, target).backward()
        optimiser.step()
        decay.step()
    net.eval()
    step = best_on(np.mean([_curve(net, *pair, device) for pair in learned], axis=0))
    return float(np.mean([_curve(net, *pair, device)[step - 1] for pair in tested]))


def _picture(image: Image) -> torch.Tensor:
    small = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return torch.from_numpy(small).permute(2, 0, 1).float() / 127.5 - 1


def _target(mask: Mask) -> torch.Tensor:
    return torch.from_numpy(cv2.resize(mask.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA))[None]


def _vary(pictures: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mirrored, turned by up to 30°, scaled by 0.8 to 1.25, brighter or darker; each image in its own way."""
    count, device = len(pictures), pictures.device
    angle = (torch.rand(count, device=device) * 2 - 1) * (math.pi / 6)
    scale = torch.exp((torch.rand(count, device=device) * 2 - 1) * math.log(1.25))
    mirror = torch.where(torch.rand(2, count, device=device) < 0.5, -1.0, 1.0)
    grid = torch.zeros(count, 2, 3, device=device)
    grid[:, 0, 0], grid[:, 0, 1] = mirror[0] * scale * angle.cos(), -scale * angle.sin()
    grid[:, 1, 0], grid[:, 1, 1] = scale * angle.sin(), mirror[1] * scale * angle.cos()
    where = functional.affine_grid(grid, [*pictures.shape], align_corners=False)
    turned = functional.grid_sample(pictures, where, padding_mode="reflection", align_corners=False)
    gain = 1 + 0.4 * (torch.rand(count, 1, 1, 1, device=device) - 0.5)
    offset = 0.4 * (torch.rand(count, 1, 1, 1, device=device) - 0.5)
    return turned * gain + offset, functional.grid_sample(targets, where, align_corners=False)


def _loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    probability = logits.sigmoid()
    both = (probability * target).sum((1, 2, 3))
    dice = 1 - (2 * both + 1) / (probability.sum((1, 2, 3)) + target.sum((1, 2, 3)) + 1)
    return functional.binary_cross_entropy_with_logits(logits, target) + dice.mean()


@torch.no_grad()
def _curve(net: torch.nn.Module, image: Image, mask: Mask, device: str) -> npt.NDArray[np.float64]:
    """Dice at every threshold, at the size of the image."""
    logits = net(_picture(image)[None].to(device))[0, 0].float().cpu().numpy()
    return score_curves(probability_levels(logits, *mask.shape), mask)[0]
