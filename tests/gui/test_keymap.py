"""Keys of commands: one command each, whatever is chosen, swapped or taken back, and the same after a new start."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from PySide6.QtCore import QEvent, Qt, QTranslator
from PySide6.QtGui import QKeyEvent

from app.commands import COMMANDS, MENUS
from app.held_keys import HeldKeys
from app.key_press import is_free, key_of
from app.keymap import BOUND, HELD, Keymap, portable
from app.settings import Settings
from core.paths import resources_folder

NAMES = st.sampled_from([command.key for command in BOUND])
KEYS = st.sampled_from(
    ["B", "S", "T", "Ctrl+B", "Ctrl+Z", "Shift+L", "Space", "F5", "?", "Alt++", "Return", ",", "Ctrl+,"]
)


def keymap_in(folder: Path) -> Keymap:
    return Keymap(Settings(folder / "settings.ini"))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_letter_opens_one_entry_of_its_menu(qapp, language):
    translator = QTranslator()
    if language != "en":
        assert translator.load(str(resources_folder() / "translations" / f"{language}.qm"))

    def letter(text: str) -> str:
        found = re.search(r"&(\w)", translator.translate("actions", text) or text)
        assert found is not None, text
        return found.group(1).lower()

    menus = {"the bar": [letter(text) for _, text in MENUS]}
    for command in COMMANDS:
        menus.setdefault(command.menu, []).append(letter(command.text))
    assert {menu: letters for menu, letters in menus.items() if len(set(letters)) < len(letters)} == {}


class Choosing(RuleBasedStateMachine):
    """Any sequence of choices."""

    folder: Path

    @initialize(number=st.integers(0, 10**9))
    def begin(self, number: int) -> None:
        self.place = self.folder / f"{number}-{id(self)}"
        self.place.mkdir()
        self.keymap = keymap_in(self.place)

    @rule(name=NAMES, key=KEYS)
    def choose(self, name: str, key: str) -> None:
        key = portable(key)
        owner = self.keymap.owner(key, name)
        if owner is None and not (name in HELD and "+" in key[:-1]):
            self.keymap.choose(name, [key])
            assert self.keymap.keys(name) == (key,)
        elif owner is not None and self.keymap.may_swap(name, key):
            before = self.keymap.keys(name)
            self.keymap.swap(name, key)
            assert self.keymap.keys(name) == (key,) and self.keymap.keys(owner) == before
        else:
            with pytest.raises(ValueError, match="cannot"):
                self.keymap.choose(name, [key])

    @rule(name=NAMES)
    def take_away(self, name: str) -> None:
        self.keymap.choose(name, [])
        assert self.keymap.text(name) == ""

    @rule(name=NAMES)
    def reset(self, name: str) -> None:
        self.keymap.reset(name)
        assert not self.keymap.is_chosen(name)

    @rule()
    def reset_all(self) -> None:
        self.keymap.reset_all()
        assert all(self.keymap.keys(one.key) == tuple(map(portable, one.keys)) for one in BOUND)

    @invariant()
    def no_key_has_two_commands_and_a_new_start_finds_the_same(self) -> None:
        found = [key for command in BOUND for key in self.keymap.keys(command.key)]
        assert len(found) == len(set(found))
        again = keymap_in(self.place)
        assert all(again.keys(one.key) == self.keymap.keys(one.key) for one in BOUND)


def test_any_sequence_of_choices_leaves_every_key_with_one_command(qapp, tmp_path) -> None:
    class InThisFolder(Choosing):
        folder = tmp_path

    run_state_machine_as_test(InThisFolder)


def test_the_usual_keys_are_those_of_the_table_each_once(qapp, tmp_path) -> None:
    keymap = keymap_in(tmp_path)
    keys = [key for command in BOUND for key in map(portable, command.keys)]
    assert len(keys) == len(set(keys)) and all(keys)
    assert keymap.keys("undo") == ("Ctrl+Z",) and keymap.keys("hold_blink") == ("S",)
    assert len({command.key for command in BOUND}) == len(BOUND) > len(COMMANDS)


@given(
    note=st.text(max_size=30) | st.sampled_from(['["B","B"]', '["nonsense key"]', "[1]", '{"a":1}', "[[]]", '["E"]'])
)
def test_a_spoilt_note_is_no_choice(qapp, tmp_path_factory, note) -> None:
    settings = Settings(tmp_path_factory.mktemp("keys") / "settings.ini")
    settings.keep_note("keys/brush", note)
    settings.keep_note("keys/eraser", note)
    keymap = Keymap(settings)
    found = [key for command in BOUND for key in keymap.keys(command.key)]
    assert len(found) == len(set(found))


def test_a_held_key_stands_alone(qapp, tmp_path) -> None:
    keymap = keymap_in(tmp_path)
    with pytest.raises(ValueError, match="hold_blink"):
        keymap.choose("hold_blink", ["Ctrl+J"])
    assert not keymap.may_swap("undo", "S"), "it would give Ctrl+Z to a key that is held"
    held = HeldKeys()
    keymap.choose("hold_blink", ["J"])
    held.bind(keymap.keys)

    def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> bool:
        return held.take(QKeyEvent(QEvent.Type.KeyPress, key, modifiers))

    assert not press(Qt.Key.Key_S) and not press(Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert press(Qt.Key.Key_J) and held.blinks
    held.take(QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_J, Qt.KeyboardModifier.NoModifier))
    assert not held.blinks


@pytest.mark.parametrize(
    ("key", "modifiers", "text", "name"),
    [
        (Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier, "?", "?"),
        (Qt.Key.Key_B, Qt.KeyboardModifier.ShiftModifier, "B", "Shift+B"),
        (Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier, "+", "Ctrl++"),
        (Qt.Key.Key_1, Qt.KeyboardModifier.KeypadModifier, "1", "1"),
        (Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier, "", "Shift+F5"),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier, " ", "Shift+Space"),
        (Qt.Key.Key_Shift, Qt.KeyboardModifier.ShiftModifier, "", None),
    ],
)
def test_a_press_is_called_what_a_shortcut_is_called(key, modifiers, text, name) -> None:
    assert key_of(QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text)) == name


@pytest.mark.parametrize(
    ("key", "modifiers", "free"),
    [
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier, False),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier, False),
        (Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier, False),
        (Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier, True),
        (Qt.Key.Key_F, Qt.KeyboardModifier.NoModifier, True),
    ],
)
def test_keys_that_get_around_are_not_given_away(key, modifiers, free) -> None:
    assert is_free(QKeyEvent(QEvent.Type.KeyPress, key, modifiers)) is free
