"""Procedural pictures made by all cores while the GPU trains, in memory that the processes share."""

from __future__ import annotations

import itertools
import mmap
import multiprocessing
import os
import random
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pictures

SLOTS = 6
"""Masks kept of one picture at most."""


@dataclass(frozen=True)
class Entry:
    """What a filled place of the pool holds."""

    kind: str
    keys: tuple[str, ...]
    absent: tuple[str, ...]


_images: np.ndarray
_masks: np.ndarray
_size: int


def _make(task: tuple[int, str, int]) -> tuple[int, Entry]:
    place, kind, seed = task
    cv2.setNumThreads(1)
    os.nice(max(0, 10 - os.nice(0)))  # the process that feeds the GPU goes first
    sample = pictures.make(kind, seed, size=_size)
    keys = tuple(sample.masks)
    if len(keys) > SLOTS:
        keys = tuple(random.Random(seed).sample(keys, SLOTS))
    _images[place] = sample.image
    for slot, key in enumerate(keys):
        _masks[place, slot] = np.packbits(sample.masks[key], axis=1)
    return place, Entry(sample.kind, keys, tuple(sample.absent))


class SamplePool:
    """The newest `capacity` pictures of size×size; new ones are drawn in the background without end and take the oldest places."""

    def __init__(self, capacity: int, size: int, workers: int, weights: dict[str, float], seed: int) -> None:
        global _images, _masks, _size
        _size = size
        _images = np.frombuffer(mmap.mmap(-1, capacity * size * size * 3), np.uint8).reshape(capacity, size, size, 3)
        shape = (capacity, SLOTS, size, size // 8)
        _masks = np.frombuffer(mmap.mmap(-1, int(np.prod(shape))), np.uint8).reshape(shape)
        self.entries: dict[int, Entry] = {}
        self.drawn = 0
        self._places: list[int] = []
        chooser = random.Random(seed)
        kinds, shares = list(weights), list(weights.values())
        tasks = ((n % capacity, chooser.choices(kinds, shares)[0], seed + n) for n in itertools.count())
        self._pool = multiprocessing.get_context("fork").Pool(workers)
        self._results = self._pool.imap_unordered(_make, tasks, chunksize=4)
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self) -> None:
        for place, entry in self._results:
            if place not in self.entries:
                self._places.append(place)
            self.entries[place] = entry
            self.drawn += 1

    def sample(self, chooser: random.Random) -> tuple[np.ndarray, list[np.ndarray], Entry]:
        """One random picture (S, S, 3) uint8, its masks packed to bits in the order of `Entry.keys`.

        While a place is drawn anew its picture may for a moment belong to another mask; that is one in thousands.
        """
        place = chooser.choice(self._places)
        entry = self.entries[place]
        return _images[place], [_masks[place, slot] for slot in range(len(entry.keys))], entry

    def close(self) -> None:
        """Stop making pictures."""
        self._pool.terminate()


class RealSet:
    """A folder of images/ and masks/ with an open licence, resized to the pool's size."""

    def __init__(self, folder: Path, key: str, kind: str, size: int) -> None:
        names = sorted(path.stem for path in (folder / "masks").glob("*.png"))
        # The last third is never trained on: it is the test part of the project's benchmarks. Slices of one scan
        # (name before _slice) stay on one side.
        cut = len(names) - max(6, round(len(names) / 3))
        held_out = {name.split("_slice")[0] for name in names[cut:]}
        names = [name for name in names[:cut] if name.split("_slice")[0] not in held_out]
        self.items = []
        for name in names:
            image = cv2.cvtColor(cv2.imread(str(next((folder / "images").glob(name + ".*")))), cv2.COLOR_BGR2RGB)
            mask = cv2.imread(str(folder / "masks" / f"{name}.png"), cv2.IMREAD_GRAYSCALE) > 127
            image = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
            mask = cv2.resize(mask.astype(np.uint8), (size, size), interpolation=cv2.INTER_NEAREST) > 0
            self.items.append((image, [np.packbits(mask, axis=1)], Entry(kind, (key,), ())))

    def sample(self, chooser: random.Random) -> tuple[np.ndarray, list[np.ndarray], Entry]:
        """One random picture with its mask."""
        return chooser.choice(self.items)
