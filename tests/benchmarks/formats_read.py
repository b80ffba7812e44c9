"""What is read of every file of a folder with many formats, as a table.

python -m tests.benchmarks.formats_read FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from core.errors import ImageError, InputError
from core.image_file import Image, places_in, read_image
from core.mask_import.sources import find_masks


def line(file: Path) -> str:
    """One line of the table."""
    try:
        places = places_in([file])
        image = read_image(places[0])
    except ImageError as error:
        return f"| {file.name} | {_masks_in(file)}refused: {error.what_happened.format(**error.values)} | | | |"
    values = image.native if image.native is not None else image.pixels
    window = "–" if image.window is None else f"{image.window[0]:g} … {image.window[1]:g}"
    return (
        f"| {file.name} | {_kind(image)} | {len(places)} × {image.width}×{image.height} | "
        f"{values.dtype} {values.min():g} … {values.max():g}, {window} | {_spacing(image)} |"
    )


def _kind(image: Image) -> str:
    kind = "colours" if image.native is None and (image.pixels != image.pixels[:, :, :1]).any() else "grey"
    return f"{kind}, inverted" if image.is_inverted else kind


def _spacing(image: Image) -> str:
    return "–" if image.spacing is None else f"{image.spacing[0]:.4g} × {image.spacing[1]:.4g}"


def _masks_in(file: Path) -> str:
    try:
        found = find_masks([file], lambda *_: None)
    except (InputError, ImageError):
        return ""
    return f"masks of {len(found.masks)} images for the import ({', '.join(found.labels.values())}); as an image "


def main(folder: Path) -> None:
    """Print the table."""
    print("| file | what | pictures | values of the first, its window | mm |\n|---|---|---|---|---|")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".md"]
    series = [path for path in files if "series" in path.parent.name]
    for file in [*(path for path in files if path not in series), *series[:1]]:
        print(line(file))
    print(f"\n{len(files)} files, of which {len(series)} are the slices of one series and read alike.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
