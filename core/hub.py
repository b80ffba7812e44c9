"""Download a model from the Hugging Face hub into the hub's own cache: whole files only, each one checked, never code.

The cache is laid out as huggingface_hub does it (see `core.hub_cache`), so other programs find the model as well. Its own
downloader begins a file anew when a process was ended; weights of many gigabytes are better gone on with. So the files are
fetched here: a part keeps its name, is gone on with at its end, and takes its place only when its checksum is the published
one. config.json comes last: without it a folder is no model.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import httpx
from filelock import FileLock, Timeout
from huggingface_hub import HfApi, constants, hf_hub_url
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HFValidationError, RepositoryNotFoundError
from huggingface_hub.hf_api import ModelInfo
from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

from core.amounts import amount
from core.errors import ModelError
from core.hub_cache import UNFINISHED, cache_place, is_whole, model_place, whole_snapshot

FETCHED = ("*.safetensors", "*.json", "vocab*.txt", "merges.txt", "*.model", "*.tiktoken", "chat_template.jinja")
"""Weights, configuration, tokenizer. Never code, never a pickle; a chat template is searched, not run."""

MODEL_TYPE = "sa2va_chat"
SPARE = 100_000_000
"""Bytes of the disk that a download leaves free."""
PIECE = 16 * 2**20
TRIES, PAUSE_SECONDS = 5, 1.0

Advance = Callable[[int, int, str], None]
"""Takes bytes done, bytes in all and the name of the file; may raise to stop."""

_OTHER = "Check the name, or choose the folder of a model that is on this computer."


@dataclass(frozen=True)
class RemoteFile:
    """A file of a model on the hub.

    Attributes:
        name: of the file; it lies at the top of the model's folder.
        size: bytes.
        digest: its published checksum and its name in the cache: SHA-256 of large files (64 digits), git's SHA-1 of others.
    """

    name: str
    size: int
    digest: str


def download(name: str, advance: Advance = lambda done, total, file: None, cache_dir: Path | None = None) -> Path:
    """Bring a model onto this computer, or what is missing of it.

    Args:
        name: on the hub, "owner/model".
        advance: hears how far it is.
        cache_dir: where models are kept; None is the hub's own place.

    Returns:
        The folder of the whole model.

    Raises:
        ModelError: there is no such model, it is none of Sa2VA, the disk has no room, the connection failed or is switched
            off, or a file did not arrive as it was published. What has come already is kept and gone on with.
    """
    if constants.is_offline_mode():
        here = whole_snapshot(name, cache_dir)
        if here is None:
            raise not_here_and_offline(name)
        return here
    try:
        info = HfApi().model_info(name, files_metadata=True, timeout=constants.HF_HUB_ETAG_TIMEOUT)
        files = _files(name, info)
        place = model_place(name, cache_dir)
        with _alone(name, cache_place(cache_dir)):
            return _fetch_all(name, str(info.sha), files, place, advance)
    except (HfHubHTTPError, HFValidationError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise _in_words(name, error) from error


def not_here_and_offline(name: str) -> ModelError:
    """The sentence for a model that would have to be downloaded while that is switched off."""
    return ModelError(
        "The model “{name}” is not on this computer, and downloading is switched off here.",
        "Ask those who look after this computer, or choose the folder of a model that is on it.",
        name=name,
    )


def _files(name: str, info: ModelInfo) -> list[RemoteFile]:
    """What to fetch of a model, weights first and config.json last. Raises ModelError for what is no Sa2VA model."""
    kind = (info.config or {}).get("model_type")
    if kind is not None and kind != MODEL_TYPE:
        raise ModelError(
            "“{name}” is a model of another kind ({kind}), so it was not downloaded.",
            "Choose a Sa2VA model; the model in use stays in use.",
            name=name,
            kind=str(kind),
        )
    files = []
    for entry in info.siblings or []:
        plain = "/" not in entry.rfilename and "\\" not in entry.rfilename
        digest = entry.lfs.sha256 if entry.lfs is not None else entry.blob_id
        known = digest is not None and len(digest) in (40, 64) and digest.isalnum()
        if plain and known and entry.size is not None and any(fnmatch(entry.rfilename, one) for one in FETCHED):
            files.append(RemoteFile(entry.rfilename, entry.size, str(digest)))
    names = {file.name for file in files}
    if "config.json" not in names or not any(one.endswith(".safetensors") for one in names):
        raise ModelError(
            "“{name}” is not published in the file format that holds numbers only (safetensors), so it was not downloaded.",
            "Choose another Sa2VA model: files of other formats could hold harmful code.",
            name=name,
        )
    return sorted(
        files, key=lambda file: (file.name == "config.json", not file.name.endswith(".safetensors"), file.name)
    )


@contextlib.contextmanager
def _alone(name: str, cache: Path) -> Iterator[None]:
    """Keep a second download of the same model away. Raises ModelError when there is one already."""
    place = cache / ".locks" / f"models--{name.replace('/', '--')}" / "sa2va-annotator.lock"
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise ModelError(
            "The model “{name}” is being downloaded already, so it was not begun a second time.",
            "Wait for the end of the other download, or cancel it.",
            name=name,
        ) from error
    try:
        yield
    finally:
        lock.release()


def _fetch_all(name: str, state: str, files: list[RemoteFile], place: Path, advance: Advance) -> Path:
    """Fetch what is missing of one state (a commit) of a model and return its folder."""
    folder = place / "snapshots" / state
    folder.mkdir(parents=True, exist_ok=True)
    (place / "blobs").mkdir(exist_ok=True)
    total, here = sum(file.size for file in files), 0
    for file in files:
        here += min(file.size, _size(folder / file.name) or _size(_blob(place, file)) or _size(_part(place, file)))
    free = shutil.disk_usage(place).free
    if total - here > free - SPARE:
        raise ModelError(
            "The disk has too little room for the model “{name}”: it needs {needed} more, and {free} are free.",
            "Make room on the disk, or choose a smaller model.",
            name=name,
            needed=amount(total - here),
            free=amount(free),
        )
    done = 0
    for file in files:
        start = done

        def tell(of_file: int, start: int = start, file: RemoteFile = file) -> None:
            advance(start + of_file, total, file.name)

        tell(0)
        if not (folder / file.name).exists():
            if not _blob(place, file).is_file():
                _fetch(name, state, file, place, tell)
            _put_in_place(_blob(place, file), folder / file.name)
        done += file.size
    (place / "refs").mkdir(exist_ok=True)
    (place / "refs" / "main").write_text(state, encoding="utf-8")
    advance(total, total, "")
    if not is_whole(folder):
        raise ModelError(
            "The model “{name}” is published with a weight file missing, so it cannot be used.",
            "Choose another model; the model in use stays in use.",
            name=name,
        )
    return folder


def _fetch(name: str, state: str, file: RemoteFile, place: Path, tell: Callable[[int], None]) -> None:
    """Fetch one file, going on with the part that is here; a lost connection is tried again while something comes.

    Raises:
        ModelError: its checksum is not the published one; the part is deleted.
        httpx.HTTPError, OSError: the connection failed for good, or the disk.
    """
    part = _part(place, file)
    url = hf_hub_url(name, file.name, revision=state)
    tries = TRIES
    while True:
        before = _size(part)
        try:
            _go_on(url, file, part, tell)
            break
        except httpx.TransportError:
            tries = TRIES if _size(part) > before else tries - 1
            if not tries:
                raise
            time.sleep(PAUSE_SECONDS)
    if _checksum(part, file, tell) != file.digest:
        part.unlink()
        raise ModelError(
            "The file {file} of the model “{name}” did not arrive as it was published, so it was deleted.",
            "Download it again; if it happens again, the network changes files on their way: ask those who run it.",
            name=name,
            file=file.name,
        )
    os.replace(part, _blob(place, file))


def _go_on(url: str, file: RemoteFile, part: Path, tell: Callable[[int], None]) -> None:
    """Append what is missing to a part. Raises httpx.HTTPError, OSError; what came is in the part then."""
    done = _size(part)
    if done > file.size:
        part.unlink()
        done = 0
    if done == file.size and part.exists():
        return
    headers = build_hf_headers() | {"Accept-Encoding": "identity"}
    if done:
        headers["Range"] = f"bytes={done}-"
    with get_session().stream("GET", url, headers=headers, timeout=constants.HF_HUB_DOWNLOAD_TIMEOUT) as answer:
        hf_raise_for_status(answer)
        if answer.status_code != 206:  # the whole file comes, whatever was asked for
            done = 0
        with part.open("ab" if done else "wb") as stream:
            for piece in answer.iter_bytes():
                stream.write(piece)
                done += len(piece)
                tell(min(done, file.size))
    if done < file.size:
        raise httpx.ReadError("the file ended early")


def _checksum(part: Path, file: RemoteFile, tell: Callable[[int], None]) -> str:
    """The checksum of a part, of the kind that was published."""
    digest = hashlib.sha256() if len(file.digest) == 64 else hashlib.sha1(usedforsecurity=False)
    if len(file.digest) == 40:
        digest.update(f"blob {_size(part)}\0".encode())
    with part.open("rb") as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
            tell(file.size)
    return digest.hexdigest()


def _put_in_place(blob: Path, pointer: Path) -> None:
    """Give a whole file its name; where the system allows no links, it moves there, as huggingface_hub does it."""
    try:
        pointer.symlink_to(os.path.relpath(blob, pointer.parent))
    except (OSError, NotImplementedError):
        os.replace(blob, pointer)


def _blob(place: Path, file: RemoteFile) -> Path:
    return place / "blobs" / file.digest


def _part(place: Path, file: RemoteFile) -> Path:
    return place / "blobs" / (file.digest + UNFINISHED)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _in_words(name: str, error: Exception) -> ModelError:
    """The sentence for what the network or the disk did."""
    if isinstance(error, GatedRepoError):
        return ModelError(
            "The model “{name}” is only given to those who agreed to its terms, so it was not downloaded.",
            "Agree to them on its page of the hub and sign in there, or choose another model.",
            name=name,
        )
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
    if isinstance(error, RepositoryNotFoundError | HFValidationError) or status in (401, 404):
        return ModelError(
            "There is no model “{name}” on the hub, or it is not public, so nothing was downloaded.", _OTHER, name=name
        )
    if status is not None:
        return ModelError(
            "The hub did not give the model “{name}” (its answer was {status}), so the download stopped; what came is kept.",
            "Try again later. If it happens again, check the name.",
            name=name,
            status=status,
        )
    if isinstance(error, httpx.HTTPError | httpx.InvalidURL | ConnectionError):
        return ModelError(
            "The connection to the hub failed, so the model “{name}” is not here yet; what came is kept.",
            "Check the internet connection and download it again: it goes on where it stopped.",
            name=name,
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ModelError(
            "The disk became full during the download of “{name}”; what came is kept, and nothing else was changed.",
            "Make room and download it again: it goes on where it stopped.",
            name=name,
        )
    return ModelError(
        "The model “{name}” could not be written into the folder of downloaded models, so the download stopped.",
        "Allow writing there and try again.",
        name=name,
    )
