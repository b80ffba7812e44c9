"""The menu of structures: their names with the keys that choose them, and what is done to the current one."""

from functools import partial

from PySide6.QtCore import QObject

from app.actions import Actions
from app.session import Session
from app.structure_commands import NUMBERS
from app.structure_order import choose, lock, move, show
from app.structure_panel import StructurePanel


class StructureMenu(QObject):
    """Connects the commands that work on the list of structures."""

    def __init__(self, session: Session, panel: StructurePanel, actions: Actions) -> None:
        super().__init__(panel)
        self._session, self._actions = session, actions
        actions.connect_all(
            {
                "new_structure": panel.ask_new,
                "change_structure": panel.ask_change,
                "structure_up": lambda: move(session, -1),
                "structure_down": lambda: move(session, 1),
                "hide_structure": self._hide,
                "lock_structure": self._lock,
            }
        )
        actions.connect_all({f"structure_{number}": partial(self._choose, number) for number in NUMBERS})
        for signal in (session.project_changed, session.structures_changed, session.structure_changed):
            signal.connect(self._follow)
        self._follow()

    def _choose(self, number: int) -> None:
        choose(self._session, number)
        self._follow()  # the check mark stays with the current one

    def _hide(self) -> None:
        show(self._session, self._session.structure_id, not self._actions["hide_structure"].isChecked())
        self._follow()

    def _lock(self) -> None:
        lock(self._session, self._session.structure_id, self._actions["lock_structure"].isChecked())
        self._follow()

    def _follow(self) -> None:
        rows, current = self._session.structures, self._session.structure_row
        self._actions["new_structure"].setEnabled(self._session.store is not None)
        for key in ("change_structure", "structure_up", "structure_down", "hide_structure", "lock_structure"):
            self._actions[key].setEnabled(current is not None)
        self._actions["hide_structure"].setChecked(current is not None and not current.is_visible)
        self._actions["lock_structure"].setChecked(current is not None and current.is_locked)
        for number in NUMBERS:
            action = self._actions[f"structure_{number}"]
            row = rows[number - 1] if number <= len(rows) else None
            action.setVisible(row is not None)
            action.setChecked(row is not None and row == current)
            if row is not None:
                action.setText(f"&{number}  " + row.name.replace("&", "&&"))
