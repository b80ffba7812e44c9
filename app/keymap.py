"""Which keys are in force: those of the table until the clinician chose others."""

import json
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from app.command import Command
from app.commands import COMMANDS, plain_words, words
from app.held_keys import HELD_COMMANDS, stands_alone
from app.settings import Settings

BOUND: tuple[Command, ...] = (*COMMANDS, *HELD_COMMANDS)
"""Everything that a key can be chosen for."""
HELD = frozenset(command.key for command in HELD_COMMANDS)


class Keymap(QObject):
    """The keys of every command; no key belongs to two of them.

    Keys are written as QKeySequence writes them on every system ("Ctrl+Shift+Z").

    Signals:
        changed: a command has other keys.
    """

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        """Read what was chosen; what cannot be read counts as not chosen.

        Args:
            settings: keeps what is chosen here.
            parent: owner.
        """
        super().__init__(parent)
        self._settings = settings
        self._chosen: dict[str, tuple[str, ...]] = {}
        taken: set[str] = set()
        for command in BOUND:
            keys = _read(settings.note(_name(command.key)))
            if keys is not None and may_have(command.key, keys) and not taken & set(keys):
                self._chosen[command.key] = keys
                taken |= set(keys)
        self._keys = self._in_force()

    def keys(self, command: str) -> tuple[str, ...]:
        """The keys of a command, the first as the one shown; none if it has none."""
        return self._keys[command]

    def text(self, command: str) -> str:
        """The keys of a command as the desktop writes them, each once; "" without any."""
        return text_of(self._keys[command])

    def spoken(self, command: str) -> str:
        """The key of a command as a sentence names it; the command's name in quotes where it has none."""
        name = next(one.text for one in BOUND if one.key == command)
        return self.text(command) or f"“{plain_words(words(name))}”"

    def is_chosen(self, command: str) -> bool:
        """Whether the clinician chose the keys of this command."""
        return command in self._chosen

    def owner(self, key: str, besides: str) -> str | None:
        """The other command that a key belongs to.

        Args:
            key: as QKeySequence writes it.
            besides: a command that does not count.
        """
        return next((name for name, keys in self._keys.items() if key in keys and name != besides), None)

    def choose(self, command: str, keys: Iterable[str]) -> None:
        """Give a command these keys and no other.

        Raises:
            ValueError: one belongs to another command, or the command cannot have it.
        """
        wanted = tuple(map(portable, keys))
        if not may_have(command, wanted) or any(self.owner(key, command) for key in wanted):
            raise ValueError(f"{command} cannot have {wanted}")
        self._keep({command: wanted})

    def may_swap(self, command: str, key: str) -> bool:
        """Whether `swap` can be done: a key to be held cannot be one with Ctrl, Alt or Shift."""
        other = self.owner(key, command)
        return other is not None and may_have(command, (key,)) and may_have(other, self._keys[command])

    def swap(self, command: str, key: str) -> None:
        """Give a command the key of another one, which gets the keys that this one had.

        Raises:
            ValueError: the key belongs to no other, or one of them cannot have what it would get.
        """
        other = self.owner(key, command)
        if other is None or not self.may_swap(command, key):
            raise ValueError(f"{command} cannot swap for {key}")
        self._keep({command: (key,), other: self._keys[command]})

    def reset(self, command: str) -> None:
        """Give a command its usual keys back, but for those that another one has got in the meantime."""
        self._forget(command)

    def reset_all(self) -> None:
        """Give every command its usual keys back."""
        self._forget(*self._chosen)

    def _keep(self, chosen: dict[str, tuple[str, ...]]) -> None:
        for command, keys in chosen.items():
            self._chosen[command] = keys
            self._settings.keep_note(_name(command), json.dumps(keys))
        self._keys = self._in_force()
        self.changed.emit()

    def _forget(self, *commands: str) -> None:
        for command in commands:
            self._chosen.pop(command, None)
            self._settings.keep_note(_name(command), "")
        self._keys = self._in_force()
        self.changed.emit()

    def _in_force(self) -> dict[str, tuple[str, ...]]:
        """What was chosen, and of the usual keys those that nobody chose for something else."""
        taken = {key for keys in self._chosen.values() for key in keys}
        found = {}
        for command in BOUND:
            usual = tuple(key for key in map(portable, command.keys) if key not in taken)
            found[command.key] = self._chosen.get(command.key, usual)
        return found


def portable(key: str) -> str:
    """A key as QKeySequence writes it on every system."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def text_of(keys: Iterable[str]) -> str:
    """Keys as the desktop writes them, each once."""
    written = [QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys]
    return ", ".join(dict.fromkeys(written))


def may_have(command: str, keys: Iterable[str]) -> bool:
    """Whether a command can have these keys: what is to be held down needs one that stands alone."""
    return command not in HELD or all(map(stands_alone, keys))


def _name(command: str) -> str:
    return f"keys/{command}"


def _read(note: str) -> tuple[str, ...] | None:
    try:
        keys = json.loads(note)
    except ValueError:
        return None
    if not isinstance(keys, list) or not all(isinstance(key, str) and portable(key) == key != "" for key in keys):
        return None
    return tuple(dict.fromkeys(keys))
