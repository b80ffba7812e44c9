"""The tokenizer of InternLM2 (published 8B and 26B) from its sentencepiece file, without the code that is published beside it.

`tokenizer.model` is a protocol-buffer message of pieces with scores; the joins of byte-pair encoding follow from the scores. Only
what InternLM2's file uses is read: byte-pair encoding with bytes for what is in no piece, spaces written as ▁, and nothing
normalised.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, normalizers
from tokenizers.models import BPE
from transformers import PreTrainedTokenizerFast

MODEL = "tokenizer.model"
SETTINGS = "tokenizer_config.json"
_BYTE_PAIR = 2
_SPACE = "▁"


@dataclass(frozen=True)
class Pieces:
    """What a sentencepiece file says.

    Attributes:
        scores: piece -> score, in the order of the ids.
        dummy_prefix: whether a text begins with a space that is not there.
    """

    scores: dict[str, float]
    dummy_prefix: bool


def is_sentencepiece_only(folder: Path) -> bool:
    """Whether a folder has this kind of tokenizer and none that the library reads itself."""
    return (folder / MODEL).is_file() and not any(
        (folder / name).is_file() for name in ("tokenizer.json", "vocab.json")
    )


def load_sentencepiece(folder: Path) -> Any:
    """The tokenizer of a folder, with the special tokens that its settings name.

    Raises:
        OSError, ValueError, KeyError: a file is missing or damaged, or is of a kind that is not read here.
    """
    pieces = read_pieces((folder / MODEL).read_bytes())
    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    added = {int(key): AddedToken(**_flags(entry)) for key, entry in settings["added_tokens_decoder"].items()}
    words = list(pieces.scores)
    joins = _joins(pieces.scores)
    for index, token in added.items():
        if index < len(words):
            words[index] = token.content  # Sa2VA's and the chat's tokens stand in places kept free for them
    vocabulary = {word: index for index, word in enumerate(words)}
    joins = [pair for pair in joins if all(word in vocabulary for word in (*pair, "".join(pair)))]
    unknown = _content(settings.get("unk_token")) or words[0]
    tokenizer = Tokenizer(BPE(vocabulary, joins, unk_token=unknown, fuse_unk=True, byte_fallback=True))
    spaces = normalizers.Replace(" ", _SPACE)
    tokenizer.normalizer = (
        normalizers.Sequence([normalizers.Prepend(_SPACE), spaces]) if pieces.dummy_prefix else spaces
    )
    undo = [decoders.Replace(_SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    tokenizer.decoder = decoders.Sequence([*undo, decoders.Strip(" ", 1, 0)] if pieces.dummy_prefix else undo)
    tokenizer.add_special_tokens([added[index] for index in sorted(added)])
    if any(tokenizer.token_to_id(token.content) != index for index, token in added.items()):
        raise ValueError("a special token has another number than the settings say")
    named = {name: _content(settings.get(name)) for name in ("bos_token", "eos_token", "unk_token", "pad_token")}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **{name: word for name, word in named.items() if word})


def read_pieces(content: bytes) -> Pieces:
    """Read a sentencepiece model. Raises ValueError if it is none, or not byte-pair encoding."""
    scores: dict[str, float] = {}
    kind, dummy_prefix = 1, True
    for field, value in _fields(content):
        if field == 1 and isinstance(value, bytes):
            entry = dict(_fields(value))
            piece, score = entry.get(1, b""), entry.get(2, b"\0\0\0\0")
            if not isinstance(piece, bytes) or not isinstance(score, bytes):
                raise ValueError("not a sentencepiece model")
            scores[piece.decode("utf-8")] = struct.unpack("<f", score)[0]
        elif field == 2 and isinstance(value, bytes):
            kind = int(dict(_fields(value)).get(3, 1))
        elif field == 3 and isinstance(value, bytes):
            dummy_prefix = bool(dict(_fields(value)).get(3, 1))
    if not scores or kind != _BYTE_PAIR:
        raise ValueError("not a sentencepiece model of byte-pair encoding")
    return Pieces(scores, dummy_prefix)


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of every field of a protocol-buffer message: an integer, or bytes (also for fixed widths)."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        wire = key & 7
        if wire == 0:
            number, place = _varint(message, place)
            yield key >> 3, number
            continue
        if wire == 2:
            length, place = _varint(message, place)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise ValueError("not a protocol-buffer message")
        if place + length > len(message):
            raise ValueError("the message ends too early")
        yield key >> 3, message[place : place + length]
        place += length


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(message):
            break
        byte = message[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place
    raise ValueError("not a protocol-buffer message")


def _joins(scores: dict[str, float]) -> list[tuple[str, str]]:
    """All ways to put a piece together from two others; the better the score of the whole, the earlier."""
    ids = {piece: index for index, piece in enumerate(scores)}
    found: list[tuple[float, int, int, tuple[str, str]]] = []
    for whole, score in scores.items():
        for cut in range(1, len(whole)):
            left, right = whole[:cut], whole[cut:]
            if left in ids and right in ids:
                found.append((-score, ids[left], ids[right], (left, right)))
    return [pair for *_, pair in sorted(found)]


def _flags(entry: dict[str, Any]) -> dict[str, Any]:
    known = ("content", "lstrip", "rstrip", "normalized", "single_word", "special")
    return {name: entry[name] for name in known if name in entry}


def _content(token: Any) -> str:
    return str(token["content"] if isinstance(token, dict) else token or "")
