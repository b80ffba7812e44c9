"""What every format can: say which files it would write, make one, and read one back to compare it with the project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.export.masks import Key


@dataclass(frozen=True)
class ExportFile:
    """One file of an export.

    Attributes:
        place: relative to the folder, with “/” and its ending.
        keys: the masks that it holds; none of a list beside them.
    """

    place: str
    keys: tuple[Key, ...]


class Format(Protocol):
    """A format, made for one plan."""

    def files(self) -> list[ExportFile]:
        """What would be written; nothing is read of masks yet.

        Raises:
            ExportError: an image that is needed cannot be read.
        """

    def content(self, file: ExportFile) -> bytes:
        """All bytes of one file.

        Raises:
            StoreError: a mask is damaged.
            ExportError: an image that is needed cannot be read, or the format cannot hold this.
        """

    def reads_back(self, file: ExportFile, written: Path) -> bool:
        """Whether a file holds exactly the masks of the project, read by another library than the one that wrote it where there is one.

        Raises:
            OSError: it cannot be read.
        """
