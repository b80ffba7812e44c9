"""A segmenter of a few lines, real enough for the worker and the command line: it finds what is bright.

Run as a program it is an inference worker around itself whose model prints noise, for tests across processes.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import nn

from core.clicks import Clicks
from core.errors import DeviceError, ModelError
from core.propagate_protocol import Way
from core.segmenter import Answer, Decoded, ImageFeatures

GRID = 32


class BrightSegmenter:
    """Logit = brightness above the middle; the prompt "the dark part" turns it round. Counts what it is asked."""

    def __init__(self, model_id: str = "toy") -> None:
        self.model_id = self.features_id = model_id
        self.device = torch.device("cpu")
        self.device_reason = "a toy needs nothing else"
        self.mask_grid = GRID
        self.encoded = 0
        self.embedded = 0
        self.forgotten = 0
        self.walks: list[tuple[npt.NDArray[np.bool_], int]] = []
        self.out_of_memory = False

    def encode_image(self, rgb: npt.NDArray[np.uint8]) -> ImageFeatures:
        self.encoded += 1
        if self.out_of_memory:
            self.out_of_memory = False
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        grey = torch.from_numpy(rgb.astype(np.float32)).mean(dim=2)[None, None] / 255
        small = F.interpolate(grey, size=(GRID, GRID), mode="bilinear", align_corners=False, antialias=True)
        return ImageFeatures(small, small, small)

    def embed_prompt(self, rgb: npt.NDArray[np.uint8], prompt: str) -> torch.Tensor:
        self.embedded += 1
        return torch.tensor([[-1.0 if "dark" in prompt else 1.0]])

    def embed_prompts(self, rgb: npt.NDArray[np.uint8], prompts: Sequence[str]) -> torch.Tensor:
        return torch.cat([self.embed_prompt(rgb, prompt) for prompt in prompts])

    def answer(self, rgb: npt.NDArray[np.uint8], prompt: str) -> Answer:
        if "unicorn" in prompt:
            return Answer("There is none.", torch.empty(0, 1))
        both = [self.embed_prompt(rgb, part) for part in prompt.split(" and ")]
        return Answer("Sure, " + " and ".join(["[SEG]"] * len(both)) + ".", torch.cat(both))

    def forget(self) -> None:
        self.forgotten += 1

    def decode(
        self,
        features: ImageFeatures,
        state: torch.Tensor,
        clicks: Clicks | None = None,
        mask: torch.Tensor | None = None,
    ) -> Decoded:
        logits = (features.embedding - 0.4) * 12 * state[:, :, None, None]
        if mask is not None:
            logits = logits / 2 + mask / 2
        for x, y, inside in (clicks or Clicks()).points:
            row, column = min(int(y * GRID), GRID - 1), min(int(x * GRID), GRID - 1)
            logits[:, :, row, column] = 15.0 if inside else -15.0
        count = logits.shape[0]
        three = torch.cat([logits - 3, logits, logits + 3], dim=1)
        return Decoded(three, torch.tensor([[0.2, 0.9, 0.3]]).expand(count, 3), torch.full((count, 1), 2.0))

    def walk(self, features: ImageFeatures, mask: npt.NDArray[np.bool_], slices: int) -> BrightWalk:
        self.walks.append((mask.copy(), slices))
        return BrightWalk(self)

    def walk_by_words(self, *_: object) -> None:
        return None

    def trainable_modules(self) -> dict[str, nn.Module]:
        return {}

    def unreachable(self) -> dict[str, str]:
        return {}


class BrightWalk:
    """Each slice by itself, as if nobody had said a word where there are none."""

    way: Way = "mask prompt"

    def __init__(self, segmenter: BrightSegmenter) -> None:
        self._segmenter = segmenter

    def step(self, features: ImageFeatures, state: torch.Tensor | None = None) -> Decoded:
        return self._segmenter.decode(features, torch.ones(1, 1) if state is None else state)


class NoisySegmenter(BrightSegmenter):
    """Prints to standard output as careless libraries do; a picture of 13 columns takes a minute and many layers.

    Run with a file's name, it writes a line there for each picture that it encodes and each prompt that it reads.
    """

    layer = nn.Identity()

    def encode_image(self, rgb: npt.NDArray[np.uint8]) -> ImageFeatures:
        print("downloading shards: 100%")
        os.write(1, b'{"id": 1, "event": "done", "result": "noise"}\n')
        note("picture")
        if rgb.shape[1] == 13:
            for _ in range(6000):
                self.layer(torch.zeros(1))
                time.sleep(0.01)
        return super().encode_image(rgb)

    def embed_prompt(self, rgb: npt.NDArray[np.uint8], prompt: str) -> torch.Tensor:
        note(prompt)
        return super().embed_prompt(rgb, prompt)


def note(text: str) -> None:
    """Write down what the model does, where somebody wants to know."""
    if len(sys.argv) > 1:
        with Path(sys.argv[1]).open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")


def open_toy(ref: str, device: str, precision: str = "auto") -> BrightSegmenter:
    """Load "toy"; everything else is missing, and there is no graphics card."""
    if device == "cuda":
        raise DeviceError("This computer has no graphics card that can be used.", "Choose “processor”.")
    if ref != "toy":
        raise ModelError("Part of the model in “{folder}” is missing.", "Download it again.", folder=Path(ref).name)
    return NoisySegmenter() if __name__ == "__main__" else BrightSegmenter()


def main() -> None:
    from core.inference.requests import InferenceService
    from core.inference.worker import InferenceWorker
    from core.task_worker import claim_standard_output

    events = claim_standard_output()
    InferenceWorker(sys.stdin.buffer, events, lambda: InferenceService(open_toy), lambda: os._exit(0)).run()


if __name__ == "__main__":
    main()
