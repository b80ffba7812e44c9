"""Encode once: features of images and [SEG] states of prompts, kept on the disk from one run of the program to the next.

A second prompt, a click, the next start and the fine-tune then cost the mask decoder only. Entries belong to a base model (the
trained parts of a version come after them), an image by its hash, a view of it or a crop, and, for states, a prompt.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from core.log_file import Plain
from core.segmenter import ImageFeatures, Segmenter

log = logging.getLogger(__name__)

LIMIT_BYTES = 4 * 2**30
"""Full-size features take 8 MB an image and view."""
FORMAT = 2
"""Raised when features are computed differently, so that old entries are not taken for new ones."""
WHOLE = "0"
"""The view of an image as it is."""
_PARTS = ("embedding", "high_res_0", "high_res_1")


class FeatureStore:
    """Computes and remembers nothing; for one-off work without a project."""

    def features(
        self, segmenter: Segmenter, sha256: str, pixels: npt.NDArray[np.uint8], view: str = WHOLE
    ) -> ImageFeatures:
        """The features of one view of an image.

        Args:
            segmenter: a loaded model.
            sha256: of the image's file.
            pixels: (H, W, 3) uint8 of the view.
            view: which one (`core.zoom.name_of_view`).
        """
        return segmenter.encode_image(pixels)

    def state(
        self, segmenter: Segmenter, sha256: str, pixels: npt.NDArray[np.uint8], prompt: str, view: str = WHOLE
    ) -> torch.Tensor:
        """The [SEG] state (1, hidden) of a prompt on one view of an image."""
        return self.states(segmenter, sha256, pixels, [prompt], view)

    def states(
        self,
        segmenter: Segmenter,
        sha256: str,
        pixels: npt.NDArray[np.uint8],
        prompts: Sequence[str],
        view: str = WHOLE,
    ) -> torch.Tensor:
        """The [SEG] states (P, hidden) of P prompts, for which the image is read once."""
        return segmenter.embed_prompts(pixels, prompts)


class FeatureCache(FeatureStore):
    """Keeps what was computed in a folder; the least recently used goes when there is too much.

    Features are kept, and given back from the first time on, in half precision, so that a prediction does not depend on
    whether the cache was filled. States stay in single precision. An entry that cannot be read is made again; a disk
    that is full or write-protected costs speed, never a prediction. Several processes may use one folder.
    """

    def __init__(self, folder: Path, limit: int = LIMIT_BYTES) -> None:
        self._folder, self._limit = folder, limit
        self._used: int | None = None

    def features(
        self, segmenter: Segmenter, sha256: str, pixels: npt.NDArray[np.uint8], view: str = WHOLE
    ) -> ImageFeatures:
        """As `FeatureStore.features`, from the folder if it is there."""
        place = self._place(segmenter, sha256, view, "features")
        found = self._read(place, _PARTS)
        if found is None:
            fresh = segmenter.encode_image(pixels)
            found = {part: getattr(fresh, part).detach().to("cpu", torch.float16).contiguous() for part in _PARTS}
            self._write(place, found)
        return ImageFeatures(**found).to(segmenter.device, torch.float32)

    def states(
        self,
        segmenter: Segmenter,
        sha256: str,
        pixels: npt.NDArray[np.uint8],
        prompts: Sequence[str],
        view: str = WHOLE,
    ) -> torch.Tensor:
        """As `FeatureStore.states`, from the folder as far as they are there."""
        places = {}
        for prompt in prompts:
            words = hashlib.sha256(prompt.encode("utf-8", errors="surrogateescape")).hexdigest()[:16]
            places[prompt] = self._place(segmenter, sha256, view, words)
        found = {prompt: self._read(place, ("state",)) for prompt, place in places.items()}
        missing = [prompt for prompt, entry in found.items() if entry is None]
        if missing:
            fresh = segmenter.embed_prompts(pixels, missing).detach().float().cpu()
            for prompt, state in zip(missing, fresh.split(1), strict=True):
                found[prompt] = {"state": state.clone()}
                self._write(places[prompt], {"state": state.clone()})
        states = [entry["state"] for prompt in prompts if (entry := found[prompt]) is not None]
        return torch.cat(states).to(segmenter.device)

    def _place(self, segmenter: Segmenter, sha256: str, view: str, what: str) -> Path:
        return self._folder / f"{segmenter.features_id}-{FORMAT}" / f"{sha256[:32]}-{view}-{what}.safetensors"

    def _read(self, place: Path, parts: tuple[str, ...]) -> dict[str, torch.Tensor] | None:
        try:
            found = load_file(place)
            os.utime(place)
        except FileNotFoundError:
            return None
        except (OSError, SafetensorError, ValueError):
            found = {}
        if set(found) == set(parts) and all(bool(torch.isfinite(tensor).all()) for tensor in found.values()):
            return found
        log.info("an entry of the feature cache is damaged and made again")
        with contextlib.suppress(OSError):
            place.unlink()
        return None

    def _write(self, place: Path, tensors: dict[str, torch.Tensor]) -> None:
        aside = place.with_name(f".{place.name}.{os.getpid()}.part")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            save_file(tensors, aside)
            size = aside.stat().st_size
            self._make_room(size)
            os.replace(aside, place)
        except (OSError, SafetensorError) as error:
            log.info("the feature cache could not be written: %s", Plain(type(error).__name__))
            with contextlib.suppress(OSError):
                aside.unlink()

    def _make_room(self, size: int) -> None:
        """Delete the least recently used entries until `size` more bytes fit."""
        if self._used is not None and self._used + size <= self._limit:
            self._used += size
            return
        entries: list[tuple[float, int, Path]] = []
        for file in self._folder.glob("*/*.safetensors"):
            with contextlib.suppress(OSError):
                stat = file.stat()
                entries.append((stat.st_mtime, stat.st_size, file))
        used = sum(length for _, length, _ in entries)
        for _, length, file in sorted(entries):
            if used + size <= self._limit:
                break
            with contextlib.suppress(OSError):
                file.unlink()
                used -= length
        self._used = used + size
