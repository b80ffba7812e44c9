"""Files sent as lines of text, where the lines are all that connects two computers. Works without torch."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.errors import FinetuneError
from core.worker_protocol import Message

PIECE_BYTES = 9_000
"""A line of 12 000 letters: Ray hands lines on in chunks of some 20 000."""


def spoken(file: Path, name: str) -> Iterator[Message]:
    """The messages that carry a file: its name, size and SHA-256, then its pieces. Raises OSError."""
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        yield {"event": "file", "name": name, "bytes": file.stat().st_size, "sha256": digest}
        stream.seek(0)
        while piece := stream.read(PIECE_BYTES):
            yield {"event": "piece", "data": base64.b64encode(piece).decode("ascii")}


class HeardFiles:
    """Writes files from messages, each under one of the names that are expected and no other."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        """Prepare; `folder` is there, `names` are expected."""
        self._folder, self._names = folder, names
        self._told: dict[str, Mapping[str, Any]] = {}
        self._now: Path | None = None

    def take(self, message: Message) -> None:
        """Take one message of `spoken`.

        Raises:
            FinetuneError: it is none, or its name is not expected.
            OSError: the disk is full.
        """
        if message.get("event") == "file":
            name = message.get("name")
            if name not in self._names:
                raise damaged()
            self._now = self._folder / str(name)
            self._now.write_bytes(b"")
            self._told[str(name)] = message
            return
        try:
            piece = base64.b64decode(message["data"], validate=True)
        except (KeyError, TypeError, ValueError) as error:
            raise damaged() from error
        if self._now is None:
            raise damaged()
        with self._now.open("ab") as stream:
            stream.write(piece)

    def check(self) -> None:
        """Look whether every expected file is here as it was sent. Raises FinetuneError if not."""
        for name in self._names:
            told, file = self._told.get(name), self._folder / name
            if told is None or told.get("bytes") != file.stat().st_size:
                raise damaged()
            with file.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != told.get("sha256"):
                    raise damaged()

    def take_out(self, name: str) -> dict[str, Any]:
        """Read one that holds a JSON object, and take it away. Raises FinetuneError if it holds something else."""
        try:
            content = json.loads((self._folder / name).read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise damaged() from error
        if not isinstance(content, dict):
            raise damaged()
        (self._folder / name).unlink()
        return content


def damaged() -> FinetuneError:
    """What is said of a result that did not come back whole."""
    return FinetuneError(
        "What came back from the cluster is not what was made there, so it was thrown away; your labels are safe.",
        "Start the fine-tune again.",
    )
