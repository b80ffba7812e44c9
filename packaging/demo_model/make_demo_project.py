"""Draw the demo project: breast ultrasound of twenty invented patients on two scanners, with reference masks.

    python packaging/demo_model/make_demo_project.py [--out resources/demo_project]

Scanner A is the kind that the demo model has learned. Scanner B has another gain curve, a flat grey map, coarse speckle and
lesions that hardly differ from the tissue: the model is visibly worse there, and can learn it. The same seed gives the same files.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from pictures.fields import Field, Mask, axes, blob, cloud, noise, soft, streaks  # noqa: E402

SEED = 20_260
PATIENTS, IMAGES_EACH = 10, 2
SIZES = {"A": ((640, 480), (720, 540), (600, 450)), "B": ((680, 560), (560, 560), (640, 520))}
"""Widths and heights in pixels; one patient has one size."""
WITHOUT_LESION = {("A", 4, 2), ("A", 8, 1), ("B", 3, 2)}
"""(scanner, patient, image) on which there is nothing to outline."""


@dataclass(frozen=True)
class Scanner:
    """How a scanner shows tissue.

    Attributes:
        lesion: echo of a lesion as a share of its surroundings, lowest and highest.
        grain: width and height of a speckle grain in pixels.
        speckle: strength of the speckle.
        black: grey of no echo.
        white: grey of the strongest echo.
        gamma: exponent of the grey map.
        far_gain: gain at the bottom of the picture as a share of that at the top.
        soft_edge: width of a lesion's edge in its radii.
        tint: red, green and blue of white.
    """

    lesion: tuple[float, float]
    grain: tuple[float, float]
    speckle: float
    black: float
    white: float
    gamma: float
    far_gain: float
    soft_edge: float
    tint: tuple[float, float, float]


SCANNERS = {
    "A": Scanner((0.12, 0.45), (1.3, 0.8), 0.065, 0.0, 0.95, 1.0, 0.75, 0.06, (1.0, 1.0, 1.0)),
    "B": Scanner((0.15, 0.4), (2.4, 1.2), 0.1, 0.15, 0.8, 0.8, 1.2, 0.15, (0.92, 1.0, 0.86)),
}


def tissue(rng: np.random.Generator, size: int) -> Field:
    """Echo of skin, fat with septa, gland and muscle, (size, size) 0..1."""
    x, y = axes(size)
    bent = y + 0.03 * noise(rng, size, 2) + rng.uniform(-0.06, 0.06) * (x - 0.5)
    fat = 0.3 * (1 + 0.15 * cloud(rng, size, 6)) + 0.35 * np.exp(-((streaks(rng, size, 6, 9, 2) / 0.18) ** 2))
    gland = 0.55 * (1 + 0.16 * streaks(rng, size, 4, 28) + 0.12 * cloud(rng, size, 6))
    muscle = 0.36 + 0.22 * np.clip(streaks(rng, size, 2, 40, 2) - 0.5, 0, 2)
    echo = fat
    for layer, depth in ((gland, rng.uniform(0.14, 0.24)), (muscle, rng.uniform(0.72, 0.86))):
        below = soft(bent - depth, 0.02)
        echo = echo * (1 - below) + layer * below
        echo = np.maximum(echo, 0.75 * np.exp(-(((bent - depth) / 0.006) ** 2)))
    echo = echo + 0.45 * soft(0.035 - bent, 0.008)
    for _ in range(3):  # dark lobules of fat, which are no lesions
        center = (float(rng.uniform(0, 1)), float(rng.uniform(0.2, 0.75)))
        lobule = blob(rng, size, center, (rng.uniform(0.06, 0.16), rng.uniform(0.02, 0.045)), rng.normal(0, 0.15), 0.12)
        echo = echo * (1 - rng.uniform(0.1, 0.25) * soft(lobule, 0.3))
    return np.clip(echo, 0.02, 1.1).astype(np.float32)


def with_lesion(
    rng: np.random.Generator, echo: Field, scanner: Scanner, shape: np.random.Generator
) -> tuple[Field, Mask]:
    """Put a lesion into the tissue; `shape` is the patient's own, so that both images show the same kind of lesion."""
    size = echo.shape[0]
    x, y = axes(size)
    benign = shape.random() < 0.6
    width = float(np.exp(shape.uniform(np.log(0.075), np.log(0.19))))
    ratio = shape.uniform(0.5, 0.8) if benign else shape.uniform(0.7, 1.05)
    share = shape.uniform(*scanner.lesion)
    width *= rng.uniform(0.85, 1.15)
    center = (float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.34, 0.56)))
    rough = 0.05 if benign else 0.16
    lesion = blob(rng, size, center, (width, width * ratio), rng.normal(0, 0.15), rough, 7 if benign else 12)
    if not benign:
        lesion = lesion + 0.06 * cloud(rng, size, 12, 3)
    surround = float(echo[np.abs(lesion + 0.2) < 0.2].mean())
    inner = surround * share * (1 + 0.15 * cloud(rng, size, 14)) + 0.12 * share * (echo - surround)
    inside = soft(lesion, scanner.soft_edge)
    echo = echo * (1 - inside) + np.clip(inner, 0, 1) * inside
    behind = cv2.GaussianBlur(
        ((np.abs(x - center[0]) < width * 0.8) & (y > center[1])).astype(np.float32), (0, 0), size * 0.02
    )
    behind = behind * (1 - inside) * np.exp(-2 * np.clip(y - center[1], 0, 1))
    echo = echo * (1 + behind * (0.35 if benign else -0.4))
    return echo.astype(np.float32), lesion > 0


def seen_by(rng: np.random.Generator, echo: Field, scanner: Scanner) -> npt.NDArray[np.uint8]:
    """Speckle, gain and grey map of a scanner: (size, size) echo -> (size, size, 3) uint8."""
    size = echo.shape[0]
    _, y = axes(size)
    power = np.full((size, size), 1e-3, np.float32)
    for _ in range(4):
        wave = rng.standard_normal((size, size)).astype(np.float32)
        wave = cv2.GaussianBlur(wave, (0, 0), scanner.grain[0], sigmaY=scanner.grain[1])
        power += (wave / wave.std()) ** 2
    decibel = np.log(power)
    echo = echo + (decibel - decibel.mean()) * scanner.speckle * np.clip(echo * 3, 0.15, 1)
    echo = np.clip(echo * (1 + (scanner.far_gain - 1) * y), 0, 1) ** scanner.gamma
    grey = scanner.black + (scanner.white - scanner.black) * echo
    return (np.clip(grey[..., None] * np.array(scanner.tint, np.float32), 0, 1) * 255 + 0.5).astype(np.uint8)


def write_marks(picture: npt.NDArray[np.uint8], name: str) -> None:
    """What the scanners write into their pictures: a depth scale, and on B a probe mark and a grey wedge. In place."""
    height, width = picture.shape[:2]
    tone = (205, 205, 205)
    for tick in range(20, height - 10, 40):
        cv2.line(picture, (width - 8, tick), (width - 3, tick), tone, 1)
    if name == "B":
        cv2.circle(picture, (18, 16), 6, (90, 200, 120), 2, cv2.LINE_AA)
        wedge = np.linspace(255, 0, height // 3).astype(np.uint8)
        picture[20 : 20 + wedge.size, 6:12] = wedge[:, None, None]
        cv2.putText(picture, "MI 1.1  46 dB", (34, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.42, tone, 1, cv2.LINE_AA)


def draw(name: str, patient: int, number: int) -> tuple[npt.NDArray[np.uint8], Mask]:
    """One image (height, width, 3) uint8 RGB and its mask (height, width)."""
    scanner = SCANNERS[name]
    key = [SEED, ord(name), patient]
    rng, shape = np.random.default_rng([*key, number]), np.random.default_rng(key)
    width, height = SIZES[name][int(shape.integers(len(SIZES[name])))]
    size = max(width, height)
    echo, mask = tissue(rng, size), np.zeros((size, size), bool)
    if (name, patient, number) not in WITHOUT_LESION:
        echo, mask = with_lesion(rng, echo, scanner, shape)
    picture = seen_by(rng, echo, scanner)
    picture, mask = np.ascontiguousarray(picture[:height, :width]), np.ascontiguousarray(mask[:height, :width])
    write_marks(picture, name)
    return picture, mask


def write(out: Path) -> None:
    """Write index.json, images/ and masks/lesion/ into a folder that is emptied first."""
    for part in ("images", "masks"):
        shutil.rmtree(out / part, ignore_errors=True)
    (out / "images").mkdir(parents=True)
    (out / "masks" / "lesion").mkdir(parents=True)
    rows = []
    for name in SCANNERS:
        for patient in range(1, PATIENTS + 1):
            for number in range(1, IMAGES_EACH + 1):
                picture, mask = draw(name, patient, number)
                stem = f"{name}{patient:02d}_{number}"
                image_file, mask_file = f"images/{stem}.jpg", f"masks/lesion/{stem}.png"
                bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
                cv2.imwrite(str(out / image_file), bgr, [cv2.IMWRITE_JPEG_QUALITY, 90])
                cv2.imwrite(str(out / mask_file), mask.astype(np.uint8) * 255, [cv2.IMWRITE_PNG_COMPRESSION, 9])
                masks = {"lesion": mask_file}
                rows.append({"file": image_file, "patient": stem[:3], "scanner": name, "masks": masks})
    structures = [{"name": "lesion", "prompt": "the breast lesion", "colour": "#D55E00"}]
    lines = ",\n  ".join(json.dumps(row) for row in rows)
    text = f'{{\n "structures": {json.dumps(structures)},\n "images": [\n  {lines}\n ]\n}}\n'
    (out / "index.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Read the options and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE.parents[1] / "resources" / "demo_project")
    cv2.setNumThreads(1)
    write(parser.parse_args().out)


if __name__ == "__main__":
    main()
