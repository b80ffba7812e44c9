"""Opening and making projects and putting images into them: the file dialogs and what follows from them."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.background import Background, Progress, Work
from app.demo_start import demo_place, make_demo_project
from app.message_bar import MessageBar
from app.messages import text_of_error, text_of_template
from app.patients_dialog import PatientsDialog
from app.restore_dialog import WayOut, ask_way_out, say_rescued
from app.session import Session
from core.errors import DamagedProject, KnownError, Remark, StoreError
from core.folder_scan import scan
from core.image_file import SIMPLE, SUFFIXES, Image, file_of, read_image
from core.place import place_of
from core.pseudonym import pseudonym
from core.series import in_series_order

AT_ONCE = 16
AT_ONCE_BYTES = 1_000_000
"""Simple pictures up to here are read in a moment, all others beside the window."""
NO_PIXELS = np.zeros((0, 0, 3), np.uint8)
LISTED = 6
"""So many files that were left out are named with their reason; the rest is counted."""
NO_DEMO_WHAT = "The demo project could not be made because the folder {folder} cannot be written."
NO_DEMO_DO = "Free some space or allow writing there; your own projects are not affected."
FILTER = " ".join(f"*{suffix}" for suffix in SUFFIXES)


class ProjectFiles(QObject):
    """Asks for folders and files and hands them to the session.

    Images are read one per turn of the event loop, and large files beside it, so that the window stays awake while a large folder is
    added. Every frame of a file becomes an image of its own.

    Signals:
        opened: a project folder was opened.
        searching: how many images were found in folders so far.
        demo_opened: it was this user's demo project.
        adding: how many of how many images were read.
        added: all images were read.
    """

    opened = Signal(Path)
    searching = Signal(int)
    demo_opened = Signal()
    adding = Signal(int, int)
    added = Signal()

    def __init__(self, session: Session, messages: MessageBar, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._messages, self._window = session, messages, window
        self._waiting: list[Path] = []
        self._batch: list[Image] = []
        self._running: list[Background] = []
        self._is_reading = False
        self._begin_count()
        session.project_closing.connect(self._give_up)
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._read_one)

    def ask_open(self) -> None:
        """Ask for a project folder and open it."""
        folder = QFileDialog.getExistingDirectory(self._window, self.tr("Open a project folder"))
        if folder:
            self.open(Path(folder))

    def ask_new(self) -> None:
        """Ask for a folder and make an empty project in it."""
        folder = QFileDialog.getExistingDirectory(self._window, self.tr("Choose an empty folder for the new project"))
        if folder:
            path = Path(folder)
            try:
                self._session.create_project(path, path.name)
            except KnownError as error:
                self._messages.say_error(error)
                return
            self.opened.emit(path)

    def ask_images(self) -> None:
        """Ask for image files and add them."""
        title = self.tr("Choose images")
        kinds = f"{self.tr('Images')} ({FILTER});;{self.tr('All files')} (*)"  # scanners often leave the ending out
        chosen, _ = QFileDialog.getOpenFileNames(self._window, title, "", kinds)
        if chosen:
            self.add_all([Path(name) for name in chosen])

    def ask_folder(self) -> None:
        """Ask for a folder and add all images in it."""
        folder = QFileDialog.getExistingDirectory(self._window, self.tr("Choose a folder with images"))
        if folder:
            self.add_all([Path(folder)])

    def ask_patients(self) -> None:
        """Ask which images show the same patient, and keep it."""
        store, dialog = self._session.store, PatientsDialog(self._session.images, self._window)
        if store is None or not dialog.exec():
            return
        try:
            store.set_patients(dialog.patients())
            self._session.images = store.images()
        except KnownError as error:
            self._messages.say_error(error)
        self._session.images_changed.emit()

    def open_demo(self) -> None:
        """Open this user's demo project; it is made at the first time."""
        place = demo_place()
        if not (place / "project.sqlite").exists():
            try:
                make_demo_project(place)
            except (KnownError, OSError) as error:
                shutil.rmtree(place, ignore_errors=True)
                if not isinstance(error, KnownError):
                    error = StoreError(NO_DEMO_WHAT, NO_DEMO_DO, folder=place.parent)
                self._messages.say_error(error)
                return
        if self.open(place):
            self.demo_opened.emit()

    def open(self, folder: Path) -> bool:
        """Open a project; False when it cannot be opened, the message bar then says why."""
        way = WayOut(folder)
        try:
            try:
                self._session.open_project(folder)
            except DamagedProject:
                found = ask_way_out(folder, self._window)
                if found is None:
                    raise
                way = found
                self._session.open_project(way.folder, way.read_only)
        except KnownError as error:
            self._messages.say_error(error)
            return False
        for cause in ("StoreError", "DamagedProject", "repaired", "only_looked_at"):
            self._messages.clear(cause)
        if way.masks is not None:
            say_rescued(self._messages, folder.name, way.masks, way.read_only)
        if way.read_only:
            return True  # the copy is none of the projects that one comes back to
        if self._session.read_only:
            self._messages.say("open_elsewhere", project=folder.name)
        else:
            self._messages.clear("open_elsewhere")
        self.opened.emit(folder)
        return True

    def add_all(self, places: list[Path]) -> None:
        """Put image files, and all images of folders, into the open project."""
        self._messages.clear("InputError")

        def search(progress: Progress) -> list[Path]:
            found: list[Path] = []
            for place in places:
                found += scan(place, progress) if place.is_dir() else [place]
            return in_series_order(found)

        def take(found: list[Path] | KnownError) -> None:
            if isinstance(found, KnownError):
                self._messages.say_error(found)
            elif places and not found:
                self._messages.say("no_images_found")
            if isinstance(found, KnownError) or not found:
                self.added.emit()
                return
            self.add(found)

        self._beside(search, take).progressed.connect(lambda count, *_: self.searching.emit(count))

    def stop(self) -> None:
        """Search and add no more; what was added stays."""
        batch = self._batch
        self._give_up()
        self._batch = batch
        if batch:
            self._put_in()
        self._messages.say("adding_stopped")
        self.added.emit()

    def add(self, paths: list[Path]) -> None:
        """Read image files and put them into the open project, a few at a time."""
        if not paths or self._session.store is None:
            return
        self._waiting.extend(paths)
        self._total += len(paths)
        self._go_on()

    def _beside(self, work: Work, then: Callable[[Any], None]) -> Background:
        """Do something that takes time without keeping the window waiting; `then` is told its result or its KnownError."""
        background = Background(work, self)
        self._running.append(background)

        def end(result: Any) -> None:
            self._running.remove(background)
            background.deleteLater()
            then(result)

        background.done.connect(end)
        background.failed.connect(end)
        background.start()
        return background

    def _go_on(self) -> None:
        if self._waiting and not self._is_reading:
            self._turn.start()

    def _give_up(self) -> None:
        """The project is about to be closed: what was meant for it goes into no other."""
        self._turn.stop()
        for background in self._running:
            background.close()
        self._running.clear()
        self._waiting.clear()
        self._batch.clear()
        self._is_reading = False
        self._begin_count()

    def _begin_count(self) -> None:
        self._bad: list[KnownError] = []
        self._remarks: list[Remark] = []
        self._total = self._new = self._known = 0
        self._refused = False

    def _read_one(self) -> None:
        path = self._waiting.pop(0)
        if not _is_quick(path):
            self._turn.stop()
            self._is_reading = True
            salt = self._session.store.project_id if self._session.store is not None else ""
            self._beside(lambda _: _read_beside(path, salt), lambda result: self._take(path, result))
            return
        try:
            self._take(path, read_image(path))
        except KnownError as error:
            self._take(path, error)

    def _take(self, path: Path, result: Image | KnownError) -> None:
        self._is_reading = False
        if isinstance(result, Image):
            self._batch.append(replace(result, pixels=NO_PIXELS, native=None))  # a project keeps none
            self._remarks += result.remarks
            if path == result.path:  # a file: its other frames, if it has any, come next
                later = [place_of(path, frame, result.frames) for frame in range(1, result.frames)]
                self._waiting[:0] = later
                self._total += len(later)
        else:
            self._bad.append(result)
        # The list is made anew each time, so the longer it is the more rarely.
        if not self._waiting or len(self._batch) >= max(AT_ONCE, len(self._session.images) // 8):
            self._put_in()
        self.adding.emit(self._total - len(self._waiting), self._total)
        if not self._waiting:
            self._turn.stop()
            self._report()
        self._go_on()

    def _put_in(self) -> None:
        batch, self._batch = self._batch, []
        try:
            new = self._session.add_images(batch)
            self._messages.clear("StoreError")
            self._new += new
            self._known += len(batch) - new
        except KnownError as error:
            self._waiting.clear()
            self._refused = True
            self._messages.say_error(error)

    def _report(self) -> None:
        new, known, bad, refused, remarks = self._new, self._known, self._bad, self._refused, self._remarks
        self._begin_count()
        if bad:
            self._messages.say(
                "some_images_unreadable",
                files=self._listed([text_of_error(one) for one in bad]),
                count=new,
                known=known,
            )
        elif new and known:
            self._messages.say("some_images_known", count=new, known=known)
        elif new or not refused:
            self._messages.say("images_added" if new else "no_new_images", count=new)
        if remarks:
            self._messages.say(
                "images_remarked", remarks=self._listed([text_of_template(one.template, one.values) for one in remarks])
            )
        self.added.emit()

    def _listed(self, texts: list[str]) -> str:
        """A line for each of the first, and how many more there are."""
        lines = [f"• {text}" for text in texts[:LISTED]]
        if len(texts) > LISTED:
            lines.append("• " + self.tr("and {count} more").format(count=len(texts) - LISTED))
        return "\n".join(lines)


def _read_beside(path: Path, salt: str) -> Image:
    """An image; the stand-ins for what it says of the patient take some hundredths of a second, and are known from now on."""
    image = read_image(path)
    for said in (image.patient, image.study, image.series):
        pseudonym(said, salt)
    return image


def _is_quick(place: Path) -> bool:
    """Whether it is read in a moment; one that is not there is: who reads it will be told."""
    file = file_of(place)
    try:
        return not file.exists() or (file.suffix.lower() in SIMPLE and file.stat().st_size <= AT_ONCE_BYTES)
    except OSError:
        return True
