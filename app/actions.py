"""The commands of the table as Qt actions, with their menus."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from app.commands import COMMANDS, MENUS, key_text, words
from app.icons import icon
from app.theme import Theme


class Actions(QObject):
    """The commands as Qt actions; `actions["undo"].triggered` is what the window connects."""

    def __init__(self, window: QMainWindow, theme: Theme) -> None:
        super().__init__(window)
        self._theme = theme
        self._actions: dict[str, QAction] = {}
        choices: dict[str, QActionGroup] = {}
        for command in COMMANDS:
            action = QAction(words(command.text), window)
            action.setObjectName(command.key)
            action.setShortcuts([QKeySequence(key) for key in command.keys])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            tip = words(command.help)
            action.setToolTip(f"{tip} ({key_text(command)})" if command.keys else tip)
            action.setStatusTip(tip)
            action.setCheckable(command.checkable)
            if command.choice:
                choices.setdefault(command.choice, QActionGroup(window)).addAction(action)
            self._actions[command.key] = action
        window.addActions(list(self._actions.values()))
        theme.changed.connect(self._recolour)
        self._recolour()

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
        menus: dict[str, QMenu] = {}
        for key, text in MENUS:
            menus[key] = window.menuBar().addMenu(words(text))
        for command in COMMANDS:
            menus[command.menu].addAction(self._actions[command.key])
            if command.ends_block:
                menus[command.menu].addSeparator()

    def _recolour(self) -> None:
        for command in COMMANDS:
            if command.icon:
                self._actions[command.key].setIcon(icon(command.icon, self._theme.tones.text))
