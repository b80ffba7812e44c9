"""Every sentence the message bar can say, by key.

Form: what happened, what it means for the work, what to do. {name} is filled in when the sentence is shown.
Errors of core bring their own sentences; they are put into the window's language here as well.
"""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from app.language import QT_TRANSLATE_NOOP
from core.errors import KnownError

INFORMATION, SUCCESS, WARNING, ERROR = "information", "success", "warning", "error"


@dataclass(frozen=True)
class Sentence:
    """One sentence.

    Attributes:
        level: information, success, warning or error.
        text: English, to be translated in the context "messages".
        stays: whether it stays until it is closed or replaced, instead of fading after some seconds.
    """

    level: str
    text: str
    stays: bool = False


SENTENCES: dict[str, Sentence] = {
    "research_only": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages",
            "For research. This program is not a medical device: do not use it for diagnosis or treatment.",
        ),
        stays=True,
    ),
    "images_added": Sentence(SUCCESS, QT_TRANSLATE_NOOP("messages", "Images added to the project: {count}.")),
    "no_new_images": Sentence(
        INFORMATION, QT_TRANSLATE_NOOP("messages", "Nothing was added: these images are already in the project.")
    ),
    "no_images_found": Sentence(
        WARNING,
        QT_TRANSLATE_NOOP(
            "messages", "There are no images in this folder. Choose a folder with PNG, JPEG, TIFF or BMP files."
        ),
    ),
    "some_images_unreadable": Sentence(
        WARNING,
        QT_TRANSLATE_NOOP(
            "messages",
            "Images added: {count}. Files that could not be read were left out: {bad}, the first is {first}.",
        ),
        stays=True,
    ),
    "nothing_to_accept": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages", "There is nothing to accept yet. Press Predict (P) or paint the structure first."
        ),
    ),
    "accepted_empty": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages", "Accepted with an empty mask: the structure counts as not present on that image."
        ),
    ),
    "all_accepted": Sentence(
        SUCCESS,
        QT_TRANSLATE_NOOP(
            "messages",
            "Every image is accepted for this structure. You can now fine-tune on your labels or export them.",
        ),
    ),
    "last_image": Sentence(INFORMATION, QT_TRANSLATE_NOOP("messages", "This is the last image of the list.")),
    "first_image": Sentence(INFORMATION, QT_TRANSLATE_NOOP("messages", "This is the first image of the list.")),
    "nothing_to_undo": Sentence(INFORMATION, QT_TRANSLATE_NOOP("messages", "There is nothing to undo on this image.")),
    "nothing_to_redo": Sentence(INFORMATION, QT_TRANSLATE_NOOP("messages", "There is nothing to redo on this image.")),
    "needs_structure": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP("messages", "Name a structure first, for example “the polyp”, then press Predict."),
    ),
    "prompt_empty": Sentence(
        WARNING,
        QT_TRANSLATE_NOOP(
            "messages", "The prompt is empty, so the model does not know what to look for. Type a few words."
        ),
    ),
    "error": Sentence(ERROR, "{sentence}", stays=True),
}


def text_of(key: str, values: dict[str, object]) -> str:
    """A declared sentence in the window's language.

    Args:
        key: a key of SENTENCES.
        values: what fills the braces.

    Raises:
        KeyError: the sentence is not declared.
    """
    return QCoreApplication.translate("messages", SENTENCES[key].text).format(**values)


def text_of_error(error: KnownError) -> str:
    """What happened and what to do, in the window's language.

    Args:
        error: its templates are translated in the context "core", then filled.
    """
    parts = (error.what_happened, error.what_to_do)
    return " ".join(QCoreApplication.translate("core", part).format(**error.values) for part in parts if part)
