"""The start of the program: quick, without the model's libraries, on the demo or on a project; and what a crash does."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app import crash_dialog, demo_start
from app.crash_dialog import CrashDialog
from app.demo_start import make_demo_project
from app.program import Program
from core.store import Store

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def demo(tmp_path, monkeypatch) -> Path:
    """Two small images in the layout of resources/demo_project."""
    folder = tmp_path / "demo_project"
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    rows = []
    for name in ("a", "b"):
        cv2.imwrite(str(folder / "images" / f"{name}.png"), np.full((40, 50, 3), ord(name), np.uint8))
        cv2.imwrite(str(folder / "masks" / f"{name}.png"), np.zeros((40, 50), np.uint8))
        rows.append(
            {
                "file": f"images/{name}.png",
                "patient": f"patient {name}",
                "scanner": name,
                "masks": {"lesion": f"masks/{name}.png"},
            }
        )
    structures = [{"name": "lesion", "prompt": "the lesion", "colour": "#56B4E9"}]
    (folder / "index.json").write_text(json.dumps({"structures": structures, "images": rows}))
    monkeypatch.setattr("core.demo_project.demo_folder", lambda: folder)
    return folder


def test_the_window_starts_without_the_libraries_of_the_model():
    code = (
        "import sys, app.__main__, app.program\n"
        "bad = {'torch', 'transformers', 'sam2', 'peft', 'core.sa2va', 'core.finetune.trainer'} & set(sys.modules)\n"
        "sys.exit(' '.join(sorted(bad)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_demo_project_has_its_own_copies_patients_and_scanners(demo, tmp_path):
    make_demo_project(tmp_path / "mine")
    with Store.open(tmp_path / "mine") as store:
        rows = store.images()
        assert [(row.patient_key, row.study_key) for row in rows] == [("patient a", "a"), ("patient b", "b")]
        assert all(store.image_path(row).parent == tmp_path / "mine" / "images" for row in rows)
        assert [row.prompt for row in store.structures()] == ["the lesion"]


def test_the_program_opens_the_demo_and_finds_the_work_again(qtbot, qapp, demo, tmp_path, monkeypatch):
    monkeypatch.setattr(demo_start, "data_folder", lambda: tmp_path / "data")
    hook = sys.excepthook
    program = Program(qapp)
    qtbot.addWidget(program.window)
    try:
        program.begin(None, demo=True)
        qtbot.waitUntil(lambda: program.session.image is not None, timeout=5000)
        assert program.window.focusWidget() is program.window.canvas
        editing = program.session.editing
        editing.begin_stroke(10, 10, 4, True)
        editing.end_stroke()
        painted = editing.current_mask()
        program.window.files.open_demo()
        assert np.array_equal(program.session.editing.current_mask(), painted)
        program.window.close()
    finally:
        sys.excepthook = hook


def test_a_demo_that_is_not_complete_gets_a_sentence(qtbot, qapp, demo, tmp_path, monkeypatch):
    monkeypatch.setattr(demo_start, "data_folder", lambda: tmp_path / "data")
    (demo / "images" / "b.png").unlink()
    hook = sys.excepthook
    program = Program(qapp)
    qtbot.addWidget(program.window)
    try:
        program.window.show()
        program.window.files.open_demo()
        assert len(program.window.messages.texts()) == 1
        assert program.session.store is None
        program.window.close()
    finally:
        sys.excepthook = hook


@pytest.mark.expects_log("unexpected error")
def test_an_unexpected_error_saves_first_and_shows_one_dialog(qtbot, monkeypatch, caplog):
    shown, saved = [], []
    monkeypatch.setattr(CrashDialog, "exec", lambda self: shown.append(self._report))
    hook = sys.excepthook
    try:
        crash_dialog.install(lambda: bool(saved.append(True)) or True, None)
        try:
            raise ZeroDivisionError("a mistake")
        except ZeroDivisionError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.excepthook = hook
    assert saved == [True]
    assert len(shown) == 1 and "a mistake" in shown[0]
    assert "unexpected error" in caplog.text
    assert QApplication.instance() is not None


CRASH = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
from app import __main__ as start
from app.crash_dialog import CrashDialog
from app.program import Program

def broken(*_):
    raise KeyError("Mueller_Anna.png")

def shown(dialog):
    print(*[label.text() for label in dialog.findChildren(QLabel)], sep="\\n")
    QTimer.singleShot(0, QApplication.quit)

CrashDialog.exec = shown
Program.begin = lambda *_: QTimer.singleShot(0, broken)
sys.exit(start.main([]))
"""


def test_the_crash_dialog_names_a_log_file_that_is_there(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))
    done = subprocess.run([sys.executable, "-c", CRASH], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    place = Path(done.stdout.split("The log is here: ")[1].splitlines()[0])
    text = place.read_text(encoding="utf-8")
    assert place.name == "window.log" and "unexpected error" in text and "KeyError" in text
    assert "Mueller" not in text


def test_without_a_log_the_program_starts_and_names_none(tmp_path, monkeypatch):
    (tmp_path / "data").write_text("a file is in the way")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))
    done = subprocess.run([sys.executable, "-c", CRASH], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "The program made a mistake" in done.stdout and "The log is here" not in done.stdout
