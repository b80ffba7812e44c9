"""The language of window and workers: one JSON object per line, UTF-8, requests in, events out.

The window writes requests to the worker's standard input and reads events from its standard output. Every request with
an `id` gets exactly one ending with the same `id`: `done` or `failed`. Before it, any number of `progress` events may
come. The end of the input means that the window is gone; the worker then stops by itself.

Neither Qt nor torch is imported here, so that both sides can use it.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import KnownError, WorkerError

PROTOCOL_VERSION = 1
"""Sent in the first line of a worker; another number means that window and worker are of two installations."""

ARRAY_TYPES = ("uint8", "int32", "int64", "float16", "float32", "float64")
"""What an array in a message may be made of. Everything is little endian and in C order."""

MAX_ARRAY_BYTES = 64 * 1024 * 1024
MAX_DIMENSIONS = 4
MAX_LINE_BYTES = 128 * 1024 * 1024

NOT_UNDERSTOOD = "The program and its background worker did not understand each other."
NOT_UNDERSTOOD_DO = "Your labels are safe. Try again; if it happens again, restart the program."

Message = dict[str, Any]


def _not_understood(detail: str) -> WorkerError:
    return WorkerError(NOT_UNDERSTOOD, NOT_UNDERSTOOD_DO, detail=detail)


# --- arrays -----------------------------------------------------------------------------------------------------------


def pack_array(array: npt.NDArray[Any]) -> Message:
    """Turn an array into a piece of a message.

    Args:
        array: any shape of at most four axes, one of `ARRAY_TYPES`, at most `MAX_ARRAY_BYTES`.

    Returns:
        `{"dtype": "float16", "shape": [256, 256], "base64": "…"}`.

    Raises:
        ValueError: if the array is of another type, or too large (a mistake in the program, not in the world).
    """
    name = array.dtype.name
    if name not in ARRAY_TYPES:
        raise ValueError(f"arrays of {name} are not sent")
    if array.ndim > MAX_DIMENSIONS or array.nbytes > MAX_ARRAY_BYTES:
        raise ValueError(f"an array of shape {array.shape} is not sent inline")
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return {"dtype": name, "shape": list(array.shape), "base64": base64.b64encode(plain.tobytes()).decode("ascii")}


def unpack_array(packed: object) -> npt.NDArray[Any]:
    """Turn a piece of a message back into an array, believing nothing.

    Args:
        packed: what `pack_array` made.

    Returns:
        A writable array of the type and shape that the message names.

    Raises:
        WorkerError: if the type is not in the list, the shape is impossible, it is too large, or bytes are missing.
    """
    if not isinstance(packed, dict):
        raise _not_understood("an array was expected")
    name, shape, text = packed.get("dtype"), packed.get("shape"), packed.get("base64")
    if not isinstance(name, str) or name not in ARRAY_TYPES:
        raise _not_understood("an array of an unknown kind")
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
        raise _not_understood("an array of an impossible shape")
    if any(isinstance(length, bool) or not isinstance(length, int) or length < 0 for length in shape):
        raise _not_understood("an array of an impossible shape")
    dtype = np.dtype(name).newbyteorder("<")
    expected = math.prod(shape) * dtype.itemsize
    if expected > MAX_ARRAY_BYTES:
        raise _not_understood("an array that is too large")
    if not isinstance(text, str) or len(text) > 4 * (MAX_ARRAY_BYTES // 3 + 1):
        raise _not_understood("an array without content")
    try:
        content = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise _not_understood("an array with damaged content") from error
    if len(content) != expected:
        raise _not_understood("an array with missing content")
    return np.frombuffer(content, dtype=dtype).astype(np.dtype(name)).reshape(shape)


# --- lines ------------------------------------------------------------------------------------------------------------


def encode_line(message: Message) -> bytes:
    """Write one message as one line, `\\n` included.

    Raises:
        ValueError: if the message holds something that JSON has no word for, such as NaN.
    """
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", errors="surrogateescape") + b"\n"


def decode_line(line: bytes) -> Message:
    """Read one line.

    Raises:
        WorkerError: if it is not one JSON object in UTF-8, or too long.
    """
    if len(line) > MAX_LINE_BYTES:
        raise _not_understood("a line that is too long")
    try:
        message = json.loads(line.decode("utf-8", errors="surrogateescape"))
    except (ValueError, RecursionError) as error:
        raise _not_understood("a line that is not a message") from error
    if not isinstance(message, dict):
        raise _not_understood("a line that is not a message")
    return message


# --- requests ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LoadRequest:
    """Load a model: a base folder, a version folder, a hub name or "demo". `device` is "auto", "cpu" or "cuda"."""

    id: int
    model: str
    device: str = "auto"

    def message(self) -> Message:
        """Return the request as a message."""
        return {"id": self.id, "verb": "load", "model": self.model, "device": self.device}


@dataclass(frozen=True)
class PredictRequest:
    """Segment what the prompt names in one image.

    `clicks` are (x, y, positive) in pixels of the original image (origin top left, after EXIF orientation); positive is
    1 for "this belongs to it" and 0 for "this does not". `cache` is the folder in which the project keeps features of its
    images from one run of the program to the next, "" for none.
    """

    id: int
    image: str
    prompt: str
    clicks: tuple[tuple[float, float, int], ...] = ()
    cache: str = ""

    def message(self) -> Message:
        """Return the request as a message."""
        message: Message = {"id": self.id, "verb": "predict", "image": self.image, "prompt": self.prompt}
        if self.cache:
            message["cache"] = self.cache
        if self.clicks:
            message["clicks"] = [list(click) for click in self.clicks]
        return message


@dataclass(frozen=True)
class QuitRequest:
    """Stop the worker."""

    def message(self) -> Message:
        """Return the request as a message."""
        return {"verb": "quit"}


Request = LoadRequest | PredictRequest | QuitRequest


def parse_request(message: Message) -> Request:
    """Check a message that came in, and return the request.

    Raises:
        WorkerError: if the verb is unknown or a field is missing or of the wrong kind.
    """
    verb = message.get("verb")
    if verb == "quit":
        return QuitRequest()
    number = message.get("id")
    if isinstance(number, bool) or not isinstance(number, int):
        raise _not_understood("a request without a number")
    if verb == "load":
        return LoadRequest(number, _text(message, "model"), _text(message, "device", "auto"))
    if verb == "predict":
        clicks, cache = _clicks(message.get("clicks", [])), _text(message, "cache", "")
        return PredictRequest(number, _text(message, "image"), _text(message, "prompt"), clicks, cache)
    raise _not_understood("an unknown request")


def _text(message: Message, key: str, default: str | None = None) -> str:
    value = message.get(key, default)
    if not isinstance(value, str):
        raise _not_understood(f"a request without its {key}")
    return value


def _clicks(value: object) -> tuple[tuple[float, float, int], ...]:
    if not isinstance(value, list):
        raise _not_understood("a request with damaged clicks")
    clicks: list[tuple[float, float, int]] = []
    for entry in value:
        if not isinstance(entry, list) or len(entry) != 3:
            raise _not_understood("a request with damaged clicks")
        if any(not isinstance(part, (int, float)) or not math.isfinite(part) for part in entry):
            raise _not_understood("a request with damaged clicks")
        clicks.append((float(entry[0]), float(entry[1]), int(bool(entry[2]))))
    return tuple(clicks)


# --- events -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReadyEvent:
    """The first line of a worker."""

    version: int


@dataclass(frozen=True)
class ProgressEvent:
    """Something went on; `fraction` is 0..1, or None where nobody knows."""

    id: int | None
    text: str
    fraction: float | None = None


@dataclass(frozen=True)
class DoneEvent:
    """The request with this number came to its good end."""

    id: int | None
    result: Message


@dataclass(frozen=True)
class FailedEvent:
    """The request with this number failed; templates and values as in `KnownError`, so that they can be translated."""

    id: int | None
    what_happened: str
    what_to_do: str
    values: Message = field(default_factory=dict)

    def error(self) -> WorkerError:
        """Return it as an error that can be shown or raised on this side."""
        return WorkerError(self.what_happened, self.what_to_do, **self.values)


@dataclass(frozen=True)
class StageEvent:
    """What a fine-tune does now: a template with its values, so that it can be translated."""

    text: str
    values: Message = field(default_factory=dict)


@dataclass(frozen=True)
class EpochEvent:
    """One epoch is over. `validation_dice` (on held-out images, only shown) is None where it was not measured."""

    epoch: int
    epochs: int
    loss: float
    validation_dice: float | None = None
    base_dice: float | None = None
    seconds_left: float | None = None


@dataclass(frozen=True)
class CancelledEvent:
    """A fine-tune ended because it was asked to."""


Event = ReadyEvent | ProgressEvent | DoneEvent | FailedEvent | StageEvent | EpochEvent | CancelledEvent


def ready_message() -> Message:
    """Return the first line of a worker."""
    return {"event": "ready", "version": PROTOCOL_VERSION}


def progress_message(number: int | None, text: str, fraction: float | None = None) -> Message:
    """Return a progress event; `fraction` is 0..1 or None."""
    return _numbered(number, {"event": "progress", "text": text, "fraction": fraction})


def done_message(number: int | None, result: Message) -> Message:
    """Return the good ending of a request."""
    return _numbered(number, {"event": "done", "result": result})


def failed_message(number: int | None, error: KnownError) -> Message:
    """Return the bad ending of a request, as templates and values."""
    values = {
        key: value if isinstance(value, (int, float, bool)) else str(value) for key, value in error.values.items()
    }
    return _numbered(
        number,
        {"event": "failed", "what_happened": error.what_happened, "what_to_do": error.what_to_do, "values": values},
    )


def cancelled_message() -> Message:
    """Return the ending of a fine-tune that was asked to stop."""
    return {"event": "cancelled"}


def _numbered(number: int | None, message: Message) -> Message:
    return message if number is None else {"id": number, **message}


def parse_event(message: Message) -> Event:
    """Check an event of the inference worker.

    Raises:
        WorkerError: if it is none.
    """
    kind = message.get("event")
    number = message.get("id")
    if isinstance(number, bool) or not isinstance(number, int | None):
        raise _not_understood("an answer without a number")
    if kind == "ready" and isinstance(message.get("version"), int):
        return ReadyEvent(message["version"])
    if kind == "progress":
        fraction = message.get("fraction")
        known = float(fraction) if isinstance(fraction, (int, float)) else None
        return ProgressEvent(number, _text(message, "text", ""), known)
    if kind == "done" and isinstance(message.get("result"), dict):
        return DoneEvent(number, message["result"])
    if kind == "failed":
        values = message.get("values", {})
        if not isinstance(values, dict):
            raise _not_understood("an answer with damaged values")
        failed = FailedEvent(number, _text(message, "what_happened"), _text(message, "what_to_do"), values)
        try:
            str(failed.error())
        except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
            raise _not_understood("an answer with damaged values") from error
        return failed
    if kind == "stage" and isinstance(values := message.get("values", {}), dict):
        return StageEvent(_text(message, "text"), values)
    if kind == "epoch":
        return _epoch(message)
    if kind == "cancelled":
        return CancelledEvent()
    raise _not_understood("an unknown answer")


def _epoch(message: Message) -> EpochEvent:
    def number(key: str) -> float | None:
        value = message.get(key)
        known = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        return float(value) if known else None  # type: ignore[arg-type]

    epoch, epochs, loss = number("epoch"), number("epochs"), number("loss")
    if epoch is None or epochs is None or loss is None or not 1 <= epoch <= epochs:
        raise _not_understood("an epoch without its figures")
    others = number("validation_dice"), number("base_dice"), number("seconds_left")
    return EpochEvent(int(epoch), int(epochs), loss, *others)
