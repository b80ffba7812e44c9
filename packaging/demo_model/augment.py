"""What a picture goes through on the GPU before training: another position, scale, scanner and exposure each time."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F


def _uniform(count: int, low: float, high: float, device: torch.device) -> torch.Tensor:
    return torch.rand(count, device=device) * (high - low) + low


def geometry(
    images: torch.Tensor, masks: torch.Tensor, size: int, may_flip: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Random rotation, zoom, shift and mirroring.

    Args:
        images: (I, 3, s, s) float 0..1.
        masks: (I, K, s, s) float 0..1.
        size: side of the result.
        may_flip: (I,) bool; False where left and right carry meaning.

    Returns:
        (I, 3, size, size) and (I, K, size, size).
    """
    count, device = images.shape[0], images.device
    angle = _uniform(count, -0.35, 0.35, device) * (torch.rand(count, device=device) < 0.6)
    zoom = torch.exp(_uniform(count, math.log(0.65), math.log(1.25), device))
    stretch = torch.exp(_uniform(count, -0.3, 0.3, device))
    mirror = torch.where(may_flip & (torch.rand(count, device=device) < 0.5), -1.0, 1.0)
    room = (1 - zoom).clamp(min=0.1)
    shift_x, shift_y = (_uniform(count, -1, 1, device) * room for _ in range(2))
    cos, sin = torch.cos(angle), torch.sin(angle)
    theta = torch.stack(
        [
            torch.stack([mirror * cos * zoom * stretch, -sin * zoom, shift_x], 1),
            torch.stack([mirror * sin * zoom * stretch, cos * zoom, shift_y], 1),
        ],
        1,
    )
    grid = F.affine_grid(theta, [count, 1, size, size], align_corners=False)
    outside = "reflection" if torch.rand(()) < 0.4 else "zeros"
    both = F.grid_sample(torch.cat([images, masks], 1), grid, "bilinear", outside, align_corners=False)
    return both[:, :3], both[:, 3:]


def scanner(images: torch.Tensor) -> torch.Tensor:
    """Random exposure, tone curve, colour cast, light, grey conversion, blur and noise. (I, 3, S, S) 0..1 -> the same."""
    count, device = images.shape[0], images.device

    def sometimes(share: float) -> torch.Tensor:
        return (torch.rand(count, device=device) < share).view(-1, 1, 1, 1)

    curve = torch.cumsum(torch.rand(count, 8, device=device) ** 2 + 0.05, 1)  # any rising tone curve
    curve = torch.cat([torch.zeros(count, 1, device=device), curve / curve[:, -1:]], 1)
    place = images.clamp(0, 1) * 7.999
    below = place.floor().long()
    low = curve.gather(1, below.flatten(1)).view_as(images)
    high = curve.gather(1, (below + 1).flatten(1)).view_as(images)
    images = torch.where(sometimes(0.25), low + (high - low) * (place - below), images)
    grey = images.mean(1, keepdim=True).expand_as(images)
    images = torch.where(sometimes(0.1), grey, images)
    gamma = torch.exp(_uniform(count, -0.5, 0.5, device)).view(-1, 1, 1, 1)
    images = torch.where(sometimes(0.5), images.clamp(1e-4, 1) ** gamma, images)
    gain = torch.exp(torch.randn(count, 3, 1, 1, device=device) * 0.12)
    images = torch.where(sometimes(0.4), images * gain, images)
    contrast = torch.exp(_uniform(count, -0.5, 0.35, device)).view(-1, 1, 1, 1)
    middle = images.mean((1, 2, 3), keepdim=True)
    images = torch.where(sometimes(0.5), (images - middle) * contrast + middle, images)
    images = images + _uniform(count, -0.12, 0.12, device).view(-1, 1, 1, 1) * sometimes(0.4)
    light = torch.randn(count, 1, 3, 3, device=device) * _uniform(count, 0, 0.25, device).view(-1, 1, 1, 1)
    light = F.interpolate(light, images.shape[-2:], mode="bicubic", align_corners=True)
    images = torch.where(sometimes(0.3), images * (1 + light), images)
    coarse = F.interpolate(F.avg_pool2d(images, 4), images.shape[-2:], mode="bilinear", align_corners=False)
    images = torch.where(sometimes(0.1), coarse, images)
    blurred = F.avg_pool2d(F.avg_pool2d(images, 3, 1, 1, count_include_pad=False), 3, 1, 1, count_include_pad=False)
    images = torch.where(sometimes(0.25), blurred, images)
    noise = torch.randn_like(images[:, :1]) * _uniform(count, 0.0, 0.08, device).view(-1, 1, 1, 1)
    images = torch.where(sometimes(0.35), images + noise, images)
    images = torch.where(sometimes(0.1), images * (1 + 4 * noise), images)
    return images.clamp(0, 1)
