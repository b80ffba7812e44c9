"""The language of window and workers: one JSON object per line, UTF-8, requests in, events out.

The window writes requests to the worker's standard input and reads events from its standard output. Every request with
an `id` gets exactly one ending with the same `id`: `done` or `failed`. Before it, any number of `progress` events may
come. The end of the input means that the window is gone; the worker then stops by itself.

Neither Qt nor torch is imported here, so that both sides can use it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

from core.clicks import Clicks
from core.errors import KnownError, WorkerError
from core.zoom import ZOOMS

PROTOCOL_VERSION = 1
"""Sent in the first line of a worker; another number means that window and worker are of two installations."""

MAX_LINE_BYTES = 128 * 1024 * 1024

NOT_UNDERSTOOD = "The program and its background worker did not understand each other."
NOT_UNDERSTOOD_DO = "Your labels are safe. Try again; if it happens again, restart the program."

Message = dict[str, Any]


def not_understood(detail: str) -> WorkerError:
    """The error for a line that came and does not say what was agreed."""
    return WorkerError(NOT_UNDERSTOOD, NOT_UNDERSTOOD_DO, detail=detail)


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
        raise not_understood("a line that is too long")
    try:
        message = json.loads(line.decode("utf-8", errors="surrogateescape"))
    except (ValueError, RecursionError) as error:
        raise not_understood("a line that is not a message") from error
    if not isinstance(message, dict):
        raise not_understood("a line that is not a message")
    return message


# --- requests ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LoadRequest:
    """Load a model: a base folder, a version folder, a hub name or "demo".

    `device` is "auto", "cpu", "cuda" or "mps"; `precision` "auto", "fp32", "bf16", "8bit" or "4bit".
    """

    id: int
    model: str
    device: str = "auto"
    precision: str = "auto"

    def message(self) -> Message:
        """Return the request as a message."""
        how = {"device": self.device, "precision": self.precision}
        return {"id": self.id, "verb": "load", "model": self.model, **how}


@dataclass(frozen=True)
class PredictRequest:
    """Segment what the prompt names in one image.

    `clicks` are in pixels of the original image (origin top left, after EXIF orientation); `before` is the mask that they
    correct, a packed map (g, g) of logits (`core.packed_array`), None for none. `cache` is the folder in which the project
    keeps features of its images from one run of the program to the next, "" for none. With `decide` the model may answer that
    there is nothing, or with several masks; clicks are then left out. `zoom` 2 or 3 sees the image in 4 or 9 crops.
    """

    id: int
    image: str
    prompt: str
    clicks: Clicks = Clicks()
    cache: str = ""
    decide: bool = False
    zoom: int = 1
    before: Message | None = None

    def message(self) -> Message:
        """Return the request as a message."""
        message = _about_image("predict", self.id, self.image, self.cache, self.decide, self.zoom)
        message["prompt"] = self.prompt
        if self.clicks:
            message["clicks"] = self.clicks.to_json()
        if self.before is not None:
            message["before"] = self.before
        return message


@dataclass(frozen=True)
class PredictSeveralRequest:
    """Segment what each prompt names, looking at the image once. The rest as in `PredictRequest`."""

    id: int
    image: str
    prompts: tuple[str, ...]
    cache: str = ""
    decide: bool = False
    zoom: int = 1

    def message(self) -> Message:
        """Return the request as a message."""
        message = _about_image("predict_several", self.id, self.image, self.cache, self.decide, self.zoom)
        return {**message, "prompts": list(self.prompts)}


@dataclass(frozen=True)
class PrepareRequest:
    """Fill the cache with what these prompts on this image will need, until another line comes: that goes first."""

    id: int
    image: str
    prompts: tuple[str, ...]
    cache: str
    zoom: int = 1

    def message(self) -> Message:
        """Return the request as a message."""
        message = _about_image("prepare", self.id, self.image, self.cache, False, self.zoom)
        return {**message, "prompts": list(self.prompts)}


@dataclass(frozen=True)
class RestRequest:
    """Prepare nothing for now. It has no number and gets no answer."""

    def message(self) -> Message:
        """Return the request as a message."""
        return {"verb": "rest"}


@dataclass(frozen=True)
class QuitRequest:
    """Stop the worker."""

    def message(self) -> Message:
        """Return the request as a message."""
        return {"verb": "quit"}


Request = LoadRequest | PredictRequest | PredictSeveralRequest | PrepareRequest | RestRequest | QuitRequest


def _about_image(verb: str, number: int, image: str, cache: str, decide: bool, zoom: int) -> Message:
    message: Message = {"id": number, "verb": verb, "image": image}
    if zoom != 1:
        message["zoom"] = zoom
    if cache:
        message["cache"] = cache
    if decide:
        message["decide"] = True
    return message


def parse_request(message: Message) -> Request:
    """Check a message that came in, and return the request.

    Raises:
        WorkerError: if the verb is unknown or a field is missing or of the wrong kind.
    """
    verb = message.get("verb")
    if verb == "quit":
        return QuitRequest()
    if verb == "rest":
        return RestRequest()
    number = message.get("id")
    if isinstance(number, bool) or not isinstance(number, int):
        raise not_understood("a request without a number")
    if verb == "load":
        place, precision = _text(message, "device", "auto"), _text(message, "precision", "auto")
        return LoadRequest(number, _text(message, "model"), place, precision)
    if verb in ("predict", "predict_several", "prepare"):
        image, cache, decide = (
            _text(message, "image"),
            _text(message, "cache", ""),
            message.get("decide", False) is True,
        )
        zoom = message.get("zoom", 1)
        if isinstance(zoom, bool) or zoom not in ZOOMS:
            raise not_understood("a request with an unknown zoom")
        if verb == "predict":
            clicks, before = _clicks(message.get("clicks", [])), message.get("before")
            return PredictRequest(number, image, _text(message, "prompt"), clicks, cache, decide, zoom, before)
        prompts = _texts(message, "prompts")
        if verb == "prepare":
            return PrepareRequest(number, image, prompts, cache, zoom)
        return PredictSeveralRequest(number, image, prompts, cache, decide, zoom)
    raise not_understood("an unknown request")


def _text(message: Message, key: str, default: str | None = None) -> str:
    value = message.get(key, default)
    if not isinstance(value, str):
        raise not_understood(f"a request without its {key}")
    return value


def _texts(message: Message, key: str) -> tuple[str, ...]:
    value = message.get(key)
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise not_understood(f"a request without its {key}")
    return tuple(value)


def _clicks(value: object) -> Clicks:
    try:
        return Clicks.from_json(value)
    except ValueError as error:
        raise not_understood("a request with damaged clicks") from error


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
    samples_per_second: float | None = None
    memory_bytes: float | None = None


@dataclass(frozen=True)
class CancelledEvent:
    """A fine-tune ended because it was asked to."""


@dataclass(frozen=True)
class PausedEvent:
    """A fine-tune ended because it was asked to, and can be gone on with."""


Event = ReadyEvent | ProgressEvent | DoneEvent | FailedEvent | StageEvent | EpochEvent | CancelledEvent | PausedEvent


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


def stopped_message(how: str) -> Message:
    """Return the ending of a fine-tune that was asked to stop ("cancelled") or to pause ("paused")."""
    return {"event": how}


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
        raise not_understood("an answer without a number")
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
            raise not_understood("an answer with damaged values")
        failed = FailedEvent(number, _text(message, "what_happened"), _text(message, "what_to_do"), values)
        try:
            str(failed.error())
        except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
            raise not_understood("an answer with damaged values") from error
        return failed
    if kind == "stage" and isinstance(values := message.get("values", {}), dict):
        return StageEvent(_text(message, "text"), values)
    if kind == "epoch":
        return _epoch(message)
    if kind == "cancelled":
        return CancelledEvent()
    if kind == "paused":
        return PausedEvent()
    raise not_understood("an unknown answer")


def _epoch(message: Message) -> EpochEvent:
    def number(key: str) -> float | None:
        value = message.get(key)
        known = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        return float(value) if known else None  # type: ignore[arg-type]

    epoch, epochs, loss = number("epoch"), number("epochs"), number("loss")
    if epoch is None or epochs is None or loss is None or not 1 <= epoch <= epochs:
        raise not_understood("an epoch without its figures")
    others = ("validation_dice", "base_dice", "seconds_left", "samples_per_second", "memory_bytes")
    return EpochEvent(int(epoch), int(epochs), loss, *map(number, others))
