"""Settings hold for every project, survive the program, and reach what they are for."""

import importlib.util
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt, QTranslator
from PySide6.QtWidgets import QFileDialog, QLabel

from app.commands import plain_words
from app.keymap import text_of
from app.language import install_translations
from app.program import Program
from app.settings import CHOICES, Settings
from app.settings_dialog import SettingsDialog
from app.theme import DARK, LIGHT
from core.paths import config_folder


def test_a_choice_survives_the_program(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.ini")
    assert {name: settings[name] for name in CHOICES} == {name: values[0] for name, values in CHOICES.items()}
    settings.choose("language", "zh_CN")
    settings.choose("next image", "not predicted")
    again = Settings(tmp_path / "settings.ini")
    assert (again["language"], again["next image"], again["look"]) == ("zh_CN", "not predicted", "auto")


def test_a_spoilt_file_gives_the_usual_settings(tmp_path: Path) -> None:
    file = tmp_path / "settings.ini"
    file.write_bytes(b"[General]\nlanguage=klingon\nlook=@Variant(\x00\x01)\ndevice=cpu; rm\n\xff\xfe")
    settings = Settings(file)
    assert all(settings[name] == values[0] for name, values in CHOICES.items())


def test_only_known_values_are_taken(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="language"):
        Settings(tmp_path / "settings.ini").choose("language", "fr")


@pytest.mark.parametrize(("system", "device"), [("linux", "cuda"), ("win32", "cuda"), ("darwin", "mps")])
def test_the_graphics_card_is_what_the_system_calls_it(tmp_path, monkeypatch, system, device) -> None:
    settings = Settings(tmp_path / "settings.ini")
    assert settings.device == "auto"
    monkeypatch.setattr(sys, "platform", system)
    settings.choose("device", "graphics card")
    assert settings.device == device
    settings.choose("device", "processor")
    assert settings.device == "cpu"


def test_the_dialog_shows_and_changes_them_with_the_keyboard(qtbot, tmp_path) -> None:
    settings = Settings(tmp_path / "settings.ini")
    settings.choose("device", "processor")
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.device.currentData() == "processor" and not dialog.later.isVisible()
    qtbot.keyClick(dialog.look, Qt.Key.Key_Down)
    assert settings["look"] == "dark"
    qtbot.keyClick(dialog.language, Qt.Key.Key_End)
    assert settings["language"] == "zh_CN" and dialog.later.isVisible()


@pytest.mark.parametrize("there", [True, False])
def test_a_cluster_can_be_chosen_where_what_it_needs_is_installed(qtbot, tmp_path, monkeypatch, there) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if there else None)
    settings = Settings(tmp_path / "settings.ini")
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    dialog.show()
    said = " ".join(one.text() for one in dialog.findChildren(QLabel))
    assert "leave this computer" in said and ("sa2va-annotator[ray]" in said) is not there
    assert settings.cluster == "" and not dialog.address.isVisible()
    qtbot.keyClick(dialog.place, Qt.Key.Key_Down)
    assert dialog.address.isVisible() is there and settings.cluster == ("http://127.0.0.1:8265" if there else "")
    if there:
        qtbot.keyClicks(dialog.address, " http://10.0.0.7:8265 ")
        assert Settings(tmp_path / "settings.ini").cluster == "http://10.0.0.7:8265"


@pytest.mark.parametrize("there", [True, False])
def test_few_bits_can_be_chosen_where_what_they_need_is_installed(qtbot, tmp_path, monkeypatch, there) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if there else None)
    settings = Settings(tmp_path / "settings.ini")
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    dialog.show()
    for _ in range(5):
        qtbot.keyClick(dialog.precision, Qt.Key.Key_Down)
    assert settings["precision"] == ("4 bits" if there else "16 bits")
    assert settings.precision == ("4bit" if there else "bf16")
    told = any("not installed" in one.text() for one in dialog.findChildren(QLabel))
    assert told is not there


def test_the_program_takes_the_look_at_once_and_the_language_at_the_start(qtbot, qapp) -> None:
    kept = Settings(config_folder() / "settings.ini")
    kept.choose("look", "dark")
    hook = sys.excepthook
    program = Program(qapp)
    qtbot.addWidget(program.window)
    try:
        assert program.theme.tones is DARK
        program.settings.choose("look", "light")
        assert program.theme.tones is LIGHT
        program.window.close()
    finally:
        sys.excepthook = hook
        program.settings.choose("look", "auto")


def test_another_device_or_precision_is_used_from_the_next_prediction_on(open_window, qtbot) -> None:
    window = open_window()
    predictions, asked = window.flow.predictions, []
    load = window.flow.process.load
    window.flow.process.load = lambda model, *how: asked.append(how) or load(model, *how)
    with qtbot.waitSignal(predictions.answered, timeout=20_000):
        window.segment.structure.ask()
    for setting, value in (("device", "processor"), ("precision", "16 bits")):
        window.settings.choose(setting, value)
        assert not window.flow.process.is_running
        with qtbot.waitSignal(predictions.answered, timeout=20_000):
            window.segment.structure.ask()
    assert asked == [("auto", "auto"), ("cpu", "auto"), ("cpu", "bf16")]


def test_whether_the_next_image_is_predicted_is_remembered(open_window) -> None:
    window = open_window()
    window.segment.structure.automatic.click()
    assert window.settings["next image"] == "not predicted" and not window.flow.predictions.automatic
    assert window.settings["device"] == "auto"


def test_words_without_their_letters_and_keys_once() -> None:
    assert plain_words("&Open project…") == "Open project…"
    assert plain_words("打开项目(&O)…") == "打开项目…"
    assert text_of(["Return", "Return"]) == text_of(["Return"])


def test_the_file_dialog_of_qt_speaks_chinese_throughout(qtbot, qapp):
    before = QLocale()
    install_translations(qapp, "zh_CN")
    try:
        dialog = QFileDialog()
        qtbot.addWidget(dialog)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setNameFilter("(*.png)")
        texts = [label.text() for label in dialog.findChildren(QLabel)]
        assert len(texts) == 3 and all(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in texts), texts
    finally:
        for translator in qapp.findChildren(QTranslator):
            qapp.removeTranslator(translator)
            translator.deleteLater()
        QLocale.setDefault(before)
