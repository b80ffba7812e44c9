"""What one command of the window is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        key: its name in the program.
        menu: the menu it stands in.
        text: words in the menu (context "actions").
        help: what it does, for tips and the list of shortcuts.
        icon: file name in resources/icons, or "".
        keys: shortcuts; the first is the one shown.
        checkable: whether it is switched on and off.
        choice: commands with the same choice exclude each other.
        ends_block: whether a line follows it in the menu.
    """

    key: str
    menu: str
    text: str
    help: str
    icon: str = ""
    keys: tuple[str, ...] = ()
    checkable: bool = False
    choice: str = ""
    ends_block: bool = False
