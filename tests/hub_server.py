"""A hub on the loopback: a few files that speak the protocol of the Hugging Face hub, with the faults of real networks.

GET /api/models/OWNER/NAME/revision/main       the list of files with sizes and checksums
GET /OWNER/NAME/resolve/STATE/FILE             a file, whole or from a byte on (Range)
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

STATE = "0123456789abcdef0123456789abcdef01234567"
PIECE = 100_000
LARGE = 20_000
"""Bytes from which on a file has a SHA-256, as with Git LFS."""


class Hub(ThreadingHTTPServer):
    """Serves folders as models.

    Attributes:
        models: name -> folder.
        asked: (file, first byte asked for) of every file that was asked for.
        cut_after: bytes after which the connection of a weight file breaks, for each of the next answers.
        damaged: names of files that arrive with a wrong byte.
        refused: name of a model -> status of every answer about it.
        ignores_range: a file always comes whole.
        slow: seconds between two pieces of a weight file.
        kind: model_type of every list; None says what config.json says.
    """

    daemon_threads = True

    def __init__(self, **models: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.models: dict[str, Path] = {}
        self.asked: list[tuple[str, int]] = []
        self.cut_after: list[int] = []
        self.damaged: set[str] = set()
        self.refused: dict[str, int] = {}
        self.ignores_range = False
        self.slow = 0.0
        self.kind: str | None = None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever stops a download in the middle closes the connection: that is no error of the hub."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def weights_asked(self) -> list[tuple[str, int]]:
        return [one for one in self.asked if one[0].endswith(".safetensors")]


@contextmanager
def hub_with(**models: Path) -> Iterator[Hub]:
    """Run a hub; the names stand under the owner "clinic"."""
    hub = Hub()
    hub.models = {f"clinic/{name}": folder for name, folder in models.items()}
    thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()


def digest_of(content: bytes) -> str:
    if len(content) >= LARGE:
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def do_GET(self) -> None:
        hub, parts = self.server, unquote(self.path.split("?")[0]).strip("/").split("/")
        name = "/".join(parts[2:4] if parts[:2] == ["api", "models"] else parts[:2])
        if name in hub.refused:
            self._say(hub.refused[name], b"{}")
        elif name not in hub.models:
            self._say(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif parts[:2] == ["api", "models"]:
            self._list(name, hub.models[name])
        else:
            self._file(parts[4], (hub.models[name] / parts[4]).read_bytes())

    def _list(self, name: str, folder: Path) -> None:
        siblings: list[dict[str, Any]] = []
        for file in sorted(path for path in folder.iterdir() if path.is_file()):
            content = file.read_bytes()
            entry = {"rfilename": file.name, "size": len(content), "blobId": digest_of(content[: LARGE - 1])}
            if len(content) >= LARGE:
                entry["lfs"] = {"size": len(content), "sha256": digest_of(content), "pointerSize": 130}
            siblings.append(entry)
        config = folder / "config.json"
        kind = self.server.kind or (json.loads(config.read_text()).get("model_type") if config.is_file() else None)
        text = {"id": name, "sha": STATE, "siblings": siblings, "config": {"model_type": kind}, "private": False}
        self._say(200, json.dumps(text).encode())

    def _file(self, file: str, content: bytes) -> None:
        hub, first = self.server, 0
        asked = self.headers.get("Range")
        if asked is not None:
            first = int(asked.removeprefix("bytes=").split("-")[0])
        hub.asked.append((file, first))
        digest = digest_of(content)
        if file in hub.damaged:
            content = content[:-1] + bytes([content[-1] ^ 1])
        if hub.ignores_range:
            first = 0
        head = {"ETag": f'"{digest}"', "X-Repo-Commit": STATE, "X-Linked-Etag": f'"{digest}"'}
        if first:
            head["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        cut = hub.cut_after.pop(0) if hub.cut_after and file.endswith(".safetensors") else None
        self._say(206 if first else 200, content[first:], head, cut)

    def _say(self, status: int, body: bytes, head: dict[str, str] | None = None, cut: int | None = None) -> None:
        self.send_response(status)
        for key, value in (head or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not self.server.slow:
            self.wfile.write(body if cut is None else body[:cut])
        else:
            for start in range(0, len(body), PIECE):
                self.wfile.write(body[start : start + PIECE])
                time.sleep(self.server.slow)
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass
