"""Predict one image after the other, remembering what was already encoded.

A second prompt or a click on the same image costs only the decoder: the image's features and the state of each prompt
are kept in memory for the last images.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt
import torch

from core.clicks import Clicks
from core.errors import InputError
from core.features import FeatureStore
from core.image_file import Image, file_of, read_image
from core.inference.interruption import Interrupted, interruptible
from core.inference.memory import is_out_of_memory, out_of_memory
from core.segmenter import ImageFeatures, Segmenter
from core.zoom import blend, crops, cut, name_of_view, side_of

T = TypeVar("T")

KEPT_FEATURES = 12
"""Feature maps in memory, over all images; the image in hand keeps its own in any case."""
KEPT_PROMPTS = 32
NOTHING = -20.0
"""Logit of an answer without a mask: below every threshold."""


@dataclass(frozen=True)
class Prediction:
    """What the model thinks about one image and one prompt.

    Attributes:
        candidates: (n, g, g) float16, before the sigmoid; the whole image squeezed into a square. The three masks of one
            [SEG]; for an answer with several, all together first, then the best of each; for one without any, a map in
            which nothing reaches any threshold.
        ious: of each candidate, the model's own guess of its quality, 0..1.
        best: index of the candidate that counts: of three that with the highest guess, of several the first.
        object_score: logit of "the structure is there"; it gates nothing.
        seconds: how long it took.
        decoding: seconds of these that the mask decoder took; the rest went into reading image and words, where they were new.
        height: rows of the image.
        width: columns of the image.
        text: the answer in words, special tokens included; "" where it was forced.
        parts: how many [SEG] the answer holds; 1 where it was forced.
    """

    candidates: npt.NDArray[np.float16]
    ious: tuple[float, ...]
    best: int
    object_score: float
    seconds: float
    height: int
    width: int
    text: str = ""
    parts: int = 1
    decoding: float = 0.0

    @property
    def logits(self) -> npt.NDArray[np.float16]:
        """(g, g) float16, the candidate that counts."""
        best: npt.NDArray[np.float16] = self.candidates[self.best]
        return best

    @property
    def predicted_iou(self) -> float:
        """The guess for the candidate that counts."""
        return self.ious[self.best]


@dataclass
class _Remembered:
    """An image, the features of its crops by zoom, and the states of its prompts."""

    image: Image
    features: dict[int, list[ImageFeatures]] = field(default_factory=dict)
    states: OrderedDict[str, torch.Tensor] = field(default_factory=OrderedDict)

    @property
    def size(self) -> int:
        """How many feature maps are held."""
        return sum(map(len, self.features.values()))


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

    def predict(
        self,
        path: Path,
        prompt: str,
        clicks: Clicks = Clicks(),  # noqa: B008
        zoom: int = 1,
        before: npt.NDArray[np.floating] | None = None,
    ) -> Prediction:
        """Segment what `prompt` names in the image at `path`.

        Args:
            path: an image file.
            prompt: the structure in words, for example "the polyp".
            clicks: in pixels of the image, origin top left. A crop that the box does not touch holds nothing, unless a click
                says otherwise.
            zoom: 2 or 3 sees the image in 4 or 9 crops (`core.zoom`): finer, and as many times slower.
            before: (g, g) logits of the answer that the clicks correct, the whole image squeezed into a square; the decoder
                sees it as well (`Segmenter.decode`). None for none.

        Returns:
            All candidate masks. With a zoom they are blended from those that each crop holds for its best, second and third,
            and their guesses are means.

        Raises:
            ImageError: the file cannot be read as an image.
            InputError: the prompt is empty.
            DeviceError: memory did not suffice; recent images are forgotten, so that the next try has room.
        """
        return self._guarded(lambda start: self._predict(path, _words([prompt]), clicks, before, zoom, start))[0]

    def predict_several(self, path: Path, prompts: Sequence[str], zoom: int = 1) -> list[Prediction]:
        """Segment several structures in one go: the language model reads the image once, the decoder runs once.

        Args:
            path: an image file.
            prompts: the structures in words.
            zoom: of all of them, as `predict`.

        Returns:
            One prediction for each prompt.

        Raises:
            ImageError, InputError, DeviceError: as `predict`.
        """
        return (
            self._guarded(lambda start: self._predict(path, _words(prompts), Clicks(), None, zoom, start))
            if prompts
            else []
        )

    def let_decide(self, path: Path, prompt: str, zoom: int = 1) -> Prediction:
        """Ask for a structure and let the model decide whether it is there, and in how many places.

        Slower than `predict`, which takes the structure's presence for granted, and never remembered. For a further prompt
        on the same image the model goes on from where the image ended.

        Raises:
            ImageError, InputError, DeviceError: as `predict`.
        """
        return self._guarded(lambda start: self._decide(path, _words([prompt])[0], zoom, start))

    def prepare(self, path: Path, prompts: Sequence[str], should_stop: Callable[[], bool], zoom: int = 1) -> bool:
        """Compute what these prompts will need and leave it in the store; nothing of it stays in memory.

        Args:
            path: an image file.
            prompts: the structures in words; may be empty.
            should_stop: asked before each step of the model; that, an image or a prompt is then left as it was.
            zoom: as `predict`.

        Returns:
            Whether all of it is there now.

        Raises:
            ImageError, InputError, DeviceError: as `predict`.
        """
        words = _words(prompts)

        def fill(_start: float) -> bool:
            with interruptible(should_stop), suppress(Interrupted):
                image = self._read(path)
                self._encode(image, zoom)
                if words:
                    self.store.states(self.segmenter, image.sha256, image.pixels, words)
                return True
            return False

        return self._guarded(fill)

    def look(self, path: Path) -> tuple[Image, ImageFeatures]:
        """An image and its features, from memory if it was looked at lately. Raises ImageError."""
        known = self._remember(path, 1)
        return known.image, known.features[1][0]

    def state(self, path: Path, prompt: str) -> torch.Tensor:
        """The [SEG] state (1, hidden) of a prompt on an image. Raises ImageError, InputError."""
        return self._states(self._remember(path, 1), _words([prompt]))

    def forget(self) -> None:
        """Give back the memory of recent images."""
        self._recent.clear()
        self.segmenter.forget()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _guarded(self, work: Callable[[float], T]) -> T:
        """Run work that is told when it began; if memory does not suffice, forget what can be made again."""
        try:
            return work(time.perf_counter())
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            self.forget()
            raise out_of_memory() from error

    def _predict(
        self,
        path: Path,
        prompts: list[str],
        clicks: Clicks,
        before: npt.NDArray[np.floating] | None,
        zoom: int,
        start: float,
    ) -> list[Prediction]:
        known = self._remember(path, zoom)
        return self._decode(known, self._states(known, prompts), zoom, start, clicks, before)

    def _states(self, known: _Remembered, prompts: list[str]) -> torch.Tensor:
        """The [SEG] states (P, hidden) of prompts on an image."""
        missing = [prompt for prompt in dict.fromkeys(prompts) if prompt not in known.states]
        if missing:
            image = known.image
            states = self.store.states(self.segmenter, image.sha256, image.pixels, missing)
            known.states.update(zip(missing, states.split(1), strict=True))
        wanted = torch.cat([known.states[prompt] for prompt in prompts])
        for prompt in prompts:
            known.states.move_to_end(prompt)
        while len(known.states) > KEPT_PROMPTS:
            known.states.popitem(last=False)
        return wanted

    def _decide(self, path: Path, prompt: str, zoom: int, start: float) -> Prediction:
        known = self._remember(path, zoom)
        answer = self.segmenter.answer(known.image.pixels, prompt)
        parts = self._decode(known, answer.states, zoom, start) if len(answer.states) else []
        if len(parts) == 1:
            return replace(parts[0], text=answer.text)
        grid = side_of(self.segmenter.mask_grid, zoom)
        maps = [part.logits for part in parts]
        together = np.max(maps, axis=0) if maps else np.full((grid, grid), NOTHING, np.float16)
        guesses = [part.predicted_iou for part in parts]
        return Prediction(
            np.stack([together, *maps]),
            (min(guesses, default=0.0), *guesses),
            0,
            max((part.object_score for part in parts), default=0.0),
            time.perf_counter() - start,
            known.image.height,
            known.image.width,
            answer.text,
            len(parts),
        )

    def _decode(
        self,
        known: _Remembered,
        states: torch.Tensor,
        zoom: int,
        start: float,
        clicks: Clicks = Clicks(),  # noqa: B008
        before: npt.NDArray[np.floating] | None = None,
    ) -> list[Prediction]:
        """Decode the masks of P states (P, hidden) on one image."""
        height, width, began = known.image.height, known.image.width, time.perf_counter()
        parts = crops(height, width, zoom, self.segmenter.mask_grid)
        maps, guesses, scores = [], [], []
        with torch.no_grad():
            for features, part, mask in zip(known.features[zoom], parts, self._masks(before, zoom), strict=True):
                seen = clicks.as_seen_in(*part)
                decoded = self.segmenter.decode(features, states, seen, mask)
                if clicks.box is not None and seen.box is None and not any(inside for *_, inside in seen.points):
                    decoded = replace(decoded, logits=torch.full_like(decoded.logits, NOTHING))
                # Each crop's candidates by its own guess: their order in the network says nothing from crop to crop.
                order = decoded.ious.argsort(dim=-1, descending=True, stable=True) if zoom > 1 else None
                maps.append(_ordered(decoded.logits, order).float().cpu().numpy())
                guesses.append(_ordered(decoded.ious, order).float().cpu().numpy())
                scores.append(decoded.object_score.float().flatten().cpu().numpy())
        ious = np.mean(np.nan_to_num(guesses, posinf=0.0, neginf=0.0), axis=0)
        best = ious.argmax(axis=1).tolist() if zoom == 1 else [0] * len(states)
        candidates = blend(np.stack(maps), zoom)
        if not all(np.isfinite(candidates[row, index]).all() for row, index in enumerate(best)):
            raise InputError(
                "The model gave no usable answer for this image, so nothing was changed.",
                "Try another prompt, or go back to the base model.",
            )
        limit = float(np.finfo(np.float16).max)
        small = np.clip(np.nan_to_num(candidates), -limit, limit).astype(np.float16)
        score = np.nan_to_num(np.max(scores, axis=0), posinf=0.0, neginf=0.0)
        seconds, decoding = time.perf_counter() - start, time.perf_counter() - began
        return [
            Prediction(
                small[row],
                tuple(ious[row].tolist()),
                index,
                float(score[row]),
                seconds,
                height,
                width,
                decoding=decoding,
            )
            for row, index in enumerate(best)
        ]

    def _masks(self, before: npt.NDArray[np.floating] | None, zoom: int) -> list[torch.Tensor | None]:
        """What each crop (1, 1, g, g) holds of the answer before, whatever zoom that one had."""
        grid = self.segmenter.mask_grid
        if before is None:
            return [None] * zoom**2
        side = side_of(grid, zoom)
        whole = cv2.resize(before.astype(np.float32), (side, side), interpolation=cv2.INTER_LINEAR)
        parts = (torch.from_numpy(np.ascontiguousarray(part)) for part in cut(whole, zoom, grid))
        return [part[None, None].to(self.segmenter.device, torch.float32) for part in parts]

    def _remember(self, path: Path, zoom: int) -> _Remembered:
        """The image with the features of its crops, from memory if the file has not changed."""
        try:
            stat = file_of(path).stat()
            key = (str(path.resolve()), stat.st_mtime_ns, stat.st_size)
        except OSError:
            key = (str(path), 0, 0)  # reading it says in words what is wrong
        known = self._recent.pop(key, None) or _Remembered(self._read(path))
        if zoom not in known.features:
            while self._recent and sum(one.size for one in self._recent.values()) + zoom * zoom > KEPT_FEATURES:
                self._recent.popitem(last=False)
            known.features[zoom] = self._encode(known.image, zoom)
        self._recent[key] = known
        return known

    def _encode(self, image: Image, zoom: int) -> list[ImageFeatures]:
        parts = crops(image.height, image.width, zoom, self.segmenter.mask_grid)
        return [
            self.store.features(self.segmenter, image.sha256, image.pixels[part], name_of_view(0, zoom, number))
            for number, part in enumerate(parts)
        ]


def _ordered(values: torch.Tensor, order: torch.Tensor | None) -> torch.Tensor:
    """(P, 3, ...) candidates in another order (P, 3)."""
    if order is None:
        return values
    return values.take_along_dim(order.view(*order.shape, *[1] * (values.ndim - 2)), dim=1)


def _words(prompts: Sequence[str]) -> list[str]:
    """Prompts with single spaces. Raises InputError if one is empty."""
    words = [" ".join(prompt.split()) for prompt in prompts]
    if not all(words):
        raise InputError(
            "The structure has no prompt, so the model does not know what to look for.",
            "Write what is to be outlined, for example “the polyp”.",
        )
    return words
