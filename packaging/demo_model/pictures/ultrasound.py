"""Ultrasound: breast with a lesion, fetal head, carotid artery."""

from __future__ import annotations

import cv2
import numpy as np

from pictures.fields import Field, Mask, axes, blob, cloud, grey, noise, place, scan, sector, soft

Drawn = tuple[np.ndarray, dict[str, Mask]]


def _speckle(rng: np.random.Generator, echo: Field) -> Field:
    """Multiplicative speckle whose grains grow with depth, after logarithmic compression."""
    size = echo.shape[0]
    grain = rng.standard_normal((size, size)).astype(np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.8, 3.0), sigmaY=rng.uniform(0.5, 1.4))
    grain /= grain.std() + 1e-6
    strength = rng.uniform(0.05, 0.45)
    return np.clip(echo * np.exp(strength * grain - strength**2 / 2), 0, None)


def _tissue(rng: np.random.Generator, size: int) -> Field:
    """Layers of tissue: more or less horizontal bands, bent, with bright fibres."""
    x, y = axes(size)
    bent = y + 0.06 * noise(rng, size, 3) + rng.uniform(-0.1, 0.1) * x
    knots = np.linspace(-0.3, 1.3, int(rng.integers(5, 12)))
    tones = rng.uniform(0.12, 0.6, knots.size)
    bands = np.interp(bent.ravel(), knots, tones).reshape(size, size).astype(np.float32)
    fibres = np.clip(cloud(rng, size, 10)[::1] - 1.0, 0, None)
    stretched = cv2.resize(fibres[: size // 3], (size, size))
    return np.clip(bands * (1 + 0.25 * cloud(rng, size, 6)) + 0.25 * stretched * rng.random(), 0.02, 1)


def _probe(rng: np.random.Generator, echo: Field, masks: dict[str, Mask], hard: float) -> Drawn:
    size = echo.shape[0]
    _, y = axes(size)
    echo = _speckle(rng, echo) * np.exp(-rng.uniform(0, 1.0) * y) * rng.uniform(0.8, 1.5)
    if rng.random() < 0.3:
        fan = sector(rng, size)
        echo = echo * fan
        masks = {key: mask & fan for key, mask in masks.items()}
    image = grey(np.clip(echo, 0, 1))
    if rng.random() < 0.15:
        image *= np.array([1.0, rng.uniform(0.8, 1), rng.uniform(0.6, 1)], np.float32)
    return scan(rng, image, hard), masks


def breast(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """A dark, irregular lesion with a shadow or an enhancement behind it; sometimes none."""
    echo = _tissue(rng, size)
    masks: dict[str, Mask] = {}
    for _ in range(int(rng.integers(0, 3))):  # dark round fat lobules are no lesions
        lobule = blob(rng, size, place(rng, 0.0, 1.0), (rng.uniform(0.05, 0.25), rng.uniform(0.02, 0.06)), 0, 0.1)
        echo = echo * (1 - rng.uniform(0.1, 0.4) * soft(lobule, 0.2))
    if rng.random() > 0.08:
        x, y = axes(size)
        center = (rng.uniform(0.25, 0.75), rng.uniform(0.2, 0.65))
        width = float(np.exp(rng.uniform(np.log(0.05), np.log(0.32))))
        radii = (width, width * rng.uniform(0.4, 1.1))
        benign = rng.random() < 0.5
        lesion = blob(rng, size, center, radii, rng.uniform(-0.5, 0.5), 0.08 if benign else rng.uniform(0.15, 0.4), 9 if benign else 16)
        depth = rng.uniform(0.35, 0.95) if rng.random() < 0.92 else -0.5
        inside = soft(lesion, rng.uniform(0.03, 0.25 * hard))
        inner = echo * (1 - depth) * (1 + rng.uniform(0, 0.4) * cloud(rng, size, 8)) + rng.uniform(0, 0.06)
        echo = echo * (1 - inside) + np.clip(inner, 0, 1) * inside
        behind = ((np.abs(x - center[0]) < radii[0] * 0.8) & (y > center[1])).astype(np.float32)
        behind = cv2.GaussianBlur(behind, (0, 0), size * 0.03) * (1 - inside)
        echo = echo * (1 + behind * rng.uniform(-0.6, 0.6))
        if rng.random() < 0.4:
            echo = echo + 0.25 * np.exp(-((lesion + 0.05) / 0.08) ** 2) * rng.random()
        masks["breast_lesion"] = lesion > 0
    return _probe(rng, echo, masks, hard)


def fetal(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """A skull as a bright, often open ellipse; the head is all that it surrounds."""
    echo = np.clip(0.22 + 0.12 * cloud(rng, size, rng.uniform(2, 7)), 0.02, 0.8)
    long = rng.uniform(0.16, 0.36)
    angle = rng.uniform(0, np.pi)
    center = place(rng, 0.36, 0.64)
    head = blob(rng, size, center, (long, long * rng.uniform(0.68, 0.88)), angle, 0.03, 5)
    brain = np.clip(rng.uniform(0.05, 0.3) + 0.08 * cloud(rng, size, 8), 0, 1)
    inside = soft(head, 0.03)
    echo = echo * (1 - inside) + brain * inside
    x, y = axes(size)
    along = np.cos(np.arctan2(y - center[1], x - center[0]) - angle - rng.uniform(1.2, 1.9))
    bright = np.clip(np.abs(along) + rng.uniform(-0.35, 0.6), 0.05, 1) * rng.uniform(0.5, 1.1)
    skull = np.exp(-((head - rng.uniform(0, 0.03)) / rng.uniform(0.03, 0.09)) ** 2)
    echo = np.maximum(echo, skull * bright)
    midline = np.abs((y - center[1]) * np.cos(angle) - (x - center[0]) * np.sin(angle))
    echo = np.maximum(echo, inside * 0.5 * rng.random() * (midline < 0.008) * (head > 0.2))
    if rng.random() < 0.6:
        echo = echo * (1 - 0.7 * rng.random() * (noise(rng, size, 3) > 0.6))
    if rng.random() < 0.3:
        echo = np.maximum(echo, 0.5 * np.clip(cloud(rng, size, 4) - 1.2, 0, 1))
    pixels, masks = _probe(rng, echo, {"fetal_head": head > 0}, hard)
    if rng.random() < 0.5:
        band = int(size * rng.uniform(0.05, 0.2))
        top = rng.random() < 0.5
        for area in ((slice(0, band), slice(size - band, size)) if top else ()):
            pixels[area] = 0
            masks = {key: _cleared(mask, area) for key, mask in masks.items()}
    return pixels, masks


def _cleared(mask: Mask, rows: slice) -> Mask:
    mask = mask.copy()
    mask[rows] = False
    return mask


def carotid(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """A round dark lumen with a bright wall in the tissue of the neck; the flat dark vein beside it is another vessel."""
    echo = _tissue(rng, size) * rng.uniform(0.3, 0.9)
    radius = rng.uniform(0.05, 0.14)
    center = place(rng, 0.25, 0.7)
    lumen = blob(rng, size, center, (radius, radius * rng.uniform(0.8, 1.1)), rng.uniform(0, 3), 0.04, 5)
    if rng.random() < 0.6:
        beside = (center[0] + rng.choice([-1, 1]) * radius * rng.uniform(1.9, 2.6), center[1] - radius * rng.uniform(-0.3, 0.8))
        vein = blob(rng, size, beside, (radius * rng.uniform(0.8, 1.5), radius * rng.uniform(0.3, 0.7)), 0, 0.15)
        echo = echo * (1 - 0.85 * soft(vein, 0.1))
    inside = soft(lumen, rng.uniform(0.04, 0.15))
    echo = echo * (1 - inside * rng.uniform(0.7, 0.98))
    wall = np.exp(-((lumen + 0.08) / rng.uniform(0.06, 0.14)) ** 2)
    _, y = axes(size)
    facing = 0.4 + 0.6 * np.abs(y - center[1]) / radius
    echo = np.maximum(echo, wall * np.clip(facing, 0, 1) * rng.uniform(0.25, 0.9))
    return _probe(rng, echo, {"carotid": lumen > 0}, hard)
