"""The demo project of this user: made from the images that come with the program, then an ordinary project."""

import shutil
from pathlib import Path

from core.demo_project import read_demo_project
from core.image_file import read_image
from core.paths import data_folder
from core.store import Store

NAME = "Demo"


def demo_place() -> Path:
    """Where this user's demo project is, or will be."""
    return data_folder() / "demo project"


def make_demo_project(folder: Path) -> None:
    """Copy the demo images and list them, with their patients and scanners, in a new project.

    Args:
        folder: of the project; not there yet, or empty.

    Raises:
        InputError: the demo images are not complete.
        ImageError: one of them cannot be read.
        StoreError: the project cannot be written.
    """
    demo = read_demo_project()
    with Store.create(folder, NAME) as store:
        rows = []
        for entry in demo.images:
            copy = folder / "images" / entry.image.name
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(entry.image, copy)
            image = read_image(copy)
            rows.append((copy, image.sha256, image.width, image.height, entry.patient, entry.scanner))
        store.add_images(rows)
        for row in demo.structures:
            store.add_structure(row.name, row.prompt, row.colour)
