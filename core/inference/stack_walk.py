"""Carry one mask through a stack with a loaded model: slice by slice, outwards from the one for which a person made it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.image_file import Image
from core.inference.predictor import Predictor
from core.place import name_for_people
from core.propagate_protocol import Way
from core.segmenter import WORDS_ON, Decoded, Walk


@dataclass(frozen=True)
class Step:
    """What the model thinks of one slice.

    Attributes:
        index: of the slice in the stack.
        logits: (g, g) float16 of the candidate with the highest guess; the whole slice squeezed into a square.
        predicted_iou: the model's own guess of its quality, 0..1.
        object_score: logit of "the structure is there"; it gates nothing.
        overlap: Dice of its mask with that of the slice before; 0 where either is empty.
        growth: how many times the area of the slice before its own is; 0 where it is empty.
    """

    index: int
    logits: npt.NDArray[np.float16]
    predicted_iou: float
    object_score: float
    overlap: float
    growth: float

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies above a probability of one half."""
        return self.growth == 0


class StackWalk:
    """Walks in one direction. A step that is cut off in the middle can be tried again.

    Args:
        predictor: a loaded model with its memory for images.
        places: of the stack's slices, in order.
        start: index of the slice whose mask is given.
        mask: (H, W) bool, that mask at its own size, with at least one pixel.
        prompt: the structure in words, "" for none.
        forward: whether towards the end of the stack.

    Raises:
        ImageError: the slice cannot be read.
        InputError: the mask is empty, or has another size than its slice.
        ModelError: the model's memory for stacks is not complete.
    """

    def __init__(
        self,
        predictor: Predictor,
        places: Sequence[Path],
        start: int,
        mask: npt.NDArray[np.bool_],
        prompt: str,
        forward: bool,
    ) -> None:
        self._predictor, self._places, self._prompt = predictor, places, prompt.strip()
        self._shape, self._here, self._by = mask.shape, start, 1 if forward else -1
        if not mask.any():
            raise InputError(
                "The mask of this slice is empty, so there is nothing to carry on.",
                "Outline the structure on this slice first, or begin on another one.",
            )
        grid = predictor.segmenter.mask_grid
        self._before = small(mask, grid)
        image, features = predictor.look(places[start])
        self._check_size(image)
        self._walk: Walk = predictor.segmenter.walk(features, mask, len(places))

    @property
    def way(self) -> Way:
        """How the model carries the mask on."""
        return self._walk.way

    def step(self) -> Step:
        """The next slice.

        Raises:
            IndexError: the stack ends here.
            ImageError: the slice cannot be read.
            InputError: it has another size than the slice of the given mask, or the model gave no usable answer.
        """
        index = self._here + self._by
        if not 0 <= index < len(self._places):
            raise IndexError(index)
        image, features = self._predictor.look(self._places[index])
        self._check_size(image)
        words = self._walk.way == "mask prompt" and self._prompt
        state = self._predictor.state(self._places[index], self._prompt) if words else None
        step, self._before = told(index, self._walk.step(features, state), self._before)
        self._here = index
        return step

    def _check_size(self, image: Image) -> None:
        if (image.height, image.width) != self._shape:
            raise InputError(
                "The slice {name} has another size than the mask that is carried on, so the masks end before it.",
                "Choose slices of one size; the masks made so far are kept.",
                name=name_for_people(image.path.name, image.frame, image.frames),
            )


def by_words(predictor: Predictor, places: Sequence[Path], prompt: str) -> Iterator[Step]:
    """Follow what a prompt names through a whole stack, as Sa2VA follows it through a film. It never stops by itself.

    Args:
        predictor: a loaded model with its memory for images.
        places: of the stack's slices, in order.
        prompt: the structure in words.

    Raises:
        ImageError: a slice cannot be read.
        InputError: the model has no memory, or gave no usable answer.
        ModelError: the model's memory is not complete.
    """
    first = [predictor.look(place) for place in places[:WORDS_ON]]
    begun = predictor.segmenter.walk_by_words(
        [image.pixels for image, _ in first], [features for _, features in first], prompt, len(places)
    )
    if begun is None:
        raise InputError(
            "This model has no memory for stacks, so it cannot follow words alone from slice to slice.",
            "Give it the mask of one slice, or predict each slice by itself.",
        )
    walk, answers = begun
    before = np.zeros((predictor.segmenter.mask_grid,) * 2, np.bool_)
    for index, decoded in enumerate(answers):
        step, before = told(index, decoded, before)
        yield step
    for index in range(len(first), len(places)):
        step, before = told(index, walk.step(predictor.look(places[index])[1]), before)
        yield step


def told(index: int, decoded: Decoded, before: npt.NDArray[np.bool_]) -> tuple[Step, npt.NDArray[np.bool_]]:
    """An answer of the model in plain numbers, and its mask (g, g) bool."""
    logits = decoded.chosen[0].float().cpu().numpy()
    iou, score = float(decoded.ious[0].max()), float(decoded.object_score[0, 0])
    if not np.isfinite(logits).all() or not np.isfinite((iou, score)).all():
        raise InputError(
            "The model gave no usable answer for this image, so nothing was changed.",
            "Try another prompt, or go back to the base model.",
        )
    mask = logits > 0
    area, area_before = int(mask.sum()), int(before.sum())
    overlap = 2 * int((mask & before).sum()) / max(1, area + area_before)
    limit = float(np.finfo(np.float16).max)
    small = np.clip(logits, -limit, limit).astype(np.float16)
    return Step(index, small, iou, score, overlap, area / max(1, area_before)), mask


def small(mask: npt.NDArray[np.bool_], grid: int) -> npt.NDArray[np.bool_]:
    """A mask (H, W) bool on the model's grid (grid, grid) bool; one that is not empty does not become so."""
    shrunk = cv2.resize(mask.astype(np.float32), (grid, grid), interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk >= min(0.5, float(shrunk.max())))
