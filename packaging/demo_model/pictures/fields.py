"""Building blocks: smooth noise, deformed blobs, and what a scanner does to a picture."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


def noise(rng: np.random.Generator, size: int, cells: float) -> Field:
    """Smooth value noise (size, size) in about −1..1 with `cells` bumps across."""
    count = max(2, round(cells)) + 3
    grid = rng.standard_normal((count, count)).astype(np.float32) * 0.6
    return cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)


def cloud(rng: np.random.Generator, size: int, cells: float, octaves: int = 4, fade: float = 0.55) -> Field:
    """Several octaves of noise, scaled to a standard deviation of about 1."""
    total = np.zeros((size, size), np.float32)
    weight = 1.0
    for octave in range(octaves):
        total += weight * noise(rng, size, min(cells * 2**octave, size / 3))
        weight *= fade
    return total / (total.std() + 1e-6)


def streaks(rng: np.random.Generator, size: int, across: float, down: float, octaves: int = 3) -> Field:
    """Like `cloud`, but stretched: `across` bumps from left to right and `down` from top to bottom."""
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        counts = [max(2, round(min(cells * 2**octave, size / 3))) + 3 for cells in (down, across)]
        grid = rng.standard_normal(counts).astype(np.float32)
        total += 0.6**octave * cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)
    return total / (total.std() + 1e-6)


def axes(size: int) -> tuple[Field, Field]:
    """x and y of pixel centres, 0..1."""
    line = (np.arange(size, dtype=np.float32) + 0.5) / size
    return np.broadcast_to(line[None], (size, size)), np.broadcast_to(line[:, None], (size, size))


def blob(
    rng: np.random.Generator,
    size: int,
    center: tuple[float, float],
    radii: tuple[float, float],
    angle: float = 0.0,
    rough: float = 0.15,
    lobes: int = 7,
) -> Field:
    """A deformed ellipse as a field: positive inside, 0 on the edge, about 1 in the middle, falling off outside."""
    x, y = axes(size)
    dx, dy = x - center[0], y - center[1]
    u = (dx * np.cos(angle) + dy * np.sin(angle)) / max(radii[0], 1e-3)
    v = (dy * np.cos(angle) - dx * np.sin(angle)) / max(radii[1], 1e-3)
    rho, theta = cv2.cartToPolar(np.ascontiguousarray(u, np.float32), np.ascontiguousarray(v, np.float32))
    edge = np.ones(512, np.float32)
    around = np.linspace(0, 2 * np.pi, 512, endpoint=False, dtype=np.float32)
    for lobe in range(2, lobes):
        edge += rough / lobe**0.8 * rng.standard_normal() * np.cos(lobe * around + rng.uniform(0, 6.3))
    edge = np.clip(edge, 0.35, 1.8)
    return edge[np.minimum((theta * (512 / (2 * np.pi))).astype(np.int32), 511)] - rho


def soft(field: Field, width: float) -> Field:
    """0 outside, 1 inside, with an edge `width` wide in the field's units."""
    return 1.0 / (1.0 + np.exp(-np.clip(field / max(width, 1e-3), -30, 30)))


def mix(below: Field, above: Field | float | npt.NDArray[np.floating], alpha: Field) -> Field:
    """`above` painted over `below`; grey alpha over colour is understood."""
    if below.ndim == 3 and alpha.ndim == 2:
        alpha = alpha[..., None]
    return (below * (1 - alpha) + above * alpha).astype(np.float32)


def colour(rng: np.random.Generator, base: tuple[float, float, float], spread: float) -> npt.NDArray[np.float32]:
    """A colour near `base` (0..1), shape (3,)."""
    shift = rng.standard_normal() * spread
    return np.clip(np.array(base) + shift + rng.standard_normal(3) * spread * 0.6, 0.0, 1.0).astype(np.float32)


def place(rng: np.random.Generator, low: float = 0.25, high: float = 0.75) -> tuple[float, float]:
    """A random point, 0..1."""
    return float(rng.uniform(low, high)), float(rng.uniform(low, high))


def sector(rng: np.random.Generator, size: int) -> Mask:
    """The fan of a curved ultrasound probe."""
    x, y = axes(size)
    apex = (rng.uniform(0.4, 0.6), rng.uniform(-0.35, -0.02))
    dx, dy = x - apex[0], y - apex[1]
    radius = np.hypot(dx, dy)
    opening = rng.uniform(0.45, 0.85)
    near = rng.uniform(0.05, 0.15) - apex[1]
    return (np.abs(np.arctan2(dx, dy)) < opening) & (radius > near) & (radius < near + rng.uniform(0.75, 1.0))


def burn_in(rng: np.random.Generator, image: npt.NDArray[np.uint8]) -> None:
    """Text, a ruler or a coloured box, as scanners write into pictures. In place."""
    size = image.shape[0]
    for _ in range(int(rng.integers(1, 4))):
        tone = tuple(int(v) for v in (rng.uniform(150, 255, 3) if rng.random() < 0.4 else [rng.uniform(150, 255)] * 3))
        x, y = (
            int(rng.uniform(0, 0.8) * size),
            int(rng.choice([rng.uniform(0.02, 0.12), rng.uniform(0.88, 0.98)]) * size),
        )
        kind = rng.random()
        if kind < 0.5:
            word = "".join(rng.choice(list("ABCDEF0123456789.:-/ "), int(rng.integers(3, 14))))
            cv2.putText(image, word, (x, y), cv2.FONT_HERSHEY_SIMPLEX, rng.uniform(0.3, 0.6), tone, 1, cv2.LINE_AA)
        elif kind < 0.8:
            side = int(rng.choice([4, size - 6]))
            for tick in range(0, size, int(rng.integers(12, 40))):
                cv2.line(image, (side - 4, tick), (side + 4, tick), tone, 1)
        else:
            cv2.rectangle(image, (x, y - size // 12), (x + size // 8, y), tone, -1 if rng.random() < 0.5 else 1)


def scan(rng: np.random.Generator, image: Field, hard: float, marks: bool = True) -> npt.NDArray[np.uint8]:
    """Exposure, gamma, light falling off, blur, noise, text and compression. (S, S, 3) 0..1 -> uint8."""
    size = image.shape[0]
    if rng.random() < 0.5:
        light = 1 + 0.25 * hard * rng.random() * noise(rng, size, rng.uniform(0.5, 2))
        image = image * light[..., None]
    if rng.random() < 0.5:
        image = np.clip(image, 1e-4, 1) ** np.float32(np.exp(rng.normal(0, 0.25 * hard)))
    if rng.random() < 0.4:
        image = 0.5 + (image - 0.5) * np.float32(np.exp(rng.normal(-0.1, 0.25 * hard)))
    if rng.random() < 0.35:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 0.4 + 1.8 * hard))
    if rng.random() < 0.6:
        grain = rng.standard_normal(image.shape[:2]).astype(np.float32) * rng.uniform(0.005, 0.05 * hard)
        image = image + grain[..., None]
    pixels = np.ascontiguousarray(np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)
    if marks and rng.random() < 0.3:
        burn_in(rng, pixels)
    if rng.random() < 0.4:
        quality = int(rng.integers(35, 95))
        pixels = cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    return pixels


def grey(field: Field) -> Field:
    """(S, S) -> (S, S, 3)."""
    return np.repeat(field[..., None], 3, axis=2).astype(np.float32)
