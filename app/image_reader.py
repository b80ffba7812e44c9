"""Reads image files for the window: small ones at once, large ones beside it, and the one that comes next ahead of time."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.background import Background, Progress
from app.picture import Sizes
from core.errors import KnownError
from core.image_file import Image, file_of, read_same_image
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
    """

    image_id: int
    path: Path
    sha256: str
    pixels: int

    @classmethod
    def of(cls, store: Store, row: ImageRow) -> "Wanted":
        """The image of a row."""
        return cls(row.id, store.image_path(row), row.sha256, row.width * row.height * row.frames)


class ImageReader(QObject):
    """Reads one file at a time, the newest wish first, and keeps one image that was read ahead.

    Signals:
        arrived: id of an image that `read` had promised, and the image, or the KnownError that keeps it from being shown.
    """

    arrived = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: tuple[Wanted, Background] | None = None
        self._promised: Wanted | None = None
        self._next: Wanted | None = None
        self._kept: tuple[Wanted, Image] | None = None
        self._sizes: tuple[Image, Sizes] | None = None

    def read(self, wanted: Wanted) -> Image | None:
        """The image if it is small or was read ahead; None if it will arrive. What was promised before never comes.

        Raises:
            ImageError: a small image cannot be read, or is another one than before.
        """
        self._promised = self._next = None
        kept, self._kept = self._kept, None
        self._sizes = None if kept is None or kept[0] != wanted else self._sizes
        if kept is not None and kept[0] == wanted and file_of(wanted.path).exists():
            return kept[1]
        if wanted.pixels <= AT_ONCE:
            return read_same_image(wanted.path, wanted.sha256)
        self._promised = wanted
        self._begin()
        return None

    def read_ahead(self, wanted: Wanted) -> None:
        """Read a large image that is likely to be wanted next; nothing is said if that fails."""
        if wanted.pixels > AT_ONCE and (self._kept is None or self._kept[0] != wanted):
            self._next = wanted
            self._begin()

    def sizes_of(self, image: Image) -> Sizes:
        """What a picture of it is drawn from; made already for an image that was read beside the window."""
        made = self._sizes
        if made is None or made[0] is not image:
            return Sizes.of(image)
        self._sizes = None  # whoever draws has them now
        return made[1]

    def forget(self) -> None:
        """Promise and keep nothing any more, and wait until no file is being read."""
        self._promised = self._next = self._kept = self._sizes = None
        if self._running is not None:
            self._running[1].close()
            self._running = None

    def _begin(self) -> None:
        wanted = self._promised or self._next
        if wanted is None or self._running is not None:
            return

        def work(_: Progress) -> tuple[Image, Sizes]:
            image = read_same_image(wanted.path, wanted.sha256)
            return image, Sizes.of(image)

        background = Background(work, self)
        background.done.connect(partial(self._end, wanted))
        background.failed.connect(partial(self._end, wanted))
        self._running = wanted, background
        background.start()

    def _end(self, wanted: Wanted, result: tuple[Image, Sizes] | KnownError) -> None:
        if self._running is not None:
            self._running[1].deleteLater()
            self._running = None
        if wanted == self._next:
            self._next = None
        if wanted == self._promised:
            self._promised = None
            self._sizes = None if isinstance(result, KnownError) else result
            self.arrived.emit(wanted.image_id, result if isinstance(result, KnownError) else result[0])
        elif not isinstance(result, KnownError):
            self._kept, self._sizes = (wanted, result[0]), result
        self._begin()
