"""Which model is in use, and the way back."""

import pytest
from PySide6.QtCore import Qt

from app.session import Session
from app.versions import Versions, step_of_version
from core.store import Store, VersionRow
from tests.gui.acting import click


def row(name: str, number: int, **figures) -> VersionRow:
    figures = {"base_at_best": 0.7, "tuned_at_best": 0.8, "learned_from": 9, "accepted": True, **figures}
    return VersionRow(name, None, "toy", f"versions/{name}", f"2026-01-0{number}T08:00:00+00:00", figures, "a note")


@pytest.fixture
def versioned(project):
    with Store.open(project) as store:
        for number in (1, 2, 3):
            store.add_version(row(f"v{number}", number))
    return project


@pytest.fixture
def versions(qapp, versioned):
    session = Session()
    session.open_project(versioned)
    yield Versions(session)
    session.close_project()


def test_the_base_model_is_in_use_at_first(versions):
    assert versions.in_use().reference == "demo" and versions.in_use().step == 100
    assert not versions.can_go_back() and versions.name_of(None) == "Base model"


def test_the_base_model_of_the_project_counts(versions):
    versions._session.store.set_meta("base_model", "/models/large")
    assert versions.in_use().reference == "/models/large"


def test_going_back_walks_the_way_that_was_taken(versions):
    for key in ("v1", "v3", "v2"):
        assert versions.activate(key)
    seen = []
    while versions.can_go_back():
        assert versions.go_back()
        seen.append(versions.active_id())
    assert seen == ["v3", "v1", None]
    assert not versions.go_back()


def test_activating_what_is_in_use_leaves_no_trace(versions):
    versions.activate("v1")
    versions.activate("v1")
    versions.go_back()
    assert versions.active_id() is None and not versions.can_go_back()


@pytest.mark.parametrize(("figures", "step"), [({"tuned_step": 64}, 64), ({}, 100), ({"tuned_step": 0}, 100)])
def test_the_threshold_of_a_version_is_the_one_it_was_measured_with(figures, step):
    assert step_of_version(figures) == step


def test_the_list_shows_every_version_and_what_it_was_worth(qtbot, versioned, open_window):
    window = open_window()
    window.commands["versions"].trigger()
    assert window.tabs.currentIndex() == 1
    panel = window.model.versions
    assert panel.texts()[0] == "Base model · demo model\nIn use"
    assert [text.split("\n")[0] for text in panel.texts()[1:]] == [
        f"Version {number} · Dice 0.700 → 0.800" for number in (1, 2, 3)
    ]
    assert panel.texts()[1].endswith("9 masks")
    assert not panel.use.isEnabled() and not panel.back.isVisible()


def test_enter_in_the_list_uses_a_version_and_one_click_goes_back(qtbot, versioned, open_window):
    window = open_window()
    window.commands["versions"].trigger()
    panel = window.model.versions
    first = window.session.image_id
    panel.list.setCurrentRow(2)
    assert panel.details.text().endswith("a note")
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert window.session.store.active_version().id == "v2" and window.session.image_id == first
    assert "In use" in panel.texts()[2] and "In use" not in panel.texts()[0]
    assert "Version 2 is in use: it predicts from the next image on." in window.messages.texts()
    assert panel.back.text() == "Go back to: Base model"
    click(qtbot, panel.back)
    assert window.session.store.active_version() is None


def test_another_base_model_can_be_chosen_and_predicts_without_a_version(qtbot, versioned, open_window, tmp_path):
    window = open_window()
    versions = window.model.versions.versions
    versions.activate("v1")
    folder = tmp_path / "Sa2VA-1B"
    folder.mkdir()
    window.flow.choice.choose(str(folder))
    assert any("There is no model in the folder “Sa2VA-1B”" in text for text in window.messages.texts())
    assert versions.active_id() == "v1"
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"")
    with qtbot.waitSignal(window.flow.choice.chosen, timeout=30_000):
        window.flow.choice.choose(str(folder))
    assert versions.in_use().reference == str(folder) and versions.active_id() is None
    assert window.model.versions.texts()[0] == "Base model · Sa2VA-1B\nIn use"
    assert "Base model is in use: it predicts from the next image on." in window.messages.texts()


def test_a_model_that_does_not_load_leaves_the_one_in_use_in_use(qtbot, versioned, open_window, tmp_path):
    window = open_window()
    versions = window.versions
    versions.activate("v1")
    folder = tmp_path / "missing part"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"")
    with qtbot.waitSignal(window.flow.choice.failed, timeout=30_000):
        window.flow.choice.choose(str(folder))
    assert "The model is not complete, so nothing was loaded. Choose another." in window.messages.texts()
    assert versions.active_id() == "v1" and versions.base_reference() == "demo"
