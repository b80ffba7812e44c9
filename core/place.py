"""Where a picture is: a file, or one frame of a file that holds several, written as one path.

`CT01.dcm` is a file, `CT01#frame12.dcm` its twelfth frame. Such a path goes wherever the path of an image goes (to the workers,
into a frozen job, through the command line), so that none of them has to know of frames. Only `core.image_file` takes it apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

_ENDING = re.compile(r"(\.nii)?\.[^.]+$", re.IGNORECASE)
_MARKED = re.compile(
    r"^(?P<stem>.*)#frame(?P<number>[1-9]\d{0,8})(?P<ending>(\.nii)?\.[^.]+)?$", re.IGNORECASE | re.DOTALL
)


def stem_of(name: str) -> str:
    """A file name without its ending; `.nii.gz` is one ending."""
    return _ENDING.sub("", name) or name


def place_of(file: Path, frame: int, frames: int) -> Path:
    """The path of one frame.

    Args:
        file: that holds it.
        frame: from 0.
        frames: how many the file holds; where it is one, the file itself is the place.
    """
    if frames == 1:
        return file
    stem = stem_of(file.name)
    return file.with_name(f"{stem}#frame{frame + 1}{file.name.removeprefix(stem)}")


def file_and_frame(place: Path) -> tuple[Path, int | None]:
    """The file of a place and its frame from 0; None where the place names a file alone."""
    found = _MARKED.match(place.name)
    if found is None or not found["stem"]:
        return place, None
    return place.with_name(found["stem"] + (found["ending"] or "")), int(found["number"]) - 1


def name_for_people(file_name: str, frame: int, frames: int) -> str:
    """`CT01.dcm · 12/40`, or the file's name where it holds one picture."""
    return file_name if frames == 1 else f"{file_name} · {frame + 1}/{frames}"


def names_apart(images: Sequence[tuple[str, int, int]]) -> list[str]:
    """Names for people of which no two are equal where their paths are not: `left/a.png` and `right/a.png`, but `b.png`.

    Args:
        images: stored path, frame from 0, and how many frames the file has, of each.
    """
    files = files_apart(images)
    return [name_for_people(file, frame, frames) for file, (_, frame, frames) in zip(files, images, strict=True)]


def files_apart(images: Sequence[tuple[str, int, int]]) -> list[str]:
    """As `names_apart`, of the file of each image: frames of one file have one name."""
    parts = [path.replace("\\", "/").split("/") for path, _, _ in images]
    shown = [1] * len(images)
    waiting = list(range(len(images)))
    while waiting:
        together: dict[str, list[int]] = defaultdict(list)
        for one in waiting:
            together["/".join(parts[one][-shown[one] :])].append(one)
        waiting = []
        for group in together.values():
            longer = [one for one in group if shown[one] < len(parts[one])]
            if len(group) > 1 and len({images[one][0] for one in group}) > 1:
                waiting += longer
                for one in longer:
                    shown[one] += 1
    return ["/".join(part[-count:]) for part, count in zip(parts, shown, strict=True)]
