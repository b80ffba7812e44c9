"""Pictures of every part of the window, in both languages and both looks, to be looked at.

    python -m tests.benchmarks.screenshots OUT [--language en --language zh_CN] [--look dark --look light] [--only tour]

A copy of the demo project is made, predicted by the demo model in the real worker, corrected and accepted by mouse and keys. Then, for
every language and look, the real window is opened on a copy of that and brought to each state in turn. Only the fine-tune is a play:
its worker says at once what a real one says after minutes, with figures that mean nothing. Larger pixels: QT_SCALE_FACTOR=1.5.

Writes OUT/<language>-<look>-<screen>.png.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QTranslator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QScrollArea, QWidget

from app.about import AboutDialog
from app.canvas_tools import CanvasTools
from app.demo_start import make_demo_project
from app.flag_dialog import FlagDialog
from app.language import install_translations
from app.main_window import MainWindow
from app.model_flow import Workers
from app.patients_dialog import PatientsDialog
from app.session import Session
from app.settings import Settings
from app.settings_dialog import SettingsDialog
from app.structure_dialog import StructureDialog
from app.theme import Theme
from tests.gui.acting import key, paint, place

SIZE = (1360, 860)
PATIENCE_S = 900.0
PREDICTED, ACCEPTED = 10, 6


class Driver:
    """What the functions of tests.gui.acting need of pytest-qt, without pytest."""

    mousePress, mouseRelease, mouseMove = QTest.mousePress, QTest.mouseRelease, QTest.mouseMove  # noqa: N815
    mouseClick, keyClick, keyPress = QTest.mouseClick, QTest.keyClick, QTest.keyPress  # noqa: N815


def wait(until: Callable[[], bool]) -> None:
    """Let the window live until something is the case."""
    deadline = time.monotonic() + PATIENCE_S
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError
        QApplication.processEvents()
        time.sleep(0.005)


def live(seconds: float = 0.3) -> None:
    """Let the window live for a moment."""
    end = time.monotonic() + seconds
    wait(lambda: time.monotonic() > end)


def prepare(folder: Path, theme: Theme) -> None:
    """The demo project with predictions, corrections, accepted masks, clicks, a flag and a rejected image."""
    make_demo_project(folder)
    window = opened(folder, theme, folder.parent / "first.ini", Workers())
    session, predictions, driver = window.session, window.flow.predictions, Driver()
    predictions.want_images(session.images[:PREDICTED])
    wait(lambda: sum(status == "predicted" for status in session.statuses().values()) >= PREDICTED)
    for number in range(ACCEPTED):
        session.select_image(session.images[number].id)
        wait(lambda: session.image is not None)
        live(0.1)
        paint(driver, window, [(60, 60), (70 + number, 66)])
        window.commands["undo"].trigger()
        window.segment.threshold.nudge(-6)
        if number < 3:
            key(driver, window, Qt.Key.Key_BracketRight)
            paint(driver, window, [(110, 100), (112 + number, 104)])
        key(driver, window, Qt.Key.Key_Return)
        live(0.1)
    session.select_image(session.images[ACCEPTED].id)
    wait(lambda: session.image is not None)
    key(driver, window, Qt.Key.Key_C)
    middle = (session.image.width // 2, session.image.height // 2)
    QTest.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=place(window, *middle))
    QTest.mouseClick(window.canvas, Qt.MouseButton.RightButton, pos=place(window, 20, 20))
    live(1.0)
    wait(lambda: window.clicks._clicking.row.answered)
    session.store.set_flag(session.images[PREDICTED - 1].id, "Ask the radiologist: calcification?")
    session.store.set_rejected(session.images[PREDICTED - 2].id, True)
    close(window)


def opened(folder: Path | None, theme: Theme, settings: Path, workers: Workers) -> MainWindow:
    """The window, on a project or on none."""
    window = MainWindow(Session(), Settings(settings), theme, CanvasTools(), workers)
    window.resize(*SIZE)
    window.show()
    if folder is not None:
        assert window.open_project(folder)
        wait(lambda: window.session.image is not None or not window.session.images)
    live()
    return window


def close(window: MainWindow) -> None:
    """Close the window and let it go."""
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class Stage:
    """One window in one language and look, brought to each state in turn; every method gives back what is to be seen."""

    def __init__(self, folder: Path, theme: Theme, around: Path) -> None:
        self.folder, self.theme, self.around = folder, theme, around
        self.hand = Driver()
        toy = [sys.executable, "-m", "tests.gui.toy_worker", "ok"]
        self.workers = Workers(toy, [sys.executable, "-m", "tests.gui.toy_finetune", "long"])
        self.window = opened(folder, theme, around / "settings.ini", self.workers)
        self.others: list[MainWindow] = []

    def close(self) -> None:
        """Close every window."""
        for window in (*self.others, self.window):
            close(window)

    def go(self, number: int) -> None:
        """Show an image of the project in the panel for segmenting."""
        session = self.window.session
        session.select_image(session.images[number].id)
        wait(lambda: session.image is not None)
        self.window.tabs.setCurrentWidget(self.window.segment)
        self.window.activateWindow()
        self.window.segment.findChild(QScrollArea).verticalScrollBar().setValue(0)
        live()

    def another(self, folder: Path | None, workers: Workers | None = None) -> MainWindow:
        """A second window."""
        settings = self.around / f"{len(self.others)}.ini"
        self.others.append(opened(folder, self.theme, settings, workers or self.workers))
        return self.others[-1]

    def dialog(self) -> QWidget:
        """The dialog that was just opened."""
        live(1.0)
        return next(one for one in self.window.findChildren(QDialog) if one.isVisible())

    def shown(self, dialog: QDialog) -> QWidget:
        """A dialog that is only looked at."""
        dialog.show()
        live()
        return dialog

    def welcome(self) -> QWidget:
        window = self.another(None)
        long = "A folder with a name so long that nobody would ever want to read all of it"
        for name in ("Thyroid study", long):
            window.recent.add(self.around / name)
        window.recent.add(self.folder)
        window.recent.look()
        wait(lambda: bool(window.recent.gone))
        live()
        return window

    def no_images(self) -> QWidget:
        window = self.another(None)
        window.session.create_project(self.around / "Thyroid study", "Thyroid study")
        live()
        return window

    def no_structure(self) -> QWidget:
        window = self.others[-1]
        images = sorted((self.folder / "images").iterdir())[:3]
        with_images = len(window.session.images) + len(images)
        window.files.add(images)
        wait(lambda: len(window.session.images) == with_images and window.session.image is not None)
        window.messages.clear("images_added")
        live()
        return window

    def dropping(self) -> QWidget:
        self.go(0)
        self.window.dropping._show(self.window.dropping.says([self.folder / "images"]))
        return self.window

    def first_start(self) -> QWidget:
        self.window.dropping.veil.hide()
        self.go(len(self.window.session.images) - 1)
        self.window.messages.say("research_only")
        live()
        return self.window

    def correcting(self) -> QWidget:
        self.window.messages.clear("research_only")
        self.go(7)
        QTest.mouseMove(self.window.canvas, place(self.window, 90, 90))
        live()
        return self.window

    def crosshair(self) -> QWidget:
        for name in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Up):
            key(self.hand, self.window, name)
        live()
        return self.window

    def clicks(self) -> QWidget:
        self.go(ACCEPTED)
        self.window.commands["click"].trigger()
        live()
        return self.window

    def threshold(self) -> QWidget:
        self.go(1)
        key(self.hand, self.window, Qt.Key.Key_B, Qt.Key.Key_U)
        self.window.segment.threshold.take_best()
        live()
        return self.window.segment

    def panel_below(self) -> QWidget:
        area = self.window.segment.findChild(QScrollArea)
        area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
        live()
        return self.window.segment

    def label_threshold(self) -> QWidget:
        key(self.hand, self.window, Qt.Key.Key_U)
        self.window.segment.threshold.labels_wanted.emit()
        return self.dialog()

    def review(self) -> QWidget:
        self.go(PREDICTED - 1)
        self.window.images.which.showPopup()
        live()
        self.window.images.which.hidePopup()
        return self.window

    def filter_hides_all(self) -> QWidget:
        self.window.images.filter.setText("thorax")
        live()
        return self.window

    def rejected(self) -> QWidget:
        self.window.images.filter.clear()
        self.go(PREDICTED - 2)
        return self.window

    def flag(self) -> QWidget:
        return self.shown(FlagDialog("Ask the radiologist: calcification?", self.window))

    def effort(self) -> QWidget:
        self.window.commands["effort"].trigger()
        return self.dialog()

    def models(self) -> QWidget:
        self.window.commands["models"].trigger()
        return self.dialog()

    def settings(self) -> QWidget:
        return self.shown(SettingsDialog(self.window.settings, self.window))

    def structure(self) -> QWidget:
        return self.shown(StructureDialog(self.window.session.structures[0], self.window))

    def patients(self) -> QWidget:
        return self.shown(PatientsDialog(self.window.session.images, self.window))

    def about(self) -> QWidget:
        return self.shown(AboutDialog("demo", self.window))

    def export(self) -> QWidget:
        self.window.commands["export"].trigger()
        return self.dialog()

    def shortcuts(self) -> QWidget:
        self.window.commands["shortcuts"].trigger()
        return self.dialog()

    def shortcuts_below(self) -> QWidget:
        dialog = self.dialog()
        dialog.table.scrollToBottom()
        live()
        return dialog

    def shortcuts_conflict(self) -> QWidget:
        dialog = self.dialog()
        dialog.search.setText("z")
        row = next(row for row in dialog._rows() if row.data(0, int(Qt.ItemDataRole.UserRole)) == "redo")
        dialog.table.setCurrentItem(row)
        dialog.wait_for_key()
        QTest.keyClick(dialog.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        live()
        return dialog

    def menus(self) -> QWidget:
        menu = self.window.commands.menus["tools"]
        menu.popup(self.window.mapToGlobal(QPoint(80, 30)))
        live()
        return menu

    def tour(self) -> QWidget:
        for menu in self.window.commands.menus.values():
            menu.hide()
        self.go(7)
        self.window.first_tour.begin()
        live()
        return self.window

    def tour_next(self) -> QWidget:
        self.window.first_tour.tour.next()
        live()
        return self.window

    tour_3 = tour_4 = tour_5 = tour_6 = tour_7 = tour_next

    def finetune(self) -> QWidget:
        self.window.first_tour.tour.end()
        self.window.tabs.setCurrentWidget(self.window.model)
        live()
        return self.window

    def learning(self) -> QWidget:
        self.window.model.finetune.start.click()
        live(2.5)
        return self.window

    def versions(self) -> QWidget:
        self.window.model.finetune.cancel_wanted.emit()
        wait(lambda: not self.window.flow.finetuning.is_running)
        better = Workers(self.workers.inference, [sys.executable, "-m", "tests.gui.toy_finetune", "better"])
        window = self.another(self.folder.parent / "learned", better)
        window.tabs.setCurrentWidget(window.model)
        window.model.finetune.start.click()
        wait(lambda: window.flow.finetuning.is_running)
        wait(lambda: not window.flow.finetuning.is_running)
        live(1.0)
        return window

    def versions_below(self) -> QWidget:
        window = self.others[-1]
        window.commands["versions"].trigger()
        live()
        return window.model


SCREENS = tuple(
    name
    for name in vars(Stage)
    if not name.startswith("_") and name not in ("close", "go", "another", "dialog", "shown")
)


def take(
    application: QApplication, ready: Path, theme: Theme, out: Path, which: tuple[str, str], only: list[str]
) -> None:
    """All screens of one language and look."""
    language, look = which
    theme.choose(look)
    install_translations(application, language)
    with tempfile.TemporaryDirectory() as temporary:
        around = Path(temporary)
        for name in ("Demo", "learned"):
            shutil.copytree(ready, around / name)
        stage = Stage(around / "Demo", theme, around)
        for name in SCREENS:
            seen = getattr(stage, name)()
            if not only or name in only:
                seen.grab().save(str(out / f"{language}-{look}-{name}.png"))
            if isinstance(seen, QDialog) and not name.startswith("shortcuts"):
                seen.close()
            if name == "shortcuts_conflict":
                seen.close()
        stage.close()
    for translator in application.findChildren(QTranslator):
        application.removeTranslator(translator)
        translator.deleteLater()


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--language", action="append", choices=("en", "zh_CN"))
    parser.add_argument("--look", action="append", choices=("dark", "light"))
    parser.add_argument("--only", action="append", choices=SCREENS, default=[])
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    theme = Theme(application, "dark")
    with tempfile.TemporaryDirectory() as temporary:
        ready = Path(temporary) / "Demo"
        prepare(ready, theme)
        for language in options.language or ("en", "zh_CN"):
            for look in options.look or ("dark", "light"):
                take(application, ready, theme, options.out, (language, look), options.only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
