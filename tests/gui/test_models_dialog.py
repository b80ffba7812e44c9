"""The models dialog: what it lists, a real download from a hub on the loopback, stopping, going on, folders, use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.models_dialog import ModelsDialog
from core.hub_cache import Presence, presence
from core.model_folders import known_folders
from core.published_models import PUBLISHED
from tests.gui.acting import click
from tests.hub_server import Hub, hub_with
from tests.unit.tiny_model import make_tiny_model

WAIT = 60_000
NAME = "ByteDance/Sa2VA-1B"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("published") / "tiny")


@pytest.fixture
def hub(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub for the download worker, which is a process of its own, and an empty cache for both."""
    with hub_with() as server:
        server.models[NAME] = published
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
        yield server


@pytest.fixture
def dialog(window, hub) -> ModelsDialog:
    return open_dialog(window)


def open_dialog(window) -> ModelsDialog:
    window.commands["models"].trigger()
    return window.findChildren(ModelsDialog)[-1]


def line(dialog: ModelsDialog, reference: str) -> list[str]:
    at = next(at for at, row in enumerate(dialog._rows) if row.reference == reference)
    dialog.table.selectRow(at)
    return [dialog.table.item(at, column).text() for column in range(dialog.table.columnCount())]


def test_it_lists_what_there_is_and_what_it_needs(dialog):
    assert dialog.table.rowCount() == 1 + len(PUBLISHED)
    assert line(dialog, "demo")[0] == "Demo model" and line(dialog, "demo")[-1] == "in use"
    assert not dialog.use.isEnabled() and not dialog.fetch.isEnabled()
    assert line(dialog, NAME) == ["Sa2VA-1B", "4.0 GB", "4.3 GB", "6.6 GB", "Apache 2.0", "not downloaded"]
    assert line(dialog, "ByteDance/Sa2VA-Qwen3-VL-4B")[4] == "see its page"
    assert dialog.fetch.isEnabled() and not dialog.use.isEnabled()
    assert not dialog.bar.isVisible() and not dialog.stop.isVisible()


def test_a_model_is_downloaded_and_put_in_use(qtbot, window, dialog):
    line(dialog, NAME)
    click(qtbot, dialog.fetch)
    assert dialog.bar.isVisible() and dialog.stop.isVisible() and not dialog.fetch.isVisible()
    with qtbot.waitSignal(window.flow.download.finished, timeout=WAIT):
        pass
    assert dialog.closing.text() == "Sa2VA-1B is on this computer now."
    assert line(dialog, NAME)[-1] == "on this computer" and presence(NAME) is Presence.WHOLE
    with qtbot.waitSignal(window.flow.choice.chosen, timeout=WAIT):
        click(qtbot, dialog.use)
    assert line(dialog, NAME)[-1] == "in use"
    assert window.versions.base_reference() == NAME and window.versions.base_name() == "Sa2VA-1B"


def test_a_download_can_be_stopped_and_goes_on(qtbot, window, dialog, hub):
    hub.slow = 0.02
    line(dialog, NAME)
    click(qtbot, dialog.fetch)
    qtbot.waitUntil(lambda: dialog.bar.maximum() > 0 and dialog.bar.value() > 0, timeout=WAIT)
    assert dialog.far.text().startswith("Downloading Sa2VA-1B: ") and " of " in dialog.far.text()
    with qtbot.waitSignal(window.flow.download.cancelled, timeout=WAIT):
        click(qtbot, dialog.stop)
    assert dialog.closing.text().startswith("The download of Sa2VA-1B was stopped. What came is kept")
    assert line(dialog, NAME)[-1].endswith("% here") and dialog.fetch.text() == "Go on downloading"
    hub.slow = 0.0
    hub.asked.clear()
    with qtbot.waitSignal(window.flow.download.finished, timeout=WAIT):
        click(qtbot, dialog.fetch)
    assert hub.weights_asked()[0][1] > 0, "it went on in the middle of the file"


def test_a_download_goes_on_while_the_dialog_is_closed(qtbot, window, dialog, hub):
    hub.slow = 0.01
    line(dialog, NAME)
    click(qtbot, dialog.fetch)
    qtbot.waitUntil(lambda: dialog.bar.maximum() > 0, timeout=WAIT)
    click(qtbot, dialog.shut)
    again = open_dialog(window)
    assert again.stop.isVisible() and not again.fetch.isVisible()
    hub.slow = 0.0
    with qtbot.waitSignal(window.flow.download.finished, timeout=WAIT):
        pass
    assert any("The model ByteDance/Sa2VA-1B is on this computer now." in text for text in window.messages.texts())


def test_what_fails_is_said_in_the_dialog_and_can_be_tried_again(qtbot, window, dialog, hub, published):
    hub.models.clear()
    line(dialog, NAME)
    with qtbot.waitSignal(window.flow.download.failed, timeout=WAIT):
        click(qtbot, dialog.fetch)
    assert dialog.closing.text().startswith("There is no model “ByteDance/Sa2VA-1B” on the hub")
    hub.models[NAME] = published
    with qtbot.waitSignal(window.flow.download.finished, timeout=WAIT):
        click(qtbot, dialog.fetch)


def test_closing_the_window_stops_the_download(qtbot, window, dialog, hub):
    hub.slow = 0.02
    line(dialog, NAME)
    click(qtbot, dialog.fetch)
    qtbot.waitUntil(lambda: dialog.bar.maximum() > 0, timeout=WAIT)
    dialog.reject()
    window.close()
    assert not window.flow.download.is_running and presence(NAME) is Presence.PART


@pytest.mark.expects_log("a worker ended")
def test_a_download_that_dies_is_one_sentence(qtbot, window, dialog, hub):
    hub.slow = 0.02
    line(dialog, NAME)
    click(qtbot, dialog.fetch)
    qtbot.waitUntil(lambda: dialog.bar.maximum() > 0, timeout=WAIT)
    with qtbot.waitSignal(window.flow.download.failed, timeout=WAIT):
        window.flow.download._task._worker._process.kill()
    assert dialog.closing.text().startswith("The download stopped unexpectedly; what came is kept")


def test_a_folder_is_added_and_stays_in_the_list(qtbot, window, dialog, tmp_path):
    folder = tmp_path / "our model"
    folder.mkdir()
    dialog.add_folder(folder)
    assert "There is no model in the folder “our model”" in dialog.closing.text() and known_folders() == []
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"x" * 3_000_000)
    dialog.add_folder(folder)
    assert dialog.chosen().title == "our model" and dialog.use.isEnabled()
    assert line(dialog, str(folder))[1] == "3 MB"
    dialog.reject()
    assert line(open_dialog(window), str(folder))[-1] == "on this computer"


def test_a_folder_that_does_not_load_is_said_and_changes_nothing(qtbot, window, dialog, tmp_path):
    folder = tmp_path / "missing part"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"")
    dialog.add_folder(folder)
    with qtbot.waitSignal(window.flow.choice.failed, timeout=WAIT):
        click(qtbot, dialog.use)
    assert dialog.closing.text() == "The model is not complete, so nothing was loaded. Choose another."
    assert line(dialog, "demo")[-1] == "in use"


def test_what_computes_is_said_with_its_reason(window):
    window.model.show_device("", "No graphics card was found, so the processor is used.")
    assert window.model.device.text() == "No graphics card was found, so the processor is used."
    window.model.show_device("Card X", "A graphics card was found and is used.")
    assert window.model.device.text() == "A graphics card was found and is used. Card X"
