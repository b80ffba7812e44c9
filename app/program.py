"""Everything that is made once at the start: look, session, window, and what happens when something breaks."""

import gc
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from app import crash_dialog
from app.canvas_tools import CanvasTools
from app.controls import resize_on_screen
from app.language import install_translations
from app.main_window import MainWindow
from app.session import Session
from app.settings import Settings
from app.theme import Theme

SAID = "research_only_said"
"""Kept once the first start has said what the program is not."""


class Program(QObject):
    """Holds the window and what it is made of."""

    def __init__(self, application: QApplication, log_place: Path | None = None) -> None:
        """Make everything; nothing is shown yet.

        Args:
            application: of Qt.
            log_place: the file that the window's log is written to; None without one.
        """
        super().__init__(application)
        self.settings = Settings(parent=self)
        install_translations(application, self.settings["language"])
        self.theme = Theme(application, self.settings["look"])
        self.settings.changed.connect(self._take)
        self.session = Session(self)
        self.tools = CanvasTools(parent=self)
        self.window = MainWindow(self.session, self.settings, self.theme, self.tools)
        crash_dialog.install(self.session.save, log_place, self.window)
        gc.freeze()  # what is here now stays: looking through it for garbage would cost a frame each time

    def begin(self, project: Path | None, demo: bool) -> None:
        """Show the window, then open what was asked for.

        Args:
            project: a project folder, or None.
            demo: open the demo project.
        """
        screen = self.window.screen().availableSize()
        resize_on_screen(self.window, min(self.window.width(), screen.width()), self.window.height())
        self.window.show()
        if not self.settings.note(SAID):
            self.window.messages.say("research_only")
            self.settings.keep_note(SAID, "yes")
        if project is not None:
            QTimer.singleShot(0, self, lambda: self.window.open_project(project))
        elif demo:
            QTimer.singleShot(0, self, self.window.files.open_demo)

    def _take(self, name: str) -> None:
        if name == "look":
            self.theme.choose(self.settings["look"])
