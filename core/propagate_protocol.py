"""The messages of a walk: one structure's mask carried from slice to slice of a stack, in the lines of `core.worker_protocol`.

The window sends a `PropagateRequest`. The worker answers with one `slice` event for each slice that it decoded, in its order (first
forward, then backward, each outwards from the slice whose mask was given), with at most one `doubt` event for each direction, where
the walk stopped by itself, and with one ending, `done` or `failed`, as for every request. The result of `done`:

    {"way": "memory" | "mask prompt" (null where no walk began), "slices": how many were sent, "stopped": bool, "model_id": str,
     "seconds": float}

Clicks and predictions are answered in the middle of a walk, which then goes on. `StopPropagateRequest` ends it early: what was sent
holds, and `done` comes with "stopped": true.

Neither Qt nor torch is imported here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.packed_array import pack_array, unpack_array
from core.worker_protocol import Message, not_understood

MOST_SLICES = 2000
"""Of one request."""

Way = Literal["memory", "mask prompt"]
"""How a model carries a mask on: by SAM 2's memory of the slices before, or by the neighbour's mask as a hint to the decoder."""

EMPTY = "The model found nothing of the structure on this slice, so the masks end before it."
UNSURE = "The model was not sure of its mask on this slice, so the masks end before it."
CHANGED = "The mask changed too much from the slice before, so the masks end before it."
DOUBTS = (EMPTY, UNSURE, CHANGED)
"""Why a walk stops by itself. Whole sentences, without values."""


@dataclass(frozen=True)
class PropagateRequest:
    """Carry a mask from one slice of a stack to its neighbours.

    Attributes:
        id: number of the request.
        images: places of the slices in order, as `PredictRequest.image` (`core.place`); at most `MOST_SLICES`, all of one size.
        start: index of the slice whose mask is given; its own mask is never sent back.
        mask: packed array (H, W) uint8 of 0 and 1 (`core.packed_array`), the final mask of that slice at its own size.
        prompt: the structure in words, "" for none.
        forward: how many slices after `start` at most; fewer where the stack ends.
        backward: how many before it.
        cache: the folder in which the project keeps features of its images, "" for none.
    """

    id: int
    images: list[str]
    start: int
    mask: Message
    prompt: str
    forward: int
    backward: int
    cache: str = ""

    def message(self) -> Message:
        """Return the request as a message."""
        message: Message = {"id": self.id, "verb": "propagate", "images": self.images, "start": self.start}
        message |= {"mask": self.mask, "prompt": self.prompt, "forward": self.forward, "backward": self.backward}
        return {**message, "cache": self.cache} if self.cache else message


@dataclass(frozen=True)
class StopPropagateRequest:
    """End the walk with this number, now or before it begins. It gets no answer of its own."""

    walk: int

    def message(self) -> Message:
        """Return the request as a message."""
        return {"verb": "stop_propagate", "walk": self.walk}


@dataclass(frozen=True)
class SliceAnswer:
    """The mask of one slice.

    Attributes:
        id: number of the request.
        index: into its `images`.
        logits: (g, g) float16, before the sigmoid; the whole slice squeezed into a square.
        predicted_iou: the model's own guess of its quality, 0..1.
        way: how the model came to it.
    """

    id: int
    index: int
    logits: npt.NDArray[np.float16]
    predicted_iou: float
    way: Way


@dataclass(frozen=True)
class DoubtAnswer:
    """The slice on which a walk stopped by itself; it has no mask, and the walk goes no further in its direction.

    Attributes:
        id: number of the request.
        index: into its `images`.
        why: one of `DOUBTS`.
    """

    id: int
    index: int
    why: str


def slice_message(answer: SliceAnswer) -> Message:
    """Return the event for one slice. Raises ValueError for a figure that is no number."""
    if not math.isfinite(answer.predicted_iou):
        raise ValueError("a guess that is no number")
    message: Message = {"id": answer.id, "event": "slice", "index": answer.index, "logits": pack_array(answer.logits)}
    return {**message, "predicted_iou": answer.predicted_iou, "way": answer.way}


def doubt_message(answer: DoubtAnswer) -> Message:
    """Return the event for the slice on which a walk stopped by itself."""
    return {"id": answer.id, "event": "doubt", "index": answer.index, "why": answer.why}


def slice_answer(message: Message) -> SliceAnswer:
    """Check a `slice` event.

    Raises:
        WorkerError: if it is none.
    """
    logits = unpack_array(message.get("logits"))
    square = logits.ndim == 2 and logits.shape[0] == logits.shape[1] > 0 and logits.dtype == np.float16
    if message.get("event") != "slice" or not square or not np.isfinite(logits).all():
        raise not_understood("a slice without a mask")
    iou, way = message.get("predicted_iou"), message.get("way")
    if isinstance(iou, bool) or not isinstance(iou, int | float) or not math.isfinite(iou):
        raise not_understood("a slice without its figure")
    if way != "memory" and way != "mask prompt":
        raise not_understood("a slice that came by an unknown way")
    return SliceAnswer(_count(message, "id"), _count(message, "index"), logits, float(iou), way)


def doubt_answer(message: Message) -> DoubtAnswer:
    """Check a `doubt` event.

    Raises:
        WorkerError: if it is none.
    """
    why = message.get("why")
    if message.get("event") != "doubt" or why not in DOUBTS:
        raise not_understood("a walk that ended without a reason")
    return DoubtAnswer(_count(message, "id"), _count(message, "index"), str(why))


def walk_event(message: Message) -> SliceAnswer | DoubtAnswer | None:
    """The event of a walk; None for a message of another kind, which `core.worker_protocol.parse_event` knows.

    Raises:
        WorkerError: it says that it is of a walk, and is damaged.
    """
    if message.get("event") == "slice":
        return slice_answer(message)
    return doubt_answer(message) if message.get("event") == "doubt" else None


def walk_request(message: Message) -> PropagateRequest | StopPropagateRequest | None:
    """The request for a walk or for its end; None for a message of another kind, which `parse_request` knows.

    Raises:
        WorkerError: it says that it is of a walk, and a field is missing or of the wrong kind.
    """
    if message.get("verb") == "stop_propagate":
        return StopPropagateRequest(_count(message, "walk"))
    if message.get("verb") != "propagate":
        return None
    images, mask = message.get("images"), message.get("mask")
    prompt, cache = message.get("prompt"), message.get("cache", "")
    if not isinstance(images, list) or not all(isinstance(image, str) for image in images):
        raise not_understood("a walk without its slices")
    if not isinstance(mask, dict) or not isinstance(prompt, str) or not isinstance(cache, str):
        raise not_understood("a walk without its mask")
    start, forward, backward = (_count(message, key) for key in ("start", "forward", "backward"))
    if len(images) > MOST_SLICES or start >= len(images):
        raise not_understood("a walk through slices that are not there")
    return PropagateRequest(_count(message, "id"), images, start, mask, prompt, forward, backward, cache)


def mask_of(request: PropagateRequest) -> npt.NDArray[np.bool_]:
    """The given mask (H, W) bool.

    Raises:
        WorkerError: it is none.
    """
    mask = unpack_array(request.mask)
    if mask.ndim != 2 or mask.dtype != np.uint8 or mask.max(initial=0) > 1:
        raise not_understood("a walk with a damaged mask")
    return mask.astype(bool)


def _count(message: Message, key: str) -> int:
    value = message.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise not_understood(f"a walk without its {key}")
    return value
