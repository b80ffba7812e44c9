"""Starts the window: `python -m app [--demo] [project folder]`."""

import argparse
import logging
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.icons import pixmap
from app.program import Program
from core.log_file import log_what_nobody_catches, open_log


def main(arguments: list[str] | None = None) -> int:
    """Open the window and stay until it is closed.

    Args:
        arguments: command line without the program's name; the process's own when left out.

    Returns:
        Exit code of the process.
    """
    parser = argparse.ArgumentParser(
        prog="sa2va-annotator-window", description="Correct and improve segmentation masks."
    )
    parser.add_argument("project", nargs="?", type=Path, help="project folder to open")
    parser.add_argument("--demo", action="store_true", help="open the demo project")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)  # what is said on the terminal, where there is one
    log_place = open_log("window")
    log_what_nobody_catches()
    application = QApplication(sys.argv[:1])
    application.setApplicationName("sa2va-annotator")
    application.setWindowIcon(pixmap("app", "#000000", 128))
    program = Program(application, log_place)
    program.begin(options.project, options.demo)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
