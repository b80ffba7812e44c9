"""Which mask belongs to which image of a project: by DICOM's own names, or by file name and frame."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import ImageError
from core.image_file import file_of
from core.mask_import.found import ALL, FoundMask, FoundMasks
from core.mask_import.sources import plain_stem
from core.place import stem_of
from core.store.rows import ImageRow
from core.store.store import Store
from core.volume import dicom_header

NO_IMAGE, SEVERAL_IMAGES, TWICE, OTHER_SIZE = "no_image", "several_images", "twice", "other_size"


@dataclass(frozen=True)
class Pair:
    """A mask and what it would be written to.

    Attributes:
        mask: of the files.
        image: of the project; None where there is a problem.
        problem: "", or why it is left out: `NO_IMAGE`, `SEVERAL_IMAGES`, `TWICE` (a second mask of the image), `OTHER_SIZE`.
        status: of the structure on that image before.
    """

    mask: FoundMask
    image: ImageRow | None = None
    problem: str = ""
    status: str = "unseen"


def pair_up(
    store: Store, structure_id: int, found: FoundMasks, progress: Callable[[int, int, str], None]
) -> list[Pair]:
    """Find the image of every mask; nothing is written.

    Raises:
        StoreError: the project cannot be read.
        InputError: a mask is damaged.
    """
    rows, statuses = store.images(), store.statuses(structure_id)
    by_name: dict[tuple[str, int], list[ImageRow]] = defaultdict(list)
    for row in rows:
        name = row.path.replace("\\", "/").rsplit("/", 1)[-1]
        for stem in {stem_of(name).lower(), plain_stem(name)}:
            by_name[stem, row.frame].append(row)
    by_instance = _instances(store, rows) if any(one.instance for one in found.masks) else {}
    pairs: list[Pair] = []
    taken: set[int] = set()
    for done, one in enumerate(found.masks):
        progress(done, len(found.masks), one.name)
        wanted = (
            by_instance.get((one.instance, one.frame), []) if one.instance else by_name.get((one.stem, one.frame), [])
        )
        if len(wanted) != 1:
            pairs.append(Pair(one, None, SEVERAL_IMAGES if wanted else NO_IMAGE))
            continue
        row = wanted[0]
        problem = TWICE if row.id in taken else "" if one.read(ALL).shape == (row.height, row.width) else OTHER_SIZE
        taken.add(row.id)
        pairs.append(Pair(one, None if problem else row, problem, statuses.get(row.id, "unseen")))
    return pairs


def _instances(store: Store, rows: list[ImageRow]) -> dict[tuple[str, int], list[ImageRow]]:
    found: dict[tuple[str, int], list[ImageRow]] = defaultdict(list)
    for row in rows:
        try:
            header = dicom_header(file_of(store.image_path(row)))
        except ImageError:  # whoever opens it is told
            continue
        if header is not None and header.get("SOPInstanceUID"):
            found[str(header.SOPInstanceUID), row.frame].append(row)
    return found
