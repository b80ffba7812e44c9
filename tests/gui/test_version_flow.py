"""The list of versions: look closer, note, delete, take in a colleague's; begin with a version; lend memory."""

import json
import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app.version_dialog import DeleteDialog, VersionDialog
from core.model_reference import DEMO_FOLDER, VERSION_RECORD
from core.store import Store
from tests.gui.acting import click, key
from tests.gui.test_finetune import WAIT, labelled, panel, said  # noqa: F401 (a fixture)
from tests.gui.test_versions import row
from tests.unit.test_finetune_merge import make_version


@pytest.fixture
def versioned(project, open_window):
    with Store.open(project) as store:
        for number in (1, 2):
            (project / "versions" / f"v{number}").mkdir(parents=True)
            (project / "versions" / f"v{number}" / "adapter_model.safetensors").write_bytes(b"x" * 2_500_000)
            store.add_version(row(f"v{number}", number))
    window = open_window()
    window.tabs.setCurrentIndex(1)
    return window


def about(qtbot, window, place):
    versions = window.model.versions
    versions.list.setCurrentRow(place)
    click(qtbot, versions.about)
    return window.findChildren(VersionDialog)[-1]


def test_a_version_tells_what_it_is_and_takes_another_note(qtbot, versioned):
    dialog = about(qtbot, versioned, 1)
    assert dialog.windowTitle() == "About Version 1" and dialog.facts["Comes from"] == "Base model"
    assert dialog.facts["On the disk"] == "2 MB · v1" and dialog.facts["Dice"] == "0.700 → 0.800"
    dialog.note.selectAll()
    qtbot.keyClicks(dialog.note, "for the second scanner")
    click(qtbot, dialog.close_it)
    assert versioned.session.store.versions()[0].note == "for the second scanner"
    versioned.model.versions.list.setCurrentRow(1)
    assert "for the second scanner" in versioned.model.versions.details.text()


def test_a_version_is_deleted_after_one_question_and_the_others_keep_their_numbers(qtbot, versioned, monkeypatch):
    answers = [0, 1]
    monkeypatch.setattr(DeleteDialog, "exec", lambda self: answers.pop(0))
    dialog = about(qtbot, versioned, 1)
    click(qtbot, dialog.delete)
    store = versioned.session.store
    assert len(store.versions()) == 2
    click(qtbot, dialog.delete)
    assert [one.id for one in store.versions()] == ["v2"] and not (store.folder / "versions" / "v1").exists()
    texts = versioned.model.versions.texts()
    assert len(texts) == 2 and texts[1].startswith("Version 2") and said(versioned, "Version 1 was deleted")


def test_the_version_in_use_cannot_be_deleted(qtbot, versioned):
    versions = versioned.model.versions
    versions.list.setCurrentRow(2)
    click(qtbot, versions.use)
    dialog = about(qtbot, versioned, 2)
    assert not dialog.delete.isEnabled() and dialog.why_not.isVisible()
    question = DeleteDialog("?", dialog)
    qtbot.addWidget(question)
    question.show()
    qtbot.keyClick(question, Qt.Key.Key_Return)
    assert question.result() == 0, "Enter keeps it"


@pytest.mark.parametrize("fits", [True, False])
def test_a_colleagues_version_is_imported_where_it_fits(qtbot, window, tmp_path, monkeypatch, fits):
    folder = make_version(DEMO_FOLDER, tmp_path / "theirs")
    if not fits:
        record = json.loads((folder / VERSION_RECORD).read_text())
        (folder / VERSION_RECORD).write_text(json.dumps({**record, "base_id": "f" * 32}))
    file = str(folder / "adapter_model.safetensors")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a, **k: (file, ""))
    window.tabs.setCurrentIndex(1)
    click(qtbot, window.model.versions.take_in)
    words = "Version 1 was imported" if fits else "was made from another base model"
    qtbot.waitUntil(lambda: not said(window, "is being checked"), timeout=3 * WAIT)
    assert said(window, words), window.messages.texts()
    store = window.session.store
    assert len(store.versions()) == int(fits) and store.active_version() is None
    assert len(list((store.folder / "versions").iterdir())) == int(fits)
    shutil.rmtree(folder)


def test_going_on_from_a_version_is_an_explicit_choice(qtbot, labelled):  # noqa: F811
    window = labelled()
    origin = panel(window).origin
    assert not origin.isVisible()
    ended = []
    window.flow.finetuning.ended.connect(ended.append)
    for count in (1, 2):
        click(qtbot, panel(window).start)
        qtbot.waitUntil(lambda count=count: len(ended) == count, timeout=WAIT)
        if count == 1:
            assert origin.isVisible() and origin.settings() == {}
            origin.box.setFocus()
            qtbot.keyClick(origin.box, Qt.Key.Key_Down)
            assert "Go on from Version 1" in origin.box.currentText() and origin.what.isVisible()
    first, second = window.session.store.versions()
    assert first.parent_id is None and second.parent_id == first.id


def test_the_model_that_predicts_lends_its_memory_and_comes_back(qtbot, labelled):  # noqa: F811
    window = labelled("long")
    window.tabs.setCurrentIndex(0)
    key(qtbot, window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: window.session.editing.has_prediction, timeout=WAIT)
    qtbot.waitUntil(lambda: not window.flow.process.is_waited_for, timeout=WAIT)
    assert window.flow.process.is_running
    window.tabs.setCurrentIndex(1)
    click(qtbot, panel(window).start)
    qtbot.waitUntil(lambda: not window.flow.process.is_running, timeout=WAIT)
    assert window.flow.finetuning.is_running
    click(qtbot, panel(window).cancel)
    qtbot.waitUntil(lambda: window.flow.process.is_running, timeout=WAIT)
    assert window.flow.process.model == "demo" and not window.flow.finetuning.is_running
