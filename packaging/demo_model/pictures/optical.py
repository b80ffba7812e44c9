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
        distance = np.maximum(
            np.maximum(np.abs(x - 0.5), np.abs(y - 0.5)) * rng.uniform(1.0, 1.1), distance * rng.uniform(0.8, 0.95)
        )
    seen = distance < radius
    image *= seen[..., None]
    return seen


def dermoscopy(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """A pigmented or pale lesion on skin, with hairs, rulers, ink and vignette."""
    skin = colour(
        rng, [(0.82, 0.63, 0.55), (0.7, 0.55, 0.5), (0.85, 0.75, 0.72), (0.72, 0.72, 0.82)][int(rng.integers(4))], 0.08
    )
    image = np.ones((size, size, 3), np.float32) * skin * (1 + 0.04 * cloud(rng, size, 8))[..., None]
    for _ in range(int(rng.integers(0, 12))):  # freckles and vessels
        spot = blob(rng, size, place(rng, 0, 1), (rng.uniform(0.005, 0.03),) * 2)
        image = mix(image, image * colour(rng, (0.8, 0.6, 0.55), 0.1), 0.7 * soft(spot, 0.3))
    masks: dict[str, Mask] = {}
    if rng.random() > 0.04:
        radius = float(np.exp(rng.uniform(np.log(0.06), np.log(0.6))))
        center = place(rng, 0.35, 0.65) if radius > 0.2 else place(rng, 0.25, 0.75)
        lesion = blob(
            rng, size, center, (radius, radius * rng.uniform(0.6, 1.0)), rng.uniform(0, 3), rng.uniform(0.03, 0.2), 9
        )
        lesion = lesion + 0.15 * rng.random() * cloud(rng, size, rng.uniform(3, 10))
        pale = rng.random() < 0.25
        tone = (
            skin * colour(rng, (0.93, 0.75, 0.72), 0.08)
            if pale
            else colour(rng, [(0.38, 0.24, 0.18), (0.55, 0.33, 0.22), (0.25, 0.2, 0.24)][int(rng.integers(3))], 0.1)
        )
        inside = soft(lesion, rng.uniform(0.03, 0.22 * hard)) * (
            rng.uniform(0.35, 0.8) if pale else rng.uniform(0.5, 0.98)
        )
        network = 1 + rng.uniform(0, 0.35) * cloud(rng, size, rng.uniform(6, 40), 3)
        body = np.clip(tone * network[..., None], 0, 1)
        for _ in range(int(rng.integers(0, 4))):  # colours inside one lesion
            part = blob(
                rng,
                size,
                (center[0] + rng.normal(0, radius / 2), center[1] + rng.normal(0, radius / 2)),
                (radius * rng.uniform(0.2, 0.6),) * 2,
                0,
                0.3,
            )
            body = mix(body, colour(rng, (0.3, 0.25, 0.3), 0.2), 0.6 * soft(part, 0.2))
        image = mix(image, body, inside)
        masks["skin_lesion"] = lesion > 0
        if rng.random() < 0.3:  # redness around it
            image = image * (
                1 - rng.uniform(0, 0.25) * np.exp(-((lesion / 0.4) ** 2))[..., None] * np.array([0.2, 1, 1], np.float32)
            )
    if rng.random() < 0.45:
        _hairs(rng, image)
    if rng.random() < 0.2:
        ink = blob(
            rng, size, place(rng, 0, 1), (rng.uniform(0.05, 0.2), rng.uniform(0.02, 0.06)), rng.uniform(0, 3), 0.3
        )
        image = mix(image, colour(rng, (0.35, 0.25, 0.6), 0.1), 0.6 * soft(ink, 0.1))
    x, y = axes(size)
    if rng.random() < 0.4:
        dark = soft(np.hypot(x - 0.5, y - 0.5) - rng.uniform(0.5, 0.68), rng.uniform(0.01, 0.08))
        image = image * (1 - dark * rng.uniform(0.6, 1))[..., None]
    return scan(rng, image, hard), masks


def _lit(rng: np.random.Generator, height: Field, base: Field, lumen: tuple[float, float], wet: float) -> Field:
    """Shade a surface by a lamp at the camera: `height` (S, S) towards the camera, `base` (S, S, 3) its colour."""
    size = height.shape[0]
    x, y = axes(size)
    steep = rng.uniform(1.0, 3.0)
    dx = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=size / 8) * steep
    dy = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=size / 8) * steep
    lamp = (rng.uniform(0.3, 0.7) - x, rng.uniform(0.3, 0.7) - y, rng.uniform(0.4, 1.2))
    length = np.sqrt(lamp[0] ** 2 + lamp[1] ** 2 + lamp[2] ** 2) * np.sqrt(dx**2 + dy**2 + 1)
    facing = np.clip((-dx * lamp[0] - dy * lamp[1] + lamp[2]) / length, 0, 1)
    away = np.hypot(x - lumen[0], y - lumen[1])
    fall = 1 - rng.uniform(0.3, 1.0) * np.exp(-((away / rng.uniform(0.08, 0.4)) ** 2))  # dark towards the lumen
    light = rng.uniform(0.15, 0.45) + rng.uniform(0.5, 1.0) * facing
    shaded = base * (light * fall)[..., None]
    shine = np.clip((facing + 0.04 * cloud(rng, size, 30, 2)) * fall - rng.uniform(0.95, 1.05), 0, 1)
    return shaded + (wet * np.clip(shine * 12, 0, 1))[..., None]


def endoscopy(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """Pink mucosa with folds, a dark lumen and reflections, and a polyp that bulges in nearly its colour; sometimes none."""
    x, y = axes(size)
    tone = [(0.85, 0.5, 0.4), (0.8, 0.55, 0.35), (0.75, 0.35, 0.28), (0.85, 0.65, 0.55), (0.6, 0.3, 0.2)][
        int(rng.integers(5))
    ]
    base = colour(rng, tone, 0.07) * rng.uniform(0.9, 1.3)
    mucosa = (
        base
        * (1 + rng.uniform(0.01, 0.07) * cloud(rng, size, 24, 2) + rng.uniform(0, 0.12) * cloud(rng, size, 4))[
            ..., None
        ]
    )
    mucosa[..., 1:] *= (1 + rng.uniform(0, 0.12) * noise(rng, size, rng.uniform(4, 20)))[..., None]
    lumen = place(rng, -0.1, 1.1)
    away = np.hypot((x - lumen[0]) * rng.uniform(0.7, 1.4), y - lumen[1])
    phase = away * rng.uniform(6, 26) + rng.uniform(0.5, 2.5) * cloud(rng, size, 2, 2)
    folds = np.abs(np.sin(phase)) ** rng.uniform(0.6, 3) * rng.uniform(0.0, 0.06) * soft(cloud(rng, size, 2) + 0.3, 0.4)
    rough = float(np.exp(rng.uniform(np.log(0.001), np.log(0.018))))
    height = folds + rough * cloud(rng, size, rng.uniform(1.5, 5), 3) + 0.0006 * rng.random() * cloud(rng, size, 40, 2)
    if rng.random() < 0.6:  # vessels of the mucosa
        lines = np.abs(cloud(rng, size, rng.uniform(4, 10), 3))
        mucosa = mix(mucosa, mucosa * np.array([0.85, 0.6, 0.6], np.float32), soft(0.06 - lines, 0.02) * rng.random())
    masks: dict[str, Mask] = {}
    shadow = np.zeros((size, size), np.float32)
    if rng.random() > 0.08:
        union = np.zeros((size, size), bool)
        for _ in range(1 if rng.random() < 0.88 else 2):
            radius = float(np.exp(rng.uniform(np.log(0.05), np.log(0.42))))
            center = place(rng, 0.15, 0.85)
            polyp = blob(
                rng,
                size,
                center,
                (radius, radius * rng.uniform(0.55, 1.0)),
                rng.uniform(0, 3),
                rng.uniform(0.03, 0.2),
                8,
            )
            polyp = polyp + rng.uniform(0, 0.12) * cloud(rng, size, rng.uniform(2, 8), 2)
            cap = np.sqrt(np.clip(1 - np.clip(1 - polyp, 0, 1) ** 2, 0, 1)) ** rng.uniform(0.7, 1.6)
            lumpy = 1 + rng.uniform(0, 0.25) * cloud(rng, size, rng.uniform(5, 18), 2)
            height = height + cap * lumpy * radius * rng.uniform(0.12, 0.75)
            own = mucosa * colour(rng, (1.0, 0.9, 0.88), 0.1) * rng.uniform(0.85, 1.3)
            if rng.random() < 0.6:  # its surface has a pattern of pits
                own = own * (1 + rng.uniform(0.02, 0.16) * cloud(rng, size, rng.uniform(12, 60), 2))[..., None]
            inside = soft(polyp, rng.uniform(0.02, 0.15 * hard))
            mucosa = mix(mucosa, own, inside * rng.uniform(0.3, 1.0))
            turn = rng.uniform(0, 6.3)
            side = np.clip((x - center[0]) * np.cos(turn) + (y - center[1]) * np.sin(turn), -radius, radius) / radius
            rim = np.exp(-(((polyp + 0.06) / rng.uniform(0.04, 0.2)) ** 2)) * np.clip(0.4 + 0.8 * side, 0, 1)
            shadow = np.maximum(shadow, rim * (polyp < 0.02) * rng.uniform(0, 0.7))
            union |= polyp > 0
        masks["polyp"] = union
    image = _lit(rng, height.astype(np.float32), mucosa.astype(np.float32), lumen, rng.uniform(0, 0.8))
    image = image * (1 - shadow)[..., None]
    if rng.random() < 0.3:
        image = image * rng.uniform(0.5, 1.6)
    for _ in range(int(rng.integers(0, 14))):  # wet surfaces reflect the lamp
        spot = blob(
            rng,
            size,
            place(rng, 0.05, 0.95),
            (rng.uniform(0.004, 0.025), rng.uniform(0.003, 0.012)),
            rng.uniform(0, 3),
            0.2,
        )
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
            todo.append(
                (np.array(disc) * size, heading, rng.uniform(3.0, 6.5) * size / 512, -np.sign(start) * side * 0.012, 0)
            )
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
                todo.append(
                    (point.copy(), heading + turn, width * rng.uniform(0.5, 0.8), rng.normal(0, 0.012), depth + 1)
                )
            if not (0 <= point[0] < size and 0 <= point[1] < size) or width < 0.45:
                break


def fundus(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """Orange retina, a bright disc, a dark macula and the vessel tree; sometimes a close-up of the disc."""
    x, y = axes(size)
    base = colour(rng, [(0.72, 0.36, 0.14), (0.8, 0.25, 0.08), (0.6, 0.42, 0.25)][int(rng.integers(3))], 0.09)
    image = base * (1 + 0.08 * cloud(rng, size, 3) + 0.03 * cloud(rng, size, 40, 2))[..., None]
    close = rng.random() < 0.3
    disc_at = (float(rng.choice([rng.uniform(0.15, 0.35), rng.uniform(0.65, 0.85)])), float(rng.uniform(0.4, 0.6)))
    disc_at = place(rng, 0.3, 0.7) if close else disc_at
    radius = rng.uniform(0.06, 0.2) if close else rng.uniform(0.045, 0.09)
    macula = (1 - disc_at[0] * 0.9 - 0.05, disc_at[1] + rng.normal(0, 0.03))
    image = (
        image * (1 - rng.uniform(0.1, 0.5) * np.exp(-((x - macula[0]) ** 2 + (y - macula[1]) ** 2) / 0.006))[..., None]
    )
    disc = blob(rng, size, disc_at, (radius, radius * rng.uniform(0.9, 1.2)), 0, 0.03, 5)
    disc_colour = np.clip(base * rng.uniform(1.2, 1.6) + np.array([0.1, 0.2, 0.15]) * rng.uniform(0.5, 1.4), 0, 1)
    image = mix(image, disc_colour.astype(np.float32), soft(disc, rng.uniform(0.03, 0.2)) * rng.uniform(0.6, 1))
    cup = blob(rng, size, disc_at, (radius * rng.uniform(0.25, 0.6),) * 2, 0, 0.05, 5)
    image = mix(image, np.clip(disc_colour * 1.25, 0, 1).astype(np.float32), soft(cup, 0.15) * 0.8)
    vessels = np.zeros((size, size), np.float32)
    _tree(rng, size, disc_at, vessels)
    if close:
        _tree(rng, size, disc_at, vessels)
    image = mix(
        image, base * np.array([0.55, 0.3, 0.35], np.float32) * rng.uniform(0.7, 1.3), vessels * rng.uniform(0.35, 0.9)
    )
    if rng.random() < 0.25:  # bright and dark spots of disease
        for _ in range(int(rng.integers(3, 25))):
            spot = blob(rng, size, place(rng, 0.1, 0.9), (rng.uniform(0.003, 0.02),) * 2, 0, 0.3)
            image = mix(
                image, colour(rng, (0.9, 0.8, 0.4), 0.1) if rng.random() < 0.5 else base * 0.4, 0.7 * soft(spot, 0.2)
            )
    image = image * (1.1 - rng.uniform(0.2, 1.2) * ((x - 0.5) ** 2 + (y - 0.5) ** 2))[..., None]
    masks = {"optic_disc": disc > 0, "vessels": vessels > 0.5}
    if not close or rng.random() < 0.4:
        field = np.hypot(x - 0.5, y - 0.5) < rng.uniform(0.43, 0.52)
        image = image * field[..., None]
        masks = {key: mask & field for key, mask in masks.items()}
    if rng.random() < 0.12:
        image = np.repeat(image[..., 1:2] * 1.6, 3, axis=2)
    return scan(rng, np.clip(image, 0, 1), hard, marks=False), masks
