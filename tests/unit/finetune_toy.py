"""A segmenter of a few lines that can learn: it finds what is bright and must learn to find what is dim.

Run as a program it is a fine-tune worker around itself: `python -m tests.unit.finetune_toy [slow] JOB_FOLDER [--background]`.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from PIL import Image as Picture
from torch import nn

from core.clicks import Clicks
from core.finetune.job import Example, Job
from core.image_file import read_image
from core.mask import encode_png
from core.segmenter import Decoded, ImageFeatures

GRID = 32


class LearningSegmenter:
    """Three candidate masks from brightness and prompt state by two small parts; one layer runs before the features."""

    model_id = features_id = "toy base"
    device = torch.device("cpu")
    mask_grid = GRID

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.projection = nn.Sequential(nn.Linear(2, 4), nn.Tanh())
        self.decoder = nn.ModuleDict(
            {"before": nn.Conv2d(1, 1, 1), "body": nn.Conv2d(5, 8, 3, padding=1), "masks": nn.Conv2d(8, 3, 1),
             "ious": nn.Linear(8, 3), "score": nn.Linear(8, 1)}
        )  # fmt: skip

    def encode_image(self, rgb: npt.NDArray[np.uint8]) -> ImageFeatures:
        grey = cv2.resize(rgb[:, :, 0], (GRID, GRID), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        picture = torch.from_numpy(grey)[None, None]
        return ImageFeatures(picture, picture, picture)

    def embed_prompt(self, rgb: npt.NDArray[np.uint8], prompt: str) -> torch.Tensor:
        return torch.tensor([[1.0, float(len(prompt)) / 10]])

    def embed_prompts(self, rgb: npt.NDArray[np.uint8], prompts: Sequence[str]) -> torch.Tensor:
        return torch.cat([self.embed_prompt(rgb, prompt) for prompt in prompts])

    def forget(self) -> None:
        """Nothing is remembered."""

    def decode(
        self, features: ImageFeatures, state: torch.Tensor, clicks: Clicks | None = None, mask: Any = None
    ) -> Decoded:
        words = self.projection(state)[:, :, None, None].expand(-1, -1, GRID, GRID)
        hidden = torch.relu(self.decoder["body"](torch.cat([features.embedding, words], 1)))
        mean = hidden.mean((2, 3))
        # The untrained toy already sees what is bright.
        logits = self.decoder["masks"](hidden) + (features.embedding - 0.6) * 8
        return Decoded(logits, self.decoder["ious"](mean).sigmoid(), self.decoder["score"](mean))

    def trainable_modules(self) -> dict[str, nn.Module]:
        return {"text_hidden_fcs": self.projection, "grounding.sam_mask_decoder": self.decoder}

    def unreachable(self, cached: bool = True) -> dict[str, str]:
        return {"grounding.sam_mask_decoder.before": "runs before the features"}

    def learning(self) -> LearningSegmenter:
        return self

    @property
    def network(self) -> nn.Module:
        parts = nn.ModuleDict({"sam_mask_decoder": self.decoder})
        return nn.ModuleDict({"text_hidden_fcs": self.projection, "grounding": parts})

    def encoder_modules(self) -> dict[str, nn.Module]:
        return {}

    def decoder_layers(self) -> list[str]:
        return []

    def language_layers(self) -> list[str]:
        return []


def open_toy(ref: str, device: str) -> LearningSegmenter:
    """Every reference is the toy."""
    return LearningSegmenter()


def make_job(
    folder: Path, images: int = 12, level: int = 120, truthful: bool = True, held_out: int = 0, **settings: object
) -> Job:
    """Images with one dim square each, two of every patient; `truthful` False gives masks of other places.

    With `held_out` the last ones are named for the comparison, so that the run learns once and not in rounds.

    A bright strip that is no part of the square keeps every threshold from being enough.
    """
    rng = np.random.default_rng(5)
    (folder / "images").mkdir(parents=True)
    (folder / "job" / "masks").mkdir(parents=True)
    examples = []
    for number in range(images):
        mask = np.zeros((48, 64), bool)
        row, column = rng.integers(2, 18), rng.integers(2, 30)
        mask[row : row + rng.integers(14, 26), column : column + rng.integers(14, 30)] = True
        pixels = np.where(mask, level, 25) + rng.integers(0, 12, mask.shape)
        strip = np.zeros_like(mask)
        strip[44:] = True
        pixels[strip & ~mask] = 240
        file = folder / "images" / f"p{number // 2}_{number % 2}.png"
        Picture.fromarray(np.repeat(pixels[:, :, None].astype(np.uint8), 3, axis=2)).save(file)
        if not truthful:
            mask = rng.random((6, 8)).repeat(8, 0).repeat(8, 1) > 0.7
        frozen = folder / "job" / "masks" / f"{number}.png"
        frozen.write_bytes(encode_png(mask))
        split = "test" if number >= images - held_out else ""
        sha256 = read_image(file).sha256
        examples.append(Example(str(file), sha256, str(frozen), f"p{number // 2}", "the square", split))
    chosen = {"epochs": 30, "learning_rate": 0.02, "batch": 4, "views": 2, "device": "cpu", **settings}
    job = Job(str(folder / "job"), "toy", tuple(examples), str(folder / "version"), **chosen)  # type: ignore[arg-type]
    job.write()
    return job


class SlowSegmenter(LearningSegmenter):
    """Takes its time for every step, as a large model on a small computer does."""

    def decode(
        self, features: ImageFeatures, state: torch.Tensor, clicks: Clicks | None = None, mask: Any = None
    ) -> Decoded:
        time.sleep(30)
        return super().decode(features, state, clicks)


class CutOffSegmenter(LearningSegmenter):
    """Answers like an inference function: without gradient."""

    @torch.no_grad()
    def decode(
        self, features: ImageFeatures, state: torch.Tensor, clicks: Clicks | None = None, mask: Any = None
    ) -> Decoded:
        return super().decode(features, state, clicks)


class UnhurriedSegmenter(LearningSegmenter):
    """Takes a while for every step, so that it can be met in the middle of a run."""

    def decode(
        self, features: ImageFeatures, state: torch.Tensor, clicks: Clicks | None = None, mask: Any = None
    ) -> Decoded:
        time.sleep(0.02)
        return super().decode(features, state, clicks)


class LosesItsCard(LearningSegmenter):
    """Meets, after sixty steps, what torch raises when a graphics card is lost."""

    steps = 0

    def decode(
        self, features: ImageFeatures, state: torch.Tensor, clicks: Clicks | None = None, mask: Any = None
    ) -> Decoded:
        self.steps += 1
        if self.steps > 60:
            raise torch.AcceleratorError("CUDA error: device-side assert triggered")
        return super().decode(features, state, clicks)


def main() -> None:
    from core.finetune.run import run_job
    from core.finetune.worker import run_worker

    kinds = {"slow": SlowSegmenter, "cut off": CutOffSegmenter, "unhurried": UnhurriedSegmenter, "card": LosesItsCard}
    words = sys.argv[1:]
    kind = kinds.get(words[0], LearningSegmenter)

    def open_model(ref: str, device: str) -> LearningSegmenter:
        print("noise of a careless library")
        return kind()

    run = functools.partial(run_job, open_model=open_model)
    run_worker([word for word in words if word not in kinds], run)


if __name__ == "__main__":
    main()
