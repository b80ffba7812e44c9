"""What of a hub's model is on this computer. Reads the cache of huggingface_hub; asks nobody, imports nothing large.

models--Owner--Name/
  blobs/        the files under their checksums; a file that is not whole yet ends in .incomplete
  refs/main     the newest state that was asked for
  snapshots/    for each state the files under their names, as links to blobs
"""

from __future__ import annotations

import json
import re
from enum import Enum
from pathlib import Path

from huggingface_hub import constants

INDEX = "model.safetensors.index.json"
UNFINISHED = ".incomplete"

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


class Presence(Enum):
    """How much of a model is here."""

    WHOLE = "whole"
    PART = "part"
    NOTHING = "nothing"


def is_hub_name(text: str) -> bool:
    """Whether a text has the form of a name on the hub: owner/model."""
    return _NAME.fullmatch(text) is not None


def cache_place(cache_dir: Path | None = None) -> Path:
    """The folder of all downloaded models; None is the hub's own place (HF_HOME, HF_HUB_CACHE)."""
    return Path(constants.HF_HUB_CACHE) if cache_dir is None else cache_dir


def model_place(name: str, cache_dir: Path | None = None) -> Path:
    """The folder of one model in the cache, whether it is there or not."""
    return cache_place(cache_dir) / f"models--{name.replace('/', '--')}"


def whole_snapshot(name: str, cache_dir: Path | None = None) -> Path | None:
    """The folder with a whole model, None if there is none. Of several states that of refs/main, else the newest."""
    place = model_place(name, cache_dir)
    try:
        snapshots = sorted((place / "snapshots").iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    except OSError:
        return None
    try:
        main = (place / "refs" / "main").read_text(encoding="utf-8").strip()
    except OSError:
        main = ""
    snapshots.sort(key=lambda folder: folder.name != main)
    return next((folder for folder in snapshots if is_whole(folder)), None)


def is_whole(folder: Path) -> bool:
    """Whether config.json and every weight file that the index names are in a folder."""
    if not (folder / "config.json").is_file():
        return False
    index = folder / INDEX
    if not index.is_file():
        return (folder / "model.safetensors").is_file()
    try:
        files = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False
    return all((folder / Path(str(file)).name).is_file() for file in files)


def bytes_here(name: str, cache_dir: Path | None = None) -> int:
    """Bytes of a model that are on the disk, of whole files and of parts."""
    sizes = 0
    place = model_place(name, cache_dir)
    for file in [*place.glob("blobs/*"), *place.glob("snapshots/*/*")]:
        try:
            sizes += 0 if file.is_symlink() else file.stat().st_size
        except OSError:
            continue
    return sizes


def presence(name: str, cache_dir: Path | None = None) -> Presence:
    """How much of a model is on this computer."""
    if whole_snapshot(name, cache_dir) is not None:
        return Presence.WHOLE
    return Presence.PART if bytes_here(name, cache_dir) else Presence.NOTHING
