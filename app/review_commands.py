"""The commands for deciding on an image."""

from app.command import Command
from app.language import QT_TRANSLATE_NOOP

REVIEW_COMMANDS: tuple[Command, ...] = (
    Command(
        "accept",
        "image",
        QT_TRANSLATE_NOOP("actions", "&Accept and next"),
        QT_TRANSLATE_NOOP("actions", "Save the mask as accepted and go to the next image"),
        "accept",
        keys=("Return", "Enter"),
    ),
    Command(
        "reject",
        "image",
        QT_TRANSLATE_NOOP("actions", "Re&ject this image"),
        QT_TRANSLATE_NOOP("actions", "The image cannot be used: do not export it, learn from it or ask again"),
        "status-rejected",
        keys=("X",),
        checkable=True,
    ),
    Command(
        "flag",
        "image",
        QT_TRANSLATE_NOOP("actions", "Flag &with a note…"),
        QT_TRANSLATE_NOOP("actions", "Mark this image for later, with a few words"),
        "flag",
        keys=("N",),
    ),
    Command(
        "test_set",
        "edit",
        QT_TRANSLATE_NOOP("actions", "Keep this patient for &testing"),
        QT_TRANSLATE_NOOP(
            "actions", "No fine-tune ever learns from this patient's images, so that versions can be compared on them"
        ),
        "test-set",
        keys=("Shift+T",),
        checkable=True,
        ends_block=True,
    ),
)

PREDICT_SHOWN_COMMAND = Command(
    "predict_shown",
    "model",
    QT_TRANSLATE_NOOP("actions", "Predict all &images of the list"),
    QT_TRANSLATE_NOOP(
        "actions", "Let the model find the structure on every image that is shown and not seen yet, while you work"
    ),
    keys=("Ctrl+Shift+P",),
)

EFFORT_COMMAND = Command(
    "effort",
    "view",
    QT_TRANSLATE_NOOP("actions", "&Effort…"),
    QT_TRANSLATE_NOOP("actions", "How much you had to correct, version by version"),
    "effort",
)
