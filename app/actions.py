"""The commands of the table as Qt actions, with their menus."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from app.commands import COMMANDS, MENUS, words
from app.icons import icon
from app.keymap import Keymap
from app.theme import Theme

HELP = {command.key: command.help for command in COMMANDS}


class Actions(QObject):
    """The commands as Qt actions; `actions["undo"].triggered` is what the window connects.

    Attributes:
        keymap: the keys in force; actions and tips follow it.
        menus: of the window, by their names in the table.
    """

    def __init__(self, window: QMainWindow, theme: Theme, keymap: Keymap) -> None:
        super().__init__(window)
        self._theme, self.keymap = theme, keymap
        self._actions: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        choices: dict[str, QActionGroup] = {}
        for command in COMMANDS:
            action = QAction(words(command.text), window)
            action.setObjectName(command.key)
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.setStatusTip(words(command.help))
            action.setCheckable(command.checkable)
            if command.choice:
                choices.setdefault(command.choice, QActionGroup(window)).addAction(action)
            self._actions[command.key] = action
        window.addActions(list(self._actions.values()))
        theme.changed.connect(self._recolour)
        keymap.changed.connect(self._take_keys)
        self._recolour()
        self._take_keys()

    def __getitem__(self, key: str) -> QAction:
        return self._actions[key]

    def connect_all(self, slots: dict[str, Callable[[], object]]) -> None:
        """Connect commands to what they do.

        Args:
            slots: key of a command, and a callable without arguments.
        """
        for key, slot in slots.items():
            self._actions[key].triggered.connect(lambda _checked=False, slot=slot: slot())

    def fill_menus(self, window: QMainWindow) -> None:
        """Make the menus of the window from the table."""
        for key, text in MENUS:
            self.menus[key] = window.menuBar().addMenu(words(text))
        for command in COMMANDS:
            self.menus[command.menu].addAction(self._actions[command.key])
            if command.ends_block:
                self.menus[command.menu].addSeparator()

    def lend_tip(self, widget: QWidget, *keys: str, text: str = "") -> None:
        """Let a widget's tip say what commands do and with which keys, also when these become others.

        Args:
            widget: does the same as the commands.
            keys: of the commands.
            text: what they do; the first command's own words when left out.
        """

        def follow() -> None:
            widget.setToolTip(self._tip(text or words(HELP[keys[0]]), *keys))

        self.keymap.changed.connect(follow)
        follow()

    def _take_keys(self) -> None:
        for key, action in self._actions.items():
            action.setShortcuts([QKeySequence(written) for written in self.keymap.keys(key)])
            action.setToolTip(self._tip(words(HELP[key]), key))

    def _tip(self, text: str, *keys: str) -> str:
        shown = ", ".join(written for key in keys if (written := self.keymap.text(key)))
        return f"{text} ({shown})" if shown else text

    def _recolour(self) -> None:
        for command in COMMANDS:
            if command.icon:
                self._actions[command.key].setIcon(icon(command.icon, self._theme.tones.text))
