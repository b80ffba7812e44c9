"""Files and folders that are dragged onto the window: says what will happen while they hover, and does it when they are let go."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRect, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QMainWindow, QVBoxLayout

from app.message_bar import MessageBar
from app.project_files import ProjectFiles
from app.recent_projects import is_project
from app.session import Session

WIDTH, HEIGHT = 640, 180
"""Of what is said, in the middle of the window."""


class Dropping(QObject):
    """Takes what is dropped anywhere: a project is opened, images and folders of images are added to the open one."""

    def __init__(
        self,
        window: QMainWindow,
        session: Session,
        files: ProjectFiles,
        messages: MessageBar,
        open_project: Callable[[Path], object],
    ) -> None:
        """Listen to the window.

        Args:
            window: with all its parts.
            session: whose project gets the images.
            files: adds them.
            messages: says why nothing was done.
            open_project: opens a folder, after asking what has to be asked.
        """
        super().__init__(window)
        self._window, self._session, self._files, self._messages, self._open = (
            window,
            session,
            files,
            messages,
            open_project,
        )
        self.veil = QFrame(window)
        self.veil.setObjectName("veil")
        self.veil.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.words.setProperty("role", "title")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        QVBoxLayout(self.veil).addWidget(self.words)
        self.veil.hide()
        window.setAcceptDrops(True)
        for field in window.findChildren(QLineEdit):
            field.setAcceptDrops(False)  # the name of a file is nothing to search for
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow what is dragged over the window."""
        if isinstance(event, QDragEnterEvent):
            places = _places(event.mimeData())
            if places:
                event.acceptProposedAction()
                self._show(self.says(places))
            return True
        if isinstance(event, QDropEvent) and not isinstance(event, QDragMoveEvent):
            self.veil.hide()
            event.acceptProposedAction()
            self.take(_places(event.mimeData()))
            return True
        if event.type() == QEvent.Type.DragLeave:
            self.veil.hide()
        return super().eventFilter(watched, event)

    def says(self, places: list[Path]) -> str:
        """What will happen with these files and folders."""
        project = next((place for place in places if is_project(place)), None)
        if project is not None:
            return self.tr("Open the project “{project}”").format(project=project.name)
        if self._session.store is None:
            return self.tr("Open or make a project first; then drop your images here")
        if self._session.read_only:
            return self.tr("This project can only be looked at: nothing will be added")
        folders = sum(place.is_dir() for place in places)
        if folders == len(places) == 1:
            return self.tr("Add all images of the folder “{folder}”").format(folder=places[0].name)
        if folders:
            return self.tr("Add these files and all images of these folders")
        return self.tr("Add to the project: {count}").format(count=len(places))

    def take(self, places: list[Path]) -> None:
        """Do what was said."""
        project = next((place for place in places if is_project(place)), None)
        if project is not None:
            self._open(project)
        elif places and self._session.store is None:
            self._messages.say("needs_project")
        elif places:
            self._files.add_all(places)

    def _show(self, text: str) -> None:
        self.words.setText(text)
        area = self._window.rect()
        box = QRect(0, 0, min(WIDTH, area.width() - 48), HEIGHT)
        box.moveCenter(area.center())
        self.veil.setGeometry(box)
        self.veil.show()
        self.veil.raise_()


def _places(dragged: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in dragged.urls() if url.isLocalFile()]
