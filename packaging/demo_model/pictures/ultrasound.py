"""Ultrasound: breast with a lesion, fetal head, carotid artery."""

from __future__ import annotations

import cv2
import numpy as np

from pictures.fields import Field, Mask, axes, blob, cloud, grey, noise, place, scan, sector, soft, streaks

Drawn = tuple[np.ndarray, dict[str, Mask]]


def _speckle(rng: np.random.Generator, echo: Field) -> Field:
    """Speckle of an echo picture, whose grains grow with depth: as multiplied, or as seen after logarithmic compression."""
    size = echo.shape[0]
    wide, high = rng.uniform(0.7, 3.0), rng.uniform(0.5, 1.4)
    if rng.random() < 0.35:
        grain = cv2.GaussianBlur(rng.standard_normal((size, size)).astype(np.float32), (0, 0), wide, sigmaY=high)
        strength = rng.uniform(0.05, 0.4)
        return np.clip(echo * np.exp(strength * grain / (grain.std() + 1e-6) - strength**2 / 2), 0, None)
    power = np.full((size, size), 1e-3, np.float32)
    for _ in range(2 * int(rng.integers(1, 4))):  # one pair is one look; averaging looks makes the speckle finer
        wave = cv2.GaussianBlur(rng.standard_normal((size, size)).astype(np.float32), (0, 0), wide, sigmaY=high)
        power += (wave / (wave.std() + 1e-6)) ** 2
    decibel = np.log(power)
    decibel = (decibel - decibel.mean()) * rng.uniform(0.02, 0.13)
    return np.clip(echo + decibel * np.clip(echo * 3, 0.15, 1), 0, None)


def _tissue(rng: np.random.Generator, size: int) -> Field:
    """Layers as in breast and neck: skin, fat lobules between bright septa, streaky gland, striated muscle, chest wall."""
    x, y = axes(size)
    bent = y + rng.uniform(0.01, 0.08) * noise(rng, size, 3) + rng.uniform(-0.12, 0.12) * (x - 0.5)
    streaky = streaks(rng, size, rng.uniform(2, 7), rng.uniform(12, 45))
    cloudy = cloud(rng, size, rng.uniform(4, 9))
    echo = np.full((size, size), rng.uniform(0.2, 0.6), np.float32) * (1 + 0.2 * streaky)
    depth = rng.uniform(-0.05, 0.08)
    for _ in range(int(rng.integers(2, 7))):
        thick = rng.uniform(0.06, 0.4)
        kind = rng.random()
        if kind < 0.35:  # fat
            septa = np.exp(
                -((streaks(rng, size, rng.uniform(4, 9), rng.uniform(5, 14), 2) / rng.uniform(0.08, 0.3)) ** 2)
            )
            layer = rng.uniform(0.12, 0.4) * (1 + 0.2 * cloudy) + rng.uniform(0.1, 0.5) * septa
        elif kind < 0.75:  # gland
            layer = rng.uniform(0.35, 0.75) * (1 + rng.uniform(0.05, 0.35) * streaky + rng.uniform(0.05, 0.3) * cloudy)
        else:  # muscle
            lines = np.clip(streaks(rng, size, rng.uniform(1, 3), rng.uniform(25, 60), 2) - 0.6, 0, 2)
            layer = rng.uniform(0.15, 0.45) + rng.uniform(0.1, 0.4) * lines
        below = soft(bent - depth, rng.uniform(0.004, 0.03))
        echo = echo * (1 - below) + layer * below
        if rng.random() < 0.5:  # a bright fascia
            echo = np.maximum(
                echo, rng.uniform(0.4, 1.0) * np.exp(-(((bent - depth) / rng.uniform(0.004, 0.012)) ** 2))
            )
        depth += thick
    if rng.random() < 0.5:  # skin
        echo = echo + rng.uniform(0.2, 0.6) * soft(rng.uniform(0.02, 0.07) - bent, 0.01)
    return np.clip(echo, 0.01, 1.1).astype(np.float32)


def _probe(rng: np.random.Generator, echo: Field, masks: dict[str, Mask], hard: float) -> Drawn:
    size = echo.shape[0]
    _, y = axes(size)
    echo = _speckle(rng, echo) * np.exp(-rng.uniform(0, 1.0) * y) * rng.uniform(0.8, 1.5)
    if rng.random() < 0.2:
        fan = sector(rng, size)
        echo = echo * fan
        masks = {key: mask & fan for key, mask in masks.items()}
    image = grey(np.clip(echo, 0, 1))
    if rng.random() < 0.15:
        image *= np.array([1.0, rng.uniform(0.8, 1), rng.uniform(0.6, 1)], np.float32)
    return scan(rng, image, hard), masks


def _look_alikes(rng: np.random.Generator, size: int, echo: Field) -> Field:
    """Dark fat lobules, shadows from ribs or from air, bright cords: nothing of it is a lesion."""
    x, y = axes(size)
    for _ in range(int(rng.integers(0, 4))):
        lobule = blob(
            rng,
            size,
            place(rng, 0.0, 1.0),
            (rng.uniform(0.05, 0.25), rng.uniform(0.02, 0.07)),
            rng.normal(0, 0.2),
            0.15,
        )
        echo = echo * (1 - rng.uniform(0.1, 0.45) * soft(lobule, rng.uniform(0.15, 0.4)))
    if rng.random() < 0.3:
        at, wide = rng.uniform(0, 1), rng.uniform(0.03, 0.15)
        below = soft(y - rng.uniform(0.0, 0.6), 0.08) * np.exp(-(((x - at) / wide) ** 2))
        echo = echo * (1 - rng.uniform(0.2, 0.85) * below)
    if rng.random() < 0.4:
        cord = streaks(rng, size, rng.uniform(2, 5), rng.uniform(3, 8), 2)
        echo = np.maximum(
            echo,
            rng.uniform(0.3, 0.9) * np.exp(-((cord / rng.uniform(0.03, 0.1)) ** 2)) * soft(cloud(rng, size, 3), 0.3),
        )
    return echo


def breast(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """A dark, smooth or irregular lesion with a shadow or an enhancement behind it; sometimes none."""
    echo = _look_alikes(rng, size, _tissue(rng, size))
    masks: dict[str, Mask] = {}
    if rng.random() > 0.08:
        x, y = axes(size)
        center = (rng.uniform(0.12, 0.88), rng.uniform(0.15, 0.7))
        width = float(np.exp(rng.uniform(np.log(0.035), np.log(0.32))))
        benign = rng.random() < 0.55
        radii = (width, width * (rng.uniform(0.4, 0.85) if benign else rng.uniform(0.55, 1.2)))
        rough = rng.uniform(0.02, 0.1) if benign else rng.uniform(0.06, 0.25)
        lesion = blob(rng, size, center, radii, rng.normal(0, 0.25), rough, 7 if benign else 14)
        if not benign:
            lesion = lesion + rng.uniform(0, 0.12) * cloud(rng, size, rng.uniform(4, 16), 3)
        surround = float(echo[np.abs(lesion + 0.15) < 0.2].mean()) if (np.abs(lesion + 0.15) < 0.2).any() else 0.4
        floor = rng.uniform(0.0, 0.6) * surround  # a dark lesion; cysts are black
        grains = 1 + rng.uniform(0, 0.5) * cloud(rng, size, rng.uniform(6, 20))
        if rng.random() < 0.3:  # its upper part is darker or brighter
            grains = grains * (1 + rng.uniform(-0.6, 0.6) * np.clip((y - center[1]) / radii[1], -1, 1))
        inner = np.clip(floor * grains, 0, 1) + rng.uniform(0, 0.3) * echo * (floor > 0.05)
        if rng.random() < 0.15:  # chalk
            for _ in range(int(rng.integers(1, 8))):
                at = (center[0] + rng.normal(0, radii[0] / 2), center[1] + rng.normal(0, radii[1] / 2))
                inner = np.maximum(inner, 0.8 * soft(blob(rng, size, at, (rng.uniform(0.003, 0.01),) * 2), 0.3))
        inside = soft(lesion, rng.uniform(0.02, 0.06 + 0.16 * hard * rng.random()))
        echo = echo * (1 - inside) + inner * inside
        behind = ((np.abs(x - center[0]) < radii[0] * 0.85) & (y > center[1])).astype(np.float32)
        behind = cv2.GaussianBlur(behind, (0, 0), size * rng.uniform(0.01, 0.04)) * (1 - inside)
        behind = behind * np.exp(-rng.uniform(0, 3) * np.clip(y - center[1], 0, 1))
        echo = echo * (1 + behind * (rng.uniform(0, 0.8) if benign and rng.random() < 0.7 else rng.uniform(-0.8, 0.2)))
        if rng.random() < 0.35:  # a bright capsule or halo
            echo = echo + rng.uniform(0.05, 0.35) * np.exp(-(((lesion + 0.06) / rng.uniform(0.04, 0.12)) ** 2))
        masks["breast_lesion"] = lesion > 0
    image, masks = _probe(rng, echo, masks, hard)
    if "breast_lesion" in masks and rng.random() < 0.12:  # callipers at the lesion's ends
        rows, columns = np.nonzero(masks["breast_lesion"])
        tone = (255, 255, 80) if rng.random() < 0.6 else (230, 230, 230)
        for at in (
            (columns.argmin(), columns.argmax(), rows.argmin(), rows.argmax())[: int(rng.choice([2, 4]))]
            if rows.size
            else ()
        ):
            cv2.drawMarker(image, (int(columns[at]), int(rows[at])), tone, cv2.MARKER_CROSS, max(6, size // 50), 1)
    return image, masks


def fetal(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """A skull as a bright, often open ellipse; the head is all that it surrounds."""
    level = rng.uniform(0.02, 0.35)
    echo = np.clip(level + rng.uniform(0.05, 0.2) * cloud(rng, size, rng.uniform(2, 7)), 0.0, 0.9)
    long = rng.uniform(0.16, 0.36)
    angle = rng.uniform(0, np.pi)
    center = place(rng, 0.36, 0.64)
    head = blob(rng, size, center, (long, long * rng.uniform(0.68, 0.88)), angle, 0.03, 5)
    brain = np.clip(rng.uniform(0.02, 0.3) + rng.uniform(0.04, 0.2) * cloud(rng, size, rng.uniform(3, 12)), 0, 1)
    inside = soft(head, 0.03)
    echo = echo * (1 - inside) + brain * inside
    x, y = axes(size)
    along = np.cos(np.arctan2(y - center[1], x - center[0]) - angle - rng.uniform(1.2, 1.9))
    bright = np.clip(np.abs(along) + rng.uniform(-0.35, 0.6), 0.05, 1) * rng.uniform(0.5, 1.1)
    skull = np.exp(-(((head - rng.uniform(0, 0.03)) / rng.uniform(0.03, 0.09)) ** 2))
    echo = np.maximum(echo, skull * bright)
    midline = np.abs((y - center[1]) * np.cos(angle) - (x - center[0]) * np.sin(angle))
    echo = np.maximum(echo, inside * 0.5 * rng.random() * (midline < 0.008) * (head > 0.2))
    if rng.random() < 0.6:
        echo = echo * (1 - 0.7 * rng.random() * (noise(rng, size, 3) > 0.6))
    if rng.random() < 0.3:
        echo = np.maximum(echo, rng.uniform(0.3, 0.9) * np.clip(cloud(rng, size, 4) - 0.9, 0, 1) * (head < 0))
    pixels, masks = _probe(rng, echo, {"fetal_head": head > 0}, hard)
    if rng.random() < 0.5:
        band = int(size * rng.uniform(0.05, 0.2))
        top = rng.random() < 0.5
        for area in (slice(0, band), slice(size - band, size)) if top else ():
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
        beside = (
            center[0] + rng.choice([-1, 1]) * radius * rng.uniform(1.9, 2.6),
            center[1] - radius * rng.uniform(-0.3, 0.8),
        )
        vein = blob(rng, size, beside, (radius * rng.uniform(0.8, 1.5), radius * rng.uniform(0.3, 0.7)), 0, 0.15)
        echo = echo * (1 - 0.85 * soft(vein, 0.1))
    inside = soft(lumen, rng.uniform(0.04, 0.15))
    echo = echo * (1 - inside * rng.uniform(0.7, 0.98))
    wall = np.exp(-(((lumen + 0.08) / rng.uniform(0.06, 0.14)) ** 2))
    _, y = axes(size)
    facing = 0.4 + 0.6 * np.abs(y - center[1]) / radius
    echo = np.maximum(echo, wall * np.clip(facing, 0, 1) * rng.uniform(0.25, 0.9))
    return _probe(rng, echo, {"carotid": lumen > 0}, hard)
