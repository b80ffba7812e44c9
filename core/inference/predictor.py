"""Predict one image after the other, remembering what was already encoded.

A second prompt or a click on the same image costs only the decoder: the image's features and the state of each prompt
are kept in memory for the last images.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from core.errors import InputError
from core.features import FeatureStore
from core.image_file import Image, read_image
from core.inference.memory import is_out_of_memory, out_of_memory
from core.segmenter import Click, ImageFeatures, Segmenter

KEPT_IMAGES = 6
KEPT_PROMPTS = 32


@dataclass(frozen=True)
class Prediction:
    """What the model thinks about one image and one prompt.

    Attributes:
        logits: (g, g) float16, before the sigmoid; the whole image squeezed into a square.
        predicted_iou: the model's own guess of its quality, 0..1.
        object_score: logit of "the structure is there"; it gates nothing.
        seconds: how long it took.
        height: rows of the image.
        width: columns of the image.
    """

    logits: npt.NDArray[np.float16]
    predicted_iou: float
    object_score: float
    seconds: float
    height: int
    width: int


@dataclass
class _Remembered:
    image: Image
    features: ImageFeatures
    states: OrderedDict[str, torch.Tensor] = field(default_factory=OrderedDict)


class Predictor:
    """A segmenter with a memory for images.

    Args:
        segmenter: a loaded model.
        store: where features are kept beyond this process.
        read: reads an image file; replaced where images are already in memory.
    """

    def __init__(
        self,
        segmenter: Segmenter,
        store: FeatureStore | None = None,
        read: Callable[[Path], Image] = read_image,
    ) -> None:
        self.segmenter = segmenter
        self.store = store or FeatureStore()
        self._read = read
        self._recent: OrderedDict[tuple[str, int, int], _Remembered] = OrderedDict()

    def predict(self, path: Path, prompt: str, clicks: Sequence[tuple[float, float, int]] = ()) -> Prediction:
        """Segment what `prompt` names in the image at `path`.

        Args:
            path: an image file.
            prompt: the structure in words, for example "the polyp".
            clicks: (x, y, positive) in pixels of the image, origin top left.

        Returns:
            The logits of the candidate mask that the model holds for the best.

        Raises:
            ImageError: the file cannot be read as an image.
            InputError: the prompt is empty.
            DeviceError: memory did not suffice; recent images are forgotten, so that the next try has room.
        """
        if not prompt.strip():
            raise InputError(
                "The structure has no prompt, so the model does not know what to look for.",
                "Write what is to be outlined, for example “the polyp”.",
            )
        start = time.perf_counter()
        try:
            prediction = self._predict(path, " ".join(prompt.split()), clicks, start)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            self.forget()
            raise out_of_memory() from error
        return prediction

    def forget(self) -> None:
        """Give back the memory of recent images."""
        self._recent.clear()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _predict(self, path: Path, prompt: str, clicks: Sequence[tuple[float, float, int]], start: float) -> Prediction:
        known = self._remember(path)
        if prompt not in known.states:
            known.states[prompt] = self.store.state(self.segmenter, known.image.sha256, known.image.pixels, prompt)
        known.states.move_to_end(prompt)
        while len(known.states) > KEPT_PROMPTS:
            known.states.popitem(last=False)
        height, width = known.image.height, known.image.width
        relative: list[Click] = [
            (min(max(x / width, 0.0), 1.0), min(max(y / height, 0.0), 1.0), bool(inside)) for x, y, inside in clicks
        ]
        with torch.no_grad():
            decoded = self.segmenter.decode(known.features, known.states[prompt], relative or None)
            logits = decoded.chosen[0].float().cpu().numpy()
            iou = float(decoded.ious[0, decoded.best[0]])
            score = float(decoded.object_score.reshape(-1)[0])
        if not np.isfinite(logits).all():
            raise InputError(
                "The model gave no usable answer for this image, so nothing was changed.",
                "Try another prompt, or go back to the base model.",
            )
        limit = float(np.finfo(np.float16).max)
        small = np.clip(logits, -limit, limit).astype(np.float16)
        return Prediction(small, _finite(iou), _finite(score), time.perf_counter() - start, height, width)

    def _remember(self, path: Path) -> _Remembered:
        """The image with its features, from memory if the file has not changed."""
        try:
            stat = path.stat()
            key = (str(path.resolve()), stat.st_mtime_ns, stat.st_size)
        except OSError:
            key = (str(path), 0, 0)  # reading it says in words what is wrong
        known = self._recent.pop(key, None)
        if known is None:
            while len(self._recent) >= KEPT_IMAGES:
                self._recent.popitem(last=False)
            image = self._read(path)
            known = _Remembered(image, self.store.features(self.segmenter, image.sha256, image.pixels))
        self._recent[key] = known
        return known


def _finite(value: float) -> float:
    return value if np.isfinite(value) else 0.0
