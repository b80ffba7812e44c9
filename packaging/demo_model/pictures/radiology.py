"""Grey pictures of the body: a CT slice of the abdomen, a chest radiograph, an MR slice of the brain."""

from __future__ import annotations

import cv2
import numpy as np

from pictures.fields import Field, Mask, axes, blob, cloud, grey, place, scan, soft

Drawn = tuple[np.ndarray, dict[str, Mask]]


def _paint(image: Field, field: Field, tone: float, texture: Field | float, width: float = 0.05) -> Field:
    inside = soft(field, width)
    return (image * (1 - inside) + tone * (1 + texture) * inside).astype(np.float32)


def abdomen(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """Body, spine, ribs, bowel and the organs; the liver lies on the left of the picture, as radiologists look at it."""
    mirrored = rng.random() < 0.35
    contrast = rng.uniform(0.04, 0.2)
    soft_tissue = rng.uniform(0.35, 0.6)
    image = np.full((size, size), rng.uniform(0.0, 0.06), np.float32)
    cx, cy = rng.uniform(0.46, 0.54), rng.uniform(0.45, 0.55)
    w, h = rng.uniform(0.34, 0.47), rng.uniform(0.26, 0.38)
    body = blob(rng, size, (cx, cy), (w, h), 0, 0.03, 5)
    image = _paint(image, body, rng.uniform(0.12, 0.3), 0.05 * cloud(rng, size, 8), 0.02)
    inner = body - rng.uniform(0.08, 0.25)
    image = _paint(image, inner, soft_tissue * rng.uniform(0.6, 0.95), 0.12 * cloud(rng, size, 7), 0.05)
    for _ in range(int(rng.integers(4, 12))):  # bowel, some with gas
        loop = blob(
            rng,
            size,
            (cx + rng.uniform(-0.6, 0.6) * w, cy + rng.uniform(-0.6, 0.4) * h),
            (rng.uniform(0.02, 0.06), rng.uniform(0.015, 0.05)),
            rng.uniform(0, 3),
            0.2,
        )
        image = _paint(
            image,
            np.minimum(loop, inner * 4),
            0.02 if rng.random() < 0.3 else soft_tissue * rng.uniform(0.8, 1.15),
            0.1,
        )
    masks: dict[str, Mask] = {}
    texture = 0.04 * cloud(rng, size, 30, 2)

    def organ(key: str, dx: float, dy: float, rx: float, ry: float, tone: float, rough: float, angle: float) -> None:
        nonlocal image
        if rng.random() < 0.15:
            return
        x0 = cx + (dx + rng.normal(0, 0.04)) * w
        y0 = cy + (dy + rng.normal(0, 0.05)) * h
        scale = rng.uniform(0.75, 1.2)
        field = blob(rng, size, (x0, y0), (rx * w * scale, ry * h * scale), angle + rng.normal(0, 0.25), rough)
        field = np.minimum(field, (inner - 0.03) * 5)
        image = _paint(image, field, tone, texture, rng.uniform(0.03, 0.1))
        for other in masks.values():
            other &= ~(field > 0)
        masks[key] = field > 0

    bright = soft_tissue * (1 + contrast)
    organ("liver", -0.42, -0.15, 0.5, 0.62, bright * rng.uniform(0.9, 1.1), 0.18, 0.3)
    organ("spleen", 0.68, 0.05, 0.2, 0.4, bright * rng.uniform(0.95, 1.2), 0.14, -0.4)
    kidneys = bright * rng.uniform(0.85, 1.5)
    organ("right_kidney", -0.45, 0.45, 0.15, 0.24, kidneys, 0.1, 0.4)
    organ("left_kidney", 0.45, 0.45, 0.15, 0.24, kidneys, 0.1, -0.4)
    organ("aorta", 0.04, 0.3, 0.065, 0.085, bright * rng.uniform(0.95, 1.7), 0.03, 0.0)
    spine = blob(rng, size, (cx, cy + 0.58 * h), (0.12 * w, 0.17 * h), 0, 0.08)
    image = _paint(image, spine, rng.uniform(0.75, 1.0), 0.1 * cloud(rng, size, 25, 2))
    masks = {key: mask & ~(spine > 0) for key, mask in masks.items()}
    for turn in np.linspace(0, 2 * np.pi, int(rng.integers(8, 16)), endpoint=False):
        rib = blob(
            rng, size, (cx + 0.87 * w * np.cos(turn), cy + 0.87 * h * np.sin(turn)), (0.025, 0.01), turn + 1.57, 0.05
        )
        image = _paint(image, rib, rng.uniform(0.7, 1.0), 0.0)
    image = image + rng.uniform(0.01, 0.07 * hard) * cv2.GaussianBlur(
        rng.standard_normal((size, size)).astype(np.float32), (0, 0), rng.uniform(0.5, 1.3)
    )
    if rng.random() < 0.35:  # a narrow window
        image = (image - rng.uniform(0.15, 0.3)) * rng.uniform(1.3, 2.2)
    pixels = scan(rng, grey(np.clip(image, 0, 1)), 0.6 * hard)
    if mirrored:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
        masks = {key: np.ascontiguousarray(mask[:, ::-1]) for key, mask in masks.items()}
    return pixels, masks


def chest(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """Two dark lung fields between ribs, heart and diaphragm; with opacities, and sometimes inverted."""
    x, y = axes(size)
    image = np.clip(rng.uniform(0.45, 0.75) + 0.06 * cloud(rng, size, 3), 0, 1).astype(np.float32)
    image *= soft(0.5 - np.abs(x - 0.5) - rng.uniform(-0.1, 0.1) * soft(0.25 - y, 0.08), 0.03)
    middle, top = rng.uniform(0.46, 0.54), rng.uniform(0.1, 0.22)
    height = rng.uniform(0.28, 0.38)
    lungs = np.full((size, size), -1.0, np.float32)
    darkness = rng.uniform(0.35, 0.8)
    for side in (-1, 1):
        width = rng.uniform(0.12, 0.19)
        apart = rng.uniform(0.03, 0.06) + width
        field = blob(
            rng, size, (middle + side * apart, top + height), (width, height), side * rng.uniform(0.02, 0.16), 0.07, 7
        )
        floor = top + 2 * height * rng.uniform(0.78, 0.93) - 0.06 * np.cos((x - middle - side * apart) / width * 1.4)
        lungs = np.maximum(lungs, np.minimum(field, (floor - y) * 8))
    heart = blob(
        rng,
        size,
        (middle + rng.uniform(0.02, 0.07), top + height * rng.uniform(1.2, 1.5)),
        (rng.uniform(0.09, 0.17), rng.uniform(0.12, 0.2)),
        0.5,
        0.08,
    )
    lungs = np.minimum(lungs, -heart * 2 + 0.0)
    air = soft(lungs, rng.uniform(0.06, 0.2))
    vessels = np.clip(cloud(rng, size, 12, 4), -1, 2)
    image = image * (1 - darkness * air * (1 - 0.12 * vessels))
    image = image * (1 - soft(heart, 0.1) * 0.0) + 0.1 * soft(heart, 0.15)
    for _ in range(int(rng.integers(0, 5))):  # opacities of disease
        patch = blob(rng, size, place(rng, 0.2, 0.8), (rng.uniform(0.03, 0.14),) * 2, 0, 0.35)
        image = image + rng.uniform(0.05, 0.4) * soft(patch, 0.4) * air
    bend, gap = rng.uniform(0.2, 0.9), rng.uniform(0.06, 0.1)
    ribs = np.sin((y - bend * (x - middle) ** 2 * 3) / gap * np.pi)
    image = image + rng.uniform(0.02, 0.12) * np.clip(ribs, 0, 1) * soft(np.abs(x - middle) - 0.05, 0.01) * soft(
        top + 1.9 * height - y, 0.05
    )
    image = image + rng.uniform(0, 0.2) * np.exp(-(((x - middle) / 0.035) ** 2))
    for side in (-1, 1):  # collar bones
        bone = blob(rng, size, (middle + side * 0.2, top + rng.uniform(-0.02, 0.06)), (0.18, 0.016), side * -0.25, 0.05)
        image = image + rng.uniform(0.05, 0.2) * soft(bone, 0.2)
    if rng.random() < 0.4:
        tube = [(int((middle + rng.normal(0, 0.1)) * size), int(v * size)) for v in np.linspace(0, 0.7, 5)]
        cv2.polylines(image, [np.array(tube, np.int32)], False, 0.9, 2, cv2.LINE_AA)
    image = np.clip(image, 0, 1)
    if rng.random() < 0.08:
        image = 1 - image
    masks = {"lungs": lungs > 0}
    masks["heart"] = (heart > 0) & ~masks["lungs"]
    return scan(rng, grey(image), hard), masks


def brain(rng: np.random.Generator, size: int, hard: float) -> Drawn:
    """Skull, folded grey matter, ventricles, and small bright lesions that enhance; sometimes none."""
    center = place(rng, 0.46, 0.54)
    half = rng.uniform(0.24, 0.42)
    head = blob(rng, size, center, (half * rng.uniform(0.8, 0.95), half), rng.uniform(-0.15, 0.15), 0.02, 4)
    image = np.full((size, size), rng.uniform(0.0, 0.03), np.float32)
    image = _paint(image, head, rng.uniform(0.3, 0.9), 0.1 * cloud(rng, size, 10), 0.02)
    image = _paint(image, head - rng.uniform(0.05, 0.09), 0.06, 0.0, 0.02)
    matter = head - rng.uniform(0.1, 0.17)
    folds = np.sin(cloud(rng, size, 5, 3) * rng.uniform(4, 8)) * rng.uniform(0.05, 0.25)
    tone = rng.uniform(0.3, 0.6)
    image = _paint(image, matter, tone, folds * np.clip(1 - matter * 2, 0, 1) + 0.05 * cloud(rng, size, 12), 0.02)
    dark = rng.random() < 0.6
    for side in (-1, 1):
        ventricle = blob(
            rng,
            size,
            (center[0] + side * half * 0.14, center[1]),
            (half * 0.09, half * rng.uniform(0.15, 0.4)),
            side * 0.3,
            0.2,
        )
        image = _paint(image, ventricle, 0.08 if dark else min(1.0, tone * 2), 0.0)
    masks: dict[str, Mask] = {"brain": matter > 0}
    union = np.zeros((size, size), bool)
    for _ in range(int(rng.integers(0, 5))):
        radius = float(np.exp(rng.uniform(np.log(0.012), np.log(0.08))))
        at = (center[0] + rng.uniform(-0.6, 0.6) * half, center[1] + rng.uniform(-0.6, 0.6) * half)
        lesion = np.minimum(
            blob(rng, size, at, (radius, radius * rng.uniform(0.7, 1)), rng.uniform(0, 3), 0.15), matter * 4
        )
        around = blob(rng, size, at, (radius * rng.uniform(1.3, 2.6),) * 2, 0, 0.3)
        swelling = rng.uniform(0, 0.35) * soft(np.minimum(around, matter * 4), 0.3)
        image = image * (1 + (swelling if rng.random() < 0.6 else -swelling))
        ring = rng.random() < 0.35 and radius > 0.03
        image = _paint(image, lesion, min(1.0, tone * rng.uniform(1.4, 2.4)), 0.1 * cloud(rng, size, 20, 2), 0.1)
        if ring:
            image = _paint(image, lesion - 0.4, tone * 0.5, 0.0, 0.1)
        union |= lesion > 0
    if union.any():
        masks["metastases"] = union
    image = image + rng.uniform(0.005, 0.05 * hard) * rng.standard_normal((size, size)).astype(np.float32)
    return scan(rng, grey(np.clip(image, 0, 1)), 0.7 * hard), masks
