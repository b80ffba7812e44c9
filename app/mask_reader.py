"""Reads masks for the window: small ones at once, large ones beside it, and that of the image that comes next ahead of time."""

from PySide6.QtCore import QObject, Signal

from app.image_reader import AT_ONCE
from app.reading_beside import ReadingBeside
from app.ready_mask import ReadyMask
from core.errors import KnownError
from core.store import MaskRecord


class MaskReader(QObject):
    """Unpacks one mask at a time, the newest wish first, and keeps one that was read ahead.

    Signals:
        arrived: a mask that `read` had promised.
        failed: the KnownError that keeps it from being shown.
    """

    arrived = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._beside: ReadingBeside[MaskRecord, ReadyMask] = ReadingBeside(ReadyMask.of, self)
        self._beside.arrived.connect(
            lambda _, found: (self.failed if isinstance(found, KnownError) else self.arrived).emit(found)
        )

    @property
    def is_promised(self) -> bool:
        """Whether a mask is waited for."""
        return self._beside.is_promised

    def read(self, record: MaskRecord) -> ReadyMask | None:
        """The mask if it is small or was read ahead; None if it will arrive. What was promised before never comes.

        Raises:
            StoreError: a small mask is damaged.
        """
        kept = self._beside.kept
        self._beside.drop()
        if kept is not None and kept[0] == record:
            return kept[1]
        if record.pixels <= AT_ONCE:
            return ReadyMask.of(record)
        self._beside.read(record)
        return None

    def read_ahead(self, record: MaskRecord) -> None:
        """Unpack a large mask that is likely to be wanted next; nothing is said if that fails."""
        kept = self._beside.kept
        if record.pixels > AT_ONCE and (kept is None or kept[0] != record):
            self._beside.read_ahead(record)

    def drop(self) -> None:
        """Promise and keep nothing any more."""
        self._beside.drop()

    def forget(self) -> None:
        """Promise and keep nothing any more, and wait until nothing is being unpacked."""
        self._beside.forget()
