"""Which masks go where, under which names."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path, PurePath, PureWindowsPath

from core.errors import ExportError, Remark
from core.export.choice import OWN_NAMES, Choice
from core.export.manifest import MANIFEST
from core.export.masks import Key, Masks
from core.export.names import distinct_names, file_name_of, is_windows_path, safe_name
from core.export.pattern import checked, filled, without_structure
from core.place import stem_of
from core.store.rows import ImageRow
from core.store.store import Store

NOT_POSSIBLE = "“{wanted}” is called “{given}” in the export: its name is not possible on every system."
LEFT_OUT = "Rejected images were left out: {count}."
THERE_TWICE = "“{wanted}” is called “{given}” in the export: its name is there twice."


class Plan:
    """What an export writes.

    Attributes:
        masks: what goes out.
        choice: what a person chose.
        others: names of the structures that are not chosen.
        rejected: number of images that cannot be used.
        remarks: which names could not be kept, and what was left out; formats add theirs.
    """

    def __init__(self, store: Store, choice: Choice) -> None:
        """Make it.

        Raises:
            InputError: the pattern of names cannot be used.
            ExportError: nothing is accepted.
            ValueError: there is no such structure.
        """
        self.choice = choice
        self._pattern = checked(choice.pattern)
        self.masks = Masks(store, choice.structure_ids, choice.unreviewed, choice.as_stored)
        # All images and structures count, not only the accepted ones: a name stays when more of them are accepted.
        structures, images = store.structures(), list(self.masks.images.values())
        names = [(row.name, str(row.id)) for row in structures]
        taken = [MANIFEST, *OWN_NAMES]
        self._structures = dict(zip((row.id for row in structures), distinct_names(names, taken), strict=True))
        self._folders = _folders(store, images) if "{folder}" in self._pattern else {row.id: "" for row in images}
        self._images = _image_names(images, self._folders)
        if not self.masks.keys:
            raise ExportError(
                "No mask is accepted yet, so there is nothing to write.",
                "Accept a mask first; only those are exported.",
            )
        chosen = {row.id for row in self.masks.structures}
        self.others = {row.name for row in structures if row.id not in chosen}
        self.rejected = len(store.rejected())
        renamed = [
            (row.name, self._structures[row.id]) for row in structures if row.id in {k[1] for k in self.masks.keys}
        ]
        renamed += [(stem(self.masks.images[key]), self._images[key]) for key in self.images()]
        self.remarks = [_renamed(wanted, given) for wanted, given in renamed if wanted != given]
        if self.rejected:
            self.remarks.append(Remark(LEFT_OUT, {"count": self.rejected}))

    def images(self) -> list[int]:
        """Images with a mask that goes out, in the order of the project."""
        return sorted({image for image, _ in self.masks.keys})

    def keys_of(self, image_id: int) -> tuple[Key, ...]:
        """The masks of one image that go out."""
        return tuple(key for key in self.masks.keys if key[0] == image_id)

    def name_of_structure(self, structure_id: int) -> str:
        """A safe name that no other structure has."""
        return self._structures[structure_id]

    def name_of_image(self, image_id: int) -> str:
        """A safe name that no other image (of its folder, where those are kept) has."""
        return self._images[image_id]

    def place_of_mask(self, key: Key) -> str:
        """Where a mask goes, without its ending."""
        return self._filled(self._pattern, key)

    def place_of_image(self, image_id: int) -> str:
        """Where a file of all structures of an image goes, without its ending."""
        return self._filled(without_structure(self._pattern), (image_id, 0))

    def _filled(self, pattern: str, key: Key) -> str:
        image, structure = key
        patient = self.masks.images[image].patient_key
        return filled(pattern, self._structures.get(structure, ""), self._images[image], self._folders[image], patient)


def stem(row: ImageRow) -> str:
    """The base name of an image; of a frame with its number from 1, in as many digits as the last one has."""
    name = stem_of(file_name_of(row.path))
    return name if row.frames == 1 else f"{name}_{row.frame + 1:0{len(str(row.frames))}d}"


def _image_names(images: list[ImageRow], folders: dict[int, str]) -> dict[int, str]:
    together: dict[str, list[ImageRow]] = defaultdict(list)
    for row in images:
        together[folders[row.id]].append(row)
    names: dict[int, str] = {}
    for rows in together.values():
        given = distinct_names([(stem(row), str(row.id)) for row in rows])
        names |= dict(zip((row.id for row in rows), given, strict=True))
    return names


def _folders(store: Store, images: list[ImageRow]) -> dict[int, str]:
    """The folder of every image below the deepest one that all have in common, with safe names."""
    parts = {row.id: _parts(store, row) for row in images}
    shared = 0
    while len({part[: shared + 1] for part in parts.values()}) == 1 and all(len(p) > shared for p in parts.values()):
        shared += 1
    wanted = sorted({part[shared:] for part in parts.values()})
    # Folders whose safe names meet on some system must not become one.
    given: dict[tuple[str, ...], str] = {(): ""}
    for depth in range(1, max((len(one) for one in wanted), default=0) + 1):
        for above in sorted({one[: depth - 1] for one in wanted if len(one) >= depth}):
            below = sorted({one[depth - 1] for one in wanted if len(one) >= depth and one[: depth - 1] == above})
            names = distinct_names([(name, str(number)) for number, name in enumerate(below, 1)])
            for name, safe in zip(below, names, strict=True):
                given[(*above, name)] = f"{given[above]}/{safe}".strip("/")
    return {key: given[part[shared:]] for key, part in parts.items()}


def _parts(store: Store, row: ImageRow) -> tuple[str, ...]:
    path: PurePath = PureWindowsPath(row.path) if is_windows_path(row.path) else store.folder / Path(row.path)
    return tuple(part.strip("\\/:") or "_" for part in path.parent.parts if part != "/")


def _renamed(wanted: str, given: str) -> Remark:
    template = NOT_POSSIBLE if given == safe_name(wanted) else THERE_TWICE
    return Remark(template, {"wanted": wanted, "given": given})
