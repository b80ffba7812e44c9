"""The images that come with the program: who they show, which scanner made them, and what a careful person outlined.

resources/demo_project/index.json:
    {"structures": [{"name": "lesion", "prompt": "the lesion", "colour": "#D55E00"}],
     "images": [{"file": "images/a.png", "patient": "p01", "scanner": "A", "masks": {"lesion": "masks/lesion/a.png"}}]}
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.paths import resources_folder

INDEX = "index.json"
INSTALL_AGAIN = "Install the program again."


@dataclass(frozen=True)
class DemoStructure:
    """A structure to outline: its name, the words for the model, its colour (#rrggbb)."""

    name: str
    prompt: str
    colour: str


@dataclass(frozen=True)
class DemoImage:
    """One image; `masks` leads from the name of a structure to its reference mask."""

    image: Path
    patient: str
    scanner: str
    masks: dict[str, Path]


@dataclass(frozen=True)
class DemoProject:
    """All of it; `scanners` are two names, the second one is that on which the demo model is worse."""

    structures: tuple[DemoStructure, ...]
    images: tuple[DemoImage, ...]
    scanners: tuple[str, str]


def demo_folder() -> Path:
    """Where the demo images lie."""
    return resources_folder() / "demo_project"


def read_demo_project(folder: Path | None = None) -> DemoProject:
    """Read the index of the demo images.

    Args:
        folder: where they lie; None is the program's own.

    Raises:
        InputError: the index is missing or damaged, or a file that it names is not there.
    """
    folder = folder or demo_folder()
    try:
        project = _parse(folder, json.loads((folder / INDEX).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "The list of the demo images is missing or damaged, so the demo was not started.", INSTALL_AGAIN
        ) from error
    for entry in project.images:
        for file in (entry.image, *entry.masks.values()):
            if not file.is_file():
                raise InputError(
                    "The demo image {file} is missing, so the demo was not started.", INSTALL_AGAIN, file=file.name
                )
    return project


def _parse(folder: Path, index: dict[str, Any]) -> DemoProject:
    structures = tuple(
        DemoStructure(str(row["name"]), str(row["prompt"]), str(row["colour"])) for row in index["structures"]
    )
    names = {row.name for row in structures}
    images = tuple(
        DemoImage(
            folder / str(row["file"]),
            str(row["patient"]),
            str(row["scanner"]),
            {name: folder / str(file) for name, file in row["masks"].items()},
        )
        for row in index["images"]
    )
    if any(name not in names for entry in images for name in entry.masks):
        raise ValueError("a mask of an unknown structure")
    scanners = sorted({entry.scanner for entry in images})
    first, second = scanners
    return DemoProject(structures, images, (first, second))
