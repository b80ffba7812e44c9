"""What is shown when the program itself is at fault: the work is saved, here is the report."""

import logging
import platform
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

log = logging.getLogger(__name__)


class CrashDialog(QDialog):
    """Says that something went wrong, what was saved, where the log is, and offers the report for copying."""

    def __init__(self, report: str, saved: bool, log_path: Path | None, parent: QWidget | None = None) -> None:
        """Make the dialog.

        Args:
            report: technical text, shown only on demand.
            saved: whether the current mask could be saved.
            log_path: the log file; None without one.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Something went wrong"))
        self.setMinimumWidth(560)
        self._report = report
        title = QLabel(self.tr("The program made a mistake"))
        title.setProperty("role", "title")
        work = (
            self.tr("Your work is saved: every stroke is in the project. You can go on, or close and start again.")
            if saved
            else self.tr(
                "The last mask could not be saved, but every finished stroke is in the project. "
                "Please start the program again."
            )
        )
        texts = [QLabel(work), QLabel(self.tr("Please send the report to the people who look after this program."))]
        if log_path is not None:
            texts.append(QLabel(self.tr("The log is here: {path}").format(path=log_path)))
        for text in texts:
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._view = QPlainTextEdit(report)
        self._view.setReadOnly(True)
        self._view.setVisible(False)
        self._view.setMinimumHeight(200)
        copy = QPushButton(self.tr("Copy report"))
        copy.clicked.connect(self.copy_report)
        show = QPushButton(self.tr("Show report"))
        show.setCheckable(True)
        show.toggled.connect(self._view.setVisible)
        buttons = QDialogButtonBox()
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(show, QDialogButtonBox.ButtonRole.ActionRole)
        go_on = buttons.addButton(self.tr("Go on"), QDialogButtonBox.ButtonRole.AcceptRole)
        go_on.setProperty("role", "primary")
        buttons.accepted.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(title)
        for text in texts:
            column.addWidget(text)
        column.addWidget(self._view)
        column.addWidget(buttons)

    def copy_report(self) -> None:
        """Put the report on the clipboard."""
        QGuiApplication.clipboard().setText(self._report)


def report_of(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """The technical report: program, system, and where in the code it happened."""
    frames = "".join(traceback.format_exception(kind, error, trace))
    return f"sa2va-annotator\nPython {platform.python_version()}, {platform.platform()}\n\n{frames}"


def install(save: Callable[[], bool], log_path: Path | None, window: QWidget | None = None) -> None:
    """Show the crash dialog for everything that nobody expected.

    Args:
        save: saves the current work; True when that succeeded.
        log_path: the log file; None without one.
        window: parent of the dialog.
    """
    showing = False

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        nonlocal showing
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("unexpected error", exc_info=(kind, error, trace))
        if showing:
            return
        showing = True
        try:
            saved = save()
        except Exception:
            log.critical("saving after an unexpected error failed", exc_info=True)
            saved = False
        CrashDialog(report_of(kind, error, trace), saved, log_path, window).exec()
        showing = False

    sys.excepthook = hook
