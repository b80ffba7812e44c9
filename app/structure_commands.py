"""The commands that work on the list of structures."""

from app.command import Command
from app.language import QT_TRANSLATE_NOOP

NUMBERS = range(1, 10)
_NUMBER_HELP = QT_TRANSLATE_NOOP("actions", "Work on the structure with this number in the list")
_NUMBER_TEXTS = (
    QT_TRANSLATE_NOOP("actions", "Structure &1"),
    QT_TRANSLATE_NOOP("actions", "Structure &2"),
    QT_TRANSLATE_NOOP("actions", "Structure &3"),
    QT_TRANSLATE_NOOP("actions", "Structure &4"),
    QT_TRANSLATE_NOOP("actions", "Structure &5"),
    QT_TRANSLATE_NOOP("actions", "Structure &6"),
    QT_TRANSLATE_NOOP("actions", "Structure &7"),
    QT_TRANSLATE_NOOP("actions", "Structure &8"),
    QT_TRANSLATE_NOOP("actions", "Structure &9"),
)

STRUCTURE_COMMANDS: tuple[Command, ...] = (
    Command(
        "new_structure",
        "structure",
        QT_TRANSLATE_NOOP("actions", "&New structure…"),
        QT_TRANSLATE_NOOP("actions", "Add a structure to the project: its name, the words for the model, a colour"),
        "plus",
        keys=("Ctrl+J",),
    ),
    Command(
        "change_structure",
        "structure",
        QT_TRANSLATE_NOOP("actions", "&Change name, prompt or colour…"),
        QT_TRANSLATE_NOOP("actions", "Other words or another colour for this structure; its masks stay as they are"),
        "edit",
        keys=("F2",),
        ends_block=True,
    ),
    Command(
        "structure_up",
        "structure",
        QT_TRANSLATE_NOOP("actions", "Move &up"),
        QT_TRANSLATE_NOOP(
            "actions", "Move this structure up in the list; the upper one wins where one picture holds several"
        ),
        keys=("Alt+Up",),
    ),
    Command(
        "structure_down",
        "structure",
        QT_TRANSLATE_NOOP("actions", "Move &down"),
        QT_TRANSLATE_NOOP("actions", "Move this structure down in the list"),
        keys=("Alt+Down",),
    ),
    Command(
        "hide_structure",
        "structure",
        QT_TRANSLATE_NOOP("actions", "&Hide this structure"),
        QT_TRANSLATE_NOOP("actions", "Do not draw the masks of this structure; they stay as they are"),
        "hidden",
        keys=("Shift+H",),
        checkable=True,
    ),
    Command(
        "lock_structure",
        "structure",
        QT_TRANSLATE_NOOP("actions", "&Lock this structure"),
        QT_TRANSLATE_NOOP("actions", "Nothing changes the masks of this structure until it is unlocked"),
        "lock",
        keys=("Ctrl+L",),
        checkable=True,
        ends_block=True,
    ),
    *(
        Command(f"structure_{number}", "structure", text, _NUMBER_HELP, keys=(str(number),), checkable=True)
        for number, text in zip(NUMBERS, _NUMBER_TEXTS, strict=True)
    ),
)

COMPARE_COMMAND = Command(
    "side_by_side",
    "view",
    QT_TRANSLATE_NOOP("actions", "&Side by side"),
    QT_TRANSLATE_NOOP(
        "actions",
        "Show the picture twice: beside your mask the original, another version's prediction, or the uncertainty",
    ),
    "side-by-side",
    keys=("T",),
    checkable=True,
)
