"""Reads image files for the window: small ones at once, large ones beside it, and the one that comes next ahead of time."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.picture import Sizes
from app.reading_beside import ReadingBeside
from core.errors import KnownError
from core.image_file import Image, file_of, is_unpacked, read_same_image
from core.store import ImageRow, Store

AT_ONCE = 3_000_000
"""Pixels that are read within a tenth of a second on a slow computer; the window waits for no more."""


@dataclass(frozen=True)
class Wanted:
    """An image of the project.

    Attributes:
        image_id: its row.
        path: of its file, or of one frame of it.
        sha256: of the picture (`core.image_file.Image`).
        pixels: how many its file has, in all frames: a volume is unpacked as a whole.
        shown: how many the image itself has.
    """

    image_id: int
    path: Path
    sha256: str
    pixels: int
    shown: int = 0

    @classmethod
    def of(cls, store: Store, row: ImageRow) -> "Wanted":
        """The image of a row."""
        shown = row.width * row.height
        return cls(row.id, store.image_path(row), row.sha256, shown * row.frames, shown)

    @property
    def is_quick(self) -> bool:
        """Whether it is read in a moment: it is small, or a small frame of a file that is unpacked already."""
        return self.pixels <= AT_ONCE or (0 < self.shown <= AT_ONCE and is_unpacked(self.path))


Read = tuple[Image, Sizes]


class ImageReader(QObject):
    """Reads one file at a time, the newest wish first, and keeps one image that was read ahead.

    Signals:
        arrived: id of an image that `read` had promised, and the image, or the KnownError that keeps it from being shown.
    """

    arrived = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._beside: ReadingBeside[Wanted, Read] = ReadingBeside(_read, self)
        self._beside.arrived.connect(self._take)
        self._shown: Read | None = None

    def read(self, wanted: Wanted) -> Image | None:
        """The image if it is small or was read ahead; None if it will arrive. What was promised before never comes.

        Raises:
            ImageError: a small image cannot be read, or is another one than before.
        """
        kept, self._shown = self._beside.kept, None
        self._beside.drop()
        if kept is not None and kept[0] == wanted and file_of(wanted.path).exists():
            self._shown = kept[1]
            return self._shown[0]
        if wanted.is_quick:
            return read_same_image(wanted.path, wanted.sha256)
        self._beside.read(wanted)
        return None

    def read_ahead(self, wanted: Wanted) -> None:
        """Read a large image that is likely to be wanted next; nothing is said if that fails."""
        kept = self._beside.kept
        if not wanted.is_quick and (kept is None or kept[0] != wanted):
            self._beside.read_ahead(wanted)

    def sizes_of(self, image: Image) -> Sizes:
        """What a picture of it is drawn from; made already for an image that was read beside the window."""
        made, self._shown = self._shown, None  # whoever draws has them from now on
        return made[1] if made is not None and made[0] is image else Sizes.of(image)

    def forget(self) -> None:
        """Promise and keep nothing any more, and wait until no file is being read."""
        self._shown = None
        self._beside.forget()

    def _take(self, wanted: Wanted, result: Read | KnownError) -> None:
        self._shown = None if isinstance(result, KnownError) else result
        self.arrived.emit(wanted.image_id, result if isinstance(result, KnownError) else result[0])


def _read(wanted: Wanted) -> Read:
    image = read_same_image(wanted.path, wanted.sha256)
    return image, Sizes.of(image)
