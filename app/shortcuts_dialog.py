"""The cheat sheet: every key and mouse button as they are now, with a search, and other keys where one wants them."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.commands import MENUS, plain_words, words
from app.controls import ENTER, label, resize_on_screen
from app.key_press import FIXED, is_free, key_of
from app.keymap import BOUND, Keymap, may_have, text_of

COMMAND_ROLE = int(Qt.ItemDataRole.UserRole)
ACTION, KEYS, HELP = range(3)


class ShortcutsDialog(QDialog):
    """A table of commands in groups; a double click or Enter on one waits for its new key."""

    def __init__(self, keymap: Keymap, parent: QWidget | None = None) -> None:
        """Show the keys in force.

        Args:
            keymap: is changed here.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys and mouse"))
        resize_on_screen(self, 960, 700)
        self._keymap = keymap
        self._waiting: str | None = None
        self._conflict: tuple[str, str] | None = None
        self._groups: list[QTreeWidgetItem] = []
        self.search = QLineEdit(placeholderText=self.tr("Find a command or a key"), clearButtonEnabled=True)
        self.search.setAccessibleName(self.tr("Find a command or a key"))
        self.table = self._make_table()
        self.note = label("", "muted")
        self.note.setWordWrap(True)
        self.note.setMinimumHeight(38)
        self.change, self.swap = QPushButton(self.tr("Change the key…")), QPushButton(self.tr("Swap the two"))
        self.none, self.usual = QPushButton(self.tr("No key")), QPushButton(self.tr("Usual key"))
        self.all_usual, self.close_button = QPushButton(self.tr("All keys as usual")), QPushButton(self.tr("Close"))
        self._arrange()
        self._fill()
        self._connect()
        self._follow()
        self.search.setFocus()

    def wait_for_key(self) -> None:
        """The next key that is pressed becomes that of the chosen command."""
        command = self._current()
        if command is not None:
            self._waiting, self._conflict = command, None
            self.table.setFocus()
            self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While a key is waited for, every press on the table is that key; else Enter asks for one."""
        if isinstance(event, QKeyEvent) and event.type() != QEvent.Type.KeyRelease:
            pressed = event.type() == QEvent.Type.KeyPress
            if self._waiting is not None:
                event.accept()
                if pressed:
                    self._take(event)
                return True
            if pressed and event.key() in ENTER:
                self.wait_for_key()
                return True
        if event.type() == QEvent.Type.FocusOut and self._waiting is not None:
            self._waiting = None
            self._follow()
        return super().eventFilter(watched, event)

    def _make_table(self) -> QTreeWidget:
        table = QTreeWidget()
        table.setColumnCount(3)
        table.setHeaderLabels([self.tr("Command"), self.tr("Key"), self.tr("What it does")])
        table.setRootIsDecorated(False)
        table.setIndentation(12)
        table.setItemsExpandable(False)
        table.setUniformRowHeights(True)
        table.setAccessibleName(self.tr("Keys and mouse"))
        table.header().setSectionResizeMode(ACTION, QHeaderView.ResizeMode.Fixed)
        table.header().setSectionResizeMode(KEYS, QHeaderView.ResizeMode.Fixed)
        table.header().setStretchLastSection(True)
        table.header().resizeSection(ACTION, 250)
        table.header().resizeSection(KEYS, 160)
        table.header().setSectionsMovable(False)
        return table

    def _arrange(self) -> None:
        below, last = QHBoxLayout(), QHBoxLayout()
        for button in (self.change, self.none, self.usual, self.swap):
            button.setAutoDefault(False)
            below.addWidget(button)
        below.addStretch(1)
        self.all_usual.setAutoDefault(False)
        self.close_button.setAutoDefault(False)
        last.addWidget(self.all_usual)
        last.addStretch(1)
        last.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        column.addWidget(self.note)
        column.addLayout(below)
        column.addLayout(last)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._find)
        self.table.itemDoubleClicked.connect(lambda *_: self.wait_for_key())
        self.table.currentItemChanged.connect(lambda *_: self._chosen_other())
        self.table.installEventFilter(self)
        self.change.clicked.connect(self.wait_for_key)
        self.none.clicked.connect(lambda: self._set(()))
        self.usual.clicked.connect(self._back)
        self.swap.clicked.connect(self._swap)
        self.all_usual.clicked.connect(self._keymap.reset_all)
        self.close_button.clicked.connect(self.reject)
        self._keymap.changed.connect(self._follow)

    def _fill(self) -> None:
        titles = [(key, plain_words(words(text))) for key, text in MENUS] + [("held", self.tr("Keys to hold down"))]
        for menu, title in titles:
            group = self._group(title)
            for command in BOUND:
                if command.menu == menu:
                    self._row(group, plain_words(words(command.text)), words(command.help), command.key)
        for title, rows in FIXED:
            group = self._group(words(title))
            for keys, help_ in rows:
                self._row(group, words(keys), words(help_), "")
        self.table.expandAll()

    def _group(self, title: str) -> QTreeWidgetItem:
        group = QTreeWidgetItem(self.table, [title])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        group.setFirstColumnSpanned(True)
        font = self.table.font()
        font.setBold(True)
        group.setFont(ACTION, font)
        self._groups.append(group)
        return group

    def _row(self, group: QTreeWidgetItem, name: str, help_: str, command: str) -> None:
        row = QTreeWidgetItem(group, [name, "", help_])
        row.setData(ACTION, COMMAND_ROLE, command)
        row.setToolTip(HELP, help_)

    def _rows(self) -> list[QTreeWidgetItem]:
        return [row for group in self._groups for row in _below(group)]

    def _current(self) -> str | None:
        row = self.table.currentItem()
        return (row.data(ACTION, COMMAND_ROLE) or None) if row is not None else None

    def _name(self, command: str) -> str:
        return next(plain_words(words(one.text)) for one in BOUND if one.key == command)

    def _chosen_other(self) -> None:
        self._waiting = self._conflict = None
        self._follow()

    def _take(self, event: QKeyEvent) -> None:
        """The key that was waited for."""
        command, key = self._waiting, key_of(event)
        if command is None or key is None:  # Ctrl, Alt or Shift alone: there is more to come
            return
        self._waiting = None
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self._follow()
        elif not is_free(event) or not may_have(command, (key,)):
            held = self.tr("A key to hold down stands alone, without Ctrl, Alt or Shift.")
            kept = self.tr("{key} is needed to get around in the window; choose another key.")
            self._follow(held if is_free(event) else kept.format(key=text_of([key])))
        elif other := self._keymap.owner(key, command):
            self._conflict = (command, key)
            said = self.tr("{key} is the key of “{other}”; nothing was changed.").format(
                key=text_of([key]), other=self._name(other)
            )
            self._follow(said)
        else:
            self._set((key,))

    def _set(self, keys: tuple[str, ...]) -> None:
        command = self._current()
        if command is not None:
            self._conflict = None
            self._keymap.choose(command, keys)

    def _back(self) -> None:
        command = self._current()
        if command is not None:
            self._conflict = None
            self._keymap.reset(command)

    def _swap(self) -> None:
        if self._conflict is not None:
            conflict, self._conflict = self._conflict, None
            self._keymap.swap(*conflict)

    def _follow(self, said: str = "") -> None:
        """Show the keys in force, what can be done with the chosen row, and a sentence."""
        for row in self._rows():
            command = row.data(ACTION, COMMAND_ROLE)
            if command:
                waits = command == self._waiting
                row.setText(KEYS, self.tr("Press the key …") if waits else self._keymap.text(command))
                font = self.table.font()
                font.setBold(waits or self._keymap.is_chosen(command))
                row.setFont(KEYS, font)
        command = self._current()
        self.change.setEnabled(command is not None)
        self.none.setEnabled(command is not None and bool(self._keymap.keys(command)))
        self.usual.setEnabled(command is not None and self._keymap.is_chosen(command))
        self.swap.setVisible(self._conflict is not None and self._keymap.may_swap(*self._conflict))
        usual = self.tr("Double-click a command, or press Enter on it, to give it another key.")
        if self._waiting is not None:
            said = self.tr("Press the new key of “{command}”; Esc leaves it as it is.").format(
                command=self._name(self._waiting)
            )
        chosen = self.table.currentItem()
        help_ = f"{chosen.text(HELP)}\n" if chosen is not None and command else ""
        self.note.setText(said or help_ + usual)
        self._find(self.search.text())

    def _find(self, text: str) -> None:
        wanted = text.strip().casefold()
        for row in self._rows():
            row.setHidden(not any(wanted in row.text(column).casefold() for column in (ACTION, KEYS, HELP)))
        for group in self._groups:
            group.setHidden(all(row.isHidden() for row in _below(group)))


def _below(group: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [row for place in range(group.childCount()) if (row := group.child(place)) is not None]
