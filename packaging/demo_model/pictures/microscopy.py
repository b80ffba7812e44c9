"""Cells: stained nuclei in fluorescence and in bright field, membranes in the electron microscope; and plain shapes."""

from __future__ import annotations

import cv2
import numpy as np

from pictures.fields import Field, Mask, axes, blob, cloud, colour, grey, mix, noise, place, scan, soft

Drawn = tuple[np.ndarray, dict[str, Mask]]


def _cells(rng: np.random.Generator, size: int, count: int, radius: float, spread: float, clumped: bool) -> list[Field]:
    """Fields of single nuclei as (field in its window, x0, y0); overlaps are cut by the nearest one."""
    centers: list[tuple[float, float]] = []
    for _ in range(count):
        if clumped and centers and rng.random() < 0.6:
            near = centers[int(rng.integers(len(centers)))]
            turn, step = rng.uniform(0, 6.3), radius * rng.uniform(1.5, 2.4)
            centers.append((near[0] + step * np.cos(turn), near[1] + step * np.sin(turn)))
        else:
            centers.append(place(rng, -0.02, 1.02))
    fields = []
    for x, y in centers:
        r = radius * float(np.exp(rng.normal(0, spread)))
        reach = int(np.ceil(r * 2.2 * size)) + 2
        px, py = int(x * size), int(y * size)
        window = 2 * reach
        local = blob(
            rng,
            window,
            (0.5, 0.5),
            (r * size / window, r * size / window * rng.uniform(0.55, 1.0)),
            rng.uniform(0, 3),
            rng.uniform(0.02, 0.12),
            5,
        )
        fields.append((local, px - reach, py - reach))
    return fields  # type: ignore[return-value]


def _stamp(canvas: Field, local: Field, x0: int, y0: int, how: str) -> None:
    size = canvas.shape[0]
    top, left = max(0, -y0), max(0, -x0)
    height, width = min(local.shape[0], size - y0) - top, min(local.shape[1], size - x0) - left
    if height <= 0 or width <= 0:
        return
    part = canvas[y0 + top : y0 + top + height, x0 + left : x0 + left + width]
    new = local[top : top + height, left : left + width]
    np.maximum(part, new, out=part) if how == "max" else np.add(part, new, out=part)


def _nuclei(rng: np.random.Generator, size: int, low: float, high: float, most: int) -> tuple[Field, Field]:
    """(field: positive inside any nucleus, own brightness of each 0..1)."""
    radius = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    count = int(min(most, max(2, rng.uniform(0.03, 0.5) / (radius**2 * 3))))
    field = np.full((size, size), -1.0, np.float32)
    tone = np.zeros((size, size), np.float32)
    uneven = rng.uniform(0, 0.5)
    for local, x0, y0 in _cells(rng, size, count, radius, rng.uniform(0.05, 0.35), rng.random() < 0.5):  # type: ignore[misc]
        _stamp(field, np.clip(local, -1, 1), x0, y0, "max")
        _stamp(tone, (local > -0.25) * np.float32(np.exp(rng.normal(0, uneven))), x0, y0, "max")
    return field, tone


def fluorescence(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """Bright nuclei on black, many pictures very dark; touching, out of focus, uneven."""
    field, tone = _nuclei(rng, size, 0.012, 0.09, 260)
    inside = soft(field, rng.uniform(0.05, 0.35))
    image = inside * tone * (1 + rng.uniform(0, 0.25) * cloud(rng, size, 40, 3))
    image = image / (np.percentile(image, 99.7) + 1e-6)
    haze = cv2.GaussianBlur(image, (0, 0), size * 0.02) * rng.uniform(0, 0.35)
    image = (image + haze) * float(np.exp(rng.uniform(np.log(0.08), 0.0))) + rng.uniform(0.0, 0.08)
    image = rng.poisson(np.clip(image, 0, 2) * rng.uniform(60, 600)).astype(np.float32)
    image = image / max(255.0, float(image.max())) if rng.random() < 0.15 else image / 600.0 * rng.uniform(0.9, 6)
    picture = grey(np.clip(image, 0, 1))
    if rng.random() < 0.15:
        picture *= np.array([[0.1, 0.3, 1.0], [0.1, 1.0, 0.2]], np.float32)[int(rng.integers(2))]
    return scan(rng, picture, 0.4 * hard, marks=False), {"nuclei": field > 0}


def histology(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """Purple nuclei in pink tissue with fibres and white gaps."""
    ground = colour(rng, (0.88, 0.68, 0.8), 0.08)
    fibres = cloud(rng, size, rng.uniform(4, 14), 4)
    stretched = cv2.resize(fibres[:, : size // 3], (size, size))
    image = ground * (1 + 0.09 * stretched + 0.04 * cloud(rng, size, 60, 2))[..., None]
    white = soft(cloud(rng, size, 5) - rng.uniform(0.8, 2.2), 0.08)
    image = mix(image.astype(np.float32), 0.95, white)
    field, tone = _nuclei(rng, size, 0.01, 0.06, 320)
    inside = soft(field, rng.uniform(0.06, 0.3 * hard)) * rng.uniform(0.5, 0.97)
    purple = colour(rng, (0.38, 0.24, 0.55), 0.09)
    body = np.clip(purple * (1 + 0.2 * cloud(rng, size, 60, 2) + 0.15 * (tone - 1))[..., None], 0, 1)
    image = mix(image, body.astype(np.float32), inside)
    if rng.random() < 0.1:
        image = np.repeat(image.mean(2, keepdims=True), 3, axis=2)
    return scan(rng, np.clip(image, 0, 1), 0.7 * hard, marks=False), {"nuclei": field > 0}


def electron(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """Grey cells with dark thin membranes and dark organelles that are no membranes."""
    count = int(rng.uniform(25, 260))
    points = rng.uniform(-0.05, 1.05, (count, 2)).astype(np.float32)
    x, y = axes(size)
    warp = rng.uniform(0.005, 0.03)
    bent = np.stack([x + warp * noise(rng, size, 8), y + warp * noise(rng, size, 8)], -1).reshape(-1, 2)
    from scipy.spatial import cKDTree

    near, index = cKDTree(points).query(bent, k=2)
    gap = (near[:, 1] - near[:, 0]).reshape(size, size).astype(np.float32)
    width = rng.uniform(0.004, 0.012)
    membrane = gap < width
    tones = rng.uniform(0.45, 0.85, count).astype(np.float32)
    image = tones[index[:, 0]].reshape(size, size) * (1 + 0.12 * cloud(rng, size, 50, 3))
    image = image * (1 - rng.uniform(0.4, 0.85) * soft(width - gap, width * rng.uniform(0.2, 0.6)))
    for _ in range(int(rng.integers(3, 40))):
        r = rng.uniform(0.01, 0.04)
        part = (
            blob(rng, size, place(rng, 0, 1), (r, r * rng.uniform(0.5, 1)), rng.uniform(0, 3), 0.1)
            if rng.random() < 0.5
            else None
        )
        if part is not None:
            image = image * (1 - rng.uniform(0.15, 0.5) * soft(part, 0.2) * (gap > width * 1.5))
    image = image + rng.uniform(0.02, 0.12 * hard) * rng.standard_normal((size, size)).astype(np.float32)
    return scan(rng, grey(np.clip(image, 0, 1)), 0.6 * hard, marks=False), {"membranes": membrane}


_TONES = {"red": (0.8, 0.2, 0.2), "green": (0.2, 0.7, 0.3), "blue": (0.2, 0.3, 0.8), "yellow": (0.85, 0.8, 0.25)}


def shapes(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """Regions on a texture that only the words tell apart: colour, brightness, roundness, size."""
    image = np.clip(rng.uniform(0.25, 0.6) + 0.12 * cloud(rng, size, rng.uniform(2, 20)), 0, 1)
    image = grey(image) * colour(rng, (0.9, 0.9, 0.9), 0.12)
    masks: dict[str, Mask] = {}
    names = list(
        rng.permutation(["bright_region", "dark_region", "red_region", "green_region", "blue_region", "yellow_region"])
    )[: int(rng.integers(1, 4))]
    for name in names:
        radius = float(np.exp(rng.uniform(np.log(0.05), np.log(0.28))))
        region = blob(
            rng,
            size,
            place(rng, 0.1, 0.9),
            (radius, radius * rng.uniform(0.3, 1)),
            rng.uniform(0, 3),
            rng.uniform(0.02, 0.4),
            12,
        )
        word = name.split("_")[0]
        tone = (
            np.array(_TONES[word], np.float32)
            if word in _TONES
            else np.float32([0.97] * 3 if word == "bright" else [0.03] * 3)
        )
        texture = (1 + 0.15 * rng.random() * cloud(rng, size, 20, 2))[..., None]
        image = mix(
            image,
            np.clip(tone * texture, 0, 1).astype(np.float32),
            soft(region, rng.uniform(0.02, 0.15)) * rng.uniform(0.6, 1),
        )
        for other in masks.values():
            other &= ~(region > 0)
        masks[str(name)] = region > 0
    return scan(rng, np.clip(image, 0, 1), hard), masks
