"""Small pictures for the list of images, made beside the window and kept in the project's cache."""

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from app.prediction import CACHE
from app.session import Session
from core.store import ImageRow
from core.thumbnail import thumbnail

MOST_KEPT = 600
"""So many pictures are held in memory, some 20 MB; the others are read again from the cache."""
MOST_WAITING = 60
"""Rows that were scrolled past are not read any more."""


class Thumbnails(QObject):
    """Gives a picture at once if it is there; else it is made, and told when it is.

    Signals:
        made: the picture of the image with this id can be had now.
    """

    made = Signal(int)
    _arrived = Signal(int, int, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._kept: OrderedDict[int, QPixmap | None] = OrderedDict()
        self._waiting: OrderedDict[int, tuple[Path, str, Path]] = OrderedDict()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._making: int | None = None
        self._project = 0
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)
        session.project_closing.connect(self.stop)
        session.project_changed.connect(self._kept.clear)

    def of(self, row: ImageRow) -> QPixmap | None:
        """The picture of an image; None while it is made, and where it cannot be."""
        if row.id in self._kept:
            self._kept.move_to_end(row.id)
            return self._kept[row.id]
        store, folder = self._session.store, self._session.folder
        if store is None or folder is None:
            return None
        with self._guard:
            if row.id == self._making:
                return None
            self._waiting[row.id] = (store.image_path(row), row.sha256, folder / CACHE)
            self._waiting.move_to_end(row.id)
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="thumbnails", daemon=True)
                self._thread.start()
        return None

    def stop(self) -> None:
        """Make no more pictures, and wait for the one that is being made."""
        self._project += 1
        with self._guard:
            self._waiting.clear()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        """Runs in a thread of its own, as long as something is wanted; what was asked for last comes first."""
        while True:
            with self._guard:
                if not self._waiting:
                    self._thread = self._making = None
                    return
                self._making, (path, sha256, cache) = image_id, _ = self._waiting.popitem(last=True)
                project = self._project
            self._arrived.emit(project, image_id, thumbnail(path, sha256, cache))

    def _take(self, project: int, image_id: int, pixels: Any) -> None:
        if project != self._project:
            return
        self._kept[image_id] = None if pixels is None else _pixmap(pixels)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        self.made.emit(image_id)


def _pixmap(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> QPixmap:
    """(h, w, 3) uint8 RGB -> a pixmap of its own."""
    height, width, _ = pixels.shape
    return QPixmap.fromImage(
        QImage(np.ascontiguousarray(pixels).data, width, height, 3 * width, QImage.Format.Format_RGB888)
    )
