"""The commands that go through a stack slice by slice, and those that work on all of its slices."""

from app.command import Command
from app.language import QT_TRANSLATE_NOOP

SLICE_COMMANDS: tuple[Command, ...] = (
    Command(
        "slice_before",
        "image",
        QT_TRANSLATE_NOOP("actions", "Slice &before"),
        QT_TRANSLATE_NOOP("actions", "Go to the slice before in this stack; without a stack, to the image before"),
        "previous",
        keys=("PgUp",),
    ),
    Command(
        "slice_after",
        "image",
        QT_TRANSLATE_NOOP("actions", "Slice af&ter"),
        QT_TRANSLATE_NOOP("actions", "Go to the slice after in this stack; without a stack, to the image after"),
        "next",
        keys=("PgDown",),
    ),
    Command(
        "first_slice",
        "image",
        QT_TRANSLATE_NOOP("actions", "&First slice"),
        QT_TRANSLATE_NOOP("actions", "Go to the first slice of this stack"),
        keys=("Ctrl+Home",),
    ),
    Command(
        "last_slice",
        "image",
        QT_TRANSLATE_NOOP("actions", "&Last slice"),
        QT_TRANSLATE_NOOP("actions", "Go to the last slice of this stack"),
        keys=("Ctrl+End",),
        ends_block=True,
    ),
    Command(
        "previous_line",
        "image",
        QT_TRANSLATE_NOOP("actions", "Pre&vious stack or image"),
        QT_TRANSLATE_NOOP("actions", "Go to the line before in the list, past all slices of this stack"),
        keys=("Ctrl+PgUp",),
    ),
    Command(
        "next_line",
        "image",
        QT_TRANSLATE_NOOP("actions", "Next &stack or image"),
        QT_TRANSLATE_NOOP("actions", "Go to the line after in the list, past all slices of this stack"),
        keys=("Ctrl+PgDown",),
        ends_block=True,
    ),
)

COPY_NEXT_COMMAND = Command(
    "copy_next",
    "mask",
    QT_TRANSLATE_NOOP("actions", "Copy to the ne&xt slice"),
    QT_TRANSLATE_NOOP("actions", "Go to the next slice of this stack and take this mask along"),
    keys=("Ctrl+Shift+C",),
)

STACK_PREDICTION_COMMANDS: tuple[Command, ...] = (
    Command(
        "predict_stack",
        "model",
        QT_TRANSLATE_NOOP("actions", "Predict all s&lices"),
        QT_TRANSLATE_NOOP(
            "actions", "Let the model find the structure on every slice of this stack not seen yet, while you work"
        ),
        keys=("Ctrl+P",),
    ),
    Command(
        "carry",
        "model",
        QT_TRANSLATE_NOOP("actions", "&Carry the mask through the stack…"),
        QT_TRANSLATE_NOOP("actions", "Let the model follow the structure from this slice to its neighbours"),
        keys=("Ctrl+K",),
    ),
)
STACK_COMMANDS = ("first_slice", "last_slice", COPY_NEXT_COMMAND.key, *(one.key for one in STACK_PREDICTION_COMMANDS))
"""Those that need a stack."""
