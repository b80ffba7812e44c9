"""Colour photographs: skin under a dermatoscope, a colon under an endoscope, the back of an eye."""

from __future__ import annotations

import cv2
import numpy as np

from pictures.fields import Field, Mask, axes, blob, cloud, colour, mix, noise, place, scan, soft

Drawn = tuple[np.ndarray, dict[str, Mask]]


def _hairs(rng: np.random.Generator, image: Field) -> None:
    size = image.shape[0]
    for _ in range(int(rng.integers(3, 35))):
        start = rng.uniform(0, size, 2)
        direction = rng.uniform(0, 6.3)
        points = [start]
        for _ in range(8):
            direction += rng.normal(0, 0.2)
            points.append(points[-1] + size * 0.05 * np.array([np.cos(direction), np.sin(direction)]))
        tone = tuple(float(v) for v in rng.uniform(0.02, 0.25) * np.array([1, 0.8, 0.7]))
        cv2.polylines(image, [np.array(points, np.int32)], False, tone, int(rng.integers(1, 3)), cv2.LINE_AA)


def _frame(rng: np.random.Generator, image: Field) -> Mask:
    """The round or octagonal window of an optic; black around it. Returns what is seen."""
    size = image.shape[0]
    x, y = axes(size)
    radius = rng.uniform(0.48, 0.62)
    distance = np.hypot(x - 0.5, y - 0.5)
    if rng.random() < 0.5:
        distance = np.maximum(np.maximum(np.abs(x - 0.5), np.abs(y - 0.5)) * rng.uniform(1.0, 1.1), distance * rng.uniform(0.8, 0.95))
    seen = distance < radius
    image *= seen[..., None]
    return seen


def dermoscopy(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """A pigmented or pale lesion on skin, with hairs, rulers, ink and vignette."""
    skin = colour(rng, (0.82, 0.63, 0.55) if rng.random() < 0.75 else (0.7, 0.55, 0.5), 0.08)
    image = np.ones((size, size, 3), np.float32) * skin * (1 + 0.04 * cloud(rng, size, 8))[..., None]
    for _ in range(int(rng.integers(0, 12))):  # freckles and vessels
        spot = blob(rng, size, place(rng, 0, 1), (rng.uniform(0.005, 0.03),) * 2)
        image = mix(image, image * colour(rng, (0.8, 0.6, 0.55), 0.1), 0.7 * soft(spot, 0.3))
    masks: dict[str, Mask] = {}
    if rng.random() > 0.04:
        radius = float(np.exp(rng.uniform(np.log(0.06), np.log(0.48))))
        center = place(rng, 0.38, 0.62) if radius > 0.2 else place(rng, 0.25, 0.75)
        lesion = blob(rng, size, center, (radius, radius * rng.uniform(0.6, 1.0)), rng.uniform(0, 3), rng.uniform(0.05, 0.3), 12)
        lesion = lesion + 0.1 * rng.random() * cloud(rng, size, 8)
        pale = rng.random() < 0.25
        tone = colour(rng, (0.78, 0.45, 0.42) if pale else (0.38, 0.24, 0.18), 0.1)
        inside = soft(lesion, rng.uniform(0.03, 0.22 * hard)) * (rng.uniform(0.35, 0.8) if pale else rng.uniform(0.5, 0.98))
        network = 1 + rng.uniform(0, 0.35) * cloud(rng, size, rng.uniform(6, 40), 3)
        body = np.clip(tone * network[..., None], 0, 1)
        for _ in range(int(rng.integers(0, 4))):  # colours inside one lesion
            part = blob(rng, size, (center[0] + rng.normal(0, radius / 2), center[1] + rng.normal(0, radius / 2)), (radius * rng.uniform(0.2, 0.6),) * 2, 0, 0.3)
            body = mix(body, colour(rng, (0.3, 0.25, 0.3), 0.2), 0.6 * soft(part, 0.2))
        image = mix(image, body, inside)
        masks["skin_lesion"] = lesion > 0
    if rng.random() < 0.45:
        _hairs(rng, image)
    if rng.random() < 0.2:
        ink = blob(rng, size, place(rng, 0, 1), (rng.uniform(0.05, 0.2), rng.uniform(0.02, 0.06)), rng.uniform(0, 3), 0.3)
        image = mix(image, colour(rng, (0.35, 0.25, 0.6), 0.1), 0.6 * soft(ink, 0.1))
    x, y = axes(size)
    if rng.random() < 0.4:
        dark = soft(np.hypot(x - 0.5, y - 0.5) - rng.uniform(0.5, 0.68), rng.uniform(0.01, 0.08))
        image = image * (1 - dark * rng.uniform(0.6, 1))[..., None]
    return scan(rng, image, hard), masks


def endoscopy(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """Pink mucosa with folds and reflections, and a polyp that bulges in nearly the same colour; sometimes none."""
    x, y = axes(size)
    base = colour(rng, (0.72, 0.4, 0.32), 0.09)
    lumen = place(rng, 0.1, 0.9)
    away = np.hypot(x - lumen[0], y - lumen[1])
    folds = np.sin(away * rng.uniform(12, 40) + 2.5 * cloud(rng, size, 2, 2)) * rng.uniform(0, 0.12)
    shade = np.clip(rng.uniform(0.35, 0.7) + rng.uniform(0.2, 0.8) * away + folds + 0.08 * cloud(rng, size, 5), 0.05, 1.3)
    image = base * shade[..., None] * (1 + 0.05 * cloud(rng, size, 24, 2))[..., None]
    image[..., 0] *= 1 + 0.08 * noise(rng, size, 12)
    if rng.random() < 0.6:  # vessels of the mucosa
        lines = np.abs(cloud(rng, size, rng.uniform(4, 10), 3))
        image = mix(image, image * np.array([0.85, 0.6, 0.6], np.float32), (lines < 0.07).astype(np.float32) * rng.random())
    masks: dict[str, Mask] = {}
    if rng.random() > 0.1:
        union = np.zeros((size, size), bool)
        for _ in range(1 if rng.random() < 0.85 else 2):
            radius = float(np.exp(rng.uniform(np.log(0.06), np.log(0.36))))
            center = place(rng, 0.22, 0.78)
            polyp = blob(rng, size, center, (radius, radius * rng.uniform(0.6, 1.0)), rng.uniform(0, 3), rng.uniform(0.03, 0.16), 8)
            light = rng.uniform(0, 6.3)
            bulge = (x - center[0]) * np.cos(light) + (y - center[1]) * np.sin(light)
            relief = 1 + rng.uniform(0.1, 0.6) * bulge / radius + rng.uniform(0, 0.4) * np.clip(polyp, 0, 1)
            tone = base * colour(rng, (1.0, 0.92, 0.9), 0.12) * rng.uniform(0.85, 1.35)
            texture = 1 + rng.uniform(0.01, 0.12) * cloud(rng, size, rng.uniform(12, 60), 2)
            body = np.clip(tone * (np.clip(shade.mean() * relief, 0.1, 1.5) * texture)[..., None], 0, 1)
            inside = soft(polyp, rng.uniform(0.02, 0.12 * hard)) * rng.uniform(0.6, 1.0)
            rim = np.exp(-((polyp + 0.03) / rng.uniform(0.03, 0.12)) ** 2) * rng.uniform(0, 0.45)
            image = mix(image * (1 - rim)[..., None], body, inside)
            union |= polyp > 0
        masks["polyp"] = union
    for _ in range(int(rng.integers(0, 14))):  # wet surfaces reflect the lamp
        spot = blob(rng, size, place(rng, 0.05, 0.95), (rng.uniform(0.004, 0.025), rng.uniform(0.003, 0.012)), rng.uniform(0, 3), 0.2)
        image = mix(image, 0.97, soft(spot, 0.15))
    if rng.random() < 0.25:  # bubbles, stool, water
        dirt = soft(cloud(rng, size, 6) - 1.5, 0.15)
        image = mix(image, colour(rng, (0.7, 0.65, 0.35), 0.1), dirt * 0.8)
    if rng.random() < 0.15:  # other light: narrow band or a colour cast
        image = image[..., [2, 1, 0]] if rng.random() < 0.2 else image * colour(rng, (0.9, 1.0, 0.95), 0.15)
    if rng.random() < 0.65:
        seen = _frame(rng, image)
        masks = {key: mask & seen for key, mask in masks.items()}
    if rng.random() < 0.25:  # the position of the endoscope, shown in a corner
        side = int(size * rng.uniform(0.15, 0.3))
        image[size - side :, :side] = colour(rng, (0.1, 0.5, 0.2), 0.1)
        for mask in masks.values():
            mask[size - side :, :side] = False
    return scan(rng, np.clip(image, 0, 1), hard), masks


def _tree(rng: np.random.Generator, size: int, disc: tuple[float, float], canvas: Field) -> None:
    """Vessels: arcades that leave the disc, bend towards the macula and branch while they get thinner. In place."""
    side = 1 if disc[0] < 0.5 else -1
    todo: list[tuple[np.ndarray, float, float, float, int]] = []
    for start in (-1.15, -0.6, 0.6, 1.15, 2.3, -2.3, 0.1):
        if rng.random() < 0.9:
            heading = start + rng.normal(0, 0.2)
            heading = heading if side > 0 else np.pi - heading
            todo.append((np.array(disc) * size, heading, rng.uniform(3.0, 6.5) * size / 512, -np.sign(start) * side * 0.012, 0))
    while todo:
        point, heading, width, bend, depth = todo.pop()
        for _ in range(int(rng.integers(14, 40))):
            heading += bend + rng.normal(0, 0.09)
            following = point + size * 0.014 * np.array([np.cos(heading), np.sin(heading)])
            ends = [(int(round(v[0] * 8)), int(round(v[1] * 8))) for v in (point, following)]
            cv2.line(canvas, ends[0], ends[1], float(rng.uniform(0.75, 1)), max(1, round(width)), cv2.LINE_AA, 3)
            point, width = following, width * 0.985
            if depth < 4 and rng.random() < 0.11 and width > 0.9:
                turn = rng.choice([-1, 1]) * rng.uniform(0.35, 0.9)
                todo.append((point.copy(), heading + turn, width * rng.uniform(0.5, 0.8), rng.normal(0, 0.012), depth + 1))
            if not (0 <= point[0] < size and 0 <= point[1] < size) or width < 0.45:
                break


def fundus(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """Orange retina, a bright disc, a dark macula and the vessel tree; sometimes a close-up of the disc."""
    x, y = axes(size)
    base = colour(rng, (0.72, 0.36, 0.14), 0.1)
    image = base * (1 + 0.08 * cloud(rng, size, 3) + 0.03 * cloud(rng, size, 40, 2))[..., None]
    close = rng.random() < 0.3
    disc_at = (float(rng.choice([rng.uniform(0.15, 0.35), rng.uniform(0.65, 0.85)])), float(rng.uniform(0.4, 0.6)))
    disc_at = place(rng, 0.3, 0.7) if close else disc_at
    radius = rng.uniform(0.08, 0.2) if close else rng.uniform(0.045, 0.09)
    macula = (1 - disc_at[0] * 0.9 - 0.05, disc_at[1] + rng.normal(0, 0.03))
    image = image * (1 - rng.uniform(0.1, 0.5) * np.exp(-((x - macula[0]) ** 2 + (y - macula[1]) ** 2) / 0.006))[..., None]
    disc = blob(rng, size, disc_at, (radius, radius * rng.uniform(0.9, 1.2)), 0, 0.03, 5)
    disc_colour = np.clip(base * rng.uniform(1.2, 1.6) + np.array([0.1, 0.2, 0.15]) * rng.uniform(0.5, 1.4), 0, 1)
    image = mix(image, disc_colour.astype(np.float32), soft(disc, rng.uniform(0.03, 0.2)) * rng.uniform(0.6, 1))
    cup = blob(rng, size, disc_at, (radius * rng.uniform(0.25, 0.6),) * 2, 0, 0.05, 5)
    image = mix(image, np.clip(disc_colour * 1.25, 0, 1).astype(np.float32), soft(cup, 0.15) * 0.8)
    vessels = np.zeros((size, size), np.float32)
    _tree(rng, size, disc_at, vessels)
    if close:
        _tree(rng, size, disc_at, vessels)
    image = mix(image, base * np.array([0.55, 0.3, 0.35], np.float32) * rng.uniform(0.7, 1.3), vessels * rng.uniform(0.35, 0.9))
    if rng.random() < 0.25:  # bright and dark spots of disease
        for _ in range(int(rng.integers(3, 25))):
            spot = blob(rng, size, place(rng, 0.1, 0.9), (rng.uniform(0.003, 0.02),) * 2, 0, 0.3)
            image = mix(image, colour(rng, (0.9, 0.8, 0.4), 0.1) if rng.random() < 0.5 else base * 0.4, 0.7 * soft(spot, 0.2))
    image = image * (1.1 - rng.uniform(0.2, 1.2) * ((x - 0.5) ** 2 + (y - 0.5) ** 2))[..., None]
    masks = {"optic_disc": disc > 0, "vessels": vessels > 0.5}
    if not close or rng.random() < 0.4:
        field = np.hypot(x - 0.5, y - 0.5) < rng.uniform(0.43, 0.52)
        image = image * field[..., None]
        masks = {key: mask & field for key, mask in masks.items()}
    if rng.random() < 0.12:
        image = np.repeat(image[..., 1:2] * 1.6, 3, axis=2)
    return scan(rng, np.clip(image, 0, 1), hard, marks=False), masks
