"""Every sentence is declared, complete, and shown by one bar; every command has words, help and no key of another."""

import re
import string

import pytest
from PySide6.QtWidgets import QMainWindow, QWidget

from app.actions import Actions
from app.commands import COMMANDS, MENUS
from app.crash_dialog import CrashDialog, report_of
from app.icons import icon
from app.keymap import Keymap
from app.message_bar import MOST_CARDS, MessageBar
from app.messages import SENTENCES, text_of, text_of_error
from app.settings import Settings
from app.theme import DARK, LIGHT, STRUCTURE_COLOURS, Theme, style_sheet
from core.errors import ImageError, StoreError
from core.paths import resources_folder


@pytest.fixture
def theme(qapp):
    return Theme(qapp, "dark")


@pytest.fixture
def bar(qtbot, theme, tmp_path):
    below = QWidget()
    qtbot.addWidget(below)
    below.resize(600, 400)
    bar = MessageBar(below, theme, Keymap(Settings(tmp_path / "settings.ini")))
    below.show()
    yield bar  # keeps the widget below alive


def fields_of(text):
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize("key", SENTENCES)
def test_every_sentence_can_be_filled_and_ends_like_one(key):
    sentence = SENTENCES[key]
    text = text_of(key, dict.fromkeys(fields_of(sentence.text), "x"))
    assert "{" not in text
    assert key in ("error", "locked") or text.endswith(".")
    assert not re.search(r"\b(exception|null|none|file system|class|sqlite)\b", text, re.IGNORECASE)


@pytest.mark.parametrize("key", SENTENCES)
def test_no_sentence_names_a_key_that_may_be_another_one(key):
    assert not re.search(r"\b(press|hold|with) [A-Z]\b|\([A-Z]\)", SENTENCES[key].text)
    assert ("{key}" in SENTENCES[key].text) == bool(SENTENCES[key].command)


def test_an_error_says_what_happened_and_what_to_do():
    error = ImageError("The image {name} cannot be read.", "Choose another.", name="a.png")
    assert text_of_error(error) == "The image a.png cannot be read. Choose another."


def test_a_message_replaces_its_older_self_and_goes_by_name(bar):
    bar.say("images_added", count=2)
    bar.say("images_added", count=3)
    assert bar.texts() == ["Images added to the project: 3."]
    bar.say_error(StoreError("It is full.", "Make room."))
    bar.say_error(StoreError("It is locked.", "Wait."))
    assert bar.texts()[-1] == "It is locked. Wait."
    bar.clear("StoreError")
    assert bar.texts() == ["Images added to the project: 3."]


def test_a_long_message_is_not_cut_and_few_stand_at_a_time(bar):
    for number in range(5):
        bar.say_error(type(f"Error{number}", (StoreError,), {})("A long sentence. " * 12, "Do this."))
    assert len(bar.texts()) == MOST_CARDS
    for card in bar._cards.values():
        assert card._label.height() >= card._label.heightForWidth(card._label.width())


def test_an_undeclared_sentence_is_a_mistake(bar):
    with pytest.raises(KeyError):
        bar.say("no such sentence")


def test_every_command_has_words_help_an_icon_that_exists_and_its_own_keys(qtbot, theme, tmp_path):
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = Actions(window, theme, Keymap(Settings(tmp_path / "settings.ini")))
    actions.fill_menus(window)
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))
    for command in COMMANDS:
        assert command.text and command.help and command.menu in dict(MENUS)
        if command.icon:
            assert (resources_folder() / "icons" / f"{command.icon}.svg").is_file()
            assert not icon(command.icon, "#ffffff").isNull()
        if command.keys:
            assert actions.keymap.text(command.key) in actions[command.key].toolTip()
            assert not actions[command.key].shortcut().isEmpty()
    assert len({command.key for command in COMMANDS}) == len(COMMANDS)


@pytest.mark.parametrize("tones", [DARK, LIGHT])
def test_text_can_be_read_on_every_ground(tones):
    def luminance(colour):
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(one, other):
        high, low = sorted((luminance(one), luminance(other)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for ground in (tones.window, tones.panel, tones.raised, tones.hover):
        assert contrast(tones.text, ground) >= 7
        assert contrast(tones.muted, ground) >= 4.5
    assert contrast(tones.on_accent, tones.accent) >= 4.5
    assert contrast(tones.accent, tones.panel) >= 3
    assert "@" not in style_sheet(tones).replace("@ are colours", "")


def test_the_look_changes_while_the_program_runs(theme, qapp):
    with_dark = qapp.styleSheet()
    theme.choose("light")
    assert theme.tones is LIGHT
    assert qapp.styleSheet() != with_dark
    assert len(set(STRUCTURE_COLOURS)) == len(STRUCTURE_COLOURS)


def test_the_crash_dialog_says_that_work_is_saved_and_copies_the_report(qtbot, qapp, tmp_path):
    try:
        raise RuntimeError("it broke")
    except RuntimeError as error:
        report = report_of(type(error), error, error.__traceback__)
    dialog = CrashDialog(report, saved=True, log_path=tmp_path / "a.log")
    qtbot.addWidget(dialog)
    dialog.show()
    assert "it broke" in report
    assert not dialog._view.isVisible()
    dialog.copy_report()
    assert "it broke" in qapp.clipboard().text()
