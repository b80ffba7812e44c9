"""The open project as the window sees it: which image, which structure, and the mask being corrected.

Panels read and change this object and follow its signals; they do not know each other.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRect, Signal

from app.editing import Editing
from app.image_reader import ImageReader, Wanted
from app.mask_reader import MaskReader
from app.project_lock import ProjectLock
from app.ready_mask import ReadyMask
from core.errors import KnownError
from core.image_file import Image
from core.store import ImageRow, Offer, Store, StructureRow
from core.store.database import DATABASE_FILE
from core.store.rows import REJECTED


class Session(QObject):
    """One open project, the current image and structure, and the correction in progress.

    Attributes:
        store: the open project, None before one is opened.
        images: rows of the project in its order.
        structures: rows of the project.
        image_id, structure_id: the current rows' ids, None when there is none.
        reader, masks: of images and masks.
        image: pixels of the current image, None when it could not be read or is still being read (`is_reading`).
        editing: levels, threshold, strokes and undo of the current image and structure; of a large one once it is unpacked.

    Signals:
        project_closing: the open project is about to be closed; its store can still be written.
        project_changed: another project (or none) is open.
        images_changed, structures_changed: the lists changed.
        image_changed, structure_changed: another one is current.
        prediction_changed, threshold_changed, mask_changed: forwarded from editing.
        status_changed: what is known of the image with this id changed: its status, prediction or flag.
        version_changed: another model version is active, or the list of versions changed.
        reopened: an accepted image was predicted again, so it is in work again; its name.
        failed: a KnownError the clinician must read.
    """

    project_closing = Signal()
    project_changed = Signal()
    images_changed = Signal()
    structures_changed = Signal()
    image_changed = Signal()
    structure_changed = Signal()
    prediction_changed = Signal()
    threshold_changed = Signal(int)
    mask_changed = Signal(QRect)
    status_changed = Signal(int)
    version_changed = Signal()
    reopened = Signal(str)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store: Store | None = None
        self.folder: Path | None = None
        self.images: list[ImageRow] = []
        self.structures: list[StructureRow] = []
        self.image_id: int | None = None
        self.structure_id: int | None = None
        self.image: Image | None = None
        self.is_reading = False
        self._lock: ProjectLock | None = None
        self.reader = ImageReader(self)
        self.reader.arrived.connect(self._take_image)
        self.editing = Editing(self)
        self.masks = MaskReader(self)
        self.masks.arrived.connect(self._load_editing)
        self.masks.failed.connect(self.failed)
        self.editing.prediction_changed.connect(self.prediction_changed)
        self.editing.threshold_changed.connect(self.threshold_changed)
        self.editing.mask_changed.connect(self.mask_changed)
        self.editing.status_changed.connect(self.status_changed)
        self.editing.failed.connect(self.failed)

    @property
    def read_only(self) -> bool:
        """Whether the open project belongs to another window, so that nothing can be changed here."""
        return self.store is not None and self.store.read_only

    @property
    def image_row(self) -> ImageRow | None:
        """The current image's row."""
        return next((row for row in self.images if row.id == self.image_id), None)

    @property
    def structure_row(self) -> StructureRow | None:
        """The current structure's row."""
        return next((row for row in self.structures if row.id == self.structure_id), None)

    @property
    def image_path(self) -> Path | None:
        """Where the current image's file is."""
        row = self.image_row
        return self.store.image_path(row) if self.store is not None and row is not None else None

    def open_project(self, folder: Path, read_only: bool = False) -> None:
        """Open a project folder and show its first image that is neither accepted nor rejected.

        A project that another window has open is opened for reading only: `read_only` says so.

        Args:
            folder: of the project.
            read_only: whether it is only to be looked at.

        Raises:
            StoreError: not a project, damaged, newer than this program, not writable; the open one stays open.
        """
        folder = folder.absolute()
        is_project = (folder / DATABASE_FILE).is_file()
        lock = self._lock if folder == self.folder else ProjectLock.take(folder) if is_project else None
        try:
            store = Store.open(folder, read_only=read_only or (is_project and lock is None))
        except KnownError:
            if lock is not None and lock is not self._lock:
                lock.release()
            raise
        self._show(store, folder, lock)

    def create_project(self, folder: Path, name: str) -> None:
        """Make a new empty project in this folder and open it.

        Raises:
            StoreError: the folder cannot be written or holds a project already.
        """
        folder = folder.absolute()
        self._show(Store.create(folder, name), folder, ProjectLock.take(folder))

    def close_project(self) -> None:
        """Save and close; the window is then empty."""
        if self.store is not None:
            self.project_closing.emit()
        self.save()
        if self.store is not None:
            self.store.close()
        if self._lock is not None:
            self._lock.release()
        self._lock = None
        self.store, self.folder, self.images, self.structures = None, None, [], []
        self.image_id = self.structure_id = self.image = None
        self.is_reading = False
        self.reader.forget()
        self.masks.forget()
        self.editing.clear()
        self.editing.recent_levels.forget()  # predictions of another project have the same numbers
        self.project_changed.emit()
        self.image_changed.emit()

    def add_images(self, images: Iterable[Image]) -> int:
        """Put images into the project; those already there are left as they are.

        Returns:
            How many were new.

        Raises:
            StoreError: the project could not be written.
        """
        if self.store is None:
            return 0
        before = len(self.images)
        self.store.add_images(list(images))
        self.images = self.store.images()
        self.images_changed.emit()
        if self.image_id is None and self.images:
            self.select_image(self.images[0].id)
        return len(self.images) - before

    def select_image(self, image_id: int | None) -> None:
        """Save the current mask and show another image, a large one as soon as it is read. `failed` names one that cannot be."""
        if image_id == self.image_id and (self.image is not None or self.is_reading):
            return
        self.save()
        self.image_id = image_id
        row = self.image_row
        wanted = Wanted.of(self.store, row) if self.store is not None and row is not None else None
        found: Image | KnownError | None = None
        try:
            found = self.reader.read(wanted) if wanted is not None else None
        except KnownError as error:
            found = error
        self.is_reading = wanted is not None and found is None
        self._take_image(image_id, found)

    def select_structure(self, structure_id: int | None) -> None:
        """Save the current mask and correct another structure on the same image."""
        if structure_id == self.structure_id:
            return
        self.save()
        self.structure_id = structure_id
        self.structure_changed.emit()
        self._load_editing()

    def add_structure(self, name: str, prompt: str, colour: str, zoom: int = 1) -> None:
        """Add a structure and make it current.

        Raises:
            StoreError: the name is taken or the project could not be written.
        """
        if self.store is None:
            return
        row = self.store.add_structure(name, prompt, colour, zoom)
        self.structures = self.store.structures()
        self.structures_changed.emit()
        self.select_structure(row.id)

    def update_structure(self, structure_id: int, **changes: Any) -> None:
        """Change name, prompt, colour, zoom, visibility or lock of a structure.

        Raises:
            StoreError: the name is taken or the project could not be written.
        """
        if self.store is None:
            return
        self.store.update_structure(structure_id, **changes)
        self.structures = self.store.structures()
        self.structures_changed.emit()

    def take_prediction(
        self,
        image_id: int,
        structure_id: int,
        version_id: str | None,
        prompt: str,
        logits: NDArray[np.float16],
        predicted_iou: float,
        threshold_step: int | None = None,
        offer: Offer | None = None,
    ) -> None:
        """Store a prediction and show it if its image and structure are still the current ones.

        A mask that was accepted and left in the meantime stays as it was reviewed, and so does that of a structure that was locked:
        the late answer is dropped.

        Args:
            image_id: the image it was asked for.
            structure_id: the structure it was asked for.
            version_id: the model version that made it, None for the base model.
            prompt: the words it was asked with.
            logits: (g, g) float16.
            predicted_iou: the model's own estimate, 0..1.
            threshold_step: where the slider starts on an image that nobody has touched; None leaves it.
            offer: all masks that the model offered; `logits` and `predicted_iou` are the chosen one.

        Raises:
            StoreError: the project could not be written.
        """
        if self.store is None or any(row.id == structure_id and row.is_locked for row in self.structures):
            return
        shown = (image_id, structure_id) == (self.image_id, self.structure_id)
        if not shown and self.store.correction(image_id, structure_id).status == "accepted":
            return
        was_accepted = shown and self.editing.status == "accepted"
        if shown:
            self.save()
        self.store.save_prediction(
            image_id, structure_id, version_id, prompt, logits, predicted_iou, threshold_step, offer
        )
        if shown:
            self._load_editing(at_once=self.editing.is_loaded)
            if self.editing.status in ("in_work", "accepted"):  # it has changed and must be looked at again
                self.editing.touch()
            if was_accepted and self.image_row is not None:
                self.reopened.emit(self.image_row.name)
        self.status_changed.emit(image_id)

    def statuses(self) -> dict[int, str]:
        """Status of every image for the current structure: unseen, predicted, in_work, accepted or rejected."""
        if self.store is None or self.structure_id is None:
            return {}
        return self.store.statuses(self.structure_id)

    def accept(self) -> bool | None:
        """Save the current mask as accepted; False when it is still being read or the store refused, None when there is none."""
        return False if self.masks.is_promised else self.editing.accept()

    def save(self) -> bool:
        """Save the current mask if it changed; False when the store refused."""
        return self.editing.save() if self.editing.is_loaded else True

    def _show(self, store: Store, folder: Path, lock: ProjectLock | None) -> None:
        if lock is self._lock:
            self._lock = None  # it is kept, not given up with the project that is closed
        if self.store is not None:
            self.close_project()
        self.store, self.folder, self._lock = store, folder, lock
        self.images, self.structures = store.images(), store.structures()
        self.structure_id = self.structures[0].id if self.structures else None
        self.project_changed.emit()
        self.structure_changed.emit()
        done = {image_id for image_id, status in self.statuses().items() if status in ("accepted", REJECTED)}
        first = next((row.id for row in self.images if row.id not in done), None)
        self.select_image(first if first is not None or not self.images else self.images[0].id)
        self.version_changed.emit()

    def _take_image(self, image_id: int | None, found: Image | KnownError | None) -> None:
        if image_id != self.image_id:
            return
        self.is_reading = self.is_reading and found is None
        self.image = found if isinstance(found, Image) else None
        if isinstance(found, KnownError):
            self.failed.emit(found)
        self.image_changed.emit()
        self._load_editing()

    def _load_editing(self, ready: ReadyMask | None = None, at_once: bool = False) -> None:
        """Correct the mask of now; a large one as soon as it is unpacked, or (at once) without waiting for that."""
        if self.store is None or self.image_id is None or self.image is None or self.structure_id is None:
            self.masks.drop()
            self.editing.clear()
            return
        try:
            if ready is None and not at_once:
                ready = self.masks.read(self.store.mask_record(self.image_id, self.structure_id))
                if ready is None:
                    self.editing.clear()
                    return
            self.editing.load(self.store, self.image_id, self.structure_id, ready)
        except KnownError as error:
            self.editing.clear()
            self.failed.emit(error)
