"""A version for others: from the list of versions to a folder that was read again, in a real process."""

import sys
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app import model_export_process as process_module
from app.model_export_dialog import ModelExportDialog
from core.model_reference import is_version
from core.store import Store
from tests.gui.acting import click
from tests.gui.test_versions import row
from tests.unit.test_finetune_merge import make_version
from tests.unit.tiny_model import make_tiny_model

WAIT = 60_000
SLOW = 'import sys; sys.stdout.write(\'{"event":"ready","version":1}\\n\'); sys.stdout.flush(); '


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    base = make_tiny_model(folder / "base", "internvl_qwen2")
    return base, make_version(base, folder / "v1")


@pytest.fixture
def window(qtbot, models, project, open_window):
    _, version = models
    with Store.open(project) as store:
        entry = row("v1", 1)
        store.add_version(type(entry)(**{**vars(entry), "folder": str(version)}))
    return open_window()


def ask(qtbot, window):
    window.commands["versions"].trigger()
    panel = window.model.versions
    assert not panel.export.isEnabled(), "the base model is not ours"
    panel.list.setCurrentRow(1)
    click(qtbot, panel.export)
    return window.findChild(ModelExportDialog)


def ended(qtbot, dialog):
    qtbot.waitUntil(lambda: dialog.closing.isVisible(), timeout=WAIT)
    assert not dialog.bar.isVisible() and dialog.cancel.text() == "Close"


def test_a_whole_model_is_written_and_can_be_loaded(qtbot, window, models, tmp_path):
    from core.model_reference import open_segmenter

    dialog = ask(qtbot, window)
    assert dialog.whole.isChecked() and dialog.windowTitle() == "Export Version 1"
    target = window.session.folder / "exported models" / "demo-model-Version-1"
    assert dialog.place.text() == str(target)
    click(qtbot, dialog.start)
    assert dialog.bar.isVisible() and dialog.cancel.text() == "Cancel" and not dialog.place.isEnabled()
    ended(qtbot, dialog)
    assert dialog.closing.text() == f"Written and read again. It is in {target}." and dialog.show_folder.isVisible()
    assert not dialog.start.isEnabled(), "it is written"
    base, version = models
    picture = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    masks = []
    for reference in (target, version):
        model = open_segmenter(str(reference), "cpu")
        masks.append(model.decode(model.encode_image(picture), model.embed_prompt(picture, "the polyp")).logits)
    assert float((masks[0] - masks[1]).detach().abs().max()) < 1e-3
    assert (target / "config.json").read_bytes() == (base / "config.json").read_bytes()
    dialog.reject()
    again = window.session.store.meta("model_export_folder")
    assert again == str(target.parent)


def test_what_was_learned_alone_goes_where_the_person_says(qtbot, window, tmp_path, monkeypatch):
    dialog = ask(qtbot, window)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    click(qtbot, dialog.choose)
    dialog.alone.setFocus()
    qtbot.keyClick(dialog.alone, Qt.Key.Key_Space)
    target = tmp_path / "demo-model-Version-1-adapter"
    assert dialog.alone.isChecked() and dialog.place.text() == str(target)
    click(qtbot, dialog.start)
    ended(qtbot, dialog)
    assert is_version(target) and {file.suffix for file in target.iterdir()} == {".json", ".safetensors"}
    dialog.reject()
    assert ask_again(qtbot, window).place.text() == str(tmp_path / "demo-model-Version-1")


def ask_again(qtbot, window):
    qtbot.waitUntil(lambda: window.findChild(ModelExportDialog) is None, timeout=WAIT)
    click(qtbot, window.model.versions.export)
    return window.findChild(ModelExportDialog)


def test_a_folder_that_holds_something_is_one_sentence_and_another_try_works(qtbot, window, tmp_path):
    dialog = ask(qtbot, window)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    dialog.place.setText(str(tmp_path / "full"))
    click(qtbot, dialog.start)
    ended(qtbot, dialog)
    said = (
        f"There is already something at “{tmp_path / 'full'}”, so nothing was written. Choose a new or an empty folder."
    )
    assert dialog.closing.text() == said and not dialog.show_folder.isVisible()
    assert [file.name for file in (tmp_path / "full").iterdir()] == ["thesis.txt"]
    dialog.place.setText(str(tmp_path / "new"))
    dialog.alone.setChecked(True)
    dialog.place.setText(str(tmp_path / "new"))
    click(qtbot, dialog.start)
    ended(qtbot, dialog)
    assert is_version(tmp_path / "new")


@pytest.fixture
def instead(monkeypatch):
    """Another worker in place of the program's own."""

    def use(code):
        monkeypatch.setattr(process_module, "worker_command", lambda *_: [sys.executable, "-c", SLOW + code])

    return use


def test_it_can_be_stopped_and_the_window_is_free_meanwhile(qtbot, window, instead):
    instead('sys.stdin.readline(); print(\'{"event":"cancelled"}\', flush=True)')
    dialog = ask(qtbot, window)
    start = time.monotonic()
    click(qtbot, dialog.start)
    assert time.monotonic() - start < 2
    qtbot.wait(300)
    click(qtbot, dialog.cancel)
    ended(qtbot, dialog)
    assert dialog.closing.text() == "Stopped. Nothing was written." and dialog.start.isEnabled()
    click(qtbot, dialog.cancel)
    qtbot.waitUntil(lambda: window.findChild(ModelExportDialog) is None, timeout=WAIT)


@pytest.mark.expects_log("a worker ended")
def test_a_worker_that_dies_is_one_sentence(qtbot, window, instead):
    instead("import os; os.kill(os.getpid(), 9)")
    dialog = ask(qtbot, window)
    click(qtbot, dialog.start)
    ended(qtbot, dialog)
    assert dialog.closing.text().startswith("The writing of the model stopped unexpectedly, so it is not there;")


def test_closing_the_project_ends_it(qtbot, window, instead):
    instead("sys.stdin.read()")
    dialog = ask(qtbot, window)
    click(qtbot, dialog.start)
    qtbot.wait(200)
    window.session.close_project()
    qtbot.waitUntil(lambda: dialog.closing.isVisible(), timeout=WAIT)
    assert dialog.closing.text() == "Stopped. Nothing was written."
