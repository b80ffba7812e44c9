"""A small project whose masks are all accepted, and what an export made of it."""

from __future__ import annotations

import csv
import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Picture

from core.store import Store

HEIGHT, WIDTH = 12, 17
SEED = np.random.default_rng(0)


def random_mask() -> np.ndarray:
    return SEED.random((HEIGHT, WIDTH)) > 0.6


def make_project(folder: Path, images: list[str], structures: list[str]) -> Store:
    store = Store.create(folder, "x")
    for name in structures:
        store.add_structure(name, f"the {name}", "#ff0000")
    store.add_images((Path(path), hashlib.sha256(path.encode()).hexdigest(), WIDTH, HEIGHT, "", "") for path in images)
    return store


def accept_all(store: Store) -> dict[tuple[int, int], np.ndarray]:
    masks = {(image.id, part.id): random_mask() for image in store.images() for part in store.structures()}
    for key, mask in masks.items():
        store.save_final(*key, mask, "accepted")
    return masks


def read(file: Path) -> np.ndarray:
    with Picture.open(file) as picture:
        assert picture.format == "PNG" and picture.mode == "L"
        return np.asarray(picture)


def table(out: Path) -> list[dict[str, str]]:
    with open(out / "manifest.csv", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def tree(folder: Path) -> dict[str, Any]:
    """Everything below a folder, with its content."""
    if not folder.exists():
        return {"missing": True}
    return {
        str(path.relative_to(folder)): os.readlink(path)
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else "folder"
        for path in folder.rglob("*")
    }
