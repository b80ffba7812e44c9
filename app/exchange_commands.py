"""The commands by which masks and projects come from others and go to them."""

from app.command import Command
from app.language import QT_TRANSLATE_NOOP

EXCHANGE_COMMANDS: tuple[Command, ...] = (
    Command(
        "import_masks",
        "file",
        QT_TRANSLATE_NOOP("actions", "&Import masks…"),
        QT_TRANSLATE_NOOP("actions", "Take masks of another program into the project"),
        "import",
    ),
    Command(
        "privacy",
        "file",
        QT_TRANSLATE_NOOP("actions", "Pri&vacy…"),
        QT_TRANSLATE_NOOP(
            "actions", "See what this project says of patients, and make a copy without it for a colleague"
        ),
        "hidden",
    ),
)
